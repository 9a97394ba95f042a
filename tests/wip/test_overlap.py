"""The next operation on a part of a lot: never more than has come, never past the end of the one before."""

import pytest

from genealogy.status import UnitStatus
from tests.flow import LotFlow, check_balances, lot_flow
from wip.models import ExecutionEvent, OpenOperation
from wip.policies import BlockedByGates, WorkedOnElsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(plant) -> LotFlow:
    return lot_flow(plant, {("10", "20"): 40, ("20", "30"): None})


@pytest.fixture
def lot(flow):
    """A hundred, of which 60 are good at 10, where the others are still made; 20 is begun."""
    lot = flow.lot(100)
    flow.start(lot, "10")
    flow.book(lot, "10", good=60)
    flow.start(lot, "20", who="tomasz")
    return lot


def waits_for(lot):
    return dict(OpenOperation.objects.filter(unit=lot).values_list("operation_code", "is_ready"))


def test_a_booking_opens_the_next_operation_in_the_queue_once_there_is_enough(flow):
    lot = flow.lot(100)
    flow.start(lot, "10")
    flow.book(lot, "10", good=39)
    assert waits_for(lot) == {"20": False}
    flow.book(lot, "10", good=1)
    assert waits_for(lot) == {"20": True}


def test_what_is_booked_is_never_more_than_has_come(flow, lot):
    flow.book(lot, "20", good=50, scrap=5, who="tomasz")
    with pytest.raises(BlockedByGates, match="Only 5 of SH-0001 may be booked here now, not 6") as refused:
        flow.book(lot, "20", good=6, who="tomasz")
    assert refused.value.code == "UPSTREAM_NOT_READY"
    assert (
        refused.value.blockers[0].why
        == "60 are good at the operation before, which still runs; 55 are booked here already."
    )
    flow.book(lot, "10", good=10)
    flow.book(lot, "20", good=6, who="tomasz")
    check_balances()


def test_it_does_not_end_before_what_let_it_begin(flow, lot):
    with pytest.raises(BlockedByGates) as refused:
        flow.complete(lot, "20", who="tomasz")
    assert [blocker.code for blocker in refused.value.blockers] == ["UPSTREAM_NOT_READY", "UPSTREAM_RUNNING"]
    flow.complete(lot, "10")
    assert flow.complete(lot, "20", who="tomasz").quantity_good == 100
    assert flow.do(lot, "30").status == UnitStatus.FINISHED


def test_scrap_at_the_operation_before_is_not_waited_for(flow, lot):
    flow.book(lot, "10", scrap=10)
    assert flow.at(lot, "20").quantity == 90
    event = ExecutionEvent.objects.get(kind="REDUCED")
    assert (event.started, event.reason, event.execution.operation_code) == (-10, "Bent", "20")
    flow.complete(lot, "10", scrap=5)
    assert flow.complete(lot, "20", who="tomasz").quantity_good == 85
    assert flow.plant.fresh(lot).quantity_left == 85
    check_balances()


def test_scrap_at_the_next_operation_leaves_what_was_good_before(flow, lot):
    flow.book(lot, "20", scrap=10, who="tomasz")
    before = flow.at(lot, "10")
    assert (before.quantity, before.quantity_good) == (100, 60)
    flow.complete(lot, "10")
    flow.complete(lot, "20", who="tomasz")
    assert flow.do(lot, "30").quantity_left == 90
    check_balances()


def test_a_lot_is_not_scrapped_whole_while_it_is_good_elsewhere(flow, lot):
    flow.book(lot, "20", good=10, scrap=50, who="tomasz")
    flow.book(lot, "10", scrap=40)
    with pytest.raises(BlockedByGates, match="Only 0"):
        flow.book(lot, "20", scrap=10, who="tomasz")
    branches = lot_flow_of_branches(flow.plant)
    both = branches.lot(10, "WO-BOTH")
    branches.start(both, "10")
    branches.start(both, "20", who="tomasz")
    with pytest.raises(WorkedOnElsewhere, match="scrapped whole"):
        branches.complete(both, "10", scrap=10)


def lot_flow_of_branches(plant) -> LotFlow:
    return lot_flow(plant, {("10", "30"): None, ("20", "30"): None}, code="PIN")


def test_what_all_became_scrap_downstream_ends_with_the_last_of_it(flow, lot):
    flow.book(lot, "20", scrap=60, who="tomasz")
    flow.complete(lot, "10", scrap=40)
    assert flow.plant.fresh(lot).status == UnitStatus.SCRAPPED
    assert (flow.at(lot, "20").status, flow.at(lot, "20").quantity) == ("COMPLETED", 60)
    check_balances()


def test_scrap_on_one_branch_is_not_made_on_the_other(plant):
    flow = lot_flow_of_branches(plant)
    lot = flow.lot(10)
    flow.start(lot, "10")
    flow.start(lot, "20", who="tomasz")
    flow.book(lot, "20", good=8, who="tomasz")
    flow.book(lot, "10", scrap=3)
    assert (flow.at(lot, "20").quantity, flow.at(lot, "20").quantity_open) == (8, 0)
    flow.complete(lot, "20", who="tomasz")
    flow.complete(lot, "10")
    assert flow.do(lot, "30").quantity_left == 7
    check_balances()
