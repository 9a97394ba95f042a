"""Results that are bad in a row, or a yield below its limit, hold the operation on the order."""

from decimal import Decimal

import pytest

from mes.station.actions.operations import Completion
from orders.actions import drafts
from tests.holds import lift
from wip.models import Hold
from wip.policies import BlockedByGates

pytestmark = pytest.mark.django_db

SCRAP = Completion(scrap=Decimal(1), scrap_reason="Dropped")


def asking(plant, **rule):
    """From here on operation 20 asks for holds by its results."""
    with plant.door("hiroshi") as passage:
        draft = drafts.copy_routing_revision(revision=plant.routing, by=passage.person, at=passage.at)
        draft.operations.filter(code="20").update(**rule)
    plant.routing = plant.approve_and_release(draft)


def run(plant, units, results):
    """g: good, s: scrap; one unit after the other."""
    for unit, result in zip(units, results, strict=True):
        plant.start(unit, "20")
        if result == "g":
            plant.report(unit, "20", *plant.entries("20"), complete=True)
        else:
            plant.report(unit, "20", completion=SCRAP)


def test_so_many_bad_ones_in_a_row_hold_the_operation_on_the_order(plant):
    asking(plant, hold_after_failures=2)
    units = list(plant.released(8).units.order_by("serial"))
    run(plant, units[:4], "sgsg")
    assert not Hold.objects.exists()
    run(plant, units[4:6], "ss")
    hold = Hold.objects.get()
    assert (hold.work_order, hold.operation_code, hold.is_automatic) == (units[0].work_order, "20", True)
    assert (hold.reason_code, hold.placed_by) == ("PROCESS", plant.operator)
    assert units[4].serial in hold.reason
    assert units[5].serial in hold.reason
    with pytest.raises(BlockedByGates, match=hold.number):
        plant.start(units[6], "20")
    plant.start(units[6], "10")


def test_once_cleared_up_it_does_not_come_back_for_the_same_results(plant):
    asking(plant, hold_after_failures=2)
    units = list(plant.released(5).units.order_by("serial"))
    run(plant, units[:2], "ss")
    released = lift(plant, Hold.objects.get(), "ines")
    assert released.release_signature is not None
    run(plant, units[2:3], "s")
    assert Hold.objects.count() == 1
    run(plant, units[3:4], "s")
    assert Hold.objects.filter(status="OPEN").count() == 1


def test_a_yield_below_its_limit_holds_from_ten_pieces_on(plant):
    asking(plant, hold_below_yield=80)
    units = list(plant.released(11).units.order_by("serial"))
    run(plant, units[:9], "sssgggggg")
    assert not Hold.objects.exists()
    run(plant, units[9:10], "g")
    assert Hold.objects.get().reason == "7 of 10 good, 70 %: below 80 %"


def test_what_runs_when_the_hold_is_placed_places_no_second(plant):
    asking(plant, hold_after_failures=1)
    first, second = plant.released(2).units.order_by("serial")
    for unit in (first, second):
        plant.start(unit, "20")
    plant.report(first, "20", completion=SCRAP)
    with pytest.raises(BlockedByGates):
        plant.report(second, "20", completion=SCRAP)
    assert Hold.objects.count() == 1
