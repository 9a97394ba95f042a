"""What a collector must survive: nothing lost, nothing doubled."""

import signal
import time
from datetime import timedelta

import pytest

from equipment.collection.batches import Batch
from equipment.collection.database import connect
from equipment.collection.flushing import Flusher
from equipment.drivers.simulator.modbus_server import ModbusMachine
from equipment.models import (
    Connection,
    ConnectionLease,
    MachineEvent,
    Observation,
    QuarantinedRow,
    SecurityProfile,
    Series,
    Tag,
)
from mes.kernel.door import open_door
from mes.kernel.sealing import Secret
from tests.equipment.collection.floor import (
    QUICK,
    Floor,
    ask,
    connection_to,
    ledger,
    put,
    samples_of,
    tag_of,
    until,
)

COUNTER = {"role": "COUNTER", "books": "PART_DONE", "rollover": 65536, "report": "CHANGE"}


@pytest.fixture
def machine(floor: Floor) -> ModbusMachine:
    return floor.machine()


@pytest.fixture
def connection(machine: ModbusMachine, committed_plant) -> Connection:
    return connection_to(machine, committed_plant.stations["20"])


@pytest.fixture
def speed(machine: ModbusMachine, connection: Connection, committed_plant) -> Tag:
    tag = tag_of(connection, "speed", "holding:10", station=committed_plant.stations["20"])
    put(machine, tag, 7)
    return tag


@pytest.fixture
def good(machine: ModbusMachine, connection: Connection, committed_plant) -> Tag:
    tag = tag_of(connection, "good", "holding:11", station=committed_plant.stations["20"], **COUNTER)
    put(machine, tag, 0)
    return tag


def lease(connection: Connection) -> ConnectionLease:
    return ConnectionLease.objects.get(connection=connection)


def made(tag: Tag) -> int:
    return sum(MachineEvent.objects.filter(tag=tag).values_list("quantity", flat=True))


def test_of_two_collectors_one_watches_a_connection(floor, connection, speed):
    floor.collector()
    floor.collector()
    until(lambda: len(samples_of(speed)) > 10, "samples")
    assert lease(connection).epoch == 1
    assert ledger(connection)["speed"].samples


def test_a_killed_collectors_connections_are_taken_over_and_nothing_is_counted_twice(
    floor, connection, speed, good, machine
):
    first = floor.process()
    until(lambda: samples_of(good), "a first value")
    put(machine, good, 5)
    until(lambda: made(good) == 5, "five parts")
    put(machine, good, 6)
    first.kill()
    began = time.monotonic()
    put(machine, good, 9)
    floor.collector()
    until(lambda: made(good) == 9, "nine parts")
    assert time.monotonic() - began < 10
    assert lease(connection).epoch == 2
    assert ledger(connection)["speed"].samples
    first, second = Observation.objects.order_by("began_at")
    assert first.seen_until <= second.began_at, "what nobody saw is not known"


def test_a_frozen_collector_writes_nothing_when_it_wakes(floor, connection, speed, good, machine):
    frozen = floor.process()
    until(lambda: samples_of(speed), "samples")
    frozen.send_signal(signal.SIGSTOP)
    put(machine, good, 4)
    floor.collector()
    until(lambda: made(good) == 4, "the other takes over")
    frozen.send_signal(signal.SIGCONT)
    put(machine, good, 6)
    until(lambda: made(good) == 6, "two more")
    time.sleep(3 * QUICK.lease_s)
    assert made(good) == 6
    assert lease(connection).epoch == 2
    assert ledger(connection)["speed"].samples


def test_while_the_database_is_away_everything_waits(floor, connection, speed, good, machine):
    way = floor.cut()
    floor.collector(url=way.url)
    until(lambda: samples_of(speed), "samples")
    floor.do(way.cut())
    for raw in range(1, 6):
        put(machine, good, raw)
        time.sleep(0.2)
    before = len(samples_of(speed))
    time.sleep(2 * QUICK.lease_s)
    assert len(samples_of(speed)) == before
    floor.do(way.mend())
    until(lambda: made(good) == 5, "all five parts")
    until(lambda: len(samples_of(speed)) > before + 20, "what was read meanwhile")
    assert lease(connection).epoch == 1, "nobody else claimed it: it is still this collector's"
    account = ledger(connection)["speed"]
    assert account.observations == 1, "it was watched all the time"
    assert account.slots == account.samples + account.left_out


def test_killed_while_the_database_is_away_it_loses_no_more_than_the_last_second(
    floor, connection, speed, good, machine
):
    way = floor.cut()
    first = floor.process(way.url)
    until(lambda: samples_of(speed), "samples")
    floor.do(way.cut())
    put(machine, good, 3)
    time.sleep(2.0)
    killed_at = time.time()
    first.kill()
    first.wait()
    floor.do(way.mend())
    floor.collector()
    until(lambda: made(good) == 3, "three parts")
    stored = [at.timestamp() for at, *_ in samples_of(speed)]
    until(
        lambda: [at for at, *_ in samples_of(speed) if killed_at - 2.0 < at.timestamp() < killed_at - 1.1], "the spool"
    )
    assert stored == sorted(set(stored))
    assert not list(floor.spool.glob("*.new"))


def test_a_lost_reply_to_a_commit_doubles_nothing(floor, connection, speed, good, machine):
    way = floor.cut()
    floor.collector(url=way.url)
    until(lambda: samples_of(good), "samples")
    for raw in (1, 2, 3):
        floor.do(way.lose_reply())
        put(machine, good, raw)
        until(lambda raw=raw: way.lost_replies >= raw, "a lost reply")
    until(lambda: made(good) == 3, "three parts")
    before = len(samples_of(speed))
    until(lambda: len(samples_of(speed)) > before + 5, "it goes on")
    assert ledger(connection)["speed"].samples
    assert not QuarantinedRow.objects.exists()


