"""Machines that fail, each in its way, with a collector that watches them over real sockets.

After each the ledger is asked: no slot doubled, none missing while good, every event there.
"""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from equipment.collection import watching
from equipment.collection.rollups import roll_up
from equipment.drivers.base import Quality, ValueType
from equipment.models import CounterTotal, MachineEvent, Observation, QuarantinedRow, Rollup
from tests.equipment.collection.floor import (
    COUNTER,
    connection_to,
    lease,
    ledger,
    made,
    put,
    samples_of,
    tag_of,
    until,
)


@pytest.fixture
def watched(floor, speed, good, machine):
    """A collector that watches the machine and has counted two parts."""
    collector = floor.collector()
    until(lambda: samples_of(good) and samples_of(speed), "samples")
    put(machine, good, 2)
    until(lambda: made(good) == 2, "two parts")
    return collector


def qualities(tag) -> list[int]:
    return [quality for *_, quality in samples_of(tag)]


def is_good_again(tag) -> None:
    count = qualities(tag).count(192)
    until(lambda: qualities(tag).count(192) >= count + 5, "good values")


def test_a_machine_that_is_unplugged_leaves_one_bad_value_and_its_counter_goes_on(
    floor, watched, connection, speed, good, machine
):
    floor.do(machine.unplug())
    until(lambda: lease(connection).state == "LOST", "the loss is seen")
    time.sleep(0.8)
    put(machine, good, 5)
    floor.do(machine.plug_in())
    until(lambda: made(good) == 5, "three more")
    is_good_again(speed)
    floor.stop_all()
    assert [quality for quality in qualities(speed) if quality < 64] == [Quality.BAD_NOT_CONNECTED, 28]
    assert ledger(connection)["speed"].observations == 2


def test_a_machine_that_was_away_for_long_is_watched_again_in_less_than_ten_seconds(
    floor, committed_plant, monkeypatch
):
    monkeypatch.setattr(watching, "FIRST_PAUSE_S", watching.LONGEST_PAUSE_S)  # as after a quarter of a minute away
    machines = [floor.machine() for _ in range(4)]
    station = committed_plant.stations["20"]
    plcs = [connection_to(one, station, code=f"P-{n}") for n, one in enumerate(machines)]
    for plc, machine in zip(plcs, machines, strict=True):
        put(machine, tag_of(plc, f"of-{plc.code}", "holding:10"), 1)
    floor.collector()
    until(lambda: all(lease(plc).state == "GOOD" for plc in plcs), "all are watched")
    for machine in machines:
        floor.do(machine.unplug())
    until(lambda: all(lease(plc).state == "LOST" for plc in plcs), "the losses are seen")
    for machine in machines:
        floor.do(machine.plug_in())
    until(lambda: all(lease(plc).state == "GOOD" for plc in plcs), "all are back", patience_s=10)


def test_a_machine_that_takes_requests_and_is_mute_is_lost_and_found(floor, watched, connection, speed, good, machine):
    machine.faults.mute = True
    until(lambda: lease(connection).state == "LOST", "the loss is seen")
    put(machine, good, 4)
    assert "2 times in a row" in lease(connection).detail
    time.sleep(0.5)
    last = samples_of(speed)[-1]
    assert last[3] < 64, "nothing is called good that nobody read"
    machine.faults.mute = False
    until(lambda: made(good) == 4, "what it made meanwhile")
    is_good_again(speed)
    assert ledger(connection)["speed"].observations >= 2


def test_a_slow_machine_has_one_poll_under_way_and_what_it_misses_is_counted(
    floor, watched, connection, speed, good, machine
):
    machine.faults.slow_s = 2.4 * connection.period_ms / 1000
    put(machine, good, 9)
    until(lambda: ledger(connection)["speed"].left_out > 20, "slots are left out")
    assert machine.traffic.most_under_way == 1
    until(lambda: made(good) == 9, "seven more")
    floor.stop_all()
    account = ledger(connection)["speed"]
    assert account.observations == 1
    assert account.slots == account.samples + account.left_out, "each slot is stored, or counted as left out"


