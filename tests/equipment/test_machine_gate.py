"""The machine's state at a start: as the station asks for it, and only as far as it is known now."""

from datetime import timedelta

import pytest

from equipment.machine_facts import machines
from equipment.models import EquipmentState, StateCondition
from mes.kernel.door import open_door
from tests.machine_floor import press, watched
from wip.policies import BlockedByGates

pytestmark = pytest.mark.django_db


class AtStation:
    def __init__(self, station):
        self.station = station


@pytest.fixture
def connection(plant):
    """A press that tells the state of ST-20, where a start asks that it is not down."""
    connection, station = press(plant), plant.stations["20"]
    with open_door(person=None):
        station.machine_need = "UP"
        station.save()
        StateCondition.objects.create(site=plant.site, station=station, connection=connection, rank=1, state="RUNNING")
    return connection


def is_now(plant, state, **more):
    at = plant.at()
    with open_door(person=None):
        EquipmentState.objects.create(site=plant.site, station=plant.stations["20"], state=state, began_at=at, **more)
    plant.clock -= timedelta(seconds=55)


def refusal(plant):
    with pytest.raises(BlockedByGates) as refused:
        plant.start(plant.unit(), "20")
    return refused.value


def test_a_machine_that_runs_lets_the_start_pass(plant, connection):
    is_now(plant, "RUNNING")
    unit = plant.unit()
    watched(connection, plant.at())
    plant.clock -= timedelta(seconds=55)
    assert plant.start(unit, "20").is_running


def test_a_machine_that_is_down_stops_it(plant, connection):
    is_now(plant, "DOWN", detail="E-stop")
    watched(connection, plant.clock + timedelta(hours=1))
    refused = refusal(plant)
    assert (refused.code, refused.what) == ("MACHINE_NOT_READY", "The machine at ST-20 is down.")


def test_a_state_that_nobody_watches_is_not_known(plant, connection):
    is_now(plant, "RUNNING")
    assert refusal(plant).what == "Nobody knows how the machine at ST-20 is."
    watched(connection, plant.clock - timedelta(minutes=2))
    assert refusal(plant).code == "MACHINE_NOT_KNOWN"


def test_a_state_that_has_ended_is_not_known(plant, connection):
    is_now(plant, "RUNNING", ended_at=plant.clock + timedelta(hours=1))
    watched(connection, plant.clock + timedelta(hours=1))
    assert refusal(plant).code == "MACHINE_NOT_KNOWN"


def test_a_station_that_does_not_ask_costs_no_query(plant, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert machines([AtStation(plant.stations["10"]), AtStation(None)]) == [None, None]
