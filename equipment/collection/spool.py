"""The spool: batches on disk until the database has them, so that a kill costs no more than the last second.

A file a collector, locked while it lives. A frame is: length of head, length of rows, CRC-32 of both; the head as JSON;
the rows. What is torn at the end, by a kill in the middle of writing, is left out.
"""

import fcntl
import json
import logging
import os
import struct
import time
import zlib
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from equipment.collection.batches import Batch

SYNC_EVERY_S = 1.0
_FRAME = struct.Struct(">III")

logger = logging.getLogger(__name__)


class Spool:
    """folder: made if it is missing, for this user alone. most_bytes: beyond it the oldest samples go."""

    def __init__(self, folder: Path, name: str, most_bytes: int) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder, self.path, self.most_bytes = folder, folder / f"{name}.spool", most_bytes
        self._file = self.path.open("w+b", buffering=0)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._synced_at = time.monotonic()
        self._is_synced = True

    def append(self, batch: Batch) -> None:
        """Write a batch behind the others; on disk for certain after `sync`."""
        self._file.write(frame(batch))
        self._is_synced = False

    def is_due(self) -> bool:
        return not self._is_synced and time.monotonic() - self._synced_at >= SYNC_EVERY_S

    def sync(self) -> None:
        """Wait until all that was appended is on disk. May take as long as the disk does: not for the event loop."""
        os.fdatasync(self._file.fileno())
        self._synced_at, self._is_synced = time.monotonic(), True

    def empty(self) -> None:
        """The database has everything."""
        if self._file.tell():
            self._file.seek(0)
            self._file.truncate()
        self._is_synced = True

    def is_full(self) -> bool:
        return self._file.tell() > self.most_bytes

    def rewrite(self, batches: Iterable[Batch]) -> None:
        """Keep these alone, in place of all that is there: first beside it, then in one step."""
        beside = self.path.with_suffix(".new")
        new = beside.open("w+b", buffering=0)
        fcntl.flock(new, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for batch in batches:
            new.write(frame(batch))
        os.fdatasync(new.fileno())
        beside.replace(self.path)
        self._file.close()
        self._file, self._is_synced = new, True

    def close(self, *, remove: bool) -> None:
        """remove: the database has everything. Else it stays for whoever collects next."""
        if remove:
            self.path.unlink(missing_ok=True)
        self._file.close()


def frame(batch: Batch) -> bytes:
    head = json.dumps(batch.head(), separators=(",", ":")).encode()
    return _FRAME.pack(len(head), len(batch.rows), zlib.crc32(batch.rows, zlib.crc32(head))) + head + batch.rows


def left_behind(folder: Path) -> Generator[tuple[Path, Iterator[Batch]], None, None]:
    """The spools of collectors that are no more, and what they hold, in order, read as it is taken.

    Remove a file when it is written. One of another version raises ValueError, TypeError or LookupError.
    """
    for path in sorted(folder.glob("*.spool")) if folder.is_dir() else ():
        with path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue  # its collector lives
            yield path, read(file)
            path.with_suffix(".new").unlink(missing_ok=True)  # killed in the middle of `rewrite`: the old one is whole


def read(file: BinaryIO) -> Iterator[Batch]:
    """The batches of a file up to its end, or to where it is torn."""
    while len(begin := file.read(_FRAME.size)) == _FRAME.size:
        head_length, rows_length, checksum = _FRAME.unpack(begin)
        head, rows = file.read(head_length), file.read(rows_length)
        if len(rows) < rows_length or zlib.crc32(rows, zlib.crc32(head)) != checksum:
            logger.warning("%s is torn before byte %s; what follows was never whole", file.name, file.tell())
            return
        yield Batch.of(json.loads(head), rows)
