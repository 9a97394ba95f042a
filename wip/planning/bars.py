"""What stands on the board: jobs that are planned, and what runs. Frozen values, brought from what is stored."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import sub
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum

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
from wip.overview import of_held_revisions
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


@dataclass(frozen=True)
class Standing:
    """How orders stand.

    left: how much of each is still to begin at each operation, in quantity_unit: without what has begun it, is skipped
    there, is scrapped or finished. held: what is on hold, the code empty for the whole order.
    """

    left: Mapping[Key, Decimal]
    held: Collection[Key]

    def is_held(self, order: UUID, code: str) -> bool:
        return (order, "") in self.held or (order, code) in self.held


def standing_of(orders: Collection[WorkOrder]) -> Standing:
    """How these released orders stand. Four statements in one go."""
    if not orders:
        return Standing({}, ())
    keys = [order.pk for order in orders]
    left, begun, *held = at_once(*(question.of(keys) for question in _STANDING))
    return Standing(_left(orders, left, begun), _held(*held))


def left_of(order: WorkOrder) -> Mapping[Key, Decimal]:
    """How much of one order is still to begin, as in Standing. Two statements in one go."""
    return _left([order], *at_once(_in_process.of([order.pk]), _begun.of([order.pk])))


def _left(
    orders: Iterable[WorkOrder], in_process: Iterable[tuple[UUID, Decimal]], begun: Iterable[tuple[UUID, str, Decimal]]
) -> dict[Key, Decimal]:
    totals, gone = dict(in_process), defaultdict[Key, Decimal](Decimal)
    for key, code, quantity in begun:
        gone[key, code] += quantity
    left = {}
    for order in orders:
        key, total = order.pk, totals.get(order.pk, Decimal(0))
        for one in plan_of(order).operations:
            place = (key, one.code)
            left[place] = max(Decimal(0), total - gone[place]) if place in gone else total
    return left


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


@prepared
def _held_among(orders: Collection[UUID]) -> QuerySet[Hold, Any]:
    holds = Hold.objects.filter(work_order=any_of(orders), status=HoldStatus.OPEN).order_by()
    return holds.values_list("work_order", "operation_code")


def _held(named: Iterable[Key], of_revisions: Iterable[tuple[UUID]]) -> set[Key]:
    return {*named, *((order, "") for (order,) in of_revisions)}


_STANDING = (_in_process, _begun, _held_among, of_held_revisions)


def orders_at(stations: Iterable[Station], begin: datetime, end: datetime) -> set[UUID]:
    """The orders of which something is planned at these stations within a time, or runs that began before its end."""
    keys = [station.pk for station in stations]
    return {order for rows in at_once(_planned_at.of(keys, begin, end), _running_at.of(keys, end)) for (order,) in rows}


@prepared
def _planned_at(stations: Collection[UUID], begin: datetime, end: datetime) -> QuerySet[PlannedJob, Any]:
    jobs = PlannedJob.objects.filter(station=any_of(stations), starts_at__lt=end, ends_at__gt=begin)
    return jobs.order_by().values_list("work_order")


@prepared
def _running_at(stations: Collection[UUID], end: datetime) -> QuerySet[OperationExecution, Any]:
    return _RUNNING.filter(station=any_of(stations), started_at__lt=end).order_by().values_list("work_order")


def bars_of(
    orders: Collection[UUID], stations: Iterable[Station], clocks: Mapping[UUID, Clock]
) -> tuple[list[Bar], Standing]:
    """What is planned and what runs of these orders, wherever it is, in order of its begin; and how they stand.

    stations, clocks: those that are known already. One more statement where work is at other stations.
    """
    if not orders:
        return [], Standing({}, ())
    questions = (_planned_of, _running_of, *_STANDING)
    placed, at_work, left, begun, *held = at_once(*(question.of(list(orders)) for question in questions))
    its_orders = {one.work_order_id: one.work_order for one in [*placed, *at_work]}
    standing = Standing(_left(its_orders.values(), left, begun), _held(*held))
    known = {station.pk: station for station in stations}
    elsewhere = {one.station_id for one in [*placed, *at_work]} - known.keys()
    others = _stations_called(list(elsewhere)) if elsewhere else []
    known |= {station.pk: station for station in others}
    its_clocks = clocks_of(others) | dict(clocks)
    bars = [bar for one in placed if (bar := _planned(one, known[one.station_id], standing)) is not None]
    bars += [_running(one, known[one.station_id], its_clocks, standing) for one in at_work]
    return sorted(
        bars, key=lambda bar: (bar.starts_at, bar.order.erp_reference, bar.operation.code, bar.unit)
    ), standing


@prepared
def _planned_of(orders: Collection[UUID]) -> QuerySet[PlannedJob]:
    return PlannedJob.objects.filter(work_order=any_of(orders)).select_related("work_order").order_by()


@prepared
def _running_of(orders: Collection[UUID]) -> QuerySet[OperationExecution]:
    return _RUNNING.filter(work_order=any_of(orders)).select_related("work_order", "unit", "batch").order_by()


@prepared
def _stations_called(keys: Collection[UUID]) -> QuerySet[Station]:
    return Station.objects.filter(pk=any_of(keys)).select_related("work_center__site", "station_class").order_by()


_RUNNING = OperationExecution.objects.filter(status=ExecutionStatus.RUNNING)


def _planned(job: PlannedJob, station: Station, standing: Standing) -> Bar | None:
    operation = plan_of(job.work_order).operation(job.operation_code)
    if operation is None:  # a redline has taken it out
        return None
    quantity = standing.left.get((job.work_order_id, job.operation_code), Decimal(0))
    return Bar(
        order=job.work_order,
        operation=operation,
        station=station,
        starts_at=job.starts_at,
        ends_at=job.ends_at,
        quantity=quantity,
        work_s=effort_of(operation).for_quantity(quantity) if quantity else 0,
        key=job.pk,
        is_done=quantity == 0,
        is_held=standing.is_held(job.work_order_id, job.operation_code),
    )


def _running(execution: OperationExecution, station: Station, clocks: Mapping[UUID, Clock], standing: Standing) -> Bar:
    operation = planned(execution)
    work_s = effort_of(operation).for_quantity(execution.quantity)
    return Bar(
        order=execution.work_order,
        operation=operation,
        station=station,
        starts_at=execution.started_at,
        ends_at=clocks[station.work_center_id].end(execution.started_at, work_s),
        quantity=execution.quantity,
        work_s=work_s,
        unit=execution.unit.serial,
        batch=execution.batch.number if execution.batch is not None else "",
        is_held=standing.is_held(execution.work_order_id, execution.operation_code),
    )
