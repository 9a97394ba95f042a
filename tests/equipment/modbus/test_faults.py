"""What goes wrong with machines, over real sockets: what is bad is never called good, and a lost link says so."""

import asyncio
import math

import pytest

from equipment.drivers.base import LinkLost, Point, Quality, ValueType, WriteRefused, WriteUnclear
from equipment.drivers.modbus.driver import connect
from tests.equipment.modbus.devices import (
    GOOD,
    HELD,
    IMPATIENT_S,
    POINTS,
    READY,
    SPEED,
    TEMPERATURE,
    all_bad,
    by_position,
    endpoint_of,
    linked,
    polls,
    run,
    until_lost,
)

ILLEGAL = Point("holding:5000", ValueType.UINT16)


def test_a_machine_that_is_unplugged_ends_the_watch_and_can_be_reached_again_later():
    async def test() -> None:
        async with linked() as (machine, link):
            assert by_position((await polls(link, POINTS, 1))[0]) == GOOD
            await machine.unplug()
            _, why = await until_lost(link, POINTS)
            assert why
            with pytest.raises(LinkLost, match="can't be reached"):
                async with connect(endpoint_of(machine)):
                    pass
            await machine.plug_in()
            async with connect(endpoint_of(machine)) as anew:
                assert by_position(await anew.read(POINTS)) == GOOD

    run(test)


def test_a_machine_that_takes_requests_and_answers_none_is_given_up_after_two():
    async def test() -> None:
        async with linked(timeout_s=IMPATIENT_S) as (machine, link):
            machine.faults.mute = True
            found, why = await until_lost(link, POINTS)
            assert "2 times in a row" in why
            # The coil was asked for first, the registers were the last straw: none of them was read in this slot.
            assert [by_position(samples) for samples in found] == [all_bad(Quality.BAD_COMMUNICATION)]
            assert len(machine.traffic.requests) == 2
            with pytest.raises(LinkLost):
                await link.read(POINTS)

    run(test)


def test_one_answer_left_out_is_bad_communication_and_the_link_stays():
    async def test() -> None:
        async with linked(timeout_s=IMPATIENT_S) as (machine, link):
            machine.faults.mute = True
            assert by_position(await link.read([SPEED])) == {0: (None, Quality.BAD_COMMUNICATION)}
            machine.faults.mute = False
            assert by_position(await link.read(POINTS)) == GOOD
            machine.faults.mute = True
            assert by_position(await link.read([SPEED])) == {0: (None, Quality.BAD_COMMUNICATION)}  # one, again

    run(test)


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next():
    async def test() -> None:
        async with linked(timeout_s=IMPATIENT_S) as (machine, link):
            machine.faults.slow_s = IMPATIENT_S + 0.1
            assert by_position(await link.read([SPEED])) == {0: (None, Quality.BAD_COMMUNICATION)}
            machine.faults.slow_s = 0
            machine.memory.put(SPEED, 7)
            await asyncio.sleep(0.2)  # by now the late one has come
            other = await link.read([TEMPERATURE])
            assert by_position(other) == {0: (HELD[1], Quality.GOOD)}

    run(test)


def test_a_slow_machine_never_has_two_polls_at_once_and_slots_are_counted_as_missed():
    async def test() -> None:
        async with linked(period_s=0.01) as (machine, link):
            machine.faults.slow_s = 0.025
            found = await polls(link, POINTS, 4)
            assert machine.traffic.most_under_way == 1
            assert link.health.missed_slots > 0
            times = [samples[0][1] for samples in found]
            assert all(time % 10_000 == 0 for time in times)
            slots = (times[-1] - times[0]) // 10_000
            assert slots <= len(times) - 1 + link.health.missed_slots  # none is lost without being counted

    run(test)


def test_a_watch_and_reads_and_writes_take_turns():
    async def test() -> None:
        async with linked() as (machine, link):
            machine.faults.slow_s = 0.005

            async def write() -> None:
                for value in range(5):
                    await link.write(SPEED, value)
                    await link.read([SPEED])

            await asyncio.gather(polls(link, POINTS, 5), write(), write())
            assert machine.traffic.most_under_way == 1

    run(test)


def test_an_illegal_address_is_bad_itself_and_no_other_suffers():
    async def test() -> None:
        async with linked(largest_gap=100) as (machine, link):
            near = Point("holding:104", ValueType.UINT16)  # there is nothing at 103
            behind = Point("holding:110", ValueType.UINT16)
            machine.memory.put(behind, 9)
            points = [*POINTS, near, behind]
            for samples in await polls(link, points, 3):
                assert by_position(samples) == GOOD | {
                    3: (None, Quality.BAD_CONFIGURATION),
                    4: (9, Quality.GOOD),
                }
            assert link.health.refused == {3: "exception 2: no such address"}
            asked = len(machine.traffic.requests)
            await polls(link, POINTS, 2)
            assert len(machine.traffic.requests) == asked + 4  # the gap is known: none is tried in vain

    run(test)


