"""What a collector must survive: nothing lost, nothing doubled."""

import signal
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from equipment.collection import program
from equipment.collection.batches import Batch, Event
from equipment.collection.database import connect
from equipment.collection.flushing import Flusher
from equipment.collection.frames import frame
from equipment.collection.program import Rhythm
from equipment.collection.spool import SpoolFile
from equipment.collection.thinning import thinned
from equipment.collection.times import microseconds
from equipment.models import (
    Connection,
    MachineEvent,
    Observation,
    QuarantinedRow,
    SecurityProfile,
    Series,
    Tag,
)
from equipment.sample_audit import SlotAccount, audit, changes_of
from mes.kernel.door import open_door
from mes.kernel.sealing import Secret
from tests.equipment.collection.floor import (
    COUNTER,
    QUICK,
    Floor,
    ask,
    connection_to,
    lease,
    ledger,
    made,
    point,
    put,
    samples_of,
    tag_of,
    until,
)

PLAYED_BACK = 50_000  # batches, which takes longer than a lease lasts


def test_two_collectors_that_race_watch_each_connection_once(floor, connection, speed, machine, committed_plant):
    station = committed_plant.stations["30"]
    others = [connection_to(machine, station, code=f"PLC-{number}") for number in range(2, 12)]
    levels = [tag_of(other, "level", "holding:10") for other in others]
    floor.process()
    floor.process()
    until(lambda: all(len(samples_of(tag)) > 10 for tag in (speed, *levels)), "samples of each")
    for one in (connection, *others):
        assert lease(one).epoch == 1
        assert all(account.observations == 1 for account in ledger(one).values())


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


@pytest.mark.long
def test_a_large_spool_that_is_played_back_costs_no_lease_and_what_is_read_meanwhile_is_stored(
    floor, connection, speed, machine, committed_plant, tmp_path
):
    """A collector finds it when its line to the database was lost, and has a connection to watch meanwhile."""
    paused = connection_to(machine, committed_plant.stations["30"], code="PLC-2", is_paused=True)
    old = tag_of(paused, "old", "holding:20")
    series, begin_us = Series.objects.get(tag=old).pk, time.time_ns() // 1000 - 3_600_000_000
    rhythm = Rhythm(lease_s=1.5, flush_s=QUICK.flush_s)
    floor.collector(rhythm)
    until(lambda: samples_of(speed), "samples")
    folder, floor.spool = floor.spool, tmp_path / "another computer"
    floor.collector(rhythm)  # it waits for what nobody watches
    dead, epoch, frames = SpoolFile(folder / "dead.spool"), lease(paused).epoch, []
    for number in range(1, PLAYED_BACK + 1):
        batch = Batch(str(paused.pk), epoch, number=number)
        batch.add(series, begin_us + 1000 * number, number, 192)
        frames.append(frame(batch))
    dead.append(frames)
    dead.close()
    before, began = len(samples_of(speed)), time.monotonic()
    ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'plantwright collector'"
    )
    until(lambda: lease(paused).batch > PLAYED_BACK / 2, "half of it is played back", patience_s=300)
    assert len(samples_of(speed)) > before, "what is read is stored meanwhile"
    until(lambda: not dead.path.exists(), "all of it is", patience_s=300)
    assert time.monotonic() - began > rhythm.lease_s, "or this shows nothing"
    assert len(samples_of(old)) == PLAYED_BACK
    time.sleep(2 * rhythm.lease_s)
    assert lease(connection).epoch == 1, "nobody else could claim it"
    assert ledger(connection)["speed"].observations == 1


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


def test_a_network_that_swallows_everything_is_found_and_reading_goes_on(
    floor, connection, speed, good, machine, monkeypatch
):
    monkeypatch.setattr(program, "WRITE_PATIENCE_S", 1.0)
    way = floor.cut()
    collector = floor.collector(url=way.url)
    until(lambda: samples_of(speed), "samples")
    floor.do(way.swallow())
    put(machine, good, 3)
    time.sleep(3)
    assert collector._backlog.size_on_disk > 0, "what is read goes to the disk meanwhile"
    put(machine, good, 5)
    floor.do(way.mend())
    until(lambda: made(good) == 5, "five parts")
    floor.stop_all()
    assert lease(connection).epoch == 1
    account = ledger(connection)["speed"]
    assert account.observations == 1, "it was watched all the time"
    assert account.slots == account.samples + account.left_out


