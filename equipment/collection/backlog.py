"""Batches that the database does not have yet: in memory to be flushed, on disk to outlive a kill.

Both hold the same frames, in segments of a file each; the oldest is flushed first. What is too much for memory is on
disk alone until its turn comes. When there is too much for the disk, segments are thinned from the oldest on. That, and
all that waits for the disk, is done beside the event loop.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice, takewhile
from pathlib import Path
from typing import NamedTuple

from equipment.collection.batches import Batch
from equipment.collection.frames import batch_of, frame
from equipment.collection.spool import SpoolFile
from equipment.collection.thinning import thinned

AT_ONCE_BYTES = 1_000_000  # that one transaction writes, so that none takes long, even where others use the computer
SEGMENTS = 16  # into which what may wait in memory is divided; on disk there are more of that size
_BESIDE = 64  # bytes that a frame takes in memory beside its own

logger = logging.getLogger(__name__)


class _Segment:
    """Frames in order, and their file. size: bytes in memory.

    Places are counted from its beginning: gone: so many were flushed; saved: up to there all is on disk; seen: up to
    there all was here the last time that somebody looked. anew: its file is to hold what is here, in place of what it
    holds and of those files. parked: so many are on disk alone, and none is here.
    """

    def __init__(self, file: SpoolFile, frames: Iterable[bytes] = (), anew: Sequence[SpoolFile] | None = None) -> None:
        self.file, self.anew = file, anew
        self.is_thin = anew is not None
        self.frames = deque(frames)
        self.size = sum(len(one) + _BESIDE for one in self.frames)
        self.gone = self.saved = self.seen = self.parked = 0

    def __len__(self) -> int:
        return self.parked or len(self.frames)

    @property
    def files(self) -> list[SpoolFile]:
        return [self.file, *(self.anew or ())]

    @property
    def weight(self) -> int:
        """Bytes that its file has, or has as soon as somebody saw to it."""
        return self.size if self.anew is not None else max(self.size, self.file.size)

    @property
    def may_be_parked(self) -> bool:
        """Whether its file holds exactly what is here: nothing less, and nothing that was flushed."""
        return bool(self.frames) and self.gone == 0 and self.saved == len(self.frames) and self.anew is None

    def park(self) -> None:
        self.parked, self.size = len(self.frames), 0
        self.frames.clear()

    def unpark(self, frames: Sequence[bytes]) -> None:
        self.frames.extend(frames)
        self.parked, self.size = 0, sum(len(one) + _BESIDE for one in frames)
        self.saved = self.seen = len(frames)

    def add(self, one: bytes) -> None:
        self.frames.append(one)
        self.size += len(one) + _BESIDE

    def pop(self) -> None:
        self.size -= len(self.frames.popleft()) + _BESIDE
        self.gone += 1


class _Unsaved(NamedTuple):
    segment: _Segment
    frames: list[bytes]
    upto: int
    anew: Sequence[SpoolFile] | None

    def save(self) -> None:
        if self.anew is None:
            self.segment.file.append(self.frames)
        else:
            # Killed in between, the others are played back after it, and are void: it has the number of their last.
            self.segment.file.replace(self.frames)
            for file in self.anew:
                file.remove()
            self.segment.anew = None
        self.segment.saved = self.upto


def _unsaved(segment: _Segment, *, everything: bool) -> _Unsaved | None:
    """What is to be put on disk: what was here the last time already. Most of it is flushed before."""
    end = segment.gone + len(segment)
    upto, segment.seen = end if everything else segment.seen, end
    if segment.parked:
        return None
    if segment.anew is not None:
        return _Unsaved(segment, list(segment.frames), end, segment.anew)
    first, last = max(segment.saved - segment.gone, 0), max(upto - segment.gone, 0)
    frames = list(islice(segment.frames, first, last))
    return _Unsaved(segment, frames, upto, None) if frames else None


class Backlog:
    """In the order of reading. most_bytes: in memory; most_on_disk: altogether, as much as in memory unless it is told.
    Beyond it the oldest samples are given up, never what was made of them; a disk that can't be written leaves what
    memory may hold. name: of its files in the folder.

    Only `keep` touches the disk, so that one at a time does, whatever else goes on.
    """

    def __init__(self, folder: Path, name: str, most_bytes: int, most_on_disk: int | None = None) -> None:
        self.most_on_disk = most_bytes if most_on_disk is None else most_on_disk
        self.most_bytes, self._segment_bytes = most_bytes, most_bytes // SEGMENTS
        self._folder, self._name, self._number = folder, name, 0
        self._segments: deque[_Segment] = deque()
        self._over: list[SpoolFile] = []  # what they held is in the database
        self._tried = 0  # the oldest so many may be in the database, though nobody told us
        self._thinning: asyncio.Task[None] | None = None
        self._keeping = asyncio.Lock()
        self._is_kept = True

    def __len__(self) -> int:
        return sum(len(segment) for segment in self._segments)

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return sum(segment.size for segment in self._segments)

    @property
    def size_on_disk(self) -> int:
        return sum(file.size for segment in self._segments for file in segment.files)

    def add(self, batches: Iterable[Batch]) -> None:
        """In the event loop: what is too much is left to the disk alone, or thinned beside it."""
        for batch in batches:
            last = self._segments[-1] if self._segments else None
            if last is None or last.is_thin or last.parked or last.size >= self._segment_bytes:
                self._number += 1
                last = _Segment(SpoolFile(self._folder / f"{self._name}.{self._number:08}.spool"))
                self._segments.append(last)
            last.add(frame(batch))
        if not self._is_thinning() and self._is_too_much():
            if self._thinning is not None:
                self._thinning.result()
            self._thinning = asyncio.create_task(self._thin())

    async def next(self) -> list[Batch]:
        """The oldest batches, so many as one transaction writes; they stay until `done`."""
        await self._have_the_oldest_here()
        chosen: list[bytes] = []
        size = 0
        here = takewhile(lambda segment: not segment.parked, self._segments)
        for one in (one for segment in here for one in segment.frames):
            size += len(one)
            if chosen and size > AT_ONCE_BYTES:
                break
            chosen.append(one)
        self._tried = max(self._tried, len(chosen))
        return [batch_of(one) for one in chosen]

    async def _have_the_oldest_here(self) -> None:
        while True:
            while self._is_thinning():
                assert self._thinning is not None
                await asyncio.wait([self._thinning])
            first = self._segments[0] if self._segments else None
            if first is None or not first.parked:
                return
            frames = await asyncio.to_thread(_read_back, first.file, first.parked)
            if self._segments[0] is not first:
                continue  # thinned meanwhile
            first.unpark(frames)
            self._leave_what_is_over()

    def done(self, count: int) -> None:
        """The oldest so many are in the database, or void."""
        for _ in range(count):
            self._segments[0].pop()
            self._leave_what_is_over()
        self._tried = max(self._tried - count, 0)

    def _leave_what_is_over(self) -> None:
        while self._segments and not len(self._segments[0]):
            self._over += self._segments.popleft().files

    async def keep(self, *, everything: bool = False) -> None:
        """Have on disk what waits for long, and nothing that is in the database. everything: what came just now, too.

        A disk that can't be written is logged.
        """
        async with self._keeping:
            over = [file for file in self._over if file.is_there]
            self._over = []
            jobs = [job for segment in self._segments if (job := _unsaved(segment, everything=everything))]
            if over or jobs:
                await asyncio.to_thread(self._on_disk, over, jobs)

    async def close(self) -> None:
        """What the database does not have stays for whoever collects next."""
        if self._thinning is not None:
            await self._thinning
        await self.keep(everything=True)
        for segment in self._segments:
            for file in segment.files:
                file.close()

    def _on_disk(self, over: Sequence[SpoolFile], jobs: Sequence[_Unsaved]) -> None:
        """A disk that is full or broken is no reason to stop: the database may well take it all."""
        try:
            for file in over:
                file.remove()
            for job in jobs:
                job.save()
        except OSError:
            if self._is_kept:
                logger.exception("the spool can't be written; what is read is in memory alone")
            self._is_kept = False
        else:
            if not self._is_kept:
                logger.warning("the spool can be written again")
            self._is_kept = True

    # --- what is too much

    def _is_full(self) -> bool:
        """With some room to spare: it takes a while to thin a segment."""
        return self.size > self.most_bytes - 2 * self._segment_bytes

    def _is_too_much(self) -> bool:
        """Whether samples have to go, when all that is on disk was taken out of memory that has to be."""
        if self._is_full():
            self._park()
        weight = sum(segment.weight for segment in self._segments)
        return self._is_full() or weight > self.most_on_disk - 2 * self._segment_bytes

    def _park(self) -> None:
        """Leave the oldest segments to the disk alone, so many as have to be; none that may be in the database."""
        place = 0
        for segment in islice(self._segments, max(len(self._segments) - 1, 0)):
            if not self._is_full():
                return
            if place >= self._tried and segment.may_be_parked:
                segment.park()
            place += len(segment)

    def _is_thinning(self) -> bool:
        return self._thinning is not None and not self._thinning.done()

    async def _thin(self) -> None:
        while self._is_too_much() and (chosen := self._oldest()):
            whole = [(segment.file, segment.parked) if segment.parked else list(segment.frames) for segment in chosen]
            frames, gone = await asyncio.to_thread(_thin_frames, whole)
            first, *others = (file for segment in chosen for file in segment.files)
            thin = _Segment(first, frames, anew=others)
            left = (segment for segment in self._segments if segment not in chosen[1:])
            self._segments = deque(thin if segment is chosen[0] else segment for segment in left)
            self._leave_what_is_over()
            logger.warning("the database is away for long: %s of the oldest samples are given up", gone)

    def _oldest(self) -> list[_Segment]:
        """The oldest segment that is full, with the thin one before it while that is small.

        Nothing that may be in the database already, which goes by the numbers of its batches.
        """
        before, place = None, 0
        for segment in islice(self._segments, max(len(self._segments) - 1, 0)):
            if place >= self._tried:
                if not segment.is_thin:
                    return [before, segment] if before and before.weight < self._segment_bytes // 2 else [segment]
                before = segment
            place += len(segment)
        return []


def _read_back(file: SpoolFile, count: int) -> list[bytes]:
    """What was left to the disk alone; where that lost it, what is left of it."""
    frames: list[bytes] = []
    try:
        frames = file.frames()
    except OSError:
        logger.exception("the spool can't be read")
    if len(frames) < count:
        logger.error("%s: %s of %s batches can't be read any more, and are lost", file.path, count - len(frames), count)
    return frames


def _thin_frames(parts: Sequence[list[bytes] | tuple[SpoolFile, int]]) -> tuple[list[bytes], int]:
    """Frames of some segments, each given as they are or by the file that alone has them."""
    frames = [one for part in parts for one in (part if isinstance(part, list) else _read_back(*part))]
    batches = [batch_of(one) for one in frames]
    thin = thinned(batches)
    return [frame(one) for one in thin], sum(one.count for one in batches) - sum(one.count for one in thin)
