"""Rollups say what the samples say, late ones too; partitions come ahead and go when they are old."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from equipment import tasks
from equipment.collection import rollups
from equipment.models import Connection, QuarantinedRow, Rollup, RollupDue, Series, Tag
from mes.kernel.door import open_door

pytestmark = pytest.mark.django_db
MINUTE = datetime(2026, 11, 28, 10, 15, tzinfo=UTC)
LATER = MINUTE + timedelta(minutes=2)


@pytest.fixture
def series(plant) -> int:
    with open_door(person=None):
        connection = Connection.objects.create(
            site=plant.site, code="PLC-1", name="PLC", kind="MODBUS", address="127.0.0.1:502"
        )
        tag = Tag.objects.create(
            site=plant.site, connection=connection, code="speed", address="holding:1", value_type="INT16"
        )
    with database.cursor() as cursor:
        cursor.execute("SELECT equipment_make_partitions(%s, %s)", [MINUTE.date(), MINUTE.date()])
    return Series.objects.get(tag=tag).pk


def store(series: int, samples: list[tuple[float, float | None, int]]) -> None:
    """samples: (seconds into the minute, value, quality)."""
    with database.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO equipment_sample (series_id, at, value, quality) VALUES (%s, %s, %s, %s)",
            [(series, MINUTE + timedelta(seconds=s), value, quality) for s, value, quality in samples],
        )
    RollupDue.objects.get_or_create(series_id=series, minute=MINUTE)


def minutes(series: int) -> list[tuple]:
    found = Rollup.objects.filter(series=series, width_s=60)
    return list(found.values_list("least", "most", "total", "last", "count", "samples", "good"))


def test_a_minute_is_rolled_up_when_it_is_over(series):
    store(series, [(1, 4.0, 192), (2, 6.0, 192), (3, None, 0), (4, 5.0, 84)])
    assert rollups.roll_up(MINUTE + timedelta(seconds=59)) == 0
    assert rollups.roll_up(LATER) == 1
    assert minutes(series) == [(4.0, 6.0, 15.0, 5.0, 3, 4, 2)]
    assert not RollupDue.objects.exists()
    assert rollups.roll_up(LATER) == 0


def test_what_comes_late_is_in_it_too(series):
    store(series, [(1, 4.0, 192)])
    rollups.roll_up(LATER)
    store(series, [(30, 10.0, 192)])
    rollups.roll_up(LATER)
    assert minutes(series) == [(4.0, 10.0, 14.0, 10.0, 2, 2, 2)]


def test_a_minute_with_many_samples_has_its_seconds(series):
    store(series, [(tenth / 10, float(tenth), 192) for tenth in range(600)])
    rollups.roll_up(LATER)
    seconds = list(Rollup.objects.filter(series=series, width_s=1).order_by("at"))
    assert [(one.least, one.most, one.count) for one in seconds] == [
        (float(10 * second), float(10 * second + 9), 10) for second in range(60)
    ]


SAMPLES = st.dictionaries(
    st.integers(0, 59_999),
    st.tuples(st.floats(-1e6, 1e6), st.sampled_from([0, 64, 192, 196])),
    min_size=1,
    max_size=80,
)


@given(found=SAMPLES)
@settings(max_examples=25)
def test_rollups_say_what_the_samples_say(found):
    samples = [(ms / 1000, None if quality < 64 else value, quality) for ms, (value, quality) in sorted(found.items())]
    numbers = [value for _, value, _ in samples if value is not None]
    with transaction.atomic():  # each example begins with an empty minute
        with database.cursor() as cursor:
            cursor.execute("SELECT equipment_make_partitions(%s, %s)", [MINUTE.date(), MINUTE.date()])
        store(77, samples)
        rollups.roll_up(LATER)
        ((least, most, total, last, count, every, good),) = minutes(77)
        transaction.set_rollback(True)
    assert (count, every) == (len(numbers), len(samples))
    assert good == sum(quality >= 192 for *_, quality in samples)
    if numbers:
        assert (least, most, last) == (min(numbers), max(numbers), numbers[-1])
        assert total == pytest.approx(sum(numbers), abs=1e-3)


def test_partitions_are_made_ahead_and_old_ones_dropped(series, settings):
    tasks.make_partitions()
    assert tasks.make_partitions() == 0
    long_ago = timezone.now().date() - timedelta(days=200)
    with database.cursor() as cursor:
        cursor.execute("SELECT equipment_make_partitions(%s, %s)", [long_ago, long_ago])
    settings.MES_SAMPLES_KEPT_DAYS, settings.MES_ROLLUPS_KEPT_DAYS = 90, 365
    assert tasks.drop_old_partitions() == 1
    assert tasks.drop_old_partitions() == 0


def test_who_keeps_samples_for_days_alone_keeps_them_for_thirty_and_loses_old_rollups_all_the_same(series, settings):
    for days in (20, 60):
        day = timezone.now().date() - timedelta(days=days)
        with database.cursor() as cursor:
            cursor.execute("SELECT equipment_make_partitions(%s, %s)", [day, day])
    settings.MES_SAMPLES_KEPT_DAYS, settings.MES_ROLLUPS_KEPT_DAYS = 7, 45
    assert tasks.drop_old_partitions() == 2, "samples and rollups of the older day"


def test_what_is_in_quarantine_for_long_goes(series, settings, plant):
    connection = Series.objects.get(pk=series).tag.connection
    settings.MES_QUARANTINE_KEPT_DAYS = 30
    for days in (29, 31):
        at = timezone.now() - timedelta(days=days)
        QuarantinedRow.objects.create(connection=connection, at=at, row={}, error="out of range")
    assert tasks.purge_quarantine() == 1
    assert tasks.purge_quarantine() == 0


def test_nobody_drops_what_is_young(series):
    with pytest.raises(Exception, match="older than 30 days"), database.cursor() as cursor:
        cursor.execute("SELECT equipment_drop_partitions('equipment_sample', current_date)")