@pytest.mark.parametrize("round", range(2))
def test_after_an_outage_two_collectors_agree_and_every_slot_that_was_read_is_stored(
    floor, connection, speed, good, machine, round
):
    way = floor.cut()
    floor.collector(url=way.url)
    until(lambda: samples_of(speed), "samples")
    floor.collector(url=way.url)
    time.sleep(0.5)
    floor.do(way.cut())
    put(machine, good, 3)
    time.sleep(4 * QUICK.lease_s)
    floor.do(way.mend())
    until(lambda: made(good) == 3, "three parts")
    put(machine, good, 4)
    until(lambda: made(good) == 4, "one more")
    floor.stop_all()
    account = ledger(connection)["speed"]
    assert account.samples > 4 * QUICK.lease_s / 0.05 * 0.8, "what was read in the outage"
    assert made(good) == 4


@pytest.mark.parametrize(
    "away_s", [4.0, pytest.param(150.0, marks=pytest.mark.slow)], ids=["for seconds", "for minutes"]
)
def test_killed_while_the_database_is_away_it_loses_no_more_than_the_last_second(
    floor, connection, speed, good, machine, away_s
):
    way = floor.cut()
    first = floor.process(way.url)
    until(lambda: samples_of(speed), "samples")
    floor.do(way.cut())
    put(machine, good, 3)
    time.sleep(away_s / 2)
    killed_at = time.time()
    first.kill()
    first.wait()
    floor.collector(url=way.url)
    put(machine, good, 5)
    time.sleep(away_s / 2)
    assert made(good) == 0
    floor.do(way.mend())
    until(lambda: made(good) == 5, "five parts")
    floor.stop_all()
    before, after = Observation.objects.order_by("began_at")
    assert before.seen_until.timestamp() > killed_at - 1.2, "what lay in the spool is on record"
    assert before.seen_until < after.began_at, "while nobody watched, nobody knows"
    account = ledger(connection)["speed"]
    assert account.observations == 2
    assert account.samples > away_s / 2 / 0.05 * 0.5
    assert not list(floor.spool.iterdir())


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


def test_what_a_machine_shows_and_no_table_takes_goes_to_quarantine_and_nothing_waits(
    floor, connection, speed, good, machine, committed_plant
):
    station = committed_plant.stations["20"]
    odd = tag_of(connection, "odd", "holding:40", station=station, **COUNTER)
    with open_door(person=None):  # the first event that it makes is there already, which nobody can see coming
        MachineEvent.objects.create(
            site=station.site, station=station, tag=odd, number=1, books="PART_DONE", at=datetime.now(UTC), quantity=0
        )
    put(machine, odd, 1)
    floor.collector()
    until(lambda: samples_of(odd), "it watches")
    put(machine, odd, 4)
    until(lambda: QuarantinedRow.objects.exists(), "it is in quarantine")
    put(machine, good, 4)
    until(lambda: made(good) == 4, "the others are counted")
    put(machine, odd, 6)
    until(lambda: made(odd) == 2, "what fits is stored")
    assert {row.connection_id for row in QuarantinedRow.objects.all()} == {connection.pk}
    assert ledger(connection)["speed"].observations == 1


def test_numbers_of_eight_bytes_without_a_sign_are_counted_and_told_apart(
    floor, connection, speed, machine, committed_plant
):
    wide = {"value_type": "UINT64", "station": committed_plant.stations["20"]}
    count = tag_of(connection, "count", "holding:40", **wide, **COUNTER | {"rollover": 0})
    part = tag_of(
        connection, "part", "holding:44", role="EVENT", books="PART_DONE", acknowledge_address="holding:48", **wide
    )
    heard = tag_of(connection, "heard", "holding:48", value_type="UINT64")
    for tag, value in ((count, 2**63 - 2), (part, 2**64 - 1), (heard, 0)):
        put(machine, tag, value)
    first = floor.process()
    until(lambda: machine.memory.get(point(heard)) == 2**64 - 1, "it is acknowledged")
    put(machine, count, 2**63 + 5)
    until(lambda: made(count) == 7, "seven")
    first.kill()
    put(machine, count, 2**63 + 7)
    floor.collector()
    until(lambda: made(count) == 9, "two more, by the next collector")
    assert made(part) == 1
    assert not QuarantinedRow.objects.exists()


