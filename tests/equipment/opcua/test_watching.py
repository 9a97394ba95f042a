"""What is watched comes: at once as it is, then each change, with the machine's time and how far to trust it."""

import asyncio
import math
import time

import pytest

from equipment.drivers.base import Health, Point, Quality, ValueType
from equipment.drivers.opcua.driver import connect
from equipment.drivers.opcua.samples import Track
from equipment.drivers.opcua.subscriptions import Pace
from equipment.drivers.simulator.opcua_server import NAMESPACE, Variable
from tests.equipment.opcua.watching import COUNT, NAME, PRESS, SPEED, point, watched

POINTS = [point(variable) for variable in PRESS]
BURST, ITEMS = 20_000, 200
LATER = Variable("Press/Later", 3, ValueType.INT32)


def test_every_type_comes_as_it_is(machine, endpoint):
    many = [
        Variable("T/bool", True, ValueType.BOOL),
        Variable("T/i16", -32768, ValueType.INT16),
        Variable("T/u16", 65535, ValueType.UINT16),
        Variable("T/i32", -(2**31), ValueType.INT32),
        Variable("T/u32", 2**32 - 1, ValueType.UINT32),
        Variable("T/i64", -(2**63), ValueType.INT64),
        Variable("T/u64", 2**64 - 1, ValueType.UINT64),
        Variable("T/f32", 0.5, ValueType.FLOAT32),
        Variable("T/f64", 1e300, ValueType.FLOAT64),
        Variable("T/text", "läuft", ValueType.TEXT),
    ]
    machine.restart(many)

    async def scenario():
        points = [point(variable) for variable in many]
        async with watched(endpoint, points) as seen:
            read = await seen.link.read(points)
            assert {sample[3] for sample in seen.samples + read} == {Quality.GOOD}
            return [seen.values(at) for at in range(len(many))], [sample[2] for sample in read]

    watched_values, read_values = asyncio.run(scenario())
    expected = [1 if variable.value is True else variable.value for variable in many]
    assert watched_values == [[value] for value in expected]
    assert read_values == expected


def test_changes_come_with_the_time_of_the_machine(machine, endpoint):
    async def scenario():
        async with watched(endpoint, POINTS) as seen:
            machine.set_clock(50)
            machine.set(SPEED.path, 2.5)
            await seen.until(lambda: 2.5 in seen.values(0))
            return seen.of(0)[-1]

    _, time_us, _, quality = asyncio.run(scenario())
    assert quality == Quality.GOOD
    assert time_us > time.time() * 1e6  # ahead of ours, and kept


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_clock_that_is_off_counts_for_nothing_and_is_told(machine, endpoint, seconds):
    async def scenario():
        async with watched(endpoint, POINTS) as seen:
            machine.set_clock(seconds)
            machine.set(SPEED.path, 2.5)
            await seen.until(lambda: 2.5 in seen.values(0))
            return seen.of(0)[-1]

    _, time_us, _, quality = asyncio.run(scenario())
    assert quality == Quality.GOOD_CLOCK_OFF
    assert abs(time.time() * 1e6 - time_us) < 60e6


def test_a_value_that_has_stood_for_long_says_nothing_about_the_clock(machine, endpoint):
    machine.set_clock(-3600)
    machine.set(SPEED.path, 2.5)

    async def scenario():
        async with watched(endpoint, POINTS) as seen:
            return seen.of(0)[0]

    _, time_us, value, quality = asyncio.run(scenario())
    assert (value, quality) == (2.5, Quality.GOOD)
    assert abs(time.time() * 1e6 - time_us) < 60e6


def test_a_value_without_a_time_has_that_of_receipt(machine, endpoint):
    async def scenario():
        async with watched(endpoint, POINTS) as seen:
            machine.set(SPEED.path, 2.5, has_time=False)
            await seen.until(lambda: 2.5 in seen.values(0))
            return seen.of(0)[-1]

    _, time_us, _, quality = asyncio.run(scenario())
    assert quality == Quality.GOOD
    assert abs(time.time() * 1e6 - time_us) < 60e6