def test_an_illegal_address_is_bad_alone(floor, connection, speed, good, machine):
    nowhere = tag_of(connection, "nowhere", "holding:12")
    floor.collector()
    until(lambda: len(samples_of(speed)) > 10, "samples")
    assert [(value, quality) for _, value, _, quality in samples_of(nowhere)] == [(None, Quality.BAD_CONFIGURATION)]
    assert set(qualities(speed)) == {192}
    assert ledger(connection)["speed"].observations == 1


@pytest.mark.parametrize(
    ("code", "quality"),
    [
        (4, Quality.BAD_DEVICE_FAILURE),
        (6, Quality.BAD_DEVICE_FAILURE),
        (10, Quality.BAD_COMMUNICATION),
        (11, Quality.BAD_COMMUNICATION),
    ],
)
def test_a_busy_machine_and_a_gateway_without_one_are_bad_and_stay_connected(
    floor, watched, connection, speed, good, machine, code, quality
):
    put(machine, good, 3)
    machine.faults.exception = code
    until(lambda: qualities(speed)[-1] == quality, "it is bad")
    time.sleep(5 * connection.period_ms / 1000)
    machine.faults.exception = 0
    is_good_again(speed)
    until(lambda: made(good) == 3, "one more")
    assert lease(connection).connects == 1
    assert qualities(speed).count(quality) == 1, "stored when it became so"
    assert ledger(connection)["speed"].observations == 1


def test_half_an_answer_is_bad_and_counts_nothing(floor, watched, connection, speed, good, machine):
    machine.faults.short = True
    until(lambda: qualities(speed)[-1] == Quality.BAD_COMMUNICATION, "it is bad")
    time.sleep(5 * connection.period_ms / 1000)
    machine.faults.short = False
    is_good_again(speed)
    put(machine, good, 3)
    until(lambda: made(good) == 3, "one more")
    assert lease(connection).connects == 1
    assert ledger(connection)["speed"].samples


@pytest.mark.parametrize(("value", "words"), [("NaN", 0x7FC0), ("infinity", 0x7F80), ("minus infinity", 0xFF80)])
def test_what_is_no_number_is_bad_and_in_no_sum(floor, watched, connection, machine, committed_plant, value, words):
    heat = tag_of(
        connection, "heat", "holding:20", value_type=ValueType.FLOAT32, station=committed_plant.stations["20"]
    )
    put(machine, heat, 21.5)
    until(lambda: 192 in qualities(heat), "a number")
    machine.memory.tables["holding"].update({20: words, 21: 0})
    until(lambda: qualities(heat)[-1] == Quality.BAD_SENSOR_FAILURE, value)
    put(machine, heat, 20.5)
    is_good_again(heat)
    floor.stop_all()
    stored = [value for _, value, *_ in samples_of(heat) if value is not None]
    assert set(stored) == {21.5, 20.5}
    roll_up(timezone.now() + timedelta(minutes=2))
    minutes = Rollup.objects.filter(series__tag=heat, width_s=60)
    assert sum(minute.total for minute in minutes) == pytest.approx(sum(stored))
    assert (min(minute.least for minute in minutes), max(minute.most for minute in minutes)) == (20.5, 21.5)
    assert ledger(connection)["heat"].samples


def test_a_counter_rolls_over_is_reset_and_changes_its_collector(floor, connection, machine, committed_plant):
    station = committed_plant.stations["20"]
    given = COUNTER | {"reset_below": 100, "most_per_minute": 60_000}
    parts = tag_of(connection, "parts", "holding:30", station=station, **given)
    put(machine, parts, 65_530)
    first = floor.process()
    until(lambda: samples_of(parts), "a first value")
    total = 0
    for raw, more in ((65_535, 5), (200, 201), (7, 7), (9, 2)):  # goes on, rolls over, was reset, goes on
        put(machine, parts, raw)
        total += more
        until(lambda total=total: made(parts) == total, f"{total} parts")
    first.kill()
    put(machine, parts, 12)
    floor.collector()
    until(lambda: made(parts) == total + 3, "three more, by the next collector")
    assert [event.number for event in MachineEvent.objects.order_by("number")] == list(range(1, 6))
    ledger(connection)