def test_an_illegal_address_is_tried_again_after_a_while():
    async def test() -> None:
        async with linked(retry_s=0.05) as (machine, link):
            watched = link.watch([SPEED, ILLEGAL])
            first = by_position(await anext(watched))
            assert first == {0: (HELD[0], Quality.GOOD), 1: (None, Quality.BAD_CONFIGURATION)}
            machine.memory.put(ILLEGAL, 12)
            async for samples in watched:
                if (last := by_position(samples)) != first:
                    break
            assert last == {0: (HELD[0], Quality.GOOD), 1: (12, Quality.GOOD)}
            assert by_position(await anext(watched)) == last
            assert link.health.refused == {}
            await watched.aclose()

    run(test)


def test_no_address_at_all_is_bad_configuration_and_said_why():
    async def test() -> None:
        async with linked() as (_machine, link):
            points = [SPEED, Point("nowhere", ValueType.UINT16)]
            (samples,) = await polls(link, points, 1)
            assert by_position(samples)[1] == (None, Quality.BAD_CONFIGURATION)
            assert "no Modbus address" in link.health.refused[1]

    run(test)


def test_what_is_to_be_read_together_is_left_out_together():
    async def test() -> None:
        async with linked() as (machine, link):
            event = [Point(f"holding:{n}", ValueType.UINT16, together="event") for n in (200, 202)]
            machine.memory.put(event[0], 1)
            machine.memory.put(event[1], 2)
            assert set(by_position(await link.read(event)).values()) == {(None, Quality.BAD_CONFIGURATION)}
            machine.memory.put(Point("holding:201", ValueType.UINT16), 0)
            assert by_position(await link.read(event)) == {0: (1, Quality.GOOD), 1: (2, Quality.GOOD)}

    run(test)


def test_a_machine_that_gives_few_registers_at_once_is_asked_for_fewer():
    async def test() -> None:
        async with linked() as (machine, link):
            machine.faults.longest = 8
            points = [Point(f"holding:{n}", ValueType.UINT16) for n in range(200, 230)]
            for n, point in enumerate(points):
                machine.memory.put(point, n)
            good = {n: (n, int(Quality.GOOD)) for n in range(30)}
            for samples in await polls(link, points, 3):
                assert by_position(samples) == good
            assert link.health.refused == {}

    run(test)


@pytest.mark.parametrize(
    ("code", "quality"),
    [
        (1, Quality.BAD_CONFIGURATION),
        (4, Quality.BAD_DEVICE_FAILURE),
        (6, Quality.BAD_DEVICE_FAILURE),
        (10, Quality.BAD_COMMUNICATION),
        (11, Quality.BAD_COMMUNICATION),
        (99, Quality.BAD_DEVICE_FAILURE),
    ],
)
def test_exceptions_are_bad_samples_and_the_link_stays(code, quality):
    async def test() -> None:
        async with linked() as (machine, link):
            machine.faults.exception = code
            for samples in await polls(link, POINTS, 3):
                assert by_position(samples) == all_bad(quality)
            assert link.health.last_error.startswith(f"exception {code}")
            machine.faults.exception = 0
            assert by_position(await link.read(POINTS)) == GOOD
            assert machine.traffic.connections == 1

    run(test)


def test_half_an_answer_is_never_good():
    async def test() -> None:
        async with linked() as (machine, link):
            machine.faults.short = True
            for samples in await polls(link, POINTS, 3):
                assert by_position(samples) == all_bad(Quality.BAD_COMMUNICATION)
            machine.faults.short = False
            assert by_position(await link.read(POINTS)) == GOOD

    run(test)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_has_no_value(value):
    async def test() -> None:
        async with linked() as (machine, link):
            high = {math.nan: 0x7FC0, math.inf: 0x7F80, -math.inf: 0xFF80}[value]
            machine.memory.tables["holding"].update({101: high, 102: 0})
            assert by_position(await link.read(POINTS)) == GOOD | {1: (None, Quality.BAD_SENSOR_FAILURE)}

    run(test)


def test_a_connection_that_breaks_at_every_request_can_be_made_anew_again_and_again():
    async def test() -> None:
        async with linked() as (machine, first):
            machine.faults.drop = True
            await until_lost(first, POINTS)
            for _ in range(5):
                async with connect(endpoint_of(machine)) as link:
                    with pytest.raises(LinkLost):
                        await link.read(POINTS)
            machine.faults.drop = False
            async with connect(endpoint_of(machine)) as link:
                assert by_position(await link.read(POINTS)) == GOOD

    run(test)


def test_a_machine_that_closes_every_new_connection_loses_the_link():
    async def test() -> None:
        async with linked() as (machine, _link):
            machine.faults.refuse = True
            with pytest.raises(LinkLost):
                async with connect(endpoint_of(machine)) as link:
                    await link.read(POINTS)

    run(test)


def test_the_bits_of_sixteen_coils_come_in_their_order():
    async def test() -> None:
        async with linked() as (machine, link):
            coils = [Point(f"coil:{n}", ValueType.BOOL) for n in range(40, 59)]
            on = {0, 1, 7, 8, 10, 18}
            for n, coil in enumerate(coils):
                machine.memory.put(coil, int(n in on))
            found = by_position(await link.read(coils))
            assert {n for n, (value, _) in found.items() if value == 1} == on

    run(test)


