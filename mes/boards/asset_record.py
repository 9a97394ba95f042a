"""What the page of an asset shows beside its condition: what a bad gauge touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from equipment.models import CalibrationRecord, PhysicalAsset
from equipment.queries import execution_keys, last_good_calibration
from equipment.status import CalibrationResult
from wip.models import OperationExecution, Reading


@dataclass(frozen=True)
class Doubt:
    """Since when an asset's measurements are in doubt, and the calibration that said so."""

    since: datetime | None
    found: CalibrationRecord


def doubt_about(asset: PhysicalAsset) -> Doubt | None:
    """Whether the last calibration did not find the asset good: then all since the last good one is in doubt."""
    last = asset.calibrations.first()
    if last is None or last.result == CalibrationResult.PASSED:
        return None
    good = last_good_calibration(asset)
    return Doubt(good.at if good else None, last)


def touched_by(asset: PhysicalAsset, since: datetime | None) -> QuerySet[OperationExecution]:
    """The executions that took the asset since a time, latest first."""
    found = OperationExecution.objects.filter(pk__in=execution_keys(asset, since))
    return found.select_related("unit", "work_order", "station", "worked_by").order_by("-started_at")


def values_of(executions: Sequence[OperationExecution]) -> dict[object, list[Reading]]:
    """The values in force of these executions that are numbers: what a gauge may have measured."""
    found: dict[object, list[Reading]] = {}
    rows = Reading.objects.filter(execution__in=executions, corrected_by_reading__isnull=True, number__isnull=False)
    for reading in rows.order_by("step_code", "sample"):
        found.setdefault(reading.execution_id, []).append(reading)
    return found
