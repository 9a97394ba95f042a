"""Quantities on a lot: booking in parts, scrap of a part, and the balance that equals the events."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from genealogy.models import ActivityUnit
from genealogy.status import UnitStatus
from mes.kernel.refusals import InvalidInput
from mes.kernel.transitions import IllegalTransition
from mes.station.actions.operations import Completion, Given
from orders.status import OrderStatus
from tests.lots import LotLine, lot_line
from wip.models import ExecutionEvent
from wip.policies import BlockedByGates

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(plant) -> LotLine:
    return lot_line(plant, quantity=100)


def test_bookings_add_up_to_the_execution_s_balance(line):
    for good, scrap in [(10, 0), (5, 2), (0, 3)]:
        line.book(good, scrap)
    execution = line.execution()
    sums = ExecutionEvent.objects.filter(execution=execution).aggregate(good=Sum("good"), scrap=Sum("scrap"))
    assert (execution.quantity_good, execution.quantity_scrapped) == (sums["good"], sums["scrap"]) == (15, 5)
    assert line.unit().quantity_left == 95
    assert ActivityUnit.objects.filter(activity__kind="SCRAP").aggregate(sum=Sum("quantity"))["sum"] == 5


@pytest.mark.parametrize(("good", "scrap"), [(101, 0), (0, 101), (60, 41), (-1, 0), (2, -1)])
def test_more_than_is_open_or_less_than_nothing_is_refused(line, good, scrap):
    with pytest.raises(InvalidInput):
        line.book(good, scrap)
    assert line.execution().quantity_open == 100


def test_scrap_without_a_reason_is_refused(line):
    with pytest.raises(InvalidInput, match="reason"):
        line.book(0, 1, reason="")


def test_completing_leaves_nothing_open(line):
    line.book(40, 0)
    with pytest.raises(InvalidInput, match="would be left open"):
        line.complete(Completion(good=Decimal(59)), Given("LOOK", "yes"))
    line.complete(Completion(good=Decimal(58), scrap=Decimal(2), scrap_reason="Bent"), Given("LOOK", "yes"))
    execution, unit = line.execution(), line.unit()
    assert (execution.quantity_good, execution.quantity_scrapped, execution.quantity_open) == (98, 2, 0)
    assert (unit.status, unit.quantity_left) == (UnitStatus.FINISHED, 98)
    assert unit.work_order.status == OrderStatus.COMPLETED


def test_a_completed_execution_takes_no_more(line):
    line.complete(Completion(), Given("LOOK", "yes"))
    with pytest.raises(IllegalTransition):
        line.book(1, 0)


def test_scrapping_the_rest_of_a_lot_with_good_pieces_still_needs_its_required_steps(line):
    """Only a unit that is scrapped whole may end without its values: here 99 good pieces would go on unchecked."""
    line.book(99, 0)
    with pytest.raises(BlockedByGates) as refused:
        line.complete(Completion(good=Decimal(0), scrap=Decimal(1), scrap_reason="Bent"))
    assert refused.value.code == "STEPS_MISSING"


def test_a_lot_that_is_scrapped_whole_ends_without_its_steps(line):
    line.book(0, 60)
    line.complete(Completion(good=Decimal(0), scrap=Decimal(40), scrap_reason="Melted"))
    assert line.unit().status == UnitStatus.SCRAPPED
    assert line.unit().work_order.status == OrderStatus.COMPLETED


def test_what_scraps_all_that_is_left_is_a_completion(line):
    line.book(0, 60)
    with pytest.raises(InvalidInput, match="Nothing would be left"):
        line.book(0, 40)
    assert line.unit().status == UnitStatus.IN_PROCESS
