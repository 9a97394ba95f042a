"""A machine whose clock is off, within the limit: samples have its time, all that is made of them has ours."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from equipment.drivers.simulator.opcua_server import Access, OpcUaServer
from equipment.machine_facts import machines
from equipment.machine_queries import states_between
from equipment.models import EquipmentState, MachineEvent, StateCondition, StateTerm
from equipment.status import BookingResult
from mes.kernel.door import open_door
from mes.station.tasks import book_machine_events
from tests.equipment.collection.floor import Floor, made, samples_of, until
from tests.equipment.collection.opc_press import COUNT, HEARD, PART, PRESS, SPEED, Press
from tests.lots import lot_line
from tests.plant import Plant

NEAR = timedelta(seconds=20)  # the tests' computer may be busy; clocks are off by more


@pytest.fixture(scope="module")
def simulator() -> Iterator[OpcUaServer]:
    with OpcUaServer(PRESS) as server:
        yield server


@pytest.fixture(params=[50, -50], ids=["50 s ahead", "50 s behind"])
def off(request) -> timedelta:
    return timedelta(seconds=request.param)


@pytest.fixture
def press(simulator: OpcUaServer, committed_plant: Plant, off: timedelta) -> Press:
    """At station 10: with speed it runs, without it is down."""
    simulator.thaw()
    simulator.set_clock(off.total_seconds())
    simulator.restart(PRESS, access=Access())
    station = committed_plant.stations["10"]
    press = Press(simulator, station)
    with open_door(person=None):
        press.connection.account = committed_plant.people["erp"]
        press.connection.save()
        for rank, state, comparison in ((1, "RUNNING", "GT"), (2, "DOWN", "EQ")):
            condition = StateCondition.objects.create(
                site=station.site, station=station, connection=press.connection, rank=rank, state=state
            )
            StateTerm.objects.create(
                site=station.site, condition=condition, tag=press.speed, comparison=comparison, value=0
            )
    return press


class At:
    def __init__(self, station) -> None:
        self.station = station


def shown(press: Press) -> str:
    """The state that a page shows now."""
    now = timezone.now()
    told = states_between([press.station.pk], now - timedelta(minutes=5), now)[press.station.pk]
    return told[-1].state if told else ""


def judged(press: Press) -> str:
    """The state that the gate sees now."""
    with open_door(person=None, at=timezone.now()):
        (facts,) = machines([At(press.station)])
    assert facts is not None
    return facts.state


def is_near(one: datetime | None, other: datetime) -> bool:
    return one is not None and abs(one - other) < NEAR


def test_page_gate_and_intervals_tell_the_same_state_at_the_same_time(floor: Floor, press, off):
    press.station.machine_need = "READY"
    press.shows(SPEED, 2.0)  # by its clock; what it began with had none
    floor.collector()
    began = timezone.now()
    until(lambda: judged(press) == "RUNNING", "it runs")
    assert shown(press) == "RUNNING"
    stopped = timezone.now()
    press.shows(SPEED, 0.0)
    until(lambda: judged(press) == "DOWN", "it is down")
    assert shown(press) == "DOWN"
    running, down = EquipmentState.objects.order_by("began_at")
    assert is_near(running.began_at, began)
    assert running.ended_at == down.began_at
    assert is_near(down.began_at, stopped)
    until(lambda: press.stored(press.speed)[-1] == 0.0, "the sample")
    assert is_near(samples_of(press.speed)[-1][0], stopped + off), "the sample has the machine's time"
    press.shows(SPEED, 3.0, 0.0, 4.0)  # told at once: in their order, by our clock as well
    until(lambda: judged(press) == "RUNNING", "it runs")
    assert EquipmentState.objects.latest("began_at").began_at <= timezone.now()


def test_parts_belong_to_the_job_that_ran_when_they_came(floor: Floor, press, committed_plant):
    handshake = {"role": "EVENT", "books": "PART_DONE", "acknowledge_address": HEARD.address}
    part = press.tag("part", PART, station=press.station, **handshake)
    floor.collector()
    until(lambda: samples_of(press.count) and samples_of(part), "it is watched")
    committed_plant.at = lambda seconds=0: timezone.now()
    line = lot_line(committed_plant, quantity=50)
    press.shows(COUNT, 13)
    press.shows(PART, 1)
    until(lambda: made(press.count) == 3 and press.server.value(HEARD.path) == 1, "three parts and one")
    for event in MachineEvent.objects.all():
        assert is_near(event.at, timezone.now())
        assert event.at >= line.execution().started_at
    assert book_machine_events() == 2
    outcomes = [booking.sentence for event in MachineEvent.objects.all() for booking in event.bookings.all()]
    assert outcomes == ["", ""]
    assert line.execution().quantity_good == 4
    assert {booking.result for event in MachineEvent.objects.all() for booking in event.bookings.all()} == {
        BookingResult.BOOKED
    }
