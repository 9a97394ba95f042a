"""What stands on the board: jobs that are planned, and what runs. Frozen values, brought from what is stored."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import sub
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from equipment.calendars.queries import timetables_of
from equipment.models import Station
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.prepared import any_of, at_once, prepared
from orders.models import WorkOrder
from orders.plans import OperationPlan
from orders.queries import plan_of
from wip.efforts import effort_of
from wip.models import Hold, OperationExecution, PlannedJob
from wip.planning.clocks import Clock
from wip.queries import planned
from wip.status import ExecutionStatus, HoldStatus

Key = tuple[UUID, str]  # order, operation code


def _quantity_left(unit: str = "") -> Any:
    """What is left of a unit. unit: the way to it."""
    gone = ("consumed", "scrapped", "returned", "split")
    return reduce(sub, (F(f"{unit}quantity_{name}") for name in gone), F(f"{unit}quantity"))


@dataclass(frozen=True)
class Bar:
    """A job on the board. unit, batch: of what runs; "" for a planned job, which is of all that is left of its order.

    quantity: how much it is of; work_s: the planned time for it, s; key: of the planned job, None for what runs.
    """

    order: WorkOrder
    operation: OperationPlan
    station: Station
    starts_at: datetime
    ends_at: datetime
    quantity: Decimal
    work_s: int
    key: UUID | None = None
    unit: str = ""
    batch: str = ""
    is_done: bool = False
    is_held: bool = False

    @property
    def job(self) -> Key:
        return (self.order.pk, self.operation.code)

    @property
    def is_running(self) -> bool:
        return self.key is None


def clocks_of(stations: Iterable[Station]) -> dict[UUID, Clock]:
    """The clock of each station's work center, by the center's key; the stations come with center and its site."""
    centers = {station.work_center_id: station.work_center for station in stations}
    known = timetables_of(centers.values())
    return {key: Clock(known.get(key)) for key in centers}


def left_of(orders: Collection[WorkOrder]) -> dict[Key, Decimal]:
    """How much of each released order is still to begin at each operation, in quantity_unit. Two statements.

    What has begun it, or is skipped there, is not counted; neither is what is scrapped or finished.
    """
    keys = [order.pk for order in orders]
    if not keys:
        return {}
    left, begun = at_once(_in_process.of(keys), _begun.of(keys))
    totals: dict[UUID, Decimal] = dict(left)
    gone: dict[Key, Decimal] = defaultdict(Decimal)
    for key, code, quantity in begun:
        gone[key, code] += quantity
    return {
        (order.pk, one.code): max(Decimal(0), totals.get(order.pk, Decimal(0)) - gone[order.pk, one.code])
        for order in orders
        for one in plan_of(order).operations
    }


@prepared
def _in_process(orders: Collection[UUID]) -> QuerySet[Unit, Any]:
    units = Unit.objects.filter(work_order=any_of(orders), status=UnitStatus.IN_PROCESS).order_by()
    return units.values("work_order").annotate(left=Sum(_quantity_left())).values_list("work_order", "left")


@prepared
def _begun(orders: Collection[UUID]) -> QuerySet[OperationExecution, Any]:
    begun = OperationExecution.objects.filter(
        work_order=any_of(orders), unit__status=UnitStatus.IN_PROCESS, is_current=True
    )
    counted = begun.order_by().values("work_order", "operation_code").annotate(left=Sum(_quantity_left("unit__")))
    return counted.values_list("work_order", "operation_code", "left")


def held_among(orders: Collection[UUID]) -> set[tuple[UUID, str]]:
    """What of these orders is on hold: (order, operation code), the code empty for the whole order."""
    return set(_held_among(orders)) if orders else set()


@prepared
def _held_among(orders: Collection[UUID]) -> QuerySet[Hold, Any]:
    holds = Hold.objects.filter(work_order=any_of(orders), status=HoldStatus.OPEN).order_by()
    return holds.values_list("work_order", "operation_code")


def bars_between(
    stations: Iterable[Station], begin: datetime, end: datetime, clocks: Mapping[UUID, Clock]
) -> list[Bar]:
    """What is planned at these stations within a time, and what runs there, if it began before the end of it."""
    keys = [station.pk for station in stations]
    return _bars(*at_once(_planned_between.of(keys, begin, end), _running_before.of(keys, end)), clocks)


def bars_among(
    orders: Iterable[WorkOrder], stations: Iterable[Station] = (), clocks: Mapping[UUID, Clock] | None = None
) -> list[Bar]:
    """What is planned and what runs of these orders, wherever it is, and of any order at these stations."""
    keys = [order.pk for order in orders], [station.pk for station in stations]
    if not any(keys):
        return []
    return _bars(*at_once(_planned_among.of(*keys), _running_among.of(*keys)), clocks or {})


@prepared
def _planned_between(stations: Collection[UUID], begin: datetime, end: datetime) -> QuerySet[PlannedJob]:
    return _PLANNED.filter(station=any_of(stations), starts_at__lt=end, ends_at__gt=begin)


@prepared
def _running_before(stations: Collection[UUID], end: datetime) -> QuerySet[OperationExecution]:
    return _RUNNING.filter(station=any_of(stations), started_at__lt=end)


@prepared
def _planned_among(orders: Collection[UUID], stations: Collection[UUID]) -> QuerySet[PlannedJob]:
    return _PLANNED.filter(Q(work_order=any_of(orders)) | Q(station=any_of(stations)))


@prepared
def _running_among(orders: Collection[UUID], stations: Collection[UUID]) -> QuerySet[OperationExecution]:
    return _RUNNING.filter(Q(work_order=any_of(orders)) | Q(station=any_of(stations)))


_STATION = ("station__work_center__site", "station__station_class")
_PLANNED = PlannedJob.objects.select_related("work_order", *_STATION)
_RUNNING = OperationExecution.objects.filter(status=ExecutionStatus.RUNNING).select_related(
    "work_order", "unit", "batch", *_STATION
)


def _bars(
    placed: Sequence[PlannedJob], at_work: Sequence[OperationExecution], clocks: Mapping[UUID, Clock]
) -> list[Bar]:
    """As bars, in order of their begin."""
    orders = {one.work_order_id: one.work_order for one in [*placed, *at_work]}
    left, held = left_of(orders.values()), held_among(orders)
    known = dict(clocks)
    known |= clocks_of(one.station for one in at_work if one.station.work_center_id not in known)
    bars = [bar for one in placed if (bar := _planned(one, left, held)) is not None]
    bars += [_running(one, known[one.station.work_center_id], held) for one in at_work]
    return sorted(bars, key=lambda bar: (bar.starts_at, bar.order.erp_reference, bar.operation.code, bar.unit))


def _planned(job: PlannedJob, left: Mapping[Key, Decimal], held: Collection[tuple[UUID, str]]) -> Bar | None:
    operation = plan_of(job.work_order).operation(job.operation_code)
    if operation is None:  # a redline has taken it out
        return None
    quantity = left.get((job.work_order_id, job.operation_code), Decimal(0))
    return Bar(
        order=job.work_order,
        operation=operation,
        station=job.station,
        starts_at=job.starts_at,
        ends_at=job.ends_at,
        quantity=quantity,
        work_s=effort_of(operation).for_quantity(quantity) if quantity else 0,
        key=job.pk,
        is_done=quantity == 0,
        is_held=_is_held(job.work_order_id, job.operation_code, held),
    )


def _running(execution: OperationExecution, clock: Clock, held: Collection[tuple[UUID, str]]) -> Bar:
    operation = planned(execution)
    work_s = effort_of(operation).for_quantity(execution.quantity)
    return Bar(
        order=execution.work_order,
        operation=operation,
        station=execution.station,
        starts_at=execution.started_at,
        ends_at=clock.end(execution.started_at, work_s),
        quantity=execution.quantity,
        work_s=work_s,
        unit=execution.unit.serial,
        batch=execution.batch.number if execution.batch is not None else "",
        is_held=_is_held(execution.work_order_id, execution.operation_code, held),
    )


def _is_held(order: UUID, code: str, held: Collection[tuple[UUID, str]]) -> bool:
    return (order, "") in held or (order, code) in held
