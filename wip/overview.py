"""Reads across whole orders, for those who plan and watch. Each is one statement, whatever the number of units."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.prepared import any_of, at_once, prepared
from orders.models import WorkOrder
from wip.models import ExecutionEvent, Hold, OpenOperation, OperationExecution, Reading
from wip.status import ExecutionStatus, HoldStatus

_ENDED = [UnitStatus.FINISHED, UnitStatus.CONSUMED, UnitStatus.SCRAPPED]


@dataclass(frozen=True)
class Progress:
    """How far an order is. finished, scrapped: quantities. ended: units that nothing is done to any more; first_pass:
    those of them that were finished without a second attempt, a correction, or scrap. replacements: units that are made
    for scrapped ones.
    """

    finished: Decimal = Decimal(0)
    scrapped: Decimal = Decimal(0)
    ended: int = 0
    first_pass: int = 0
    replacements: int = 0

    @property
    def first_pass_percent(self) -> Decimal | None:
        return Decimal(100 * self.first_pass) / self.ended if self.ended else None


def progress_of(orders: Iterable[WorkOrder]) -> dict[UUID, Progress]:
    """The progress of each order, by its key."""
    keys = [order.pk for order in orders]
    return progress_in(progress_rows(keys), keys)


def progress_in(rows: Iterable[Sequence[Any]], orders: Iterable[UUID]) -> dict[UUID, Progress]:
    """The progress of each of the orders, from what `progress_rows` found."""
    found = {order: Progress(*counts) for order, *counts in rows}
    return {order: found.get(order) or Progress() for order in orders}


@prepared
def progress_rows(orders: Collection[UUID]) -> QuerySet[Unit, Any]:
    """The key of each order that has units, and what `Progress` takes."""
    executions = OperationExecution.objects.filter(unit=OuterRef("pk")).exclude(status=ExecutionStatus.CANCELLED)
    touched_up = Exists(executions.filter(Q(attempt__gt=1) | Q(readings__corrects__isnull=False)))
    counts = {
        "done": Sum(
            F("quantity") - F("quantity_scrapped") - F("quantity_split"),
            filter=Q(status__in=[UnitStatus.FINISHED, UnitStatus.CONSUMED]),
            default=Decimal(0),
        ),
        "scrapped": Sum("quantity_scrapped"),
        "ended": Count("pk", filter=Q(status__in=_ENDED)),
        "first_pass": Count("pk", filter=Q(status__in=_ENDED[:2], quantity_scrapped=0) & ~Q(touched_up)),
        "replacements": Count("pk", filter=Q(replaces__isnull=False)),
    }
    of_orders = Unit.objects.filter(work_order=any_of(orders)).order_by().values("work_order")
    return of_orders.annotate(**counts).values_list("work_order", *counts)


@prepared
def hold_counts(orders: Collection[UUID]) -> QuerySet[Hold, Any]:
    """How many holds are open on each order and its units; orders without any are left out."""
    on_them = Q(work_order=any_of(orders)) | Q(unit__work_order=any_of(orders))
    found = Hold.objects.filter(on_them, status=HoldStatus.OPEN)
    by_order = found.annotate(order=Coalesce("work_order", "unit__work_order")).order_by().values("order")
    return by_order.annotate(count=Count("pk")).values_list("order", "count")


@prepared
def of_held_revisions(orders: Collection[UUID]) -> QuerySet[WorkOrder, Any]:
    """Those of the orders whose product revision is on hold at their site."""
    on_it = Q(product_revision=OuterRef("product_revision"), site=OuterRef("site"), status=HoldStatus.OPEN)
    return WorkOrder.objects.filter(Exists(Hold.objects.filter(on_it)), pk=any_of(orders)).order_by().values_list("pk")


@dataclass(frozen=True)
class Waiting:
    """Units of an order at one operation: free to start, stopped by a hold, and being worked on."""

    ready: int = 0
    held: int = 0
    running: int = 0


def waiting_at(order: WorkOrder) -> dict[str, Waiting]:
    """Where the units of a released order wait or are worked on, by operation code. Two statements."""
    counts: dict[str, dict[str, int]] = {}
    ready, running = at_once(_count_ready.of(order.pk), _count_running.of(order.pk))
    for code, is_held, count in ready:
        counts.setdefault(code, {})["held" if is_held else "ready"] = count
    for code, count in running:
        counts.setdefault(code, {})["running"] = count
    return {code: Waiting(**known) for code, known in counts.items()}


@prepared
def _count_running(order: UUID) -> QuerySet[OperationExecution, tuple[str, int]]:
    running = OperationExecution.objects.filter(work_order=order, status=ExecutionStatus.RUNNING).order_by()
    return running.values("operation_code").annotate(count=Count("pk")).values_list("operation_code", "count")


@prepared
def _count_ready(order: UUID) -> QuerySet[OpenOperation, tuple[str, bool, int]]:
    """How many units of the order may begin each operation: by its code, and whether a hold stops them."""
    freed = Hold.objects.filter(origin=OuterRef("pk"), unit=OuterRef(OuterRef("unit")), status=HoldStatus.RELEASED)
    its = Q(unit=OuterRef("unit")) | Q(~Exists(freed), work_order=OuterRef("work_order"))
    its |= Q(product_revision=OuterRef("unit__product_revision"), site=OuterRef("site"))
    holds = Hold.objects.filter(its, status=HoldStatus.OPEN)
    held = Exists(holds.filter(Q(operation_code="") | Q(operation_code=OuterRef("operation_code"))))
    ready = OpenOperation.objects.filter(work_order=order, is_ready=True).annotate(is_held=held)
    counted = ready.order_by().values("operation_code", "is_held").annotate(count=Count("pk"))
    return counted.values_list("operation_code", "is_held", "count")


def least_quantities(orders: Iterable[WorkOrder]) -> dict[UUID, Decimal]:
    """How much of each order has begun or is over, and so can't be taken back; orders without any are left out.

    A scrapped piece counts, unless another is made for it.
    """
    attempts = OperationExecution.objects.filter(unit=OuterRef("pk")).exclude(status=ExecutionStatus.CANCELLED)
    begun = Exists(attempts)  # a unit that was sent back to its first operation has begun, too
    units = Unit.objects.filter(work_order__in=[order.pk for order in orders], replacement__isnull=True)
    stays = units.exclude(status=UnitStatus.CANCELLED).filter(~Q(status=UnitStatus.IN_PROCESS) | begun)
    counted = stays.order_by().values("work_order").annotate(least=Sum(F("quantity") - F("quantity_split")))
    rows = counted.values_list("work_order", "least")
    return dict(rows)


def notable_readings(**among: Any) -> QuerySet[Reading]:
    """Readings to review, latest first: corrections, what was taken back, and values in force outside their limits."""
    outside = Q(number__lt=F("lower")) | Q(number__gt=F("upper"))
    return (
        Reading.objects.filter(Q(corrects__isnull=False) | outside, corrected_by_reading__isnull=True, **among)
        .select_related("execution__unit", "corrects__corrects", "by")
        .order_by("-at", "-id")
    )


def scraps(**among: Any) -> QuerySet[ExecutionEvent]:
    """Events that scrapped something and were not taken back, latest first."""
    return (
        ExecutionEvent.objects.filter(scrap__gt=0, reversed_by_event__isnull=True, **among)
        .select_related("execution__unit", "by")
        .order_by("-sequence")
    )


@prepared
def notable_readings_in(executions: Collection[UUID]) -> QuerySet[Reading]:
    """The readings to review of the executions, latest first."""
    return notable_readings(execution=any_of(executions))


@prepared
def scraps_in(executions: Collection[UUID]) -> QuerySet[ExecutionEvent]:
    """The events of the executions that scrapped something, latest first."""
    return scraps(execution=any_of(executions))


@prepared
def running_in(sites: Collection[UUID]) -> QuerySet[OperationExecution]:
    """What is being worked on at the sites, longest first."""
    return (
        OperationExecution.objects.filter(site=any_of(sites), status=ExecutionStatus.RUNNING)
        .select_related("unit", "work_order__site", "station", "worked_by")
        .order_by("started_at")
    )


def readings_of(executions: Sequence[OperationExecution]) -> dict[UUID, list[Reading]]:
    """Every reading of the executions, corrected ones too, in order of recording, by execution."""
    found: dict[UUID, list[Reading]] = {}
    for reading in _readings_of([execution.pk for execution in executions]) if executions else ():
        found.setdefault(reading.execution_id, []).append(reading)
    return found


@prepared
def _readings_of(executions: Collection[UUID]) -> QuerySet[Reading]:
    rows = Reading.objects.filter(execution=any_of(executions)).select_related(
        "by", "corrects", "corrected_by_reading", "witnessed_by", "signature__signed_by"
    )
    return rows.order_by("id")
