"""What a tag at a station says now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

FRESH = timedelta(seconds=10)  # for how long a connection counts as watched after it was seen last
PERIODS = 3  # at least so many of its own

_NOW = """
SELECT watched.code, latest.at, latest.value, latest.text, latest.quality, seen.seen_until, seen.is_over,
    watched.period_ms
FROM equipment_tag tag JOIN equipment_connection watched ON watched.id = tag.connection_id
JOIN equipment_series series ON series.tag_id = tag.id
LEFT JOIN equipment_latestvalue latest ON latest.series_id = series.id
LEFT JOIN LATERAL (
    SELECT seen_until, ended_at IS NOT NULL AS is_over FROM equipment_observation WHERE connection_id = watched.id
    ORDER BY began_at DESC LIMIT 1) seen ON true
WHERE tag.station_id = %s AND tag.code = %s AND tag.is_active
ORDER BY series.version DESC LIMIT 1"""


@dataclass(frozen=True)
class Readout:
    """The last value of a tag: value None where there is none; seen_until: when its connection answered last.

    is_watched: not too long ago, so that what did not change since is what the tag says now.
    """

    connection: str
    at: datetime | None
    value: float | str | None
    quality: int
    seen_until: datetime | None
    is_watched: bool


def readout(station: UUID, code: str, now: datetime) -> Readout | None:
    """What the tag of this code at the station says; None where there is no such tag. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW, [station, code])
        row = cursor.fetchone()
    if row is None:
        return None
    name, at, value, text, quality, seen_until, is_over, period_ms = row
    is_watched = seen_until is not None and not is_over and is_fresh(seen_until, period_ms, now)
    return Readout(name, at, value if text is None else text, quality or 0, seen_until, is_watched)


def is_fresh(seen_until: datetime, period_ms: int, now: datetime) -> bool:
    """Whether a connection that was seen then is watched now."""
    return now - seen_until <= max(FRESH, PERIODS * timedelta(milliseconds=period_ms))
