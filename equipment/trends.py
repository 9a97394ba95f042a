"""The course of a tag in a period: samples where they are few, else rollups and, where those end, samples again.

Means and the share of good ones are by samples, not by time: a value that is stored when it changes counts once,
however long it stood.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db import connection

MOST = 1500
_MINUTE = 60
# As far as this, samples are put together as they are: they need no rollups for it.
_FROM_SAMPLES = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Moment:
    """Numbers of a time from `at` on; width_s: 0 for a single sample. mean: None where there was no value."""

    at: datetime
    least: float | None
    mean: float | None
    most: float | None
    samples: int
    good: int


@dataclass(frozen=True, slots=True)
class Trend:
    """At most as many moments as were asked for, in order.

    width_s: seconds that each stands for, 0 where each is a sample.
    """

    moments: Sequence[Moment]
    width_s: int


_SAMPLES = """SELECT at, value, value, value, 1, (quality >= 192)::int FROM equipment_sample
WHERE series_id = %(series)s AND at >= %(begin)s AND at < %(end)s ORDER BY at LIMIT %(most)s"""

# The value that was there when the period began, so that one that rarely changes has a line all the same.
_BEFORE = """SELECT at, value, value, value, 1, (quality >= 192)::int FROM equipment_sample
WHERE series_id = %(series)s AND at < %(begin)s AND at >= %(far)s ORDER BY at DESC LIMIT 1"""

_TOGETHER = """
WITH rolled AS (
    SELECT at, least, most, total, count, samples, good FROM equipment_rollup AS minute
    WHERE %(is_rolled)s AND series_id = %(series)s AND width_s = 60 AND at >= %(begin)s AND at < %(end)s
        AND NOT (%(is_fine)s AND EXISTS (SELECT FROM equipment_rollup AS second WHERE second.series_id = %(series)s
            AND second.width_s = 1 AND second.at >= minute.at AND second.at < minute.at + interval '1 minute'))),
fine AS (
    SELECT at, least, most, total, count, samples, good FROM equipment_rollup
    WHERE %(is_fine)s AND series_id = %(series)s AND width_s = 1 AND at >= %(begin)s AND at < %(end)s),
reached AS (SELECT coalesce(max(at) + interval '1 minute', %(begin)s) AS at FROM rolled),
together AS (
    SELECT * FROM rolled UNION ALL SELECT * FROM fine UNION ALL
    SELECT at, value, value, value, (value IS NOT NULL)::int, 1, (quality >= 192)::int FROM equipment_sample
    WHERE series_id = %(series)s AND at >= (SELECT at FROM reached) AND at < %(end)s)
SELECT date_bin(make_interval(secs => %(width)s), at, %(origin)s) AS begins, min(least),
    sum(total) / nullif(sum(count), 0), max(most), sum(samples)::int, sum(good)::int
FROM together GROUP BY begins ORDER BY begins LIMIT %(most)s"""


_HAS_SECONDS = """SELECT EXISTS (SELECT FROM equipment_rollup
WHERE series_id = %(series)s AND width_s = 1 AND at >= %(begin)s AND at < %(end)s)"""


def trend_of(series: int, begin: datetime, end: datetime, most: int = MOST) -> Trend:
    """The course of a series from begin to end. Samples are not kept as long as rollups: those tell of old times, of a
    short one second by second where there are such.
    """
    asked = {"series": series, "begin": begin, "end": end, "most": most, "far": begin - timedelta(days=1)}
    is_rolled, is_fine = end - begin > _FROM_SAMPLES, False
    if not is_rolled:
        found = _ask(_SAMPLES, asked)
        if len(found) < most and (found := [*_ask(_BEFORE, asked), *found]):
            return Trend(found, 0)
        is_rolled = not found
        is_fine = is_rolled and _has_seconds(asked)
    width = ceil((end - begin).total_seconds() / (most - 2))  # one more at each end, where no time begins with begin
    if is_rolled and not is_fine:
        width = ceil(width / _MINUTE) * _MINUTE
    asked |= {"is_rolled": is_rolled, "is_fine": is_fine, "width": width}
    return Trend(_ask(_TOGETHER, asked | {"origin": begin.replace(second=0, microsecond=0)}), width)


def _has_seconds(asked: dict[str, Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_HAS_SECONDS, asked)
        return bool(cursor.fetchone()[0])


def _ask(sql: str, asked: dict[str, Any]) -> list[Moment]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return [Moment(*row) for row in cursor.fetchall()]
