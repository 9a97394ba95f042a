"""The spool: files with batches on disk until the database has them, so that a kill costs no more than the last second.

A collector has several, one after the other, that are removed whole. Each is locked while its collector lives: by then
nobody else reads it.
"""

import fcntl
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from equipment.collection.batches import Batch
from equipment.collection.frames import read, whole_in


class SpoolFile:
    """A file of a collector. path: made by the first `append`, for this user alone. size: bytes that are on disk.

    All that it does waits for the disk: not for the event loop. It raises OSError.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, 0
        self._file: BinaryIO | None = None

    @property
    def is_there(self) -> bool:
        return self._file is not None

    def append(self, frames: Sequence[bytes]) -> None:
        """Have frames on disk behind the others, all or none."""
        if self._file is None:
            self._file = _locked(self.path)
        try:
            _write(self._file, frames)
        except OSError:
            with suppress(OSError):  # what is torn would hide what comes after it
                self._file.truncate(self.size)
                self._file.seek(self.size)
            raise
        self.size = self._file.tell()

    def replace(self, frames: Sequence[bytes]) -> None:
        """Keep these alone, in place of all that is there: first beside it, then in one step."""
        beside = _beside(self.path)
        new = _made(beside)
        try:
            _write(new, frames)
            beside.replace(self.path)
        except OSError:
            new.close()
            beside.unlink(missing_ok=True)
            raise
        self.close()
        self._file, self.size = new, new.tell()

    def frames(self) -> list[bytes]:
        """All that it holds, in order; less where it can't be read any more. Raises OSError."""
        with self.path.open("rb") as file:
            return list(whole_in(file))

    def remove(self) -> None:
        """The database has everything of it."""
        if self._file is not None:
            self.path.unlink(missing_ok=True)
            self.close()
        self.size = 0

    def close(self) -> None:
        """It stays for whoever collects next."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _locked(path: Path) -> BinaryIO:
    """A file that nobody sees before it is locked."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = _beside(path)
    file = _made(beside)
    beside.replace(path)
    return file


def _made(path: Path) -> BinaryIO:
    file = path.open("w+b", buffering=0)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


def _beside(path: Path) -> Path:
    return path.with_suffix(".new")


def _write(file: BinaryIO, frames: Sequence[bytes]) -> None:
    left = memoryview(b"".join(frames))
    while left:
        left = left[file.write(left) :]  # less than all of it, where the disk is nearly full
    os.fdatasync(file.fileno())


def left_behind(folder: Path) -> Generator[tuple[Path, Iterator[Batch]], None, None]:
    """The files of collectors that are no more, and what they hold, in order, read as it is taken.

    Remove a file when it is written. One of another version raises ValueError, TypeError or LookupError.
    """
    for path in sorted(folder.glob("*.spool")):
        with suppress(FileNotFoundError), path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue  # its collector lives
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):  # it was not replaced before it was locked
                yield path, read(file)
                _beside(path).unlink(missing_ok=True)  # killed in the middle of `replace`: the old one is whole
