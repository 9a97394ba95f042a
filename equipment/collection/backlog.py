"""Batches that the database does not have yet: in memory to be flushed, on disk to outlive a kill."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from equipment.collection.batches import Batch
from equipment.collection.spool import Spool

AT_ONCE_BYTES = 4_000_000  # that one transaction writes, so that none takes long

logger = logging.getLogger(__name__)


class Backlog:
    """In the order of reading. most_bytes: beyond it the oldest samples are given up, never what was counted.

    Only `keep` touches the disk, so that one at a time does, whatever else goes on.
    """

    def __init__(self, spool: Spool, most_bytes: int) -> None:
        self.spool, self.most_bytes = spool, most_bytes
        self._batches: deque[Batch] = deque()
        self._bytes = 0
        self._new: list[Batch] = []  # not on disk yet
        self._in_flight = 0  # the oldest so many are being written
        self._keeping = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._batches)

    def add(self, batches: Iterable[Batch]) -> None:
        for batch in batches:
            self._batches.append(batch)
            self._bytes += batch.size
            self._new.append(batch)

    def next(self) -> list[Batch]:
        """The oldest batches, so many as one transaction writes; they stay until `done`."""
        chosen: list[Batch] = []
        size = 0
        for batch in self._batches:
            size += batch.size
            if chosen and size > AT_ONCE_BYTES:
                break
            chosen.append(batch)
        self._in_flight = len(chosen)
        return chosen

    def done(self, count: int) -> None:
        """The oldest so many are in the database, or void."""
        for _ in range(count):
            self._bytes -= self._batches.popleft().size
        self._in_flight = 0

    async def keep(self) -> None:
        """Have on disk what the database does not have yet, and all of it within its bounds."""
        async with self._keeping:
            new, self._new = self._new, []
            if not self._batches:
                self._on_disk(self.spool.empty)
                return
            for batch in new:
                self._on_disk(self.spool.append, batch)
            if self._bytes > self.most_bytes or self.spool.is_full():
                self._thin()
                await asyncio.to_thread(self._on_disk, self.spool.rewrite, list(self._batches))
            elif self.spool.is_due():
                await asyncio.to_thread(self._on_disk, self.spool.sync)

    def _on_disk(self, act: Callable[..., None], *arguments: Any) -> None:
        """A disk that is full or broken is no reason to stop: the database may well take it all."""
        try:
            act(*arguments)
        except OSError:
            logger.exception("the spool can't be written; what is read is in memory alone")

    def _thin(self) -> None:
        """Give up the samples of the oldest half that still has some."""
        full = [batch for batch in islice(self._batches, self._in_flight, None) if batch.count]
        gone = sum(batch.thin() for batch in islice(full, (len(full) + 1) // 2))
        self._bytes = sum(batch.size for batch in self._batches)
        logger.error("the database is away for long: %s of the oldest samples are given up", gone)
