"""Every two verbs on one unit, and on one lot, at the same moment: nobody gets an error, no piece is lost."""

from collections import Counter
from importlib import import_module
from inspect import isfunction, signature
from itertools import combinations_with_replacement
from pkgutil import iter_modules
from types import ModuleType

import pytest

import wip.actions
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
    ("release_more", "resize"),
    ("release_more", "cancel"),
    ("release_more", "complete"),
    ("release_more", "release_more"),
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
    ("correct", "end_batch"),
    ("correct", "take_batch_over"),
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
        (True, True, True, {"resize", "cancel"}),
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
    assert {verb for verb in tried if not answers[verb, True]} <= never


# Where a verb that is no scene's is raced, or why it is not.
ELSEWHERE = {
    "wip.actions.executions": "what the verbs of the station do, by their own names",
    "wip.actions.batches": "as executions",
    "wip.actions.assets": "a part of starting and completing",
    "wip.actions.readings": "a part of recording",
    "wip.actions.overrides": "a part of what passes a gate",
    "wip.actions.exceptions": "a part of what is out of the ordinary",
    "wip.actions.passing": "a part of completing and skipping",
    "wip.actions.replacements": "a part of scrapping and of taking it back: the order of a scene asks for it",
    "wip.actions.automatic_holds": "a part of completing",
    "wip.actions.holds.place_automatically": "a part of completing",
    "wip.actions.holds.settle_proposals": "a part of sending back",
    "wip.actions.corrections.enter": "on no unit: it locks the job whose time it is",
    "wip.actions.orders.release_many": "of drafts, which have no unit: test_one_winner",
    "wip.actions.orders.complete_if_nothing_left": "a part of completing",
    "wip.actions.closings": "of an order that is over: test_closing",
    "wip.actions.late": "a task's: test_rework",
    "wip.actions.preparations": "of a machine: test_interlock; the rest is a part of other verbs",
    "wip.actions.permits": "on no unit: test_permits",
    "wip.actions.labor.leave_note": "on no unit",
    "wip.actions.labor.take_note": "on no unit",
    "wip.actions.schedules.apply": "of a work center, on no unit",
}
RACED = {
    "wip.actions.clearances": {"clear": "clear_line"},
    "wip.actions.corrections": {"claim": "claim", "correct": "correct_time"},
    "wip.actions.holds": {"place": "hold", "release": "release", "release_for": "release_some"},
    "wip.actions.labor": {verb: verb for verb in ("join", "resume", "pause", "leave", "hand_over")}
    | {"pause_all": "log_off"},
    "wip.actions.lots": {"split": "split", "merge": "merge"},
    "wip.actions.order_changes": {"resize": "resize", "cancel": "cancel"},
    "wip.actions.orders": {"release": "release_more"},
    "wip.actions.pins": {"pin": "pin", "move": "move_pin", "unpin": "unpin"},
    "wip.actions.redlines": {"apply": "redline"},
    "wip.actions.reworks": {"send_back": "send_back", "cancel": "cancel_rework"},
    "wip.actions.schedules": {"plan": "plan", "take_off": "take_off"},
    "wip.actions.skips": {"skip": "skip"},
    "wip.actions.undo": {"undo": "undo"},
    "genealogy.actions.containers": {"load": "load", "unload": "unload", "move": "move"},
    "mes.station.actions.operations": {"start": "start", "skip": "skip", "take_over": "take_over"}
    | {"report": "complete", "book": "book"},
    "mes.station.actions.batches": {"start": "batch", "take_over": "take_batch_over", "report": "end_batch"},
}


def test_every_verb_of_the_floor_is_raced():
    names = [f"wip.actions.{module.name}" for module in iter_modules(wip.actions.__path__)]
    missing = [
        f"{name}.{verb}"
        for name in {*names, *RACED}
        for verb in _verbs_of(import_module(name))
        if verb not in RACED.get(name, {}) and name not in ELSEWHERE and f"{name}.{verb}" not in ELSEWHERE
    ]
    assert not missing
    raced = {verb for of_module in RACED.values() for verb in of_module.values()}
    assert raced <= set(verbs(by_lot=True, runs=True, begun=True))


def _verbs_of(module: ModuleType) -> list[str]:
    """What somebody does in it, at a time."""
    own = [one for one in vars(module).values() if isfunction(one) and one.__module__ == module.__name__]
    return [one.__name__ for one in own if one.__name__[0] != "_" and {"by", "at"} <= {*signature(one).parameters}]
