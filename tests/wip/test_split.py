"""Splitting a part off a lot, by the verb."""

from decimal import Decimal

import pytest

from genealogy.models import Activity, Unit
from genealogy.policies import NotALot
from genealogy.status import UnitStatus
from mes.kernel.refusals import InvalidInput, NotPermitted
from mes.kernel.transitions import IllegalTransition
from orders.status import OrderStatus
from tests.flow import LotFlow, check_balances, lot_flow
from wip.actions import holds, lots
from wip.models import Hold, OpenOperation
from wip.overview import progress_of
from wip.policies import BlockedByGates, WorkedOnElsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(plant) -> LotFlow:
    return lot_flow(plant)


def split(flow: LotFlow, lot: Unit, quantity: float, *, who: str = "amina", reason: str = "Half goes first") -> Unit:
    with flow.plant.door(who) as passage:
        part = lots.split(unit=lot, quantity=Decimal(str(quantity)), reason=reason, by=passage.person, at=passage.at)
    return flow.plant.fresh(part)


def test_a_part_stands_where_its_lot_does(flow):
    lot = flow.do(flow.lot(100), "10")
    part = split(flow, lot, 30)
    assert (part.serial, part.status, part.quantity, part.split_from) == ("SH-0001-2", "IN_PROCESS", 30, lot)
    assert flow.plant.fresh(lot).quantity_left == 70
    inherited = flow.at(part, "10")
    assert (inherited.status, inherited.quantity, inherited.quantity_good) == ("COMPLETED", 30, 30)
    assert inherited.inherited_from == flow.at(lot, "10")
    assert (inherited.started_by, inherited.completed_at) == (
        flow.at(lot, "10").started_by,
        flow.at(lot, "10").completed_at,
    )
    assert (flow.at(lot, "10").quantity, flow.at(lot, "10").quantity_good) == (70, 70)
    assert set(OpenOperation.objects.filter(unit=part).values_list("operation_code", "is_ready")) == {("20", True)}
    check_balances()


def test_the_activity_says_what_went_where_and_why(flow):
    lot = flow.lot(100)
    part = split(flow, lot, 30)
    activity = Activity.objects.latest("sequence")
    assert (activity.kind, activity.reason, activity.by) == ("SPLIT", "Half goes first", flow.plant.operator)
    assert set(activity.units.values_list("unit__serial", "direction", "quantity")) == {
        (lot.serial, "INPUT", 30),
        (part.serial, "OUTPUT", 30),
    }


def test_parts_are_numbered_within_the_first_lot_of_their_family(flow):
    lot = flow.lot(100)
    part = split(flow, lot, 30)
    assert split(flow, part, 10).serial == "SH-0001-3"
    assert split(flow, lot, 10).serial == "SH-0001-4"


def test_both_go_their_way_and_the_order_ends_with_the_last(flow):
    lot = flow.do(flow.lot(100), "10")
    part = split(flow, lot, 30)
    assert flow.do(part, "20", "30").status == UnitStatus.FINISHED
    assert flow.plant.fresh(lot).work_order.status == OrderStatus.RUNNING
    done = flow.do(lot, "20", "30")
    assert done.work_order.status == OrderStatus.COMPLETED
    assert progress_of([done.work_order])[done.work_order_id].finished == 100
    check_balances()


@pytest.mark.parametrize("quantity", [0, -1, 100, 100.5])
def test_a_part_is_more_than_nothing_and_less_than_all(flow, quantity):
    lot = flow.lot(100)
    with pytest.raises(InvalidInput, match="100 of SH-0001 are left"):
        split(flow, lot, quantity)
    assert Unit.objects.filter(split_from=lot).count() == 0


def test_a_split_has_a_reason_and_somebody_who_may(flow):
    lot = flow.lot(100)
    with pytest.raises(InvalidInput, match="reason"):
        split(flow, lot, 10, reason=" ")
    with pytest.raises(NotPermitted):
        split(flow, lot, 10, who="ruth")


def test_nothing_is_split_off_while_somebody_works_on_the_lot(flow):
    lot = flow.lot(100)
    flow.start(lot, "10")
    with pytest.raises(WorkedOnElsewhere, match="Amina Yusuf works on SH-0001 at ST-10"):
        split(flow, lot, 10)


def test_one_piece_has_no_parts_and_what_is_finished_is_not_split(flow):
    with pytest.raises(NotALot):
        split(flow, flow.plant.unit(), 1)
    done = flow.do(flow.lot(100), "10", "20", "30")
    with pytest.raises(IllegalTransition):
        split(flow, done, 10)


def test_the_part_of_a_held_lot_is_held_by_the_same(flow):
    lot = flow.lot(100)
    with flow.plant.door("mei") as passage:
        hold = holds.place(unit=lot, reason_code="QUALITY", reason="Crack", by=passage.person, at=passage.at)
    part = split(flow, lot, 40)
    heir = Hold.objects.get(unit=part)
    assert (heir.origin, heir.status, heir.reason) == (hold, "OPEN", "Crack")
    with pytest.raises(BlockedByGates) as refused:
        flow.start(part, "10")
    assert refused.value.code == "ON_HOLD"


def test_an_attempt_that_does_not_count_any_more_goes_along_too(flow):
    lot = flow.do(flow.lot(100), "10")
    first = flow.at(lot, "10")
    with flow.plant.door("ines"):  # stands in for the decision that it is done anew
        first.is_current = False
        first.save(update_fields=["is_current"])
    part = split(flow, lot, 25)
    assert flow.start(part, "10").attempt == 2
    check_balances()
