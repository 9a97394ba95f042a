"""What collectors that were killed left on disk, written before anything new is claimed."""

import logging
from pathlib import Path

from equipment.collection.batches import Batch
from equipment.collection.flushing import Flusher
from equipment.collection.spool import left_behind

AT_ONCE = 20  # batches in one transaction

logger = logging.getLogger(__name__)


async def recover(flusher: Flusher, folder: Path) -> None:
    """Write each spool whose collector is no more, then remove it.

    Where nobody has claimed the connection since, the epoch goes on: samples, counts, events, all of it. Else only
    samples are stored: the next owner counted on from what was committed, and machines hold events that were not
    acknowledged. Raises what `database.AWAY` names; then nothing is removed.
    """
    for path, batches in left_behind(folder):
        late = await _write(flusher, batches)
        path.unlink(missing_ok=True)
        logger.warning("%s: %s batches of a collector that ended, %s of them late", path.name, len(batches), late)


async def _write(flusher: Flusher, batches: list[Batch]) -> int:
    late = 0
    for first in range(0, len(batches), AT_ONCE):
        some = batches[first : first + AT_ONCE]
        lost = await flusher.flush(some)
        for batch in some:
            if batch.connection in lost:
                await flusher.store_late(batch)
                late += 1
    return late
