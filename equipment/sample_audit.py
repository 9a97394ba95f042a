"""The ledger's question to the samples: is no slot of a schedule doubled, and none missing while its value was good?

Asked of the tags that are stored each time they are read, as they were configured then. The observations say when a
connection was watched, by which period, and how many slots were left out since the machine was slow: so many may be
missing. Of the tags that are stored when they change, what changed the machine alone knows; but no value stands twice,
and each is told anew after its longest silence. And of every tag whose events are numbered: is each number there?
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection as database

from equipment.models import Connection


@dataclass(frozen=True, slots=True)
class SlotAccount:
    """One tag in one time. slots: of the schedule; missing: while good, beyond those that were left out; doubled: that
    have more than one good value.
    """

    tag: str
    observations: int
    slots: int
    samples: int
    left_out: int
    missing: int
    doubled: int

    @property
    def is_whole(self) -> bool:
        return not (self.missing or self.doubled)


@dataclass(frozen=True, slots=True)
class ChangeAccount:
    """One tag in one time. silent: how often a good value was not told anew after its longest silence; repeated: that
    are the same as the one before, and sooner.
    """

    tag: str
    observations: int
    samples: int
    silent: int
    repeated: int

    @property
    def is_whole(self) -> bool:
        return not (self.silent or self.repeated)


@dataclass(frozen=True, slots=True)
class EventAccount:
    """One tag's events since it is watched. numbered: how many there were; stored: how many are on record."""

    tag: str
    numbered: int
    stored: int

    @property
    def is_whole(self) -> bool:
        return self.numbered == self.stored


@dataclass(frozen=True, slots=True)
class Account:
    """One connection in one time."""

    connection: Connection
    slots: list[SlotAccount]
    changes: list[ChangeAccount]
    events: list[EventAccount]

    @property
    def is_empty(self) -> bool:
        """Whether there is no tag that it says anything about."""
        return not (self.slots or self.changes)

    @property
    def is_whole(self) -> bool:
        return all(one.is_whole for one in (*self.slots, *self.changes, *self.events))


# A step leads from one sample to the next of the same tag and observation; begin and end of the observation stand for
# samples, too. What lies before the begin is the last that was stored: where that was bad, bad ones need not follow.
_SLOTS = """
WITH span AS (
    SELECT id, period_ms * interval '1 millisecond' AS period, missed_slots,
        began_at + period_ms * interval '1 millisecond'
            * greatest(0, ceil(extract(epoch FROM %(since)s - began_at) * 1000 / period_ms)) AS began_at,
        least(seen_until, %(until)s) AS seen_until
    FROM equipment_observation
    WHERE connection_id = %(connection)s AND period_ms > 0 AND seen_until >= %(since)s AND began_at <= %(until)s),
asked AS (
    SELECT span.*, tag.id AS tag, tag.code,
        floor(extract(epoch FROM span.seen_until - span.began_at) / extract(epoch FROM span.period)) AS last_slot
    FROM span CROSS JOIN equipment_tag tag
    JOIN LATERAL (
        SELECT * FROM equipment_historicaltag WHERE id = tag.id AND history_date <= span.began_at
        ORDER BY history_date DESC, history_id DESC LIMIT 1) AS was ON true
    WHERE was.connection_id = %(connection)s AND was.is_active AND was.report = 'ALWAYS' AND was.history_type <> '-'
        AND span.began_at <= span.seen_until),
stored AS (
    SELECT asked.id, asked.tag, sample.at, sample.quality >= 64 AS is_usable, false AS is_edge,
        round(extract(epoch FROM sample.at - asked.began_at) / extract(epoch FROM asked.period)) AS slot
    FROM asked JOIN equipment_series series ON series.tag_id = asked.tag
    JOIN equipment_sample sample ON sample.series_id = series.id
        AND sample.at BETWEEN asked.began_at AND asked.seen_until
    UNION ALL
    SELECT asked.id, asked.tag, asked.began_at - asked.period, coalesce(before.quality >= 64, true), true, -1
    FROM asked LEFT JOIN LATERAL (
        SELECT sample.quality FROM equipment_series series
        JOIN equipment_sample sample ON sample.series_id = series.id
        WHERE series.tag_id = asked.tag AND sample.at < asked.began_at
            AND sample.at > asked.began_at - interval '31 days'
        ORDER BY sample.at DESC LIMIT 1) AS before ON true
    UNION ALL
    SELECT asked.id, asked.tag, asked.seen_until + asked.period, false, true, asked.last_slot + 1 FROM asked),
step AS (
    SELECT id, tag, slot, is_edge, is_usable, lag(slot) OVER line AS slot_before, lag(is_usable) OVER line AS was_usable
    FROM stored WINDOW line AS (PARTITION BY id, tag ORDER BY slot, at)),
counted AS (
    SELECT id, tag, count(*) FILTER (WHERE NOT is_edge) AS samples,
        coalesce(sum(slot - slot_before - 1) FILTER (WHERE was_usable AND slot > slot_before), 0) AS missing,
        count(*) FILTER (WHERE slot = slot_before AND is_usable AND was_usable) AS doubled
    FROM step GROUP BY id, tag)
SELECT asked.code, count(*), sum(asked.last_slot + 1), sum(counted.samples), sum(asked.missed_slots),
    sum(greatest(counted.missing - asked.missed_slots, 0)), sum(counted.doubled)
FROM asked JOIN counted ON counted.id = asked.id AND counted.tag = asked.tag GROUP BY asked.code ORDER BY asked.code"""

