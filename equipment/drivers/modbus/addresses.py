"""Where a point lies in a Modbus device: a table and a number, as it goes over the wire.

Written `holding:100`, `input:3`, `coil:0`, `discrete:7`, and `holding:100.3` for a bit of a register (0 is the lowest).
Numbers count from 0, as the protocol does: what a manual calls 40001 or 400001 is `holding:0`, 30004 is `input:3`.
`holding:100@7` lies in device 7: several behind one gateway are watched over one connection.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from equipment.drivers.base import InvalidAddress, Point, ValueType

SIZE = 65_536  # registers, or bits, of each table
LAST_DEVICE = 255
LONGEST_TEXT = 250  # bytes, which is what one request can read


class Table(StrEnum):
    COIL = "coil"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"

    @property
    def is_bits(self) -> bool:
        return self in (Table.COIL, Table.DISCRETE)


@dataclass(frozen=True, slots=True)
class Address:
    """bit: of a register, None for all of it, and in a table of bits. device: None for that of the connection."""

    table: Table
    number: int
    bit: int | None = None
    device: int | None = None


WORDS = {  # registers of each type but texts
    ValueType.BOOL: 1,
    ValueType.INT16: 1,
    ValueType.UINT16: 1,
    ValueType.INT32: 2,
    ValueType.UINT32: 2,
    ValueType.FLOAT32: 2,
    ValueType.INT64: 4,
    ValueType.UINT64: 4,
    ValueType.FLOAT64: 4,
}

_NOTATION = re.compile(r"(coil|discrete|holding|input):(\d{1,5})(?:\.(\d{1,2}))?(?:@(\d{1,3}))?", re.ASCII)


def parse(text: str) -> Address:
    """Raises InvalidAddress."""
    match = _NOTATION.fullmatch(text)
    if match is None:
        raise InvalidAddress(
            f"“{text}” is no Modbus address. Write holding:100, input:3, coil:0, discrete:7, or holding:100.3 for a "
            "bit; numbers count from 0, so 40001 in a manual is holding:0. "
            "holding:100@7 is of device 7 behind a gateway."
        )
    table, number, bit = Table(match[1]), int(match[2]), None if match[3] is None else int(match[3])
    if number >= SIZE:
        raise InvalidAddress(f"{text}: the highest address is {SIZE - 1}, counted from 0.")
    if bit is not None and table.is_bits:
        raise InvalidAddress(f"{text}: a {table} is one bit already. Leave out “.{bit}”.")
    if bit is not None and bit > 15:
        raise InvalidAddress(f"{text}: the bits of a register are 0 to 15, 0 being the lowest.")
    device = None if match[4] is None else int(match[4])
    if device is not None and device > LAST_DEVICE:
        raise InvalidAddress(f"{text}: the devices behind a gateway are 0 to {LAST_DEVICE}.")
    return Address(table, number, bit, device)


def check(text: str, value_type: ValueType, length: int = 0) -> Address:
    """The address, if a value of this type can lie there. length: bytes of a text, 0 if not known yet.

    Raises InvalidAddress.
    """
    address = parse(text)
    if value_type != ValueType.BOOL and (address.table.is_bits or address.bit is not None):
        raise InvalidAddress(f"{text} is one bit: its type can only be {ValueType.BOOL}, not {value_type}.")
    if value_type == ValueType.BOOL and not address.table.is_bits and address.bit is None:
        raise InvalidAddress(f"{text} is a register: say which bit of it, as in {address.table}:{address.number}.0.")
    if length > LONGEST_TEXT:
        raise InvalidAddress(f"{text}: a text can have {LONGEST_TEXT} bytes at most, not {length}.")
    if address.number + _words(value_type, length) > SIZE:
        raise InvalidAddress(f"{text}: {value_type} would go beyond the highest address, {SIZE - 1}.")
    return address


def locate(point: Point) -> tuple[Address, int]:
    """Where it lies, and how many registers (or bits) it takes. Raises InvalidAddress."""
    address = check(point.address, point.value_type, point.length)
    if point.value_type == ValueType.TEXT and point.length < 1:
        raise InvalidAddress(f"{point.address}: a text needs its length in bytes.")
    return address, _words(point.value_type, point.length)


def _words(value_type: ValueType, length: int) -> int:
    return max(1, (length + 1) // 2) if value_type == ValueType.TEXT else WORDS[value_type]
