"""A device to test against, and what a test does with a link to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from equipment.drivers.base import Endpoint, LinkLost, Point, Quality, Sample, ValueType
from equipment.drivers.modbus.driver import ModbusLink, connect
from equipment.drivers.simulator.modbus_server import ModbusMachine

SPEED = Point("holding:100", ValueType.UINT16)
TEMPERATURE = Point("holding:101", ValueType.FLOAT32)
READY = Point("coil:3", ValueType.BOOL)
POINTS = [SPEED, TEMPERATURE, READY]
HELD = [1_500, 21.5, 1]
PERIOD_S = 0.02
PATIENCE_S = 20  # for a computer with much else to do
IMPATIENT_S = 0.3  # where an answer is meant to be missed


def endpoint_of(machine: ModbusMachine, **changed) -> Endpoint:
    return Endpoint(machine.address, **({"period_s": PERIOD_S, "timeout_s": PATIENCE_S} | changed))


@asynccontextmanager
async def linked(*, retry_s: float = 60.0, **changed) -> AsyncIterator[tuple[ModbusMachine, ModbusLink]]:
    """A device that holds what HELD says, and an open link to it."""
    async with ModbusMachine() as machine:
        for point, value in zip(POINTS, HELD, strict=True):
            machine.memory.put(point, value)
        async with connect(endpoint_of(machine, **changed), retry_s=retry_s) as link:
            yield machine, link


def run(test: Callable[[], Awaitable[None]], runner=asyncio.run) -> None:
    async def in_time() -> None:
        async with asyncio.timeout(2 * PATIENCE_S):
            await test()

    runner(in_time())


async def polls(link: ModbusLink, points: list[Point], count: int) -> list[list[Sample]]:
    """What the next polls give."""
    watched = link.watch(points)
    try:
        return [await anext(watched) for _ in range(count)]
    finally:
        await watched.aclose()


async def until_lost(link: ModbusLink, points: list[Point]) -> tuple[list[list[Sample]], str]:
    """All that a watch gives, and why it ended."""
    found = []
    try:
        async for samples in link.watch(points):
            found.append(samples)
    except LinkLost as lost:
        return found, str(lost)
    raise AssertionError("a watch has no end")


def by_position(samples: list[Sample]) -> dict[int, tuple]:
    found = {position: (value, quality) for position, _, value, quality in samples}
    assert len(found) == len(samples), "two samples of one point in one poll"
    return found


GOOD = {n: (value, int(Quality.GOOD)) for n, value in enumerate(HELD)}


def all_bad(quality: Quality) -> dict[int, tuple]:
    return {n: (None, int(quality)) for n in range(len(POINTS))}