def test_times_of_a_point_only_rise():
    track = Track(0, POINTS[0], 60_000_000, Health())
    now_us = 1_800_000_000_000_000
    ticks = (now_us + 11_644_473_600_000_000) * 10
    times = [track.sample((1, 11, 1.0, 0, at), now_us)[1] for at in (ticks, ticks, ticks - 5_000, 0, ticks + 50)]
    assert times == [now_us, now_us + 1, now_us + 2, now_us + 3, now_us + 5]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("kind", [ValueType.FLOAT32, ValueType.FLOAT64])
def test_what_is_no_number_is_bad_and_has_no_value(machine, endpoint, kind, number):
    gauge = Variable("Press/Gauge", 1.5, kind)
    machine.restart([gauge])

    async def scenario():
        async with watched(endpoint, [point(gauge)]) as seen:
            machine.set(gauge.path, number)
            await seen.until(lambda: len(seen.samples) == 2)
            machine.set(gauge.path, 2.5)
            await seen.until(lambda: len(seen.samples) == 3)
            return seen.values(0), seen.qualities(0)

    assert asyncio.run(scenario()) == ([1.5, None, 2.5], [Quality.GOOD, Quality.BAD_SENSOR_FAILURE, Quality.GOOD])


STATUSES = {
    "BadSensorFailure": Quality.BAD_SENSOR_FAILURE,
    "BadDeviceFailure": Quality.BAD_DEVICE_FAILURE,
    "BadNotConnected": Quality.BAD_NOT_CONNECTED,
    "BadOutOfService": Quality.BAD_OUT_OF_SERVICE,
    "BadNoCommunication": Quality.BAD_COMMUNICATION,
    "BadUnexpectedError": Quality.BAD,
    "UncertainLastUsableValue": Quality.UNCERTAIN_LAST_USABLE,
    "UncertainInitialValue": Quality.UNCERTAIN,
    "GoodLocalOverride": Quality.GOOD,
}


def test_status_codes_become_qualities(machine, endpoint):
    async def scenario():
        async with watched(endpoint, POINTS) as seen:
            for number, status in enumerate(STATUSES):
                machine.set(SPEED.path, 10.0 + number, status=status)
            await seen.until(lambda: len(seen.of(0)) == 1 + len(STATUSES))
            return seen.values(0)[1:], seen.qualities(0)[1:]

    values, qualities = asyncio.run(scenario())
    assert qualities == list(STATUSES.values())
    assert [value is None for value in values] == [quality < Quality.UNCERTAIN for quality in qualities]


def test_a_burst_comes_whole_and_in_order(machine, endpoint):
    many = [Variable(f"Many/{number}", -1, ValueType.INT32) for number in range(ITEMS)]
    machine.restart(many)
    changes = [(many[number % ITEMS].path, number) for number in range(BURST)]

    async def scenario():
        async with connect(endpoint) as link:
            got = [[] for _ in many]
            async for samples in link.watch([point(variable) for variable in many]):
                for position, _, value, quality in samples:
                    assert quality == Quality.GOOD
                    got[position].append(value)
                if all(len(values) == 1 for values in got):
                    await asyncio.to_thread(machine.set_all, changes)
                if sum(map(len, got)) == BURST + ITEMS:
                    return got

    got = asyncio.run(asyncio.wait_for(scenario(), 60))
    assert got == [[-1, *range(number, BURST, ITEMS)] for number in range(ITEMS)]


def test_who_listens_slowly_loses_nothing(machine, endpoint):
    async def scenario():
        last = 30
        async with connect(endpoint) as link:
            link.pace, got = Pace(silence_s=1.0), []
            async for samples in link.watch([point(COUNT)]):
                got += [sample[2] for sample in samples]
                if len(got) == 1:
                    for number in range(1, last + 1):
                        machine.set(COUNT.path, 100 + number)
                        await asyncio.sleep(0.01)
                    await asyncio.sleep(2)  # longer than silence may last
                if got[-1] == 100 + last:
                    return got

    assert asyncio.run(asyncio.wait_for(scenario(), 60)) == [7, *range(101, 131)]


