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
_BEGIN = struct.Struct(">6xi4xqi")  # series, time, length of the value
_DOUBLE = 8
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


def spans(body: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Of each row its series, its time in microseconds since 1970, and where it begins and ends, without its value."""
    begins, length = 0, len(body)
    while begins < length:
        series, at, value = _BEGIN.unpack_from(body, begins)
        if value == _DOUBLE:
            ends = begins + _NUMBER.size
        else:
            (text,) = _LENGTH.unpack_from(body, begins + _BEGIN.size)
            ends = begins + _EMPTY.size + max(text, 0)
        yield series, at + POSTGRES_EPOCH_US, begins, ends
        begins = ends


def last_rows(body: bytes) -> dict[int, bytes]:
    """The last row of each series."""
    places = {series: (begins, ends) for series, _, begins, ends in spans(body)}
    return {series: body[begins:ends] for series, (begins, ends) in places.items()}


def split(body: bytes) -> Iterator[tuple[Row, bytes]]:
    """Each row of a body as it was given, and its bytes."""
    for _, _, begins, ends in spans(body):
        yield read(body, begins), body[begins:ends]


def read(body: bytes, begins: int) -> Row:
    """The row that begins there, as it was given."""
    series, at, value = _BEGIN.unpack_from(body, begins)
    at_us = at + POSTGRES_EPOCH_US
    if value == _DOUBLE:
        *_, number, _, _, quality = _NUMBER.unpack_from(body, begins)
        return series, at_us, number, quality
    (length,) = _LENGTH.unpack_from(body, begins + _BEGIN.size)
    if length < 0:
        *_, quality = _EMPTY.unpack_from(body, begins)
        return series, at_us, None, quality
    text = begins + _BEFORE_TEXT.size
    _, quality = _AFTER_TEXT.unpack_from(body, text + length)
    return series, at_us, body[text : text + length].decode(), quality
