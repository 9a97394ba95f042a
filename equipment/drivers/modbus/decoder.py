"""From the bytes of one answer to samples, by a plan that is compiled once for each block.

Nothing is done for each register in Python: one `struct` for all integers of an order, one for the floats, one picker
for all bits; a thousand values take about a thousand tuples.

Byte orders: with the bytes of each register swapped (BADC, CDAB) it is the plain big-endian (ABCD) and little-endian
(DCBA) of the same bytes. Texts know the first half of that alone: their words stay in order, for CDAB and DCBA too,
and BADC and DCBA swap the two letters of a register.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from math import isfinite
from operator import itemgetter
from struct import Struct
from typing import NamedTuple, Protocol

from equipment.drivers.base import Point, Quality, Sample, ValueType, WordOrder
from equipment.drivers.modbus.addresses import WORDS, locate
from equipment.drivers.modbus.planner import Block

CODES = {
    ValueType.INT16: "h",
    ValueType.UINT16: "H",
    ValueType.INT32: "i",
    ValueType.UINT32: "I",
    ValueType.INT64: "q",
    ValueType.UINT64: "Q",
    ValueType.FLOAT32: "f",
    ValueType.FLOAT64: "d",
}
FLOATS = {ValueType.FLOAT32, ValueType.FLOAT64}
# By order: whether the bytes of each register are swapped first, and which end of a number then comes first.
LAYOUTS = {
    WordOrder.ABCD: (False, ">"),
    WordOrder.BADC: (True, ">"),
    WordOrder.CDAB: (True, "<"),
    WordOrder.DCBA: (False, "<"),
}
SWAPPED_TEXTS = {WordOrder.BADC, WordOrder.DCBA}

_GOOD = int(Quality.GOOD)
_NO_NUMBER = int(Quality.BAD_SENSOR_FAILURE)
_BITS_OF_TEXT = bytes.maketrans(b"01", b"\0\1")


class Field(NamedTuple):
    """A point of a block. offset: bytes from the block's begin, bits in a table of bits."""

    position: int
    point: Point
    offset: int
    bit: int = 0


class Part(Protocol):
    """Takes the values of some fields out of a block's bytes."""

    def __call__(self, data: bytes, swapped: bytes, at_us: int) -> Iterable[Sample]: ...


Decode = Callable[[bytes, int], list[Sample]]


def swap(data: bytes) -> bytes:
    """The two bytes of each register in the other order."""
    words = array("H", data)
    words.byteswap()
    return words.tobytes()


def decoder_of(block: Block, points: Sequence[Point]) -> Decode:
    """Makes `decode(data, at_us)`: data as long as the block, at_us the time that the samples bear."""
    fields = []
    for position in block.positions:
        address, _ = locate(points[position])
        offset = address.number - block.begin
        fields.append(Field(position, points[position], offset * (1 if block.table.is_bits else 2), address.bit or 0))
    if block.table.is_bits:
        return _decoder_of_bits(fields, block.count)
    parts = _parts_of(fields, block.count)
    needs_swapped = any(field.point.order != WordOrder.ABCD for field in fields)
    if len(parts) == 1 and not needs_swapped:  # what most devices are like
        only = parts[0]
        return lambda data, at_us: list(only(data, data, at_us))

    def decode(data: bytes, at_us: int) -> list[Sample]:
        swapped = swap(data) if needs_swapped else data
        samples: list[Sample] = []
        for part in parts:
            samples.extend(part(data, swapped, at_us))
        return samples

    return decode


def _parts_of(fields: list[Field], words: int) -> list[Part]:
    numbers: dict[tuple[bool, str, bool], list[Field]] = {}
    bits: dict[bool, list[Field]] = {}
    parts: list[Part] = []
    for field in fields:
        is_swapped, end = LAYOUTS[field.point.order]
        match field.point.value_type:
            case ValueType.TEXT:
                parts.append(_text(field))
            case ValueType.BOOL:  # of a register as an integer of this order would show it
                bits.setdefault(is_swapped != (end == "<"), []).append(field)
            case value_type:
                numbers.setdefault((is_swapped, end, value_type in FLOATS), []).append(field)
    for (is_swapped, end, are_floats), found in numbers.items():
        for layer in _layers(found):
            parts.append(_numbers(layer, words * 2, end, is_swapped, are_floats))
    parts += [_bits(found, words * 16, is_swapped) for is_swapped, found in bits.items()]
    return parts


