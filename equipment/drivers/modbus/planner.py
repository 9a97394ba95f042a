"""Which requests read a list of points: as few as can be, and no value torn between two of them.

Pure: the same points, limits and holes give the same blocks.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from equipment.drivers.base import InvalidAddress, Point
from equipment.drivers.modbus.addresses import Table, locate

MOST_BITS = 2_000  # of a table of bits in one request
MOST_REGISTERS = 125
BITS_OF_A_REGISTER = 16


@dataclass(frozen=True, slots=True)
class Item:
    """What is never torn: one point, or all that are to be read together. begin to end, which is not in it any more.

    positions: of its points in the list that was given. device: None for that of the connection.
    """

    table: Table
    begin: int
    end: int
    positions: tuple[int, ...]
    device: int | None = None


@dataclass(frozen=True, slots=True)
class Hole:
    """Addresses that the device does not answer for. With begin = end it is a cut: what begins before it and what
    begins there or later is not read in one request.
    """

    table: Table
    begin: int
    end: int
    device: int | None = None

    def is_between(self, first: int, end: int, begin: int) -> bool:
        """Whether a request from first, in which the last value ends at end, may not go on with one from begin."""
        if self.begin == self.end:
            return first < self.begin <= begin
        return max(end, self.begin) < min(begin, self.end)


@dataclass(frozen=True, slots=True)
class Block:
    """One request."""

    items: tuple[Item, ...]

    @property
    def table(self) -> Table:
        return self.items[0].table

    @property
    def device(self) -> int | None:
        return self.items[0].device

    @property
    def begin(self) -> int:
        return self.items[0].begin

    @property
    def end(self) -> int:
        return max(item.end for item in self.items)

    @property
    def count(self) -> int:
        return self.end - self.begin

    @property
    def positions(self) -> Iterable[int]:
        return (position for item in self.items for position in item.positions)

    def hole_between_halves(self) -> Hole:
        """What must be wrong with it when each of its halves can be read."""
        left, right = self.halves()
        return Hole(self.table, min(left.end, right.begin), right.begin, self.device)

    def halves(self) -> tuple["Block", "Block"]:
        """Two requests in place of this one, which has two items or more."""
        middle = len(self.items) // 2
        return Block(self.items[:middle]), Block(self.items[middle:])


@dataclass(frozen=True, slots=True)
class Limits:
    """largest_gap: registers that may be read in vain between two values; largest_span: registers of one request.

    Sixteen times as many bits, as they are as long on the wire.
    """

    largest_gap: int = 16
    largest_span: int = MOST_REGISTERS

    def gap(self, table: Table) -> int:
        return self.largest_gap * (BITS_OF_A_REGISTER if table.is_bits else 1)

    def span(self, table: Table) -> int:
        if table.is_bits:
            return min(self.largest_span * BITS_OF_A_REGISTER, MOST_BITS)
        return min(self.largest_span, MOST_REGISTERS)


def items_of(points: Sequence[Point], limits: Limits) -> tuple[list[Item], dict[int, str]]:
    """What is to be read, in the order of addresses; and for the points that can't be, by position, why."""
    groups: dict[str, list[Item]] = {}
    refused: dict[int, str] = {}
    for position, point in enumerate(points):
        try:
            address, words = locate(point)
        except InvalidAddress as error:
            refused[position] = str(error)
            continue
        item = Item(address.table, address.number, address.number + words, (position,), address.device)
        groups.setdefault(point.together or f"\0{position}", []).append(item)
    items = []
    for name, group in groups.items():
        item = _joined(group)
        if why := _why_not(name, group, item, limits):
            refused |= dict.fromkeys(item.positions, why)
        else:
            items.append(item)
    return sorted(items, key=_order), refused


def blocks_of(items: Iterable[Item], limits: Limits, holes: Collection[Hole] = ()) -> list[Block]:
    """The fewest requests for items in the order of devices and addresses.

    A request goes on to the next item as long as it may: what is first has to be read by some request, and none that
    reads it gets farther.
    """
    holes_in: dict[tuple[int | None, Table], list[Hole]] = {}
    for hole in holes:
        holes_in.setdefault((hole.device, hole.table), []).append(hole)
    blocks: list[Block] = []
    taken: list[Item] = []
    end = 0
    for item in items:
        if taken and not (
            (item.device, item.table) == (taken[0].device, taken[0].table)
            and item.begin - end <= limits.gap(item.table)
            and item.end - taken[0].begin <= limits.span(item.table)
            and not any(
                hole.is_between(taken[0].begin, end, item.begin) for hole in holes_in.get((item.device, item.table), ())
            )
        ):
            blocks.append(Block(tuple(taken)))
            taken = []
        end = max(item.end, end) if taken else item.end
        taken.append(item)
    return [*blocks, Block(tuple(taken))] if taken else blocks


def _joined(group: list[Item]) -> Item:
    begin, end = min(item.begin for item in group), max(item.end for item in group)
    positions = tuple(position for item in group for position in item.positions)
    return Item(group[0].table, begin, end, positions, group[0].device)


def _order(item: Item) -> tuple[int, Table, int, int, tuple[int, ...]]:
    return -1 if item.device is None else item.device, item.table, item.begin, item.end, item.positions


def _why_not(name: str, group: list[Item], item: Item, limits: Limits) -> str:
    span, unit = limits.span(item.table), "bits" if item.table.is_bits else "registers"
    if len({member.table for member in group}) > 1:
        return f"“{name}” is to be read together, but lies in more than one table: no request reads two."
    if len({member.device for member in group}) > 1:
        return f"“{name}” is to be read together, but lies in more than one device: no request reads two."
    if item.end - item.begin <= span:
        return ""
    if len(group) > 1:
        return f"“{name}” is to be read together: {item.end - item.begin} {unit}, and one request may read {span}."
    return f"It takes {item.end - item.begin} {unit}, and one request may read {span}."
