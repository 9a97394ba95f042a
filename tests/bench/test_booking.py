"""`make bench`: events of machines brought on record, beside the same bookings made by hand, in the same run."""

import time

import pytest
from django.db.models import Sum

from equipment.models import EventDue
from mes.kernel.door import open_door
from mes.station.actions import operations
from mes.station.tasks import book_machine_events
from tests.bench.report import note
from tests.lots import LotLine, lot_line
from tests.machine_floor import counter, happens, press
from wip.models import ExecutionEvent

pytestmark = pytest.mark.bench

EVENTS = 400
AT_MOST = 2.5  # times a booking by hand


@pytest.fixture
def line(committed_plant) -> LotLine:
    return lot_line(committed_plant, quantity=1_000)


def by_hand(line: LotLine) -> float:
    """Seconds for as many bookings by a person, each through a door of its own."""
    begin = time.perf_counter()
    for _each in range(EVENTS):
        with line.plant.door("amina") as passage:
            operations.book(
                execution=line.execution(),
                good=1,
                station=line.plant.stations["10"],
                by=passage.person,
                at=passage.at,
            )
    return time.perf_counter() - begin


def test_events_of_a_machine_are_booked_at_little_more_than_a_persons_bookings_cost(line, monkeypatch):
    monkeypatch.setattr("mes.station.tasks.timezone.now", lambda: line.plant.at(0))
    tag = counter(press(line.plant), line.plant.stations["10"])
    hand_s = by_hand(line)
    with open_door(person=None):
        for _each in range(EVENTS):
            happens(line.plant, tag)
    begin = time.perf_counter()
    assert book_machine_events() == EVENTS
    machine_s = time.perf_counter() - begin
    assert not EventDue.objects.exists()
    booked = ExecutionEvent.objects.filter(kind="BOOKED").aggregate(good=Sum("good"))
    assert booked["good"] == 2 * EVENTS
    note(
        f"events of a machine booked: {EVENTS / machine_s:,.0f} a second and process, "
        f"{1000 * machine_s / EVENTS:.1f} ms each; by hand {1000 * hand_s / EVENTS:.1f} ms: {machine_s / hand_s:.2f}"
    )
    assert machine_s < AT_MOST * hand_s
