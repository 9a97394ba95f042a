"""Rollups: samples of a minute in a row, of a second in a row where there are several; made anew when late ones come.

What is due is a row a series and minute, written by the flush that brought the samples. A minute is taken when it is
over for some seconds; taking it removes its row in the transaction that writes its rollups.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

SETTLES_AFTER = timedelta(seconds=5)
AT_ONCE = 2_000

# Rows of `due` that nobody else works on are removed and rolled up in one statement. In a minute with more than 60
# samples each second gets its row: where there is no more than one a second, such a row would be larger than its sample
# and be kept eight times as long. OFFSET keeps the planner from matching all samples of a series with all
# its minutes.
_ROLL_UP = """
WITH taken AS (
    DELETE FROM equipment_rollupdue WHERE (series_id, minute) IN (
        SELECT series_id, minute FROM equipment_rollupdue WHERE minute < %(before)s
        ORDER BY minute LIMIT %(most)s FOR UPDATE SKIP LOCKED)
    RETURNING series_id, minute),
read AS (
    SELECT sample.series_id, taken.minute, sample.at, sample.value, sample.quality,
        count(*) OVER (PARTITION BY sample.series_id, taken.minute) AS many
    FROM taken JOIN LATERAL (
        SELECT * FROM equipment_sample WHERE series_id = taken.series_id
            AND at >= taken.minute AND at < taken.minute + interval '1 minute' OFFSET 0) sample ON true),
widths AS (
    SELECT read.*, width_s, date_bin(make_interval(secs => width_s), read.at, 'epoch') AS begins
    FROM read CROSS JOIN (VALUES (60), (1)) AS widths (width_s) WHERE width_s = 60 OR many > 60),
rolled AS (
    SELECT series_id, width_s, begins, min(value) AS least, max(value) AS most, sum(value) AS total,
        (array_agg(value ORDER BY at DESC) FILTER (WHERE value IS NOT NULL))[1] AS last,
        count(value) AS count, count(*) AS samples, count(*) FILTER (WHERE quality >= 192) AS good
    FROM widths GROUP BY series_id, width_s, begins)
INSERT INTO equipment_rollup (series_id, width_s, at, least, most, total, last, count, samples, good)
SELECT series_id, width_s, begins, least, most, total, last, count, samples, good FROM rolled
ON CONFLICT (series_id, width_s, at) DO UPDATE SET least = excluded.least, most = excluded.most, total = excluded.total,
    last = excluded.last, count = excluded.count, samples = excluded.samples, good = excluded.good"""


def roll_up(at: datetime) -> int:
    """Roll up what is due by now; returns how many rows were written."""
    before, written = at - timedelta(minutes=1) - SETTLES_AFTER, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_ROLL_UP, {"before": before, "most": AT_ONCE})
            more = cursor.rowcount
        written += more
        if not more:
            return written
