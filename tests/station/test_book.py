"""Booking a part of a lot, by the verb."""

from decimal import Decimal

import pytest

from genealogy.status import UnitStatus
from mes.kernel.refusals import InvalidInput, NotPermitted
from mes.kernel.transitions import IllegalTransition
from mes.station.actions import operations
from mes.station.actions.operations import Completion, Given, NotALot
from tests.lots import CODE, LotLine, lot_line
from wip.actions import holds
from wip.models import ExecutionEvent, OperationExecution
from wip.policies import BlockedByGates
from wip.queries import execution_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(plant) -> LotLine:
    """Fifty clips, in work at ST-10 by Amina."""
    return lot_line(plant, quantity=50)


def book(line: LotLine, *, who: str = "amina", station: str = CODE, **quantities) -> OperationExecution:
    with line.plant.door(who) as passage:
        return operations.book(
            execution=line.execution(),
            station=line.plant.stations[station],
            by=passage.person,
            at=passage.at,
            **{"good": Decimal(12), **quantities},
        )


def test_a_part_is_booked_and_the_operation_goes_on(line):
    booked = book(line, scrap=Decimal(2), scrap_reason=" Bent ")
    assert (booked.is_running, booked.quantity_good, booked.quantity_scrapped, booked.quantity_open) == (
        True,
        12,
        2,
        36,
    )
    event = ExecutionEvent.objects.latest("sequence")
    assert (event.kind, event.good, event.scrap, event.scrap_reason) == ("BOOKED", 12, 2, "Bent")
    assert (event.by, event.station_code) == (line.plant.operator, "ST-10")
    assert line.unit().quantity_left == 48


def test_a_completion_after_it_completes_the_rest(line):
    book(line)
    book(line, good=Decimal(3), scrap=Decimal(1), scrap_reason="Bent")
    done = line.complete(Completion(), Given("LOOK", "yes"))
    assert (done.quantity_good, done.quantity_scrapped) == (49, 1)
    assert (line.unit().status, line.unit().quantity_left) == (UnitStatus.FINISHED, 49)


def test_nothing_is_not_booked(line):
    with pytest.raises(InvalidInput, match="nothing to book"):
        book(line, good=Decimal(0))
    assert ExecutionEvent.objects.filter(kind="BOOKED").count() == 0


@pytest.mark.parametrize(
    ("quantities", "sentence"),
    [
        ({"good": Decimal(51)}, "50 are open"),
        ({"good": Decimal(-1)}, "0 or more"),
        ({"scrap": Decimal(1)}, "Scrap needs a reason"),
        ({"scrap": Decimal(1), "scrap_reason": "  "}, "Scrap needs a reason"),
        ({"good": Decimal(0), "scrap": Decimal(50), "scrap_reason": "Bent"}, "Nothing would be left"),
    ],
)
def test_what_can_not_be_booked_says_why_and_books_nothing(line, quantities, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        book(line, **quantities)
    assert (line.execution().quantity_open, line.unit().quantity_left) == (50, 50)


def test_a_unit_of_one_piece_has_no_parts(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    with pytest.raises(NotALot, match="one piece"), plant.door() as passage:
        operations.book(
            execution=execution_at(unit, "10"),
            good=Decimal(1),
            station=plant.stations["10"],
            by=passage.person,
            at=passage.at,
        )
    assert execution_at(unit, "10").quantity_good == 0


def test_a_part_is_booked_by_who_has_the_job_where_it_runs(line):
    with pytest.raises(BlockedByGates, match="Amina Yusuf has CL-0001 here"):
        book(line, who="tomasz")
    with pytest.raises(BlockedByGates, match="runs at ST-10, not at ST-20"):
        book(line, station="20")
    with pytest.raises(NotPermitted):
        book(line, who="ruth")
    assert line.execution().quantity_good == 0


def test_nothing_is_booked_on_a_lot_that_is_on_hold(line):
    with line.plant.door("mei") as passage:
        holds.place(unit=line.unit(), reason_code="QUALITY", reason="Doubt", by=passage.person, at=passage.at)
    with pytest.raises(BlockedByGates) as refused:
        book(line)
    assert refused.value.code == "ON_HOLD"


def test_a_completed_operation_takes_no_more(line):
    line.complete(Completion(), Given("LOOK", "yes"))
    with pytest.raises(IllegalTransition):
        book(line)
