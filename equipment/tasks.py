"""What beat asks for around machines: partitions ahead, rollups, and what is older than the plant keeps."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import connection
from django.utils import timezone

from equipment.collection import rollups

DAYS_AHEAD = 3


@shared_task
def make_partitions() -> int:
    """Partitions of samples and rollups for the days to come; returns how many were made."""
    today = timezone.now().date()
    with connection.cursor() as cursor:
        cursor.execute("SELECT equipment_make_partitions(%s, %s)", [today, today + timedelta(days=DAYS_AHEAD)])
        return int(cursor.fetchone()[0])


@shared_task
def drop_old_partitions() -> int:
    """Samples and rollups that are older than the plant keeps them; returns how many partitions went."""
    today, dropped = timezone.now().date(), 0
    with connection.cursor() as cursor:
        for table, days in (
            ("equipment_sample", settings.MES_SAMPLES_KEPT_DAYS),
            ("equipment_rollup", settings.MES_ROLLUPS_KEPT_DAYS),
        ):
            cursor.execute("SELECT equipment_drop_partitions(%s, %s)", [table, today - timedelta(days=days)])
            dropped += cursor.fetchone()[0]
    return dropped


@shared_task
def roll_up_samples() -> int:
    """Rollups of the minutes that are over; returns how many rows were written."""
    return rollups.roll_up(timezone.now())
