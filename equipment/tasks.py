"""What beat asks for around machines: partitions ahead, rollups, and what is older than the plant keeps."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import connection
from django.utils import timezone

from equipment.collection import rollups
from equipment.models import QuarantinedRow

DAYS_AHEAD = 3
YOUNGEST_DROPPED_DAYS = 30  # the database refuses to drop a younger partition, whoever asks
AT_ONCE = 10_000


@shared_task
def make_partitions() -> int:
    """Partitions of samples and rollups for the days to come; returns how many were made."""
    today = timezone.now().date()
    with connection.cursor() as cursor:
        cursor.execute("SELECT equipment_make_partitions(%s, %s)", [today, today + timedelta(days=DAYS_AHEAD)])
        return int(cursor.fetchone()[0])


@shared_task
def drop_old_partitions() -> int:
    """Samples and rollups that are older than the plant keeps them, and than 30 days; returns how many partitions
    went.
    """
    today, dropped = timezone.now().date(), 0
    with connection.cursor() as cursor:
        for table, days in (
            ("equipment_sample", settings.MES_SAMPLES_KEPT_DAYS),
            ("equipment_rollup", settings.MES_ROLLUPS_KEPT_DAYS),
        ):
            before = today - timedelta(days=max(days, YOUNGEST_DROPPED_DAYS))
            cursor.execute("SELECT equipment_drop_partitions(%s, %s)", [table, before])
            dropped += cursor.fetchone()[0]
    return dropped


@shared_task
def purge_quarantine() -> int:
    """Rows that the database refused longer ago than they are kept; returns how many went."""
    before, purged = timezone.now() - timedelta(days=settings.MES_QUARANTINE_KEPT_DAYS), 0
    old = QuarantinedRow.objects.filter(at__lt=before).order_by("at")
    while some := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        purged += QuarantinedRow.objects.filter(pk__in=some).delete()[0]
    return purged


@shared_task
def roll_up_samples() -> int:
    """Rollups of the minutes that are over; returns how many rows were written."""
    return rollups.roll_up(timezone.now())