def test_a_missing_partition_is_made(floor, connection, speed):
    claim(connection)
    batch = Batch(str(connection.pk), epoch=1, number=1)
    days = [timedelta(days=-90), timedelta(days=90)]
    for off in days:
        batch.add(Series.objects.get(tag=speed).pk, time.time_ns() // 1000 + off // timedelta(microseconds=1), 1.0, 192)
    flush(floor, batch)
    assert len(samples_of(speed)) == 2


def test_what_a_thinned_batch_stands_for_is_void_and_late_samples_leave_the_next_owners_count_alone(
    floor, connection, speed, good
):
    """After a kill in the middle of thinning both may lie in the spool."""
    claim(connection)
    series, now_us = Series.objects.get(tag=speed).pk, time.time_ns() // 1000
    batches = [Batch(str(connection.pk), epoch=1, number=number) for number in range(1, 5)]
    for batch in batches:
        batch.add(series, now_us - 10 + batch.number, float(batch.number), 192)
        event = (str(good.pk), str(good.site_id), str(good.station_id), batch.number, "PART_DONE", now_us, 1, {})
        batch.events.append(Event(*event))
    assert flush(floor, *thinned(batches[:3]), *batches) == set()
    assert [value for _, value, *_ in samples_of(speed)] == [3.0, 4.0]
    assert made(good) == 4
    assert lease(connection).batch == 4
    ask("UPDATE equipment_connectionlease SET epoch = 2, batch = 7, claimed_at = now() RETURNING 1")
    batches[0].events.clear()
    floor.do(_late(floor, batches[0]))
    assert [value for _, value, *_ in samples_of(speed)] == [1.0, 3.0, 4.0]
    assert lease(connection).batch == 7
    assert not QuarantinedRow.objects.exists()


def test_what_is_played_back_after_two_takeovers_leaves_what_others_observed_alone_and_a_real_doubling_is_found(
    floor, connection, good
):
    claim(connection)
    series, begin = Series.objects.get(tag=good).pk, datetime.now(UTC)

    def at(seconds: float) -> datetime:
        return begin + timedelta(seconds=seconds)

    def stored_by_the_second(seconds: float, value: float) -> None:
        row = [series, at(seconds), value]
        ask("INSERT INTO equipment_sample (series_id, at, value, quality) VALUES (%s, %s, %s, 192) RETURNING 1", *row)

    def repeated() -> int:
        (account,) = changes_of(connection.pk, at(0), at(12))
        return account.repeated

    for epoch, since, until_s in ((1, 0, 2), (2, 5, 12)):
        seen = {"began_at": at(since), "seen_until": at(until_s), "ended_at": at(until_s), "period_ms": 50}
        Observation.objects.create(connection=connection, epoch=epoch, **seen)
    for seconds, value in ((5, 1.0), (9, 2.0)):
        stored_by_the_second(seconds, value)
    # By now a third has it; the first was cut off from the database alone, and went on reading.
    ask("UPDATE equipment_connectionlease SET epoch = 3, claimed_at = %s RETURNING 1", at(20))
    late = Batch(str(connection.pk), epoch=1, number=1)
    for seconds, value in ((1, 0.0), (4, 1.0), (6, 1.0), (10, 2.0)):
        late.add(series, microseconds(at(seconds)), value, 192)
    floor.do(_late(floor, late))
    assert [(value, moment) for moment, value, *_ in samples_of(good)] == [
        (value, at(seconds)) for seconds, value in ((1, 0.0), (4, 1.0), (5, 1.0), (9, 2.0))
    ]
    assert repeated() == 0
    stored_by_the_second(7, 1.0)
    assert repeated() == 1


def test_a_partition_that_goes_while_it_is_written_to_is_made_anew(
    floor, connection, speed, good, machine, owner_connection
):
    floor.collector()
    until(lambda: len(samples_of(speed)) > 10, "samples")
    today = f"equipment_sample_{datetime.now(UTC):%Y%m%d}"
    with owner_connection.transaction():
        owner_connection.execute(f"ALTER TABLE equipment_sample DETACH PARTITION {today}")
        owner_connection.execute(f"ALTER TABLE {today} RENAME TO detached")
    put(machine, good, 2)
    until(lambda: made(good) == 2, "two parts")
    until(lambda: len(samples_of(speed)) > 10, "samples in a new partition")
    assert not QuarantinedRow.objects.exists()
    owner_connection.execute("INSERT INTO equipment_sample SELECT * FROM detached")
    assert ledger(connection)["speed"].observations == 1


def test_a_batch_of_an_epoch_that_is_over_is_void(floor, connection, speed):
    claim(connection)
    batch = Batch(str(connection.pk), epoch=0, number=1)
    batch.add(Series.objects.get(tag=speed).pk, time.time_ns() // 1000, 1.0, 192)
    assert flush(floor, batch) == {str(connection.pk)}
    assert not samples_of(speed)


def test_who_is_late_to_renew_does_not_claim_its_own_connection_anew(floor, connection, speed):
    floor.collector(Rhythm(lease_s=0.01, flush_s=0.03))  # over each time that it looks
    until(lambda: len(samples_of(speed)) > 30, "samples")
    assert (lease(connection).epoch, lease(connection).connects) == (1, 1)
    floor.stop_all()
    assert ledger(connection)["speed"].observations == 1


def test_a_tag_that_is_edited_is_followed_and_a_change_of_type_begins_a_new_series(
    floor, connection, speed, machine, committed_plant
):
    other = connection_to(floor.machine(), committed_plant.stations["30"], code="PLC-2")
    put(floor._machines[-1], tag_of(other, "level", "holding:10"), 3)
    floor.collector()
    until(lambda: samples_of(speed), "samples")
    with open_door(person=None):
        speed.value_type = "INT16"
        speed.scale = 0.5
        speed.save()
    put(machine, speed, 9)
    until(lambda: any(value == 4.5 for _, value, *_ in samples_of(speed)), "the new scale")
    assert versions(speed) == [1, 2]
    assert lease(connection).epoch == 1, "the same collector goes on"
    assert lease(other).connects == 1, "the other connection was left alone"
    with open_door(person=None):
        speed.quantity_unit = "1/min"
        speed.save()
    until(lambda: len(versions(speed)) == 3, "another unit is another series, too")
    until(lambda: len(samples_of(speed)) > 5, "samples of it")
    assert ledger(connection)["speed"].observations == 3
    assert ledger(other)["level"].observations == 1


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


def test_a_spool_that_can_not_be_written_stops_nothing(floor, connection, speed, good, machine):
    floor.spool.mkdir()
    for number in range(1, 10):  # every write to them says that no space is left
        (floor.spool / f"full.{number:08}.new").symlink_to("/dev/full")
    way = floor.cut()
    collector = floor.collector(url=way.url, name="full")
    until(lambda: samples_of(speed), "samples")
    floor.do(way.cut())
    put(machine, good, 3)
    time.sleep(2.0)
    assert collector._backlog.size > 0
    assert collector._backlog.size_on_disk == 0
    floor.do(way.mend())
    until(lambda: made(good) == 3, "three parts")
    floor.stop_all()
    assert (lease(connection).epoch, lease(connection).dropped) == (1, 0)
    assert ledger(connection)["speed"].observations == 1


def test_over_the_spools_cap_the_oldest_values_are_given_up_and_no_part(floor, connection, speed, good, machine):
    way = floor.cut()
    collector = floor.collector(replace(QUICK, most_bytes=40_000, most_on_disk=40_000), url=way.url)
    until(lambda: samples_of(speed), "samples")
    floor.do(way.cut())
    sizes, ends = [], time.monotonic() + 8
    for raw in range(1, 1_000):
        put(machine, good, raw)
        time.sleep(0.1)
        sizes.append((collector._backlog.size, collector._backlog.size_on_disk))
        if time.monotonic() > ends:
            break
    floor.do(way.mend())
    until(lambda: made(good) == raw, "every part")
    floor.stop_all()
    for size in map(max, zip(*sizes, strict=True)):
        assert size < 40_000 + 5_000  # beyond it stand events alone
    dropped = lease(connection).dropped
    assert dropped > 20
    account = audit_of(connection)["speed"]
    assert 0 < account.missing <= dropped
    assert account.slots == account.samples + account.left_out + account.missing
    assert account.doubled == 0


def audit_of(connection: Connection) -> dict[str, SlotAccount]:
    """Where values are missing, and not events."""
    now = datetime.now(UTC)
    (account,) = audit([connection], now - timedelta(hours=1), now)
    assert all(event.is_whole for event in account.events)
    return {slot.tag: slot for slot in account.slots}


def versions(tag: Tag) -> list[int]:
    return [version for (version,) in ask("SELECT version FROM equipment_series WHERE tag_id = %s ORDER BY 1", tag.pk)]


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


async def _late(floor: Floor, batch: Batch) -> None:
    database = await connect(floor.url, "test")
    try:
        await Flusher(database).store_late(batch)
    finally:
        await database.close()


def flush(floor: Floor, *batches: Batch) -> set[str]:
    async def flushed() -> set[str]:
        database = await connect(floor.url, "test")
        try:
            return await Flusher(database).flush(batches)
        finally:
            await database.close()

    return floor.do(flushed())
