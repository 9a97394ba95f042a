"""From a value to the bytes of the registers that hold it: the decoder's inverse."""

from math import isfinite
from struct import Struct, error

from equipment.drivers.base import Point, Value, ValueType
from equipment.drivers.modbus.decoder import CODES, FLOATS, LAYOUTS, SWAPPED_TEXTS, swap


def encode(point: Point, value: Value) -> bytes:
    """What its registers hold then. Raises ValueError for a value that is none of its type, or has no room there."""
    if point.value_type == ValueType.TEXT:
        return _encode_text(point, value)
    is_swapped, end = LAYOUTS[point.order]
    try:
        data = Struct(end + CODES[point.value_type]).pack(_number(point, value))
    except (error, OverflowError):
        raise ValueError(f"{value} is no {point.value_type}.") from None
    return swap(data) if is_swapped else data


def encode_bit(value: Value) -> bool:
    """Raises ValueError for what is neither 0 nor 1."""
    if isinstance(value, str) or value not in (0, 1):
        raise ValueError(f"{value} is neither 0 nor 1.")
    return bool(value)


def _number(point: Point, value: Value) -> float | int:
    if isinstance(value, str):
        raise ValueError(f"“{value}” is a text, and {point.address} holds {point.value_type}.")
    if not isfinite(value):
        raise ValueError(f"{value} is no number.")
    if point.value_type in FLOATS:
        return value
    if value != int(value):
        raise ValueError(f"{value} is no whole number, and {point.address} holds {point.value_type}.")
    return int(value)


def _encode_text(point: Point, value: Value) -> bytes:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"{value!r} is no text for {point.address}.")
    data = value.encode()
    if len(data) > point.length:
        raise ValueError(f"“{value}” takes {len(data)} bytes, and {point.address} has room for {point.length}.")
    data = data.ljust((point.length + 1) // 2 * 2, b"\0")
    return swap(data) if point.order in SWAPPED_TEXTS else data
