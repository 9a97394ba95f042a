"""Batches as bytes: what waits for the database is one of these, in memory as on disk, so that its size is known.

A frame is: length of head, length of rows, CRC-32 of both; the head as JSON, without what is empty; the rows.
"""

import json
import logging
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from equipment.collection.batches import Batch

_FRAME = struct.Struct(">III")

logger = logging.getLogger(__name__)


def frame(batch: Batch) -> bytes:
    head = json.dumps(batch.head(), separators=(",", ":")).encode()
    start = _FRAME.pack(len(head), len(batch.rows), zlib.crc32(batch.rows, zlib.crc32(head)))
    return b"".join((start, head, batch.rows))


def batch_of(framed: bytes) -> Batch:
    """The batch of a whole frame."""
    head_length, _, _ = _FRAME.unpack_from(framed)
    middle = _FRAME.size + head_length
    return Batch.of(json.loads(framed[_FRAME.size : middle]), framed[middle:])


def read(file: BinaryIO) -> Iterator[Batch]:
    """The batches of a file up to its end, or to where it is torn, by a kill in the middle of writing.

    Raises ValueError, TypeError or LookupError where another version wrote it.
    """
    return map(batch_of, whole_in(file))


def whole_in(file: BinaryIO) -> Iterator[bytes]:
    """The frames of a file, as far as `read` reads it."""
    while len(start := file.read(_FRAME.size)) == _FRAME.size:
        head_length, rows_length, checksum = _FRAME.unpack(start)
        content = file.read(head_length + rows_length)
        # Without a head: zeros, as a file system leaves them at the end after a power failure.
        if not head_length or len(content) < head_length + rows_length or zlib.crc32(content) != checksum:
            logger.warning("%s is torn before byte %s; what follows was never whole", file.name, file.tell())
            return
        yield start + content
