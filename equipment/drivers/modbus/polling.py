"""Reading a list of points again and again: by as few requests as the device allows, learning what it does not."""

import asyncio
from collections.abc import Iterable, Sequence

from equipment.drivers.base import Health, Point, Quality, Sample
from equipment.drivers.modbus.decoder import decoder_of
from equipment.drivers.modbus.messages import (
    NO_TARGET,
    READ,
    SPLITS,
    Exceptional,
    WrongAnswer,
    data_of,
    read_request,
    size_of,
)
from equipment.drivers.modbus.planner import Block, Hole, Item, Limits, blocks_of, items_of
from equipment.drivers.modbus.wire import NoAnswer, Wire


class Question:
    """A block with all that is known before it is asked for."""

    __slots__ = ("block", "decode", "function", "request", "size")

    def __init__(self, block: Block, points: Sequence[Point]) -> None:
        self.block = block
        self.function = READ[block.table]
        self.request = read_request(block.table, block.begin, block.count)
        self.size = size_of(block.table, block.count)
        self.decode = decoder_of(block, points)


class Poller:
    """The points of one list. refused, by position: why a point can't be read for now; kept up to date.

    What the device calls an illegal address is looked for by halves. A single value that is one is left out and tried
    again every retry_s seconds, one a poll; a gap between two that can be read is a hole, and not read over again.
    holes: those known of the device; what is learned is added.
    """

    def __init__(self, wire: Wire, points: Sequence[Point], limits: Limits, retry_s: float, holes: set[Hole]) -> None:
        self.refused: dict[int, str] = {}
        self._wire = wire
        self._points = points
        self._limits = limits
        self._retry_s = retry_s
        self._items, self._unreadable = items_of(points, limits)
        self._holes = holes
        self._asleep: dict[Item, float] = {}  # until when, by the loop's clock
        self._why: dict[Item, str] = {}
        self._off: set[int | None] = set()  # devices that gave no answer in this poll, where there are several
        wire.devices = max(wire.devices, len({item.device for item in self._items}))
        self._plan()

    async def poll(self, at_us: int, samples: list[Sample]) -> None:
        """Appends a sample for each point, at this time; those of the first requests also when a later one loses the
        link. Raises LinkLost.
        """
        due = self._due()
        self._off.clear()
        for question in self._questions:
            await self._read(question, at_us, samples)
        if due is not None and await self._read(Question(Block((due,)), self._points), at_us, samples):
            del self._asleep[due]
            self._is_stale = True
        tried = due.positions if due is not None else ()
        samples += _bad((p for p in self.refused if p not in tried), at_us, Quality.BAD_CONFIGURATION)
        if self._is_stale:
            self._plan()

    def unread(self, at_us: int, samples: Sequence[Sample]) -> list[Sample]:
        """Bad samples of what a poll did not come to; none where it read nothing."""
        read = {position for position, *_ in samples}
        missing = (position for position in range(len(self._points)) if position not in read)
        return _bad(missing, at_us, Quality.BAD_COMMUNICATION) if read else []

    async def _read(self, question: Question, at_us: int, samples: list[Sample]) -> bool:
        """Whether all of it could be read at once."""
        device = question.block.device
        if device in self._off:  # the others behind the gateway don't wait for it again
            samples += _bad(question.block.positions, at_us, Quality.BAD_COMMUNICATION)
            return False
        try:
            data = data_of(await self._wire.ask(question.request, device), question.function, question.size)
        except Exceptional as error:
            if error.code == NO_TARGET:
                self._leave(device)
            if error.code in SPLITS:
                await self._search(question.block, error, at_us, samples)
            else:
                self._note(error)
                samples += _bad(question.block.positions, at_us, error.quality)
            return False
        except (WrongAnswer, NoAnswer) as error:
            if isinstance(error, NoAnswer):
                self._leave(device)
            self._note(error)
            samples += _bad(question.block.positions, at_us, Quality.BAD_COMMUNICATION)
            return False
        samples += question.decode(data, at_us)
        return True

    async def _search(self, block: Block, why: Exceptional, at_us: int, samples: list[Sample]) -> None:
        """Reads by halves what could not be read as a whole, and notes what is wrong with it.

        That registers between the tags can't be read is no error: it is learned once, and nobody has to do anything.
        """
        self._is_stale = True
        if len(block.items) == 1:
            self._note(why)
            self._asleep[block.items[0]] = asyncio.get_running_loop().time() + self._retry_s
            self._why[block.items[0]] = str(why)
            samples += _bad(block.positions, at_us, Quality.BAD_CONFIGURATION)
            return
        could = [await self._read(Question(half, self._points), at_us, samples) for half in block.halves()]
        if all(could):
            self._holes.add(block.hole_between_halves())

    def _leave(self, device: int | None) -> None:
        """Ask a device no more in this poll; the only one is asked on, until the link is given up."""
        if self._wire.devices > 1:
            self._off.add(device)

    def _due(self) -> Item | None:
        now = asyncio.get_running_loop().time() if self._asleep else 0
        return next((item for item, until in self._asleep.items() if until <= now), None)

    def _plan(self) -> None:
        awake = [item for item in self._items if item not in self._asleep]
        holes = self._holes | {Hole(item.table, item.begin, item.end, item.device) for item in self._asleep}
        self._questions = [Question(block, self._points) for block in blocks_of(awake, self._limits, holes)]
        self.refused.clear()
        self.refused.update(self._unreadable)
        for item in self._asleep:
            self.refused |= dict.fromkeys(item.positions, self._why[item])
        self._is_stale = False

    def _note(self, error: Exception) -> None:
        note(self._wire.health, error)


def note(health: Health, error: Exception) -> None:
    health.errors += 1
    health.last_error = str(error)


def _bad(positions: Iterable[int], at_us: int, quality: Quality) -> list[Sample]:
    return [(position, at_us, None, int(quality)) for position in positions]
