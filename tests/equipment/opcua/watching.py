"""What the tests watch, and how they wait for it: for what happens, never for a time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from equipment.drivers.base import Endpoint, LinkLost, Point, Sample, ValueType
from equipment.drivers.opcua.driver import connect
from equipment.drivers.opcua.subscriptions import Pace
from equipment.drivers.simulator.opcua_server import Variable

SPEED = Variable("Press/Speed", 1.5)
COUNT = Variable("Press/Count", 7, ValueType.INT32, is_writable=True)
NAME = Variable("Press/Name", "P-1", ValueType.TEXT, is_writable=True)
PRESS = [SPEED, COUNT, NAME]
PATIENCE_S = 30


def point(variable: Variable, value_type: ValueType | None = None) -> Point:
    return Point(variable.address, value_type or variable.value_type)


class Seen:
    """The samples of a link that is watched, and how it ended."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self._changed = asyncio.Event()
        self._end: asyncio.Task[None] | None = None

    async def follow(self, samples: AsyncIterator[list[Sample]]) -> None:
        try:
            async for some in samples:
                self.samples += some
                self._changed.set()
        finally:
            self._changed.set()

    def of(self, position: int) -> list[Sample]:
        return [sample for sample in self.samples if sample[0] == position]

    def values(self, position: int) -> list:
        return [sample[2] for sample in self.of(position)]

    def qualities(self, position: int) -> list[int]:
        return [sample[3] for sample in self.of(position)]

    async def until(self, is_there: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_there():
                assert self._end is None or not self._end.done() or self._end.result()
                self._changed.clear()
                await self._changed.wait()

    async def lost(self) -> LinkLost:
        """How the link ends; it has to."""
        assert self._end is not None
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait([self._end])
        error = self._end.exception()
        assert isinstance(error, LinkLost), error
        return error


@asynccontextmanager
async def watched(endpoint: Endpoint, points: Sequence[Point], pace: Pace | None = None) -> AsyncIterator[Seen]:
    """A link on which these are watched; it begins when there is something of each."""
    async with connect(endpoint) as link:
        link.pace = pace or Pace(silence_s=60)
        seen = Seen()
        seen.link = link
        seen._end = asyncio.create_task(seen.follow(link.watch(points)))
        try:
            await seen.until(lambda: {sample[0] for sample in seen.samples} == set(range(len(points))))
            yield seen
        finally:
            seen._end.cancel()
            with suppress(asyncio.CancelledError, LinkLost):
                await seen._end
