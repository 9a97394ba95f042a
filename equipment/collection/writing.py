"""What a flush writes: each kind in one statement for all connections."""

import json
from collections.abc import Sequence
from typing import Any

from psycopg import sql

from equipment.collection.batches import Batch
from equipment.collection.database import Database, as_json, rows, send, with_sign
from equipment.collection.rows import COLUMNS, SIGNATURE, TRAILER, Row, read, spans
from equipment.collection.times import MINUTE_US, moment
from equipment.drivers.base import Value
from mes.kernel.topics import CHANNEL

_COPY = f"COPY equipment_sample ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"

_LATEST = """
INSERT INTO equipment_latestvalue AS latest (series_id, at, value, text, quality)
SELECT * FROM unnest(%s::int[], %s::timestamptz[], %s::float8[], %s::text[], %s::smallint[])
ON CONFLICT (series_id) DO UPDATE SET at = excluded.at, value = excluded.value, text = excluded.text,
    quality = excluded.quality WHERE latest.at <= excluded.at"""

_DUE = """INSERT INTO equipment_rollupdue (series_id, minute)
SELECT series, to_timestamp(minute::bigint * 60) FROM unnest(%s::int[], %s::int[]) AS due (series, minute)
ON CONFLICT DO NOTHING"""

_COUNTERS = """
INSERT INTO equipment_countertotal (tag_id, raw, total, number, at, source)
SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[])
ON CONFLICT (tag_id) DO UPDATE SET raw = excluded.raw, total = excluded.total, number = excluded.number,
    at = excluded.at, source = excluded.source"""

# What can be booked is due at once; what means nothing is kept all the same.
_EVENTS = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS given
        (tag uuid, site uuid, station uuid, number bigint, books text, at timestamptz, quantity int, content jsonb)),
stored AS (
    INSERT INTO equipment_machineevent (tag_id, site_id, station_id, number, books, at, quantity, content)
    SELECT tag, site, station, number, books, at, quantity, content FROM given ORDER BY at, number
    RETURNING id, books)
INSERT INTO equipment_eventdue (event_id) SELECT id FROM stored WHERE books <> 'NOTHING'"""

# Times of a station's states only go up: whoever builds them sees to it, and the exclusion constraint holds it.
_END_STATE = "UPDATE equipment_equipmentstate SET ended_at = %s WHERE station_id = %s AND ended_at IS NULL"
_BEGIN_STATE = """INSERT INTO equipment_equipmentstate (site_id, station_id, state, detail, began_at)
VALUES (%s, %s, %s, %s, %s)"""

_SEEN = """UPDATE equipment_observation SET seen_until = %s, missed_slots = missed_slots + %s WHERE id = (
    SELECT id FROM equipment_observation WHERE connection_id = %s AND epoch = %s AND ended_at IS NULL
    ORDER BY began_at DESC LIMIT 1)"""
_BEGUN = """INSERT INTO equipment_observation
    (connection_id, epoch, began_at, seen_until, reason, period_ms, missed_slots) VALUES (%s, %s, %s, %s, '', %s, %s)"""
_ENDED = """UPDATE equipment_observation SET ended_at = seen_until, reason = %s
WHERE connection_id = %s AND ended_at IS NULL"""

# Of an epoch that is over: only what ended before the next one began.
_LATE = """
WITH late AS (SELECT %(connection)s::uuid AS connection, %(epoch)s::bigint AS epoch, %(until)s::timestamptz AS until),
allowed AS (
    SELECT late.* FROM late WHERE NOT EXISTS (
        SELECT FROM equipment_observation next
        WHERE next.connection_id = late.connection AND next.began_at <= late.until
            AND (next.epoch > late.epoch OR next.epoch = late.epoch AND %(begins)s AND next.began_at = %(began)s))),
extended AS (
    UPDATE equipment_observation SET seen_until = until, ended_at = until, missed_slots = missed_slots + %(missed)s
    FROM allowed WHERE NOT %(begins)s AND seen_until < until AND id = (
        SELECT id FROM equipment_observation WHERE connection_id = allowed.connection
            AND equipment_observation.epoch = allowed.epoch ORDER BY began_at DESC LIMIT 1))
INSERT INTO equipment_observation
    (connection_id, epoch, began_at, seen_until, ended_at, reason, period_ms, missed_slots)
SELECT connection, epoch, %(began)s, until, until, '', %(period_ms)s, %(missed)s FROM allowed WHERE %(begins)s"""

_LEASES = """
UPDATE equipment_connectionlease lease SET batch = given.batch,
    state = coalesce(given.state, lease.state), detail = coalesce(given.detail, lease.detail),
    state_since = CASE WHEN coalesce(given.state, lease.state) = lease.state THEN lease.state_since ELSE now() END,
    connects = lease.connects + given.connects, requests = lease.requests + given.requests,
    errors = lease.errors + given.errors, missed_slots = lease.missed_slots + given.missed,
    samples = lease.samples + given.samples, dropped = lease.dropped + given.dropped,
    slowest_answer_ms = greatest(lease.slowest_answer_ms, given.slowest)
FROM jsonb_to_recordset(%s::jsonb) AS given (connection uuid, batch bigint, state text, detail text, connects bigint,
    requests bigint, errors bigint, missed bigint, samples bigint, dropped bigint, slowest int)