def test_a_node_that_is_unknown_is_bad_alone_and_comes_when_it_is_there(machine, endpoint):
    points = [point(SPEED), point(LATER), Point("nsu=urn:nowhere;s=x", ValueType.INT32)]

    async def scenario():
        async with watched(endpoint, points, Pace(silence_s=60, retry_s=0.2)) as seen:
            assert seen.qualities(0) == [Quality.GOOD]
            assert seen.qualities(1) == seen.qualities(2) == [Quality.BAD_CONFIGURATION]
            assert set(seen.link.health.refused) == {1, 2}
            machine.add(LATER)
            await seen.until(lambda: 3 in seen.values(1))
            assert set(seen.link.health.refused) == {2}
            return seen.qualities(1), seen.qualities(2)

    assert asyncio.run(scenario()) == ([Quality.BAD_CONFIGURATION, Quality.GOOD], [Quality.BAD_CONFIGURATION])


def test_a_node_of_another_type_is_bad_alone_and_says_which(machine, endpoint):
    points = [point(SPEED), point(NAME, ValueType.FLOAT64), point(COUNT, ValueType.INT16)]

    async def scenario():
        async with watched(endpoint, points) as seen:
            machine.set(COUNT.path, 40_000)
            await seen.until(lambda: len(seen.of(2)) == 2)
            machine.set(COUNT.path, 8)
            await seen.until(lambda: len(seen.of(2)) == 3)
            return [seen.qualities(at) for at in range(3)], seen.link.health.refused

    qualities, refused = asyncio.run(scenario())
    assert qualities[:2] == [[Quality.GOOD], [Quality.BAD_CONFIGURATION]]
    assert qualities[2] == [Quality.GOOD, Quality.BAD_CONFIGURATION, Quality.GOOD]
    assert refused == {1: "The node holds String, the tag is FLOAT64."}


def test_requests_are_no_larger_than_the_server_takes(machine, endpoint):
    many = [Variable(f"Many/{number}", number, ValueType.INT32) for number in range(20)]
    machine.restart(many)
    machine.limit(7)
    try:

        async def scenario():
            async with watched(endpoint, [point(variable) for variable in many]) as seen:
                portions = [len(portion) for portion in seen.link.session.portions("watch", range(20))]
                read = await seen.link.read([point(variable) for variable in many])
                return portions, [sample[2] for sample in read]

        assert asyncio.run(scenario()) == ([7, 7, 6], list(range(20)))
    finally:
        machine.limit(0)


def test_the_same_node_can_be_two_points(machine, endpoint):
    async def scenario():
        async with watched(endpoint, [point(COUNT), point(COUNT, ValueType.FLOAT64)]) as seen:
            return seen.values(0), seen.values(1)

    assert asyncio.run(scenario()) == ([7], [7.0])


def test_a_watch_that_begins_ends_the_one_before(machine, endpoint):
    async def scenario():
        async with connect(endpoint) as link:
            former = link.watch([point(SPEED)])
            assert (await anext(former))[0][2] == 1.5
            latter = link.watch([point(COUNT)])
            assert (await anext(latter))[0][2] == 7
            for number in range(5):
                machine.set_all([(SPEED.path, 10.0 + number), (COUNT.path, 10 + number)])
                assert [sample[2] for sample in await anext(latter)] == [10 + number]
            assert [samples async for samples in former] == []

    asyncio.run(asyncio.wait_for(scenario(), 30))


def test_a_node_of_the_standard_has_no_namespace_uri(machine, endpoint):
    async def scenario():
        async with connect(endpoint) as link:
            return await link.read([Point("i=2259", ValueType.INT32), Point(f"nsu={NAMESPACE};i=9", ValueType.INT32)])

    state, unknown = asyncio.run(scenario())
    assert (state[2], state[3]) == (0, Quality.GOOD)  # it runs
    assert unknown[2:] == (None, Quality.BAD_CONFIGURATION)
