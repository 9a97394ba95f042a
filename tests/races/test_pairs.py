"""Every two verbs on one unit, and on one lot, at the same moment: nobody gets an error, no piece is lost."""

from collections.abc import Callable
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import pytest

from genealogy.models import Unit
from mes.kernel.refusals import Refusal
from orders.models import WorkOrder
from tests.holds import lift, place
from tests.model.floor_plant import FloorPlant, floor_plant
from tests.model.invariants import check_floor
from tests.races.runners import at_once, refused
from wip.models import OperationExecution

Acts = dict[str, Callable[[], Any]]
OF_A_UNIT = ["start", "pause", "join", "take_over", "record", "complete", "scrap", "skip", "send_back"]
OF_A_LOT = [*OF_A_UNIT, "book", "split", "merge"]
OF_ALL = ["hold", "release", "resize", "grow", "cancel"]
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
]


def scene(
    line: FloorPlant, *, by_lot: bool, runs: bool, begun: bool = True, held: bool = False
) -> tuple[WorkOrder, Acts]:
    """An order of ten in two lots, or of two units, and the verbs.

    begun: the first has passed CUT; runs: DRILL runs on it; held: it is on hold.
    """
    order = line.order(10 if by_lot else 2, by_lot=by_lot)
    first = order.units.order_by("serial")[0].serial
    if begun:
        line.start(first, "10")
        line.complete(first, "10")
    other = line.split(first, 4).serial if by_lot else order.units.order_by("serial")[1].serial
    if runs:
        line.start(first, "20")
    running = "20" if runs else "10"
    hold = place(line.plant, kind="PROCESS", unit=line.unit(first)) if held else None
    acts: Acts = {
        "start": partial(line.start, first, ("30" if runs else "20") if begun else "10", "tomasz"),
        "record": partial(line.record, first, running),
        "complete": partial(line.complete, first, running),
        "scrap": partial(line.complete, first, running, 6 if by_lot else 1),
        "skip": partial(line.skip, first, "30", "tomasz"),
        "send_back": partial(line.send_back, first, running, "10"),
        "book": partial(line.book, first, running, 1, 1),
        "split": partial(line.split, first, 2, "tomasz"),
        "merge": partial(line.merge, first, other, "ines"),
        "hold": lambda: place(line.plant, kind="PROCESS", unit=line.unit(first)),
        "release": lambda: lift(line.plant, hold),
        "resize": partial(line.resize, order, 6 if by_lot else 1),
        "grow": partial(line.resize, order, 12 if by_lot else 3),
        "cancel": partial(line.cancel, order),
    }
    acts |= {verb: partial(line.people, verb, first, running, "amina") for verb in ("pause",)}
    acts |= {verb: partial(line.people, verb, first, running, "tomasz") for verb in ("join", "take_over")}
    return order, acts


def race(line: FloorPlant, one: str, two: str, **how) -> int:
    """Both at once on a scene of their own; returns how many were refused."""
    order, acts = scene(line, held="release" in (one, two), **how)
    answers = at_once(acts[one], acts[two])
    failed = refused(answers)
    assert all(isinstance(answer, Refusal) for answer in failed), (one, two, how, failed)
    units = list(Unit.objects.filter(work_order=order).select_related("work_order"))
    try:
        check_floor(units, list(OperationExecution.objects.filter(unit__in=units)))
    except AssertionError as error:
        raise AssertionError(f"{one} and {two}, {how}: {error}, answers: {answers}") from error
    return len(failed)


def test_two_verbs_at_once_leave_the_pieces_whole(committed_plant):
    line = floor_plant(committed_plant)
    for one, two in MATTER:
        runs = "split" not in (one, two) and "merge" not in (one, two) and "cancel" not in (one, two)
        race(line, one, two, by_lot=True, runs=runs, begun="cancel" not in (one, two))


@pytest.mark.slow
@pytest.mark.parametrize("by_lot", [True, False])
@pytest.mark.parametrize(("runs", "begun"), [(True, True), (False, True), (False, False)])
def test_any_two_verbs_at_once_leave_the_pieces_whole(committed_plant, by_lot, runs, begun):
    line = floor_plant(committed_plant)
    verbs = [*(OF_A_LOT if by_lot else OF_A_UNIT), *OF_ALL]
    ended = sum(race(line, *pair, by_lot=by_lot, runs=runs, begun=begun) < 2 for pair in _pairs(verbs, begun))
    assert ended > len(verbs)  # most pairs have at least one that is allowed


def _pairs(verbs: list[str], begun: bool):
    """Where nothing is begun, what works on a job has none."""
    on_jobs = {"pause", "join", "take_over", "record", "complete", "scrap", "book"}
    return combinations_with_replacement([verb for verb in verbs if begun or verb not in on_jobs], 2)
