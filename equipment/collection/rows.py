"""Samples as rows of PostgreSQL's binary COPY: 44 bytes for a number, put together by one call."""

import struct
from collections.abc import Iterator

from equipment.drivers.base import Value

# Columns of a sample, in the order of the rows.
COLUMNS = ("series_id", "at", "value", "text", "quality")
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)
POSTGRES_EPOCH_US = 946_684_800_000_000  # 2000-01-01 in microseconds since 1970

_NUMBER = struct.Struct(">hiiiqidiih")  # five fields; each its length, then itself; -1 for NULL
_EMPTY = struct.Struct(">hiiiqiiih")
_BEFORE_TEXT = struct.Struct(">hiiiqii")
_AFTER_TEXT = struct.Struct(">ih")
_FIELD_COUNT = struct.Struct(">h")
_LENGTH = struct.Struct(">i")

Row = tuple[int, int, Value | None, int]  # series, microseconds since 1970, number or text or None, quality


def row(series: int, at_us: int, value: Value | None, quality: int) -> bytes:
    """A sample as a row."""
    at = at_us - POSTGRES_EPOCH_US
    if isinstance(value, str):
        text = value.encode()
        head = _BEFORE_TEXT.pack(5, 4, series, 8, at, -1, len(text))
        return head + text + _AFTER_TEXT.pack(2, quality)
    if value is None:
        return _EMPTY.pack(5, 4, series, 8, at, -1, -1, 2, quality)
    return _NUMBER.pack(5, 4, series, 8, at, 8, value, -1, 2, quality)


def split(body: bytes) -> Iterator[tuple[Row, bytes]]:
    """Each row of a body as it was given, and its bytes."""
    position = 0
    while position < len(body):
        start, fields = position, []
        (count,) = _FIELD_COUNT.unpack_from(body, position)
        position += 2
        for _ in range(count):
            (length,) = _LENGTH.unpack_from(body, position)
            position += 4
            fields.append(None if length < 0 else body[position : position + length])
            position += max(length, 0)
        series, at, value, text, quality = fields
        assert series is not None and at is not None and quality is not None
        read: Value | None = None
        if value is not None:
            (read,) = struct.unpack(">d", value)
        elif text is not None:
            read = text.decode()
        at_us = int.from_bytes(at, signed=True) + POSTGRES_EPOCH_US
        yield (int.from_bytes(series), at_us, read, int.from_bytes(quality, signed=True)), body[start:position]
