"""The course of a tag: samples where they are few, rollups and then samples where the period is long."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from equipment.collection.rollups import roll_up
from equipment.models import Rollup, RollupDue, Series
from equipment.trends import MOST, trend_of
from tests.machines import connection_at, showed, tag_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def tag(plant):
    return tag_at(connection_at(plant.stations["20"]), plant.stations["20"], "P", "holding:2", value_type="FLOAT32")


@pytest.fixture
def now():
    return timezone.now().replace(second=0, microsecond=0)


def series(tag) -> int:
    return Series.objects.get(tag=tag).pk


def without_samples(tag) -> int:
    """Another series that has the rollups of this tag, and no samples any more."""
    gone = series(tag_at(tag.connection, tag.station, "GONE", "holding:20", value_type="FLOAT32"))
    with connection.cursor() as cursor:
        columns = "width_s, at, least, most, total, last, count, samples, good"
        cursor.execute(
            f"INSERT INTO equipment_rollup (series_id, {columns}) SELECT %s, {columns} FROM equipment_rollup"
            " WHERE series_id = %s",
            [gone, series(tag)],
        )
    return gone


def test_few_samples_are_shown_as_they_are_with_the_one_before(tag, now):
    times = [now - timedelta(minutes=n) for n in (90, 50, 20)]
    showed(tag, *((at, n, 192) for n, at in enumerate(times)))
    found = trend_of(series(tag), now - timedelta(hours=1), now)
    assert found.width_s == 0
    assert [(one.at, one.mean) for one in found.moments] == [(at, n) for n, at in enumerate(times)]


def test_many_samples_of_a_short_time_are_put_together(tag, now):
    showed(tag, *((now - timedelta(seconds=n), n % 10, 192) for n in range(3600, 0, -1)))
    found = trend_of(series(tag), now - timedelta(hours=1), now)
    assert found.width_s == 3
    assert len(found.moments) <= MOST
    assert sum(one.samples for one in found.moments) == 3600
    assert min(one.least for one in found.moments) == 0
    assert max(one.most for one in found.moments) == 9


def test_a_long_time_is_of_rollups_and_goes_on_with_samples(tag, now):
    showed(tag, *((now - timedelta(minutes=n), n, 192) for n in range(120, 0, -1)))
    for minute in range(120, 5, -1):
        RollupDue.objects.create(series_id=series(tag), minute=now - timedelta(minutes=minute))
    roll_up(now)
    assert Rollup.objects.count() == 115
    found = trend_of(series(tag), now - timedelta(hours=24), now)
    assert found.width_s == 60
    assert [one.mean for one in found.moments] == list(range(120, 0, -1))


def test_a_week_has_no_more_moments_than_a_picture_can_show(tag, now):
    showed(tag, *((now - timedelta(minutes=n), n, 192 if n % 2 else 0) for n in range(600, 0, -1)))
    found = trend_of(series(tag), now - timedelta(days=7), now)
    assert found.width_s % 60 == 0
    assert 7 * 86400 / found.width_s <= MOST
    assert sum(one.good for one in found.moments) == 300


def test_a_bad_sample_has_no_number(tag, now):
    showed(tag, (now - timedelta(minutes=5), None, 24), (now - timedelta(minutes=2), 4.0, 192))
    bad, good = trend_of(series(tag), now - timedelta(hours=1), now).moments
    assert (bad.mean, bad.good, good.mean, good.good) == (None, 0, 4.0, 1)


def test_when_samples_are_gone_a_short_time_is_told_by_the_second_where_there_were_many(tag, now):
    begin = now - timedelta(minutes=30)
    quick = [(begin + timedelta(minutes=10, milliseconds=100 * n), n // 10, 192) for n in range(600)]
    slow = [(begin + timedelta(minutes=20, seconds=10 * n), 100 + n, 192) for n in range(6)]
    showed(tag, *quick, *slow)
    for minute in (10, 20):
        RollupDue.objects.create(series_id=series(tag), minute=begin + timedelta(minutes=minute))
    roll_up(now)
    assert Rollup.objects.filter(width_s=1).count() == 60
    found = trend_of(without_samples(tag), begin, now)
    assert found.width_s == 2
    by_second, by_minute = found.moments[:30], found.moments[30:]
    assert [(one.at - begin).total_seconds() for one in by_second] == [600 + 2 * n for n in range(30)]
    assert [(one.least, one.most, one.samples) for one in by_second] == [(2 * n, 2 * n + 1, 20) for n in range(30)]
    assert [(one.mean, one.samples) for one in by_minute] == [(102.5, 6)], "none is told twice"


def test_without_rollups_of_seconds_a_short_time_that_is_gone_is_told_by_the_minute(tag, now):
    showed(tag, *((now - timedelta(minutes=n), n, 192) for n in (20, 19)))
    for minute in (20, 19):
        RollupDue.objects.create(series_id=series(tag), minute=now - timedelta(minutes=minute))
    roll_up(now)
    found = trend_of(without_samples(tag), now - timedelta(minutes=30), now)
    assert (found.width_s, [one.mean for one in found.moments]) == (60, [20, 19])


def test_a_long_time_is_told_by_the_minute_though_there_are_seconds(tag, now):
    begin = now - timedelta(hours=3)
    showed(tag, *((begin + timedelta(milliseconds=100 * n), n, 192) for n in range(600)))
    RollupDue.objects.create(series_id=series(tag), minute=begin)
    roll_up(now)
    (only,) = trend_of(series(tag), begin, now).moments
    assert only.samples == 600
