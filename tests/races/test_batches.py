"""A run of several lots, and somebody at one of them at the same moment: all of it runs or none, no piece is lost."""

from functools import partial

import pytest

from genealogy.models import Unit
from mes.kernel.refusals import Refusal
from mes.station.actions import batches
from mes.station.actions.batches import BatchEnd
from mes.station.actions.operations import Given
from tests.flow import LotFlow, check_balances, lot_flow
from tests.holds import place
from tests.races.runners import at_once, done, refused
from tests.undo import undo
from wip.actions import lots
from wip.models import Batch, Hold, OperationExecution

ROUNDS = range(3)
BRANCHES = {("10", "30"): None, ("20", "30"): None}


def begin(flow: LotFlow, charge: list[Unit]) -> Batch:
    with flow.plant.door("amina") as passage:
        given = {"units": [flow.plant.fresh(lot) for lot in charge], "operation_code": "10"}
        return batches.start(station=flow.plant.stations["10"], by=passage.person, at=passage.at, **given)


def end(flow: LotFlow, batch: Batch) -> Batch:
    with flow.plant.door("amina") as passage:
        values = {"given": [Given("HEAT", "850")], "end": BatchEnd()}
        return batches.report(
            batch=batch, station=flow.plant.stations["10"], by=passage.person, at=passage.at, **values
        )


def split(flow: LotFlow, lot: Unit) -> Unit:
    with flow.plant.door("tomasz") as passage:
        lot = flow.plant.fresh(lot)
        return lots.split(unit=lot, quantity=lot.quantity / 2, reason="Half", by=passage.person, at=passage.at)


def rivals(flow: LotFlow, lot: Unit) -> dict:
    return {
        "scrap": partial(flow.complete, lot, "20", 40, "tomasz"),
        "scrap a part": partial(flow.book, lot, "20", 0, 5, "tomasz"),
        "hold": lambda: place(flow.plant, unit=flow.plant.fresh(lot)),
        "split": partial(split, flow, lot),
    }


@pytest.fixture
def flow(committed_plant) -> LotFlow:
    """10, in batches, and 20 beside it in any order."""
    return lot_flow(committed_plant, BRANCHES, batch={"10": 100}, steps=True)


def two_lots(flow: LotFlow, number: int, *, at_work: bool) -> list[Unit]:
    """at_work: Tomasz works on the first, beside the run."""
    first, second = (flow.lot(40, f"WO-{name}{number}") for name in "AB")
    if at_work:
        flow.start(first, "20", "tomasz")
        flow.plant.report(first, "20", Given("HEAT", "20"), who="tomasz")
    return [first, second]


@pytest.mark.parametrize("rival", ["scrap", "scrap a part", "hold", "split"])
def test_all_of_a_batch_starts_or_none_whatever_becomes_of_a_member(flow, rival):
    for number in ROUNDS:
        first, second = two_lots(flow, number, at_work=rival.startswith("scrap"))
        answers = at_once(partial(begin, flow, [first, second]), rivals(flow, first)[rival])
        assert all(isinstance(answer, Refusal) for answer in refused(answers)), answers
        assert done(answers), answers
        running = OperationExecution.objects.filter(unit__in=[first, second], operation_code="10", status="RUNNING")
        members = list(running.filter(batch__isnull=False).select_related("unit"))
        assert len(members) == (0 if isinstance(answers[0], Refusal) else 2), answers
        assert all(one.quantity == one.unit.quantity_left for one in members), answers
        if rival == "hold":
            assert Hold.objects.filter(unit=first, status="OPEN").exists()
    check_balances()


@pytest.mark.parametrize("rival", ["scrap", "scrap a part", "hold", "split"])
def test_all_of_a_batch_ends_or_none_whatever_becomes_of_a_member(flow, rival):
    for number in ROUNDS:
        first, second = two_lots(flow, number, at_work=rival.startswith("scrap"))
        batch = begin(flow, [first, second])
        answers = at_once(partial(end, flow, batch), rivals(flow, first)[rival])
        assert all(isinstance(answer, Refusal) for answer in refused(answers)), answers
        batch.refresh_from_db()
        members = list(batch.executions.select_related("unit"))
        assert {one.status for one in members} == {batch.status}, answers
        ended = batch.status == "COMPLETED"
        assert ended == (not isinstance(answers[0], Refusal)), answers
        assert all(one.quantity_open == 0 for one in members if ended)
    check_balances()


@pytest.mark.parametrize("rival", ["scrap", "hold", "split", "undo"])
def test_the_end_of_a_batch_is_taken_back_on_all_its_units_or_on_none(flow, rival):
    for number in ROUNDS:
        first, second = two_lots(flow, number, at_work=rival == "scrap")
        batch = end(flow, begin(flow, [first, second]))
        against = rivals(flow, first) | {"undo": partial(undo, flow.plant, first, "10", who="ines", reason="Wrong")}
        answers = at_once(partial(undo, flow.plant, second, "10"), against[rival])
        assert all(isinstance(answer, Refusal) for answer in refused(answers)), answers
        batch.refresh_from_db()
        members = list(batch.executions.select_related("unit"))
        assert {one.status for one in members} == {batch.status}, answers
        if rival != "undo":  # a second undo takes the values back, which came with the end, or the start
            assert (batch.status == "RUNNING") == (not isinstance(answers[0], Refusal)), answers
    check_balances()


def test_batches_that_took_of_one_lot_are_taken_back_at_once(committed_plant):
    plant = committed_plant
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100}, takes=plant.screws)
    screws = plant.a_lot(1000)
    for number in ROUNDS:
        units = []
        for name in "AB":
            batch = begin(flow, [flow.lot(4, f"WO-{name}{number}"), flow.lot(5, f"WO-{name}{number}-2")])
            with plant.door("amina") as passage:
                here = {"station": plant.stations["10"], "by": passage.person, "at": passage.at}
                batches.report(batch=batch, given=[Given("PART", screws)], **here)
            units += [one.unit for one in batch.executions.select_related("unit").all()[:1]]
        assert Unit.objects.get(serial=screws).quantity_left == 982
        answers = at_once(*(partial(undo, plant, unit, "10") for unit in units))
        assert not refused(answers), answers
        assert Unit.objects.get(serial=screws).quantity_left == 1000