# What is read by a schedule is told anew at the first slot after its silence. Who tells of changes alone is heard every
# five seconds or three periods at least, and what is due is told anew then; a first value may have its clock's time.
_CHANGES = """
WITH span AS (
    SELECT observation.id, greatest(began_at, %(since)s) AS began_at, least(seen_until, %(until)s) AS seen_until,
        coalesce((missed_slots + 2) * observation.period_ms, 8000 + 4 * connection.period_ms)
            * interval '1 millisecond' AS grace,
        CASE WHEN observation.period_ms IS NULL THEN connection.clock_limit_s ELSE 0 END
            * interval '1 second' AS clock
    FROM equipment_observation observation JOIN equipment_connection connection ON connection.id = connection_id
    WHERE connection_id = %(connection)s AND seen_until >= %(since)s AND began_at <= %(until)s),
asked AS (
    SELECT span.*, tag.id AS tag, tag.code, was.max_silence_s * interval '1 second' AS silence
    FROM span CROSS JOIN equipment_tag tag
    JOIN LATERAL (
        SELECT * FROM equipment_historicaltag WHERE id = tag.id AND history_date <= span.began_at
        ORDER BY history_date DESC, history_id DESC LIMIT 1) AS was ON true
    WHERE was.connection_id = %(connection)s AND was.is_active AND was.report <> 'ALWAYS' AND was.history_type <> '-'),
stored AS (
    SELECT asked.id, asked.tag, sample.at, sample.series_id, sample.value, sample.text, sample.quality, 0 AS edge
    FROM asked JOIN equipment_series series ON series.tag_id = asked.tag
    JOIN equipment_sample sample ON sample.series_id = series.id
        AND sample.at BETWEEN asked.began_at AND asked.seen_until
    UNION ALL
    SELECT asked.id, asked.tag, asked.began_at, NULL, NULL, NULL, coalesce(before.quality, 0), -1
    FROM asked LEFT JOIN LATERAL (
        SELECT sample.quality FROM equipment_series series
        JOIN equipment_sample sample ON sample.series_id = series.id
        WHERE series.tag_id = asked.tag AND sample.at < asked.began_at
            AND sample.at > asked.began_at - interval '31 days'
        ORDER BY sample.at DESC LIMIT 1) AS before ON true
    UNION ALL
    SELECT asked.id, asked.tag, asked.seen_until, NULL, NULL, NULL, 0, 1 FROM asked),
step AS (
    SELECT *, at - lag(at) OVER line AS since, lag(quality) OVER line AS was, lag(edge) OVER line AS from_edge,
        (series_id, value, text, quality) IS NOT DISTINCT FROM (lag(series_id) OVER line, lag(value) OVER line,
            lag(text) OVER line, lag(quality) OVER line) AS is_same
    FROM stored WINDOW line AS (PARTITION BY id, tag ORDER BY at, edge))
SELECT asked.code, count(DISTINCT step.id), count(*) FILTER (WHERE edge = 0),
    count(*) FILTER (WHERE was >= 64 AND silence > interval '0'
        AND since > silence + grace + CASE WHEN from_edge = -1 THEN clock ELSE interval '0' END),
    count(*) FILTER (WHERE edge = 0 AND from_edge = 0 AND is_same AND (silence = interval '0' OR since < silence))
FROM step JOIN asked ON asked.id = step.id AND asked.tag = step.tag GROUP BY asked.code ORDER BY asked.code"""

_EVENTS = """
SELECT tag.code, counter.number, count(event.id)
FROM equipment_tag tag JOIN equipment_countertotal counter ON counter.tag_id = tag.id
LEFT JOIN equipment_machineevent event ON event.tag_id = tag.id
WHERE tag.connection_id = %(connection)s GROUP BY tag.code, counter.number ORDER BY tag.code"""


def slots_of(connection: UUID, since: datetime, until: datetime) -> list[SlotAccount]:
    """Tags of a connection that is polled, stored each time they are read."""
    with database.cursor() as cursor:
        cursor.execute(_SLOTS, {"connection": connection, "since": since, "until": until})
        return [SlotAccount(code, *map(int, numbers)) for code, *numbers in cursor.fetchall()]


def changes_of(connection: UUID, since: datetime, until: datetime) -> list[ChangeAccount]:
    """Tags of a connection that are stored when they change."""
    with database.cursor() as cursor:
        cursor.execute(_CHANGES, {"connection": connection, "since": since, "until": until})
        return [ChangeAccount(*row) for row in cursor.fetchall()]


def events_of(connection: UUID) -> list[EventAccount]:
    """Counters and handshakes of a connection."""
    with database.cursor() as cursor:
        cursor.execute(_EVENTS, {"connection": connection})
        return [EventAccount(*row) for row in cursor.fetchall()]


def audit(connections: Collection[Connection], since: datetime, until: datetime) -> Iterator[Account]:
    """Each connection's account; what is not over yet is judged as far as it is on record."""
    for one in connections:
        times = (one.pk, since, until)
        yield Account(one, slots_of(*times), changes_of(*times), events_of(one.pk))
