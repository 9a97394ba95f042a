"""Loading the demo plant, with all that was done in its month."""

import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import Count, Max, Min

from genealogy.models import Activity
from mes.kernel.audit.models import AuditEvent
from tests.bench.pace import at_pace
from tests.bench.report import note

pytestmark = pytest.mark.bench

LIMIT_S = 60


def timed_load() -> tuple[float, float]:
    """Seconds by the clock, and those in which Python had the processor."""
    begun, used = time.perf_counter(), time.process_time()
    call_command("load_demo")
    return time.perf_counter() - begun, time.process_time() - used


def test_the_demo_plant_with_a_month_of_history_loads_in_under_a_minute(committed_database, settings, tmp_path):
    settings.MES_DEMO, settings.MEDIA_ROOT, settings.MES_MACHINES = True, tmp_path, tmp_path / "machines"
    (loaded_s, used_s), pace = at_pace(timed_load)
    made = Activity.objects.aggregate(count=Count("pk"), first=Min("at"), last=Max("at"))
    rows = AuditEvent.objects.count()
    note(f"Demo plant: {made['count']:,} activities of units within {(made['last'] - made['first']).days} days,")
    note(f"{rows:,} rows in the ledger, loaded in {loaded_s:.1f} s (limit {LIMIT_S}),")
    note(f"of which Python had the processor for {used_s:.1f} s, at a pace of {pace:.1f}.\n")
    assert made["last"] - made["first"] > timedelta(days=26)
    assert loaded_s < LIMIT_S
