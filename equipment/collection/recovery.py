"""What collectors that were killed left on disk, written before anything new is claimed."""

import logging
from pathlib import Path

from equipment.collection.batches import Batch
from equipment.collection.flushing import Flusher
from equipment.collection.spool import left_behind

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
    late: set[str] = set()
    count = 0
    for batch in batches:
        if batch.connection not in late:
            late |= await flusher.flush([batch])
        if batch.connection in late:
            await flusher.store_late(batch)
            count += 1
    return count
