"""Line clearance: whether a station is cleared, and what a person signs who clears it.

A clearance holds for the order it was signed for (for the lot, where its product is counted by lot) until anything
else is at the station: it is void as soon as an execution of another order or lot runs there, or ended there after it
was signed. So nobody has to remember to void it, and going back to the first order needs a new one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from equipment.models import ClearanceItem, Station
from genealogy.models import Unit
from mes.kernel.prepared import any_of, prepared
from orders.models import Tracking, WorkOrder
from wip.models import ExecutionEvent, LineClearance, OperationExecution
from wip.status import ExecutionEventKind, ExecutionStatus


@dataclass(frozen=True)
class Cleared:
    """The last clearance of a station (None: never), and the order that voided it since ("": none)."""

    last: LineClearance | None = None
    voided_by: str = ""

    def holds_for(self, unit: Unit, order: WorkOrder) -> bool:
        """Whether work on the unit may begin by it."""
        if self.last is None or self.voided_by or self.last.work_order_id != order.pk:
            return False
        return self.last.unit_id in (None, unit.pk)


def cleared(stations: Collection[UUID]) -> dict[UUID, Cleared]:
    """How each of the stations is cleared, by key. One query."""
    return {row.station_id: Cleared(row, row.voided_by or "") for row in _latest_at(stations)}  # type: ignore[attr-defined]  # annotated


@prepared
def _latest_at(stations: Collection[UUID]) -> QuerySet[LineClearance]:
    latest = LineClearance.objects.filter(station=any_of(stations))
    latest = latest.order_by("station_id", "-sequence").distinct("station_id")
    other = Case(When(unit__isnull=True, then=_first_other("work_order")), default=_first_other("unit"))
    rows = LineClearance.objects.filter(pk__in=latest.values("pk")).annotate(voided_by=other)
    return rows.select_related("work_order", "unit", "by")


def _first_other(subject: str) -> Coalesce:
    """The order of the first execution of another `subject` that ended at the clearance's station after it was signed.

    After: by sequence, whatever the clocks say. Where none ended, that of one which runs there.
    """
    since = ExecutionEvent.objects.filter(
        ~Q(**{f"execution__{subject}": OuterRef(subject)}),
        kind=ExecutionEventKind.COMPLETED,
        site=OuterRef("site"),
        station_code=OuterRef("station__code"),
        sequence__gt=OuterRef("sequence"),
    ).order_by("sequence")
    running = OperationExecution.objects.filter(
        ~Q(**{subject: OuterRef(subject)}), station=OuterRef("station"), status=ExecutionStatus.RUNNING
    ).order_by("started_at")
    return Coalesce(
        Subquery(since.values("execution__work_order__erp_reference")[:1]),
        Subquery(running.values("work_order__erp_reference")[:1]),
    )


def checklist_of(station: Station) -> list[ClearanceItem]:
    """The lines in use of a station's checklist, in order."""
    return list(ClearanceItem.objects.filter(station=station, is_active=True).order_by("position"))


def lot_of(unit: Unit) -> Unit | None:
    """What a clearance for this unit names beside the order: the lot, where its product is counted by lot."""
    return unit if unit.product.tracking == Tracking.LOT else None


def clearance_content(station: Station, unit: Unit, items: Sequence[ClearanceItem]) -> dict[str, Any]:
    """What a person signs who clears a station for a unit of an order, as it is shown to them."""
    assert unit.work_order is not None
    return {
        "station": station.code,
        "order": unit.work_order.erp_reference,
        "product": unit.product.code,
        "lot": str(lot_of(unit) or ""),
        "items": [item.text for item in items],
    }
