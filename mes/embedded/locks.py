"""File locks: released by the kernel when their process ends, however it ends."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """An advisory lock on a file: shared by many or exclusive to one, between processes."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> "FileLock":
        """Wait until nobody holds it exclusively."""
        fcntl.flock(self._handle, fcntl.LOCK_SH)
        return self

    def take(self) -> "FileLock":
        """Wait until nobody holds it at all."""
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        return self

    def try_take(self) -> bool:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        os.close(self._handle)

    def __enter__(self) -> "FileLock":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def is_held(path: Path) -> bool:
    """Whether some process holds the lock exclusively right now."""
    if not path.exists():
        return False
    with FileLock(path) as probe:
        return not probe.try_take()