def test_a_write_that_is_not_answered_ends_the_link_for_nobody_knows():
    async def test() -> None:
        async with linked(timeout_s=IMPATIENT_S) as (machine, link):
            machine.faults.mute = True
            with pytest.raises(LinkLost, match="holding:100 was written is not known"):
                await link.write(SPEED, 5)
            with pytest.raises(LinkLost):
                await link.read(POINTS)
            assert [request[0] for request in machine.traffic.requests] == [6]  # no second try

    run(test)


@pytest.mark.parametrize("code", [1, 2, 3, 6, 10])
def test_a_write_that_the_machine_refuses_leaves_the_link(code):
    async def test() -> None:
        async with linked() as (machine, link):
            machine.faults.exception = code
            with pytest.raises(WriteRefused, match=f"holding:100 was not written: exception {code}"):
                await link.write(SPEED, 5)
            machine.faults.exception = 0
            assert by_position(await link.read(POINTS)) == GOOD

    run(test)


@pytest.mark.parametrize("code", [4, 5, 11])
def test_a_write_that_failed_half_way_is_one_of_which_nobody_knows(code):
    async def test() -> None:
        async with linked() as (machine, link):
            machine.faults.exception = code
            with pytest.raises(LinkLost, match="not known"):
                await link.write(READY, 0)

    run(test)


@pytest.mark.parametrize("is_deaf", [False, True], ids=["done", "not done"])
@pytest.mark.parametrize(
    ("point", "value", "of_value", "of_address"),
    [
        (READY, 0, "coil 3 = 1 instead of coil 3 = 0", "coil 4 = 0 instead of coil 3 = 0"),
        (SPEED, 6, "register 100 = 7 instead of register 100 = 6", "register 101 = 6 instead of register 100 = 6"),
        (
            TEMPERATURE,
            2.5,
            "3 registers from 101 on instead of 2 registers from 101 on",
            "2 registers from 102 on instead of 2 registers from 101 on",
        ),
        (
            Point("holding:100.1", ValueType.BOOL),
            1,
            "register 100 by the masks FFFD and 0003 instead of register 100 by the masks FFFD and 0002",
            "register 101 by the masks FFFD and 0002 instead of register 100 by the masks FFFD and 0002",
        ),
    ],
    ids=["5", "6", "16", "22"],
)
def test_a_write_that_is_answered_as_another_one_is_said_as_it_came_and_read_over_the_same_link(
    point, value, of_value, of_address, is_deaf
):
    async def test() -> None:
        async with linked() as (machine, link):
            ((_, _, before, _),) = await link.read([point])
            machine.faults.deaf_to_writes = is_deaf
            for fault, said in (("echoes_value", of_value), ("echoes_address", of_address)):
                setattr(machine.faults, fault, True)
                with pytest.raises(WriteUnclear) as unclear:
                    await link.write(point, value)
                setattr(machine.faults, fault, False)
                assert str(unclear.value) == (
                    f"Whether {point.address} was written is not known: the machine answers {said}."
                )
            assert by_position(await link.read([point])) == {0: (before if is_deaf else value, Quality.GOOD)}
            assert link.health.errors == 2
            assert machine.traffic.connections == 1

    run(test)


def test_half_an_answer_to_a_write_leaves_the_link_and_the_question():
    async def test() -> None:
        async with linked() as (machine, link):
            machine.faults.short = True
            with pytest.raises(WriteUnclear, match="the answer to the write has 3 bytes instead of 5"):
                await link.write(SPEED, 5)
            machine.faults.short = False
            assert by_position(await link.read([SPEED])) == {0: (5, Quality.GOOD)}

    run(test)


class DropsNext(dict):
    """Registers that are not there, and break the connection at the request after."""

    def __init__(self, machine) -> None:
        super().__init__()
        self.machine = machine

    def __getitem__(self, number: int) -> int:
        self.machine.faults.drop = True
        raise KeyError(number)


def test_what_was_read_before_the_link_was_lost_is_given_all_the_same():
    async def test() -> None:
        async with linked() as (machine, link):
            machine.memory.tables["input"] = DropsNext(machine)
            watched = link.watch([SPEED, Point("input:0", ValueType.UINT16), Point("input:100", ValueType.UINT16)])
            found = by_position(await anext(watched))
            assert found == {
                0: (HELD[0], Quality.GOOD),
                1: (None, Quality.BAD_CONFIGURATION),
                2: (None, Quality.BAD_COMMUNICATION),
            }
            with pytest.raises(LinkLost):
                await anext(watched)

    run(test)


def test_a_phase_sets_the_slots_off():
    async def test() -> None:
        async with linked(phase_s=0.007) as (_machine, link):
            for samples in await polls(link, POINTS, 2):
                assert {time % 20_000 for _, time, _, _ in samples} == {7_000}

    run(test)
