"""Several devices behind one gateway, over one connection; and devices that need a pause before each request."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from equipment.drivers.base import InvalidAddress, LinkLost, Point, Quality, ValueType
from equipment.drivers.modbus.addresses import parse
from equipment.drivers.modbus.driver import ModbusLink, connect, overlap
from equipment.drivers.simulator.modbus_server import Memory, ModbusMachine
from tests.equipment.modbus.devices import IMPATIENT_S, by_position, endpoint_of, polls, run, until_lost

OWN, OF_7, FAR_OF_7, OF_8 = (
    Point(address, ValueType.UINT16) for address in ("holding:1", "holding:1@7", "holding:90@7", "holding:1@8")
)
POINTS = [OWN, OF_7, FAR_OF_7, OF_8]
ALL_GOOD = {n: (value, int(Quality.GOOD)) for n, value in enumerate([10, 17, 97, 18])}
BAD = (None, int(Quality.BAD_COMMUNICATION))


@asynccontextmanager
async def gateway(**changed) -> AsyncIterator[tuple[ModbusMachine, ModbusLink]]:
    """Three devices, and an open link to them."""
    async with ModbusMachine() as machine:
        for device in (7, 8):
            machine.memory.behind[device] = Memory()
            machine.memory.behind[device].put(OWN, 10 + device)
        machine.memory.put(OWN, 10)
        machine.memory.behind[7].put(Point("holding:90", ValueType.UINT16), 97)
        async with connect(endpoint_of(machine, **changed)) as link:
            yield machine, link


def test_devices_behind_a_gateway_are_read_and_written_over_one_connection():
    async def test() -> None:
        async with gateway() as (machine, link):
            assert by_position((await polls(link, POINTS, 1))[0]) == ALL_GOOD
            await link.write(OF_8, 5)
            assert (machine.memory.get(OWN), machine.memory.behind[8].get(OWN)) == (10, 5)
            assert by_position(await link.read(POINTS)) == ALL_GOOD | {3: (5, int(Quality.GOOD))}
            assert machine.traffic.connections == 1

    run(test)


@pytest.mark.parametrize("says_so", [True, False])
def test_a_device_behind_a_gateway_that_is_off_is_bad_alone_and_asked_once_a_poll(says_so):
    async def test() -> None:
        async with gateway(timeout_s=IMPATIENT_S) as (machine, link):
            off = machine.faults.missing_devices if says_so else machine.faults.mute_devices
            off.add(7)
            for found in await polls(link, POINTS, 4):
                assert by_position(found) == ALL_GOOD | {1: BAD, 2: BAD}
            assert len(machine.traffic.requests) == 4 * 3
            off.clear()
            assert by_position((await polls(link, POINTS, 1))[0]) == ALL_GOOD
            assert machine.traffic.connections == 1

    run(test)


def test_a_gateway_none_of_whose_devices_answers_is_left():
    async def test() -> None:
        async with gateway(timeout_s=IMPATIENT_S) as (machine, link):
            machine.faults.mute_devices.update({1, 7, 8})
            found, why = await until_lost(link, POINTS)
            assert all(value is None for samples in found for _, _, value, _ in samples)
            assert "6 times in a row" in why

    run(test)


def test_what_a_gateways_device_does_not_have_is_no_hole_in_another():
    async def test() -> None:
        near, nearer = Point("holding:5@7", ValueType.UINT16), Point("holding:5", ValueType.UINT16)
        async with gateway() as (machine, link):
            machine.memory.behind[7].put(nearer, 75)
            for number in range(2, 6):
                machine.memory.put(Point(f"holding:{number}", ValueType.UINT16), number)
            points = [OWN, nearer, OF_7, near]  # between the two of device 7 nothing can be read
            await link.read(points)
            machine.traffic.requests.clear()
            assert by_position(await link.read(points)) == {
                n: (value, int(Quality.GOOD)) for n, value in enumerate([10, 5, 17, 75])
            }
            assert list(machine.traffic.requests) == [(3, 1, 5), (3, 1, 1), (3, 5, 1)]

    run(test)


def test_a_device_has_its_pause_before_each_further_request():
    async def test() -> None:
        async with gateway(pause_s=0.05) as (_, link):
            begin = time.monotonic()
            await link.read(POINTS)
            assert time.monotonic() - begin >= 3 * 0.05

    run(test)


def test_a_link_that_is_lost_in_a_pause_says_so():
    async def test() -> None:
        async with gateway(pause_s=0.3) as (machine, link):
            await link.read([OWN])
            reading = asyncio.ensure_future(link.read([OWN]))
            await asyncio.sleep(0.05)
            await machine.unplug()
            with pytest.raises(LinkLost):
                await reading

    run(test)


def test_devices_are_numbers_of_one_byte():
    assert parse("holding:3.15@255").device == 255
    assert parse("coil:3").device is None
    with pytest.raises(InvalidAddress, match="0 to 255"):
        parse("holding:3@256")


def test_a_register_overlaps_with_itself_under_the_connections_own_device_too():
    at = [Point(f"holding:1{device}", ValueType.UINT16) for device in ("", "@7", "@8")]
    assert overlap(at[0], at[1], 7)
    assert not overlap(at[0], at[1], 1)
    assert not overlap(at[1], at[2], 7)
