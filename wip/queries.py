"""Reads across units, executions and holds."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from equipment.models import Station
from equipment.queries import asked_with_sites, sites_of
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.gates import Hook, Verdict, judge
from mes.kernel.personnel.models import Person
from mes.kernel.prepared import any_of, prepared
from orders.models import WorkOrder
from orders.plans import OperationPlan, Plan
from orders.queries import plan_of
from wip.jobs import Job
from wip.models import Hold, OperationExecution
from wip.status import ExecutionStatus, HoldStatus
from wip.waiting import waiting_at


@dataclass
class Candidate:
    """A unit that a station could take: the job and what blocks it."""

    job: Job
    blockers: list[Verdict] = field(default_factory=list)


@dataclass
class Waiting:
    """What waits at a station: of each kind those that were looked at, and how many there are.

    The counts know of holds and of operations before, and go to wip.waiting.COUNTED: one more is "more than that". What
    else blocks is known of those looked at; the others count as ready when any of them is.
    """

    ready: list[Candidate]
    blocked: list[Candidate]
    ready_count: int
    blocked_count: int


def job_for(unit: Unit, operation: OperationPlan, *, station: Station | None, person: Any, **more: Any) -> Job:
    """A job on a unit whose order is released; the unit comes with its order."""
    assert unit.work_order is not None
    return Job(unit, unit.work_order, plan_of(unit.work_order), operation, station, person, **more)


def operation_of(unit: Unit, code: str) -> OperationPlan:
    """An operation that the plan of the unit's released order is known to have."""
    assert unit.work_order is not None
    operation = plan_of(unit.work_order).operation(code)
    assert operation is not None
    return operation


def execution_at(unit: Unit, operation_code: str) -> OperationExecution | None:
    """The latest attempt at an operation on a unit, with what the verbs need of it."""
    return next(iter(_attempts_at(unit.pk, operation_code)), None)


def execution_of_serial(person: Person, serial: str, operation_code: str) -> OperationExecution | None:
    """The latest attempt at an operation on the unit of this serial, at a site of the person.

    With what is asked before it is locked: its unit, order, station and site.
    """
    for found in asked_with_sites(person, _attempts_of_serial.of(serial, operation_code)):
        return found if found.site_id in sites_of(person) else None
    return None


def execution_by_key(key: UUID | str, sites: Collection[UUID] | None = None) -> OperationExecution | None:
    """The execution of this key, at one of the sites, with what the verbs need of it."""
    found = _with_its_order().filter(pk=key)
    return (found.filter(site__in=sites) if sites is not None else found).first()


@prepared
def _attempts_at(unit: UUID, operation_code: str) -> QuerySet[OperationExecution]:
    return _with_its_order().filter(unit=unit, operation_code=operation_code).order_by("-attempt")[:1]


@prepared
def _attempts_of_serial(serial: str, operation_code: str) -> QuerySet[OperationExecution]:
    found = OperationExecution.objects.select_related("station__site", "unit", "work_order")
    return found.filter(unit__serial=serial, operation_code=operation_code).order_by("-attempt")[:1]


def _with_its_order() -> QuerySet[OperationExecution]:
    return OperationExecution.objects.select_related(
        "station__site",
        "started_by",
        "worked_by",
        "completed_by",
        "unit__product",
        "work_order__product_revision__product",
        "work_order__routing_revision",
    )


def running_at(station: Station) -> QuerySet[OperationExecution]:
    """What runs at a station, longest first."""
    return (
        OperationExecution.objects.filter(station=station, status=ExecutionStatus.RUNNING)
        .select_related("unit", "work_order", "worked_by")
        .order_by("started_at")
    )


def queue_at(station: Station, person: Any, *, ready: int = 24, coming: int = 8) -> Waiting:
    """What a person could start at a station, by rank, and what is held or on its way, with the reasons.

    ready, coming: how many of each to look at. Rank: priority, due date, order, serial. Statements: two for the units,
    then those of the gates, whatever the number of units.
    """
    all_ready, all_blocked = waiting_at(station)
    found = all_ready[:ready] + all_blocked[:coming]
    units = Unit.objects.select_related("work_order").in_bulk([one.unit for one in found])
    candidates = []
    for one in found:
        unit = units[one.unit]
        candidates.append(Candidate(job_for(unit, operation_of(unit, one.code), station=station, person=person)))
    for candidate, blockers in zip(candidates, judge([c.job for c in candidates], Hook.START), strict=True):
        candidate.blockers = blockers
    free, blocked = [c for c in candidates if not c.blockers], [c for c in candidates if c.blockers]
    unseen = max(0, len(all_ready) - ready)
    ready_count = len(free) + unseen if free else 0
    return Waiting(free, blocked, ready_count, len(all_ready) + len(all_blocked) - ready_count)


