"""What is written to a machine whose collector changes: nothing more by who had it; no permission is left behind."""

import asyncio
import signal
import time

import pytest

from equipment.collection.tenure import clock
from equipment.models import Connection
from tests.equipment.collection.floor import QUICK, connection_to, lease, until
from tests.equipment.collection.told import R_7, Told, answered, give_tags, on_time, watched
from tests.interlock_floor import prepare, with_recipe
from tests.plant import Plant

TIMEOUT_S = 2.0


@pytest.fixture
def told(floor) -> Told:
    return Told(floor.machine())


@pytest.fixture
def connection(told: Told, committed_plant: Plant) -> Connection:
    """Of ST-20, whose machine takes a recipe and permission, and is given time to answer."""
    with_recipe(committed_plant)
    timeout_ms = int(TIMEOUT_S * 1000)
    made = connection_to(told.machine, committed_plant.stations["20"], timeout_ms=timeout_ms, period_ms=1_000)
    give_tags(committed_plant, made, told.machine)
    return made


def test_who_lost_the_database_amid_a_recipe_gives_no_permission(floor, committed_plant, connection, told):
    plant, unit = committed_plant, committed_plant.unit()
    way, machine = floor.cut(), told.machine
    first = floor.collector(url=way.url, name="first")
    watched(connection)

    def partition() -> None:
        cutting.append(asyncio.ensure_future(way.cut()))
        machine.faults.slow_s = 0.8 * TIMEOUT_S

    cutting: list[asyncio.Future[None]] = []
    told.then[60, R_7] = partition
    command = prepare(on_time(plant), unit)
    until(lambda: cutting, "half of it is written")
    told.then.clear()
    floor.collector(name="second")
    until(lambda: lease(connection).owner == "second", "the takeover")
    done = answered(command)
    assert (done.status, told.may_run) == ("MISMATCHED", False)
    floor.do(way.mend())
    until(lambda: not first._watchers, "the first sees it")
    assert told.writes == [(5, 0), (50, 40), (60, R_7), (5, 0)]


def test_who_froze_amid_a_recipe_writes_nothing_when_it_wakes(floor, committed_plant, connection, told):
    plant, unit = committed_plant, committed_plant.unit()
    frozen = floor.process()
    watched(connection)
    told.then[60, R_7] = lambda: frozen.send_signal(signal.SIGSTOP)
    command = prepare(on_time(plant), unit)
    until(lambda: (60, R_7) in told.writes, "half of it is written")
    told.then.clear()
    floor.collector()
    assert answered(command).status == "MISMATCHED"
    frozen.send_signal(signal.SIGCONT)
    time.sleep(3 * QUICK.lease_s)
    assert told.writes == [(5, 0), (50, 40), (60, R_7), (5, 0)]


def test_what_is_still_on_its_way_at_a_takeover_is_waited_for(floor, committed_plant, connection, told):
    plant, unit = committed_plant, committed_plant.unit()
    first = floor.process()
    watched(connection)
    late = told.hold_back((5, 1))  # the machine has the permission in hand, and is slow to take it
    command = prepare(on_time(plant), unit)
    until(late.is_set, "it is sent")
    first.kill()
    floor.collector()
    until(lambda: lease(connection).epoch == 2, "the takeover")
    time.sleep(0.8 * TIMEOUT_S)
    floor.do(told.let_go())
    done = answered(command)
    assert (done.status, told.may_run) == ("VERIFIED", True), "it is read when all has come to the machine"


def test_a_lease_is_over_here_before_it_is_over_in_the_database(floor, committed_plant, connection, told):
    collector = floor.collector()
    watched(connection)
    (watcher,) = collector._watchers.values()
    assert watcher.tenure.until < clock() + QUICK.lease_s
