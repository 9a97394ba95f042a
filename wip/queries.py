"""Reads across units, executions and holds."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet

from equipment.models import Station
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.gates import Hook, Verdict, judge
from orders.models import OperationEdge, WorkOrder
from orders.plans import OperationPlan, Plan
from orders.queries import plan_of
from orders.status import OrderStatus
from wip.jobs import Job
from wip.models import Hold, OperationExecution
from wip.status import ExecutionStatus, HoldStatus

_UNIT = ("product", "work_order__product_revision__product", "work_order__routing_revision")


@dataclass
class Candidate:
    """A unit that a station could take: the job and what blocks it."""

    job: Job
    blockers: list[Verdict] = field(default_factory=list)


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
    return _with_its_order().filter(unit=unit, operation_code=operation_code).order_by("-attempt").first()


def execution_of_serial(serial: str, operation_code: str) -> OperationExecution | None:
    """The same by the unit's serial, in one statement."""
    return _with_its_order().filter(unit__serial=serial, operation_code=operation_code).order_by("-attempt").first()


def execution_by_key(key: UUID | str, sites: Collection[UUID] | None = None) -> OperationExecution | None:
    """The execution of this key, at one of the sites, with what the verbs need of it."""
    found = _with_its_order().filter(pk=key)
    return (found.filter(site__in=sites) if sites is not None else found).first()


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


def queue_at(
    station: Station, person: Any, *, ready: int = 24, coming: int = 8
) -> tuple[list[Candidate], list[Candidate]]:
    """What a person could start at a station, by rank, and what is blocked or on its way, with the reasons.

    Rank: priority, due date, order, serial. Statements: two for the units, then those of the gates, whatever the
    number of units.
    """
    waiting = _waiting_at(station)
    units = [*waiting.filter(~Exists(_PENDING))[:ready], *waiting.filter(Exists(_PENDING), Exists(_RUNNING))[:coming]]
    candidates = [
        Candidate(job_for(unit, operation_of(unit, unit.todo_code), station=station, person=person)) for unit in units
    ]
    for candidate, blockers in zip(candidates, judge([c.job for c in candidates], Hook.START), strict=True):
        candidate.blockers = blockers
    return [c for c in candidates if not c.blockers], [c for c in candidates if c.blockers]


# Of a (unit, operation) pair: an operation before it that is not completed on the unit; anything running on the unit.
_PENDING = OperationEdge.objects.filter(after=OuterRef("todo__pk")).filter(
    ~Exists(
        OperationExecution.objects.filter(
            unit=OuterRef(OuterRef("pk")), operation_code=OuterRef("before__code"), status=ExecutionStatus.COMPLETED
        )
    )
)
_RUNNING = OperationExecution.objects.filter(unit=OuterRef("pk"), status=ExecutionStatus.RUNNING)
_BEGUN = OperationExecution.objects.filter(unit=OuterRef("pk"), operation_code=OuterRef("todo__code"))


def _waiting_at(station: Station) -> QuerySet[Any]:
    """Pairs of a unit in process and an operation (todo_code) of the station's class that nobody has begun on it."""
    operations = "work_order__routing_revision__operations"
    return (
        Unit.objects.filter(
            site=station.site_id,
            status=UnitStatus.IN_PROCESS,
            work_order__status__in=[OrderStatus.RELEASED, OrderStatus.RUNNING],
        )
        .annotate(
            todo=FilteredRelation(operations, condition=Q(**{f"{operations}__station_class": station.station_class_id}))
        )
        .filter(~Exists(_BEGUN), todo__isnull=False)
        .annotate(todo_code=F("todo__code"))
        .select_related(*_UNIT)
        .order_by("work_order__priority", "work_order__due_at", "work_order__erp_reference", "serial", "todo_code")
    )


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
    executions = OperationExecution.objects.filter(unit__in=units).select_related("worked_by", "station")
    for execution in executions.order_by("attempt"):
        by_unit.setdefault(execution.unit_id, {})[execution.operation_code] = execution
    holds = {
        hold.unit_id: hold
        for hold in Hold.objects.filter(unit__in=units, status=HoldStatus.OPEN).order_by("-placed_at")
    }
    on_order = Hold.objects.filter(work_order=order, status=HoldStatus.OPEN).first()
    return plan, [_row(unit, plan, by_unit.get(unit.pk, {}), holds.get(unit.pk) or on_order) for unit in units]


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


def open_holds_of(order: WorkOrder) -> QuerySet[Hold]:
    """Open holds on the order and on its units, latest first."""
    return Hold.objects.filter(Q(work_order=order) | Q(unit__work_order=order), status=HoldStatus.OPEN).select_related(
        "unit", "work_order", "placed_by"
    )


def find_holds(sites: Iterable[UUID], *, status: str = HoldStatus.OPEN) -> QuerySet[Hold]:
    """Holds of the sites, latest first; every status when it is empty."""
    found = Hold.objects.filter(site__in=sites).select_related("unit", "work_order", "placed_by", "released_by")
    return found.filter(status=status) if status else found