def _layers(fields: list[Field]) -> list[list[Field]]:
    """Fields in as many lists as needed for none to overlap with another of its list: a struct reads forwards."""
    layers: list[list[Field]] = []
    ends: list[int] = []
    for field in sorted(fields, key=lambda field: field.offset):
        at = next((number for number, end in enumerate(ends) if end <= field.offset), len(layers))
        if at == len(layers):
            layers.append([])
            ends.append(0)
        layers[at].append(field)
        ends[at] = field.offset + 2 * WORDS[field.point.value_type]
    return layers


def _numbers(fields: list[Field], size: int, end: str, is_swapped: bool, are_floats: bool) -> Part:
    code, at = end, 0
    for field in fields:
        code += f"{field.offset - at}x{CODES[field.point.value_type]}"
        at = field.offset + 2 * WORDS[field.point.value_type]
    unpack = Struct(f"{code}{size - at}x").unpack
    positions = tuple(field.position for field in fields)

    def integers(data: bytes, swapped: bytes, at_us: int) -> Iterable[Sample]:
        return zip(positions, repeat(at_us), unpack(swapped if is_swapped else data), repeat(_GOOD))

    def floats(data: bytes, swapped: bytes, at_us: int) -> Iterable[Sample]:
        values = unpack(swapped if is_swapped else data)
        if isfinite(sum(values)):  # then each of them is
            return zip(positions, repeat(at_us), values, repeat(_GOOD))
        return [
            (position, at_us, value, _GOOD) if isfinite(value) else (position, at_us, None, _NO_NUMBER)
            for position, value in zip(positions, values, strict=True)
        ]

    return floats if are_floats else integers


def _bits(fields: list[Field], bits: int, is_swapped: bool) -> Part:
    # As text the highest bit of the first register comes first.
    pick = _picker([field.offset * 8 + 15 - field.bit for field in fields])
    positions = tuple(field.position for field in fields)

    def part(data: bytes, swapped: bytes, at_us: int) -> Iterable[Sample]:
        shown = f"{int.from_bytes(swapped if is_swapped else data, 'big'):0{bits}b}".encode()
        return zip(positions, repeat(at_us), pick(shown.translate(_BITS_OF_TEXT)), repeat(_GOOD))

    return part


def _text(field: Field) -> Part:
    begin, end = field.offset, field.offset + field.point.length
    is_swapped, position = field.point.order in SWAPPED_TEXTS, field.position

    def part(data: bytes, swapped: bytes, at_us: int) -> Iterable[Sample]:
        return ((position, at_us, read_text((swapped if is_swapped else data)[begin:end]), _GOOD),)

    return part


def read_text(data: bytes) -> str:
    """Up to the first zero byte; UTF-8, or else Latin-1, in which any bytes are a text."""
    held = data.partition(b"\0")[0]
    try:
        return held.decode()
    except UnicodeDecodeError:
        return held.decode("latin-1")


def _decoder_of_bits(fields: list[Field], count: int) -> Decode:
    # The first bit is the lowest of the first byte: as text, from behind.
    bits = (count + 7) // 8 * 8
    pick = _picker([bits - 1 - field.offset for field in fields])
    positions = tuple(field.position for field in fields)

    def decode(data: bytes, at_us: int) -> list[Sample]:
        shown = f"{int.from_bytes(data, 'little'):0{bits}b}".encode()
        return list(zip(positions, repeat(at_us), pick(shown.translate(_BITS_OF_TEXT)), repeat(_GOOD)))

    return decode


def _picker(indices: list[int]) -> Callable[[bytes], Sequence[int]]:
    pick = itemgetter(*indices)
    return pick if len(indices) > 1 else lambda data: (pick(data),)