WHERE lease.connection_id = given.connection"""

_TELL = f"SELECT count(pg_notify('{CHANNEL}', topic)) FROM unnest(%s::text[]) AS topic"  # noqa: S608 - a constant


async def write(database: Database, batches: Sequence[Batch]) -> None:
    """All that batches say, in the order in which they were read. A sample that is there already is refused."""
    body = b"".join(bytes(batch.rows) for batch in batches)
    if body:
        async with database.cursor() as cursor, cursor.copy(sql.SQL(_COPY)) as copy:
            await copy.write(SIGNATURE + body + TRAILER)
    async with database.pipeline():
        await write_read(database, body)
        await write_made(database, batches)
        await write_watched(database, batches)


async def write_read(database: Database, body: bytes) -> None:
    """What follows from rows that are stored: the last of each series, and what is to be rolled up."""
    places: dict[int, int] = {}
    due: set[tuple[int, int]] = set()
    for series, at_us, begins, _ in spans(body):
        places[series] = begins
        due.add((series, at_us // MINUTE_US))
    if not places:
        return
    latest = [read(body, begins) for _, begins in sorted(places.items())]
    await send(database, _LATEST, columns_of(latest))
    minutes = sorted(due)
    await send(database, _DUE, [[series for series, _ in minutes], [minute for _, minute in minutes]])


async def write_made(database: Database, batches: Sequence[Batch]) -> None:
    """What was made of the values: counters, events, states."""
    await _write_counters(database, batches)
    await _write_events(database, batches)
    await _write_states(database, batches)


async def write_watched(database: Database, batches: Sequence[Batch]) -> None:
    """When it was watched, how it goes, and whom to tell."""
    for batch in batches:
        await _write_spans(database, batch)
    await _write_leases(database, batches)
    topics = sorted({topic for batch in batches for topic in batch.topics})
    if topics:
        await send(database, _TELL, [topics])


def columns_of(samples: Sequence[Row]) -> list[list[Any]]:
    """Samples as arrays: series, times, numbers, texts, qualities."""
    values = [split_value(value) for _, _, value, _ in samples]
    return [
        [series for series, *_ in samples],
        [moment(at_us) for _, at_us, *_ in samples],
        [number for number, _ in values],
        [text for _, text in values],
        [quality for *_, quality in samples],
    ]


def split_value(value: Value | None) -> tuple[float | None, str | None]:
    """As number or as text. Numbers of one kind: in an array whole ones and others don't go together."""
    if value is None or isinstance(value, str):
        return None, value
    return float(value), None


async def _write_counters(database: Database, batches: Sequence[Batch]) -> None:
    counters = {tag: counter for batch in batches for tag, counter in batch.counters.items()}
    if counters:
        tags = sorted(counters)
        raw, total, number, at_us, source = map(list, zip(*(counters[tag] for tag in tags), strict=True))
        await send(
            database, _COUNTERS, [tags, list(map(with_sign, raw)), total, number, [moment(at) for at in at_us], source]
        )


async def _write_events(database: Database, batches: Sequence[Batch]) -> None:
    events = [
        {
            "tag": event.tag,
            "site": event.site,
            "station": event.station,
            "number": event.number,
            "books": event.books,
            "at": moment(event.at_us).isoformat(),
            "quantity": event.quantity,
            "content": event.content,
        }
        for batch in batches
        for event in batch.events
    ]
    if events:
        await send(database, _EVENTS, [as_json(events)])


async def _write_states(database: Database, batches: Sequence[Batch]) -> None:
    for change in (change for batch in batches for change in batch.states):
        at = moment(change.at_us)
        await send(database, _END_STATE, [at, change.station])
        if change.state:
            await send(database, _BEGIN_STATE, [change.site, change.station, change.state, change.detail, at])


async def _write_spans(database: Database, batch: Batch) -> None:
    for span in batch.spans:
        began, until = moment(span.from_us), moment(span.until_us)
        if span.begins:
            await send(database, _ENDED, ["", batch.connection])
            row = [batch.connection, batch.epoch, began, until, batch.period_ms, span.missed]
            await send(database, _BEGUN, row)
        else:
            await send(database, _SEEN, [until, span.missed, batch.connection, batch.epoch])
        if span.ended is not None:
            await send(database, _ENDED, [span.ended[:300], batch.connection])


async def write_late_spans(database: Database, batch: Batch) -> None:
    for span in batch.spans:
        late = {
            "connection": batch.connection,
            "epoch": batch.epoch,
            "began": moment(span.from_us),
            "until": moment(span.until_us),
            "begins": span.begins,
            "missed": span.missed,
            "period_ms": batch.period_ms,
        }
        await rows(database, _LATE, late)


async def _write_leases(database: Database, batches: Sequence[Batch]) -> None:
    """How far each connection is, and how it goes."""
    given: dict[str, dict[str, Any]] = {}
    for batch in batches:
        one = given.setdefault(batch.connection, {"connection": batch.connection, "state": None, "detail": None})
        one["batch"] = batch.number
        one["samples"] = one.get("samples", 0) + batch.count
        if batch.link is not None:
            one["state"], one["detail"] = batch.link[0], batch.link[1][:300]
        for name in ("connects", "requests", "errors", "missed", "dropped"):
            one[name] = one.get(name, 0) + batch.health.get(name, 0)
        one["slowest"] = max(one.get("slowest", 0), batch.health.get("slowest", 0))
    await send(database, _LEASES, [json.dumps([given[connection] for connection in sorted(given)])])
