"""What the pages of assets show: what a calibration is worth today, how much life is left, what a bad gauge touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from equipment.models import CalibrationRecord, PhysicalAsset
from equipment.queries import execution_keys, last_good_calibration
from equipment.status import CalibrationResult, CalibrationState
from wip.models import OperationExecution, Reading

LOW = Decimal("0.1")  # life left, as a share, from which on it is shown as low


@dataclass(frozen=True)
class Life:
    """What is left of one limit. unit: cycles or hours."""

    left: Decimal
    limit: Decimal
    unit: str

    @property
    def shown(self) -> Decimal:
        """What the bar shows: none left is none, however far the limit was passed."""
        return max(Decimal(0), self.left)

    @property
    def tone(self) -> str:
        return "alarm" if self.left <= 0 else "caution" if self.left < LOW * self.limit else ""


@dataclass(frozen=True)
class Row:
    """An asset as a list shows it."""

    asset: PhysicalAsset
    state: CalibrationState
    lives: Sequence[Life]


def row_of(asset: PhysicalAsset, now: datetime) -> Row:
    """The asset with what its calibration is worth and what is left of its life now; it comes with class and site."""
    return Row(asset, asset.calibration_on(today_at(asset, now)), lives_of(asset))


def today_at(asset: PhysicalAsset, now: datetime) -> date:
    """The date at the asset's site."""
    return asset.site.local(now).date()


def lives_of(asset: PhysicalAsset) -> list[Life]:
    """What is left of each limit that its class has."""
    limits = asset.asset_class
    both = [(asset.cycles_left, limits.life_cycles, "cycles"), (asset.hours_left, limits.life_hours, "hours")]
    return [Life(Decimal(left), Decimal(limit), unit) for left, limit, unit in both if left is not None and limit]


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
