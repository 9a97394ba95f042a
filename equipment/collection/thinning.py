"""What is left of batches that wait for too long: of each series the last value, and all that was made of values.

What a machine did is never given up: events, counts, states, and when it was watched.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from equipment.collection.batches import Batch, Span
from equipment.collection.rows import last_rows

MOST_EVENTS = 1_000  # and changes of state in one batch, so that no transaction takes long


def thinned(batches: Iterable[Batch]) -> list[Batch]:
    """Those of a connection, one after the other, as one; the order of each connection's stays."""
    runs: list[list[Batch]] = []
    latest: dict[str, list[Batch]] = {}
    for batch in batches:
        run = latest.get(batch.connection)
        if run is None or not _goes_with(run, batch):
            run = latest[batch.connection] = []
            runs.append(run)
        run.append(batch)
    return [_as_one(run) for run in runs]


def _goes_with(run: Sequence[Batch], batch: Batch) -> bool:
    last = run[-1]
    is_alike = (last.epoch, last.period_ms) == (batch.epoch, batch.period_ms)
    return is_alike and sum(len(one.events) + len(one.states) for one in run) < MOST_EVENTS


def _as_one(run: Sequence[Batch]) -> Batch:
    """Written as the last of them: whatever was written of it before makes void what this one holds."""
    first, last = run[0], run[-1]
    rows = last_rows(b"".join(bytes(batch.rows) for batch in run))
    one = Batch(last.connection, last.epoch, last.number, first.period_ms)
    one.rows, one.count = bytearray(b"".join(rows.values())), len(rows)
    for batch in run:
        one.counters |= batch.counters
        one.events += batch.events
        one.states += batch.states
        one.topics |= batch.topics
        one.link = batch.link or one.link
        for name, more in batch.health.items():
            before = one.health.get(name, 0)
            one.health[name] = max(before, more) if name == "slowest" else before + more
    one.health["dropped"] = one.health.get("dropped", 0) + sum(batch.count for batch in run) - one.count
    one.spans = _joined(span for batch in run for span in batch.spans)
    return one


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Each that goes on where the one before it ended is a part of it."""
    joined: list[Span] = []
    for span in spans:
        before = joined[-1] if joined else None
        if before is None or before.ended is not None or span.begins:
            joined.append(replace(span))
        else:
            before.until_us, before.ended = span.until_us, span.ended
            before.missed += span.missed
    return joined
