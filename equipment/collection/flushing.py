"""The flush: batches of many connections into the database, in one transaction, each batch once.

What goes wrong is one of three: the database is away (psycopg.OperationalError: keep the batches, flush them again
later; one that was committed without our knowing is passed over by its number), the lease is another's (the batches are
void), or a row is refused (the batch with it is found by halving, and goes row by row where it must: see `poison`).
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from uuid import UUID

from equipment.collection import writing
from equipment.collection.batches import Batch
from equipment.collection.database import REFUSED, Database, rows
from equipment.collection.poison import store_carefully, store_samples
from equipment.collection.rows import spans
from equipment.collection.times import MINUTE_US, microseconds, moment

# The owner's name is not asked for: a lease that expired and was claimed by nobody is still the epoch's.
_LOCK = """SELECT connection_id::text, epoch, batch FROM equipment_connectionlease
WHERE connection_id = ANY(%s) ORDER BY connection_id FOR UPDATE"""

# Until when an epoch's samples may be stored late: the lease knows its last claim alone, and epochs between this one
# and that watched as well.
_UNTIL = """SELECT least(lease.claimed_at, min(later.began_at)) FROM equipment_connectionlease lease
LEFT JOIN equipment_observation later ON later.connection_id = lease.connection_id AND later.epoch > %s
WHERE lease.connection_id = %s GROUP BY lease.claimed_at"""

_MAKE_PARTITIONS = """SELECT equipment_make_partitions(day, day) FROM unnest(%s::date[]) AS day
WHERE day BETWEEN current_date - 400 AND current_date + 400"""


async def _nothing() -> None: ...


class Flusher:
    """database: a connection of its own. between: done between the transactions of a flush that takes several, as long
    as that may last. Remembers of which connections something was refused.

    progressed_at: when it last began a transaction, by the monotonic clock.
    """

    def __init__(self, database: Database, between: Callable[[], Awaitable[object]] = _nothing) -> None:
        self.database = database
        self._between = between
        self._suspects: set[str] = set()
        self.progressed_at = time.monotonic()

    async def flush(self, batches: Sequence[Batch]) -> set[str]:
        """Write batches, in the order of each connection's numbers. Returns the connections whose lease is lost.

        Raises what `AWAY` names; then nothing is known of any batch, and all are to be flushed again.
        """
        self.progressed_at = time.monotonic()
        if not batches:
            return set()
        suspects, self._suspects = self._suspects & {batch.connection for batch in batches}, set()
        lost = await self._write([batch for batch in batches if batch.connection not in suspects])
        for suspect in sorted(suspects):  # what it has is most often refused again: the others need not pay for it
            lost |= await self._write([batch for batch in batches if batch.connection == suspect])
        return lost

    async def _write(self, batches: Sequence[Batch]) -> set[str]:
        """All in one transaction, or where something in them is refused, each half by itself."""
        if not batches:
            return set()
        try:
            self.progressed_at = time.monotonic()
            async with self.database.transaction():
                current, lost = await self._fence(batches)
                await writing.write(self.database, current)
            return lost
        except REFUSED:
            if await self._make_partitions(batches):
                return await self._write(batches)
        await self._between()
        if len(batches) == 1:
            return await self._write_carefully(batches[0])
        first, rest = _halves(batches)
        return await self._write(first) | await self._write(rest)

    async def _write_carefully(self, batch: Batch) -> set[str]:
        self._suspects.add(batch.connection)
        async with self.database.transaction():
            current, lost = await self._fence([batch])
            for one in current:
                await store_carefully(self.database, one)
        return lost

    async def _fence(self, batches: Sequence[Batch]) -> tuple[list[Batch], set[str]]:
        """The batches that are of the present epoch and not committed yet; the connections that are lost."""
        asked = sorted({UUID(batch.connection) for batch in batches})
        held = {connection: (epoch, done) for connection, epoch, done in await rows(self.database, _LOCK, [asked])}
        lost = {b.connection for b in batches if held.get(b.connection, (0, 0))[0] != b.epoch}
        done = {connection: number for connection, (_, number) in held.items()}
        current = []
        for batch in batches:
            # One that was thinned stands for those before it, which may be there, too, after a kill.
            if batch.connection not in lost and batch.number > done[batch.connection]:
                done[batch.connection] = batch.number
                current.append(batch)
        return current, lost

    async def _make_partitions(self, batches: Iterable[Batch]) -> bool:
        """For days of samples that have none, whether there were such. A day far from today gets none."""
        minutes = {at_us // MINUTE_US for batch in batches for _, at_us, _, _ in spans(bytes(batch.rows))}
        days = sorted({moment(minute * MINUTE_US).date() for minute in minutes})
        return any(made for (made,) in await rows(self.database, _MAKE_PARTITIONS, [days]))

    async def store_late(self, batch: Batch) -> None:
        """Samples of an epoch that is over: those from before the next one's claim that nobody stored, and when it was
        watched. They count nothing. What a later epoch observed is its own alone: no value is told there by two.
        """
        self.progressed_at = time.monotonic()
        await self._between()
        await self._make_partitions([batch])
        async with self.database.transaction():
            found = await rows(self.database, _UNTIL, [batch.epoch, UUID(batch.connection)])
            until_us = microseconds(found[0][0]) if found and found[0][0] else 0
            body = bytes(batch.rows)
            before = b"".join(body[begins:ends] for _, at_us, begins, ends in spans(body) if at_us < until_us)
            await store_samples(self.database, batch.connection, before)
            await writing.write_late_spans(self.database, batch)


def _halves(batches: Sequence[Batch]) -> tuple[Sequence[Batch], Sequence[Batch]]:
    """By connection, since one machine's values are refused and not another's; of one alone by age."""
    connections = list(dict.fromkeys(batch.connection for batch in batches))
    if len(connections) == 1:
        middle = len(batches) // 2
        return batches[:middle], batches[middle:]
    some = set(connections[: len(connections) // 2])
    first = [batch for batch in batches if batch.connection in some]
    return first, [batch for batch in batches if batch.connection not in some]