def booked(tag):
    """What counts by itself, and what waits for a person: (before, after, how many it would be)."""
    events = MachineEvent.objects.filter(tag=tag).order_by("number")
    return sum(event.quantity for event in events if "doubt" not in event.content), [
        (event.content["before"], event.content["raw"], event.quantity) for event in events if "doubt" in event.content
    ]


@pytest.mark.parametrize("kind", [{}, {"rollover": 0}, {"rollover": 2**32, "value_type": "UINT32"}], ids=str)
def test_what_a_counter_shows_and_no_machine_makes_waits_for_a_person(
    floor, connection, machine, committed_plant, kind
):
    """Corrected at the panel, cleared for a moment and restored, jumped ahead: and what is made goes on counting."""
    parts = tag_of(connection, "parts", "holding:30", station=committed_plant.stations["20"], **COUNTER | kind)
    put(machine, parts, 5_000)
    first = floor.process()
    until(lambda: samples_of(parts), "a first value")

    def shows(*values: int) -> None:
        for raw in values:
            put(machine, parts, raw)
            until(lambda raw=raw: CounterTotal.objects.get(tag=parts).raw == raw, f"{raw}")

    shows(5_004, 4_900, 4_903, 0, 4_903, 4_905)
    first.kill()
    floor.collector()
    shows(4_908, 45_000, 45_001)
    asked = [(5_004, 4_900, 4_900), (0, 4_903, 4_903), (4_908, 45_000, 40_092)]
    assert booked(parts) == (4 + 3 + 2 + 3 + 1, asked)
    assert CounterTotal.objects.get(tag=parts).total == 13
    assert not QuarantinedRow.objects.exists()
    ledger(connection)


def test_a_link_that_flaps_loses_and_doubles_nothing(floor, watched, connection, speed, good, machine):
    for parts in range(3, 9):
        floor.do(machine.unplug())
        put(machine, good, parts)
        until(lambda: lease(connection).state == "LOST", "the loss is seen")
        floor.do(machine.plug_in())
        until(lambda: lease(connection).state == "GOOD", "it is back")
    until(lambda: made(good) == 8, "eight parts")
    is_good_again(speed)
    floor.stop_all()
    edges = qualities(speed).count(Quality.BAD_NOT_CONNECTED)
    assert edges == Observation.objects.exclude(reason="").count() - 1 == 6, "one bad value a loss"
    assert ledger(connection)["speed"].observations == 7


def test_a_link_that_flaps_while_the_database_is_away_is_on_record_as_it_was(floor, connection, speed, good, machine):
    way = floor.cut()
    floor.collector(url=way.url)
    until(lambda: samples_of(speed), "samples")
    floor.do(way.cut())
    time.sleep(0.5)  # from now on it looks for the database only now and then, and freezes as seldom
    for parts in (1, 2, 3):
        machine.faults.drop = True
        put(machine, good, parts)
        time.sleep(0.4)
        machine.faults.drop = False
        time.sleep(0.8)
    floor.do(way.mend())
    until(lambda: made(good) == 3, "three parts")
    is_good_again(speed)
    floor.stop_all()
    account = ledger(connection)["speed"]
    assert account.observations == 4
    until_before, *_ = Observation.objects.order_by("began_at").values_list("seen_until", flat=True)
    assert until_before < Observation.objects.order_by("began_at")[1].began_at


def test_a_machine_that_never_answers_is_not_called_good_by_what_was_stored_before(
    floor, connection, speed, good, machine
):
    first = floor.process()
    until(lambda: samples_of(speed), "samples")
    first.kill()
    floor.do(machine.unplug())
    floor.collector()
    until(lambda: qualities(speed)[-1] == Quality.BAD_NOT_CONNECTED, "the next collector says so")
    ledger(connection)