def next_operation(unit: Unit, executions: Sequence[OperationExecution], station: Station) -> OperationPlan | None:
    """The first operation of the station's class that nobody has begun on the unit; else the first of the class."""
    assert unit.work_order is not None
    begun = {execution.operation_code for execution in executions}
    fitting = [o for o in plan_of(unit.work_order).operations if o.station_class_id == station.station_class_id]
    return next((o for o in fitting if o.code not in begun), fitting[0] if fitting else None)


def why_not(unit: Unit, *, person: Any, station: Station | None = None) -> dict[str, list[Verdict]]:
    """For each operation of the unit's plan that is not completed: what stops its start, or its completion if it runs.

    Statements: those of the gates, whatever the number of operations.
    """
    assert unit.work_order is not None
    done = {e.operation_code: e for e in unit.executions.select_related("worked_by", "station")}
    waiting, running = [], []
    for operation in plan_of(unit.work_order).operations:
        execution = done.get(operation.code)
        if execution is None:
            waiting.append(job_for(unit, operation, station=station, person=person))
        elif execution.is_running:
            running.append(job_for(unit, operation, station=station, person=person, execution=execution))
    answers = dict(zip([j.operation.code for j in waiting], judge(waiting, Hook.START), strict=True))
    answers |= dict(zip([j.operation.code for j in running], judge(running, Hook.COMPLETE), strict=True))
    return answers


@dataclass
class Cell:
    """One unit at one operation in an order's grid. state: done, running, ready, held, scrapped or waiting."""

    state: str
    execution: OperationExecution | None = None


@dataclass
class Row:
    unit: Unit
    cells: list[Cell]
    hold: Hold | None


def grid(order: WorkOrder, *, offset: int = 0, limit: int = 50) -> tuple[Plan, list[Row]]:
    """Units x operations of a released order. Four statements, whatever the size."""
    plan = plan_of(order)
    units = list(order.units.order_by("serial")[offset : offset + limit])
    by_unit: dict[UUID, dict[str, OperationExecution]] = {}
    for execution in _executions_on([unit.pk for unit in units]):
        by_unit.setdefault(execution.unit_id, {})[execution.operation_code] = execution
    holds = {
        hold.unit_id: hold
        for hold in Hold.objects.filter(unit__in=units, status=HoldStatus.OPEN).order_by("-placed_at")
    }
    on_order = Hold.objects.filter(work_order=order, status=HoldStatus.OPEN).first()
    return plan, [_row(unit, plan, by_unit.get(unit.pk, {}), holds.get(unit.pk) or on_order) for unit in units]


@prepared
def _executions_on(units: Collection[UUID]) -> QuerySet[OperationExecution]:
    found = OperationExecution.objects.filter(unit=any_of(units)).select_related("worked_by", "station")
    return found.order_by("attempt")


def _row(unit: Unit, plan: Plan, executions: dict[str, OperationExecution], hold: Hold | None) -> Row:
    done = {code for code, execution in executions.items() if not execution.is_running}
    cells = [_cell(unit, operation, executions.get(operation.code), done, hold) for operation in plan.operations]
    return Row(unit, cells, hold)


def _cell(
    unit: Unit, operation: OperationPlan, execution: OperationExecution | None, done: set[str], hold: Hold | None
) -> Cell:
    if execution is not None:
        if execution.is_running:
            return Cell("held" if hold else "running", execution)
        return Cell("scrapped" if execution.quantity_good == 0 else "done", execution)
    if unit.status != UnitStatus.IN_PROCESS:
        return Cell("none")
    if done.issuperset(operation.predecessors):
        return Cell("held" if hold else "ready")
    return Cell("waiting")


def holds_on(unit: Unit) -> QuerySet[Hold]:
    """Open holds that stop work on the unit: its own and its order's, latest first."""
    here = Q(unit=unit) | Q(work_order=unit.work_order_id) if unit.work_order_id else Q(unit=unit)
    return Hold.objects.filter(here, status=HoldStatus.OPEN).select_related("placed_by")


@prepared
def open_holds_of(order: UUID) -> QuerySet[Hold]:
    """Open holds on the order and on its units, latest first."""
    return Hold.objects.filter(Q(work_order=order) | Q(unit__work_order=order), status=HoldStatus.OPEN).select_related(
        "unit", "work_order", "placed_by"
    )


def find_holds(sites: Iterable[UUID], *, status: str = HoldStatus.OPEN) -> QuerySet[Hold]:
    """Holds of the sites, latest first; every status when it is empty."""
    found = Hold.objects.filter(site__in=sites).select_related("unit", "work_order", "placed_by", "released_by")
    return found.filter(status=status) if status else found
