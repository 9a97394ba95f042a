"""Every two verbs on one unit, and on one lot, at the same moment: nobody gets an error, no piece is lost."""

from collections import Counter
from itertools import combinations_with_replacement

import pytest

from genealogy.models import Unit
from mes.kernel.refusals import Refusal
from tests.model.invariants import check_floor
from tests.races.runners import at_once
from tests.races.scenes import Stage, both, stage, verbs
from wip.models import OperationExecution

MATTER = [
    ("complete", "send_back"),
    ("scrap", "start"),
    ("scrap", "book"),
    ("split", "start"),
    ("split", "split"),
    ("split", "merge"),
    ("merge", "start"),
    ("merge", "skip"),
    ("start", "cancel"),
    ("start", "resize"),
    ("send_back", "split"),
    ("send_back", "start"),
    ("hold", "complete"),
    ("skip", "skip"),
    ("undo", "correct"),
    ("undo", "start"),
    ("redline", "start"),
    ("redline", "complete"),
    ("redline", "send_back"),
    ("batch", "split"),
    ("batch", "hold"),
    ("end_batch", "hold"),
    ("load", "split"),
    ("move", "split"),
    ("pin", "cancel"),
]


def race(on: Stage, one: str, two: str, **how: bool) -> Counter[tuple[str, bool]]:
    """Both at once on a scene of their own; which verbs were done, and which refused."""
    scene = on.scene(**how)
    answers = at_once(*both(scene, (one, two)))
    failed = [answer for answer in answers if isinstance(answer, Exception)]
    assert all(isinstance(answer, Refusal) for answer in failed), (one, two, how, failed)
    units = list(Unit.objects.filter(work_order=scene.order).select_related("work_order"))
    try:
        check_floor(units, list(OperationExecution.objects.filter(unit__in=units)))
    except AssertionError as error:
        raise AssertionError(f"{one} and {two}, {how}: {error}, answers: {answers}") from error
    return Counter(zip((one, two), (not isinstance(answer, Exception) for answer in answers), strict=True))


def test_two_verbs_at_once_leave_the_pieces_whole(committed_plant):
    on = stage(committed_plant)
    for one, two in MATTER:
        runs = not {"split", "merge", "cancel", "undo"} & {one, two}
        race(on, one, two, by_lot=True, runs=runs, begun="cancel" not in (one, two))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("by_lot", "runs", "begun", "never"),
    [
        (True, True, True, {"resize", "cancel", "split", "merge"}),
        (True, False, True, {"resize", "cancel", "undo", "correct"}),
        (True, False, False, {"skip"}),
        (False, True, True, {"cancel"}),
        (False, False, True, {"cancel"}),
        (False, False, False, {"skip"}),
    ],
    ids=["a lot at work", "a lot", "a new lot", "a unit at work", "a unit", "a new unit"],
)
def test_any_two_verbs_at_once_leave_the_pieces_whole(committed_plant, by_lot, runs, begun, never):
    """never: what can't be done there; every other verb is done in one of its pairs at least."""
    on, how = stage(committed_plant), {"by_lot": by_lot, "runs": runs, "begun": begun}
    tried = verbs(**how)
    answers: Counter[tuple[str, bool]] = Counter()
    wrong = []
    for pair in combinations_with_replacement(tried, 2):
        try:
            answers += race(on, *pair, **how)
        except AssertionError as error:  # all of them are told, at the end
            wrong.append(str(error))
    assert not wrong, "\n\n".join(wrong)
    assert {verb for verb in tried if not answers[verb, True]} == never