def test_a_row_that_is_refused_goes_to_quarantine_and_the_others_are_stored(floor, connection, speed):
    claim(connection)
    batch = Batch(str(connection.pk), epoch=1, number=1)
    series = Series.objects.get(tag=speed).pk
    now_us = time.time_ns() // 1000
    for step in range(50):
        batch.add(series, now_us + step, "sn\x00" if step == 20 else float(step), 192)
    flush(floor, batch)
    assert len(samples_of(speed)) == 49
    (refused,) = QuarantinedRow.objects.all()
    assert refused.row["series"] == series
    assert "0x00" in refused.error


def test_a_missing_partition_is_made(floor, connection, speed):
    claim(connection)
    batch = Batch(str(connection.pk), epoch=1, number=1)
    days = [timedelta(days=-90), timedelta(days=90)]
    for off in days:
        batch.add(Series.objects.get(tag=speed).pk, time.time_ns() // 1000 + off // timedelta(microseconds=1), 1.0, 192)
    flush(floor, batch)
    assert len(samples_of(speed)) == 2


def test_a_batch_of_an_epoch_that_is_over_is_void(floor, connection, speed):
    claim(connection)
    batch = Batch(str(connection.pk), epoch=0, number=1)
    batch.add(Series.objects.get(tag=speed).pk, time.time_ns() // 1000, 1.0, 192)
    assert flush(floor, batch) == {str(connection.pk)}
    assert not samples_of(speed)


def test_a_tag_that_is_edited_is_followed_and_a_change_of_type_begins_a_new_series(
    floor, connection, speed, machine, committed_plant
):
    other = connection_to(floor.machine(), committed_plant.stations["30"], code="PLC-2")
    floor.collector()
    until(lambda: samples_of(speed), "samples")
    with open_door(person=None):
        speed.value_type = "INT16"
        speed.scale = 0.5
        speed.save()
    put(machine, speed, 9)
    until(lambda: any(value == 4.5 for _, value, *_ in samples_of(speed)), "the new scale")
    assert [version for (version,) in ask("SELECT version FROM equipment_series WHERE tag_id = %s", speed.pk)] == [1, 2]
    assert lease(connection).epoch == 1, "the same collector goes on"
    assert lease(other).connects == 1, "the other connection was left alone"


def test_a_lost_link_leaves_one_bad_value_and_the_counter_goes_on(floor, connection, speed, good, machine):
    floor.collector()
    until(lambda: samples_of(speed), "samples")
    put(machine, good, 2)
    until(lambda: made(good) == 2, "two parts")
    floor.do(machine.unplug())
    until(lambda: lease(connection).state == "LOST", "the loss is seen")
    time.sleep(0.5)
    put(machine, good, 5)
    bad = [quality for *_, quality in samples_of(speed) if quality < 64]
    floor.do(machine.plug_in())
    until(lambda: made(good) == 5, "three more")
    assert len(bad) == 1
    assert samples_of(speed)[-1][3] == 192


def test_a_paused_connection_is_left_alone_until_it_goes_on(floor, connection, speed):
    floor.collector()
    until(lambda: samples_of(speed), "samples")
    pause(connection, is_paused=True)
    until(lambda: lease(connection).state == "PAUSED", "it is paused")
    before = len(samples_of(speed))
    time.sleep(0.5)
    assert len(samples_of(speed)) == before
    assert samples_of(speed)[-1][3] == 28, "out of service"
    pause(connection, is_paused=False)
    until(lambda: len(samples_of(speed)) > before, "it goes on")


def test_a_secret_that_does_not_open_stops_only_its_own_connection(floor, connection, speed, committed_plant):
    site = committed_plant.site
    with open_door(person=None):
        profile = SecurityProfile.objects.create(site=site, code="cell", name="Cell", policy="None", mode="None")
        SecurityProfile.objects.filter(pk=profile.pk).update(password=Secret("sealed under a key that is gone"))
        locked = Connection.objects.create(
            site=site, code="OPC-1", name="Cell", kind="OPCUA", address="127.0.0.1:1", security=profile
        )
    floor.collector()
    until(lambda: lease(locked).state == "REFUSED", "it is refused")
    assert "can't be opened" in lease(locked).detail
    until(lambda: samples_of(speed), "the other is watched")


def test_a_spool_that_can_not_be_written_stops_nothing(floor, connection, speed):
    floor.spool.mkdir()
    (floor.spool / "full.spool").symlink_to("/dev/full")  # every write to it says that no space is left
    floor.collector(name="full")
    until(lambda: len(samples_of(speed)) > 30, "samples")
    assert (lease(connection).epoch, lease(connection).dropped) == (1, 0)
    assert ledger(connection)["speed"].samples


def pause(connection: Connection, *, is_paused: bool) -> None:
    with open_door(person=None):
        connection.is_paused = is_paused
        connection.save()


def claim(connection: Connection) -> None:
    ask(
        "UPDATE equipment_connectionlease SET owner = 'test', epoch = 1, expires_at = now() + interval '1 minute'"
        " WHERE connection_id = %s RETURNING 1",
        connection.pk,
    )


def flush(floor: Floor, *batches: Batch) -> set[str]:
    async def flushed() -> set[str]:
        database = await connect(floor.url, "test")
        try:
            return await Flusher(database).flush(batches)
        finally:
            await database.close()

    return floor.do(flushed())
