"""A batch in which something is refused: what can be stored is, the rest goes to quarantine, and nothing waits.

Inside the flush's transaction: each try is a savepoint, and a group that fails is halved until the rows that are
refused stand alone.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from equipment.collection import writing
from equipment.collection.batches import Batch
from equipment.collection.database import REFUSED, Database, as_json, rows
from equipment.collection.rows import Row, split
from equipment.collection.times import moment

_SAMPLES = """INSERT INTO equipment_sample (series_id, at, value, text, quality)
SELECT * FROM unnest(%s::int[], %s::timestamptz[], %s::float8[], %s::text[], %s::smallint[]) ON CONFLICT DO NOTHING"""

_QUARANTINE = "INSERT INTO equipment_quarantinedrow (connection_id, at, row, error) VALUES (%s, now(), %s, %s)"


async def store_carefully(database: Database, batch: Batch) -> None:
    """All of a batch that the database takes. A sample that is there already is passed over."""
    await store_samples(database, batch.connection, [row for row, _ in split(bytes(batch.rows))])
    nothing = Batch(batch.connection, batch.epoch, batch.number)
    parts: list[tuple[Any, Batch]] = [
        *((asdict(event), replace(nothing, events=[event])) for event in batch.events),
        *((asdict(change), replace(nothing, states=[change])) for change in batch.states),
        *(({tag: counter}, replace(nothing, counters={tag: counter})) for tag, counter in batch.counters.items()),
        *(({series: last}, replace(nothing, latest={series: last})) for series, last in batch.latest.items()),
    ]
    for content, part in parts:
        await _store_or_keep(database, content, part)
    await writing.write_rest(database, [replace(batch, events=[], states=[], counters={}, latest={})])


async def store_samples(database: Database, connection: str, samples: Sequence[Row]) -> None:
    if not samples:
        return
    try:
        async with database.transaction():
            await rows(database, _SAMPLES, _columns(samples))
    except REFUSED as refused:
        if len(samples) == 1:
            series, at_us, value, quality = samples[0]
            row = {"series": series, "at": moment(at_us), "value": value, "quality": quality}
            await _quarantine(database, connection, row, refused)
            return
        middle = len(samples) // 2
        await store_samples(database, connection, samples[:middle])
        await store_samples(database, connection, samples[middle:])


async def _store_or_keep(database: Database, content: Any, part: Batch) -> None:
    try:
        async with database.transaction():
            await writing.write_content(database, [part])
    except REFUSED as refused:
        await _quarantine(database, part.connection, content, refused)


async def _quarantine(database: Database, connection: str, content: Any, refused: Exception) -> None:
    await rows(database, _QUARANTINE, [connection, as_json(content), str(refused).partition("\n")[0][:300]])


def _columns(samples: Sequence[Row]) -> list[list[Any]]:
    values = [writing.split_value(value) for _, _, value, _ in samples]
    return [
        [series for series, *_ in samples],
        [moment(at_us) for _, at_us, *_ in samples],
        [number for number, _ in values],
        [text for _, text in values],
        [quality for *_, quality in samples],
    ]
