"""A batch in which something is refused: what can be stored is, the rest goes to quarantine, and nothing waits.

Inside the flush's transaction: each try is a savepoint, and a group that fails is halved until the rows that are
refused stand alone.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeAlias, TypeVar

from equipment.collection import writing
from equipment.collection.batches import Batch
from equipment.collection.database import REFUSED, Database, as_json, rows
from equipment.collection.rows import Row, split
from equipment.collection.times import moment

_SAMPLES = """INSERT INTO equipment_sample (series_id, at, value, text, quality)
SELECT * FROM unnest(%s::int[], %s::timestamptz[], %s::float8[], %s::text[], %s::smallint[]) ON CONFLICT DO NOTHING"""

_QUARANTINE = "INSERT INTO equipment_quarantinedrow (connection_id, at, row, error) VALUES (%s, now(), %s, %s)"

T = TypeVar("T")
_Part: TypeAlias = tuple[Any, Batch]  # what it says, and a batch of it alone


async def store_carefully(database: Database, batch: Batch) -> None:
    """All of a batch that the database takes. A sample that is there already is passed over."""
    await store_samples(database, batch.connection, bytes(batch.rows))
    nothing = Batch(batch.connection, batch.epoch, batch.number)
    parts: list[_Part] = [
        *((asdict(event), replace(nothing, events=[event])) for event in batch.events),
        *((asdict(change), replace(nothing, states=[change])) for change in batch.states),
        *(({tag: counter}, replace(nothing, counters={tag: counter})) for tag, counter in batch.counters.items()),
    ]

    async def store(some: Sequence[_Part]) -> None:
        await writing.write_made(database, [part for _, part in some])

    await _by_halves(database, batch.connection, parts, store, lambda part: part[0])
    await writing.write_watched(database, [batch])


async def store_samples(database: Database, connection: str, body: bytes) -> None:
    """Rows of samples, and what follows from those that are taken."""

    async def store(some: Sequence[tuple[Row, bytes]]) -> None:
        await rows(database, _SAMPLES, writing.columns_of([sample for sample, _ in some]))
        await writing.write_read(database, b"".join(row for _, row in some))

    await _by_halves(database, connection, list(split(body)), store, lambda one: _as_told(one[0]))


async def _by_halves(
    database: Database,
    connection: str,
    items: Sequence[T],
    store: Callable[[Sequence[T]], Awaitable[None]],
    told: Callable[[T], Any],
) -> None:
    """Store what can be, in order; what is refused alone goes to quarantine, as `told` says it."""
    if not items:
        return
    try:
        async with database.transaction():
            await store(items)
    except REFUSED as refused:
        if len(items) == 1:
            content, why = as_json(told(items[0])), str(refused).partition("\n")[0][:300]
            await rows(database, _QUARANTINE, [connection, content, why])
            return
        middle = len(items) // 2
        await _by_halves(database, connection, items[:middle], store, told)
        await _by_halves(database, connection, items[middle:], store, told)


def _as_told(sample: Row) -> dict[str, Any]:
    series, at_us, value, quality = sample
    return {"series": series, "at": moment(at_us), "value": value, "quality": quality}
