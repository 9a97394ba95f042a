"""What collectors that were killed left on disk, written before anything new is claimed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from equipment.collection.batches import Batch
from equipment.collection.flushing import Flusher
from equipment.collection.spool import left_behind

AT_ONCE = 20  # batches in one transaction

logger = logging.getLogger(__name__)


async def recover(flusher: Flusher, folder: Path, between: Callable[[], Awaitable[object]] | None = None) -> None:
    """Write each spool whose collector is no more, then remove it.

    Where nobody has claimed the connection since, the epoch goes on: samples, counts, events, all of it. Else only
    samples are stored: the next owner counted on from what was committed, and machines hold events that were not
    acknowledged. between: done after each portion, since a spool may take longer than a lease lasts. Raises what
    `database.AWAY` names; then nothing is removed.
    """
    with closing(left_behind(folder)) as spools:
        for path, batches in spools:
            written = late = 0
            while some := await asyncio.to_thread(_portion, path, batches):  # reading machines waits for no file
                late += await _write(flusher, some)
                written += len(some)
                if between is not None:
                    await between()
            path.unlink(missing_ok=True)  # one that can't be read is put aside by now
            logger.warning("%s: %s batches of a collector that ended, %s of them late", path.name, written, late)


def _portion(path: Path, batches: Iterator[Batch]) -> list[Batch]:
    try:
        return list(islice(batches, AT_ONCE))
    except (ValueError, TypeError, LookupError):
        logger.exception("%s was written by another version and can't be read; it is put aside", path)
        path.rename(path.with_suffix(".unreadable"))
        return []


async def _write(flusher: Flusher, batches: Sequence[Batch]) -> int:
    """Returns how many of them are late."""
    lost = await flusher.flush(batches)
    late = [batch for batch in batches if batch.connection in lost]
    for batch in late:
        await flusher.store_late(batch)
    return len(late)
