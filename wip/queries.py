"""Reads across units, executions and holds."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from equipment.models import Station
from equipment.queries import asked_with_sites, sites_of
from genealogy.models import Unit
from genealogy.queries import plan_for
from genealogy.status import UnitStatus
from mes.kernel.gates import Hook, Verdict, judge
from mes.kernel.personnel.models import Person
from mes.kernel.prepared import any_of, at_once, prepared
from orders.models import WorkOrder
from orders.plans import OperationPlan, Plan
from orders.queries import pinned_plan, plan_of
from wip.facts import open_holds_on
from wip.held import Held
from wip.jobs import Job
from wip.models import Batch, Hold, LaborSpan, OperationExecution
from wip.status import ExecutionStatus, HoldStatus
from wip.ways import Way


def job_for(unit: Unit, operation: OperationPlan, *, station: Station | None, person: Any, **more: Any) -> Job:
    """A job on a unit whose order is released; the unit comes with its order."""
    assert unit.work_order is not None
    return Job(unit, unit.work_order, plan_for(unit), operation, station, person, **more)


def operation_of(unit: Unit, code: str) -> OperationPlan:
    """An operation that the plan which the unit follows is known to have."""
    operation = plan_for(unit).operation(code)
    assert operation is not None
    return operation


def planned(execution: OperationExecution) -> OperationPlan:
    """The operation of an execution, as the plan has it by which it is done; the execution comes with its order."""
    digest = execution.plan_id or execution.work_order.digest
    operation = pinned_plan(digest).operation(execution.operation_code)
    assert operation is not None, "an execution's operation is in the plan that it was started by"
    return operation


def execution_at(unit: Unit, operation_code: str) -> OperationExecution | None:
    """The latest attempt at an operation on a unit, with what the verbs need of it. What was taken back is none."""
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
    found = _with_its_order().filter(unit=unit, operation_code=operation_code)
    return found.exclude(status=ExecutionStatus.CANCELLED).order_by("-attempt")[:1]


@prepared
def _attempts_of_serial(serial: str, operation_code: str) -> QuerySet[OperationExecution]:
    found = OperationExecution.objects.select_related("station__site", "unit", "work_order")
    found = found.filter(unit__serial=serial, operation_code=operation_code)
    return found.exclude(status=ExecutionStatus.CANCELLED).order_by("-attempt")[:1]


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


def batch_by_number(number: str, sites: Collection[UUID]) -> Batch | None:
    """The batch of this number, with its executions in `members`, by serial."""
    return _batches().filter(number=number, site__in=sites).first()


def batches_of(sites: Collection[UUID], *, status: str = "", order: str = "") -> QuerySet[Batch]:
    """The batches of the sites, the latest first; what is shown of them is `batches_listed`.

    status, order: those of this status, with units of the order of this reference; empty for all.
    """
    found = Batch.objects.filter(site__in=sites).order_by("-started_at", "-number")
    if status:
        found = found.filter(status=status)
    if order:
        its = OperationExecution.objects.filter(batch=OuterRef("pk"), work_order__erp_reference=order)
        found = found.filter(Exists(its))
    return found


def batches_listed(keys: Sequence[UUID]) -> list[Batch]:
    """The batches of these keys, the latest first, with their members: of these the unit and the order alone."""
    found, members = at_once(_batches_listed.of(keys), _members_listed.of(keys))
    its: dict[UUID, list[OperationExecution]] = {batch.pk: [] for batch in found}
    for member in members:
        its[member.batch_id].append(member)
    for batch in found:
        batch.members = its[batch.pk]
    return found


@prepared
def _batches_listed(keys: Collection[UUID]) -> QuerySet[Batch]:
    found = Batch.objects.select_related("station__site", "started_by", "completed_by")
    return found.filter(pk=any_of(keys)).order_by("-started_at", "-number")


@prepared
def _members_listed(keys: Collection[UUID]) -> QuerySet[OperationExecution]:
    found = OperationExecution.objects.select_related("unit", "work_order")
    return found.filter(batch=any_of(keys)).order_by("unit__serial")


def batch_by_key(key: UUID) -> Batch:
    """The batch of this key, in the same way."""
    return _batches().get(pk=key)


def _batches() -> QuerySet[Batch]:
    its = _with_its_order().order_by("unit__serial")
    found = Batch.objects.select_related("station__site", "started_by", "completed_by")
    return found.prefetch_related(Prefetch("executions", its, "members"))


def running_at(station: Station) -> QuerySet[OperationExecution]:
    """What runs at a station, longest first."""
    return _running().filter(station=station)


@prepared
def runs_at(station: UUID) -> QuerySet[OperationExecution]:
    """The same, of the station of this key, for every queue page."""
    return _running().filter(station=station)


def _running() -> QuerySet[OperationExecution]:
    found = OperationExecution.objects.filter(status=ExecutionStatus.RUNNING)
    return found.select_related("unit", "work_order", "worked_by").order_by("started_at")


def next_operation(unit: Unit, executions: Sequence[OperationExecution], station: Station) -> OperationPlan | None:
    """Of the operations of the station's class the first that may begin; else the first not begun; else the first."""
    plan = plan_for(unit)
    way = Way.of(plan, executions)
    fitting = [o for o in plan.operations if o.station_class_id == station.station_class_id]
    ready = (o for o in fitting if way.openings.get(o.code))
    left = (o for o in fitting if o.code not in way.current and o.code not in way.off)
    return next(ready, None) or next(left, fitting[0] if fitting else None)


def why_not(unit: Unit, *, person: Any, station: Station | None = None) -> dict[str, list[Verdict]]:
    """For each operation of the unit's plan that is not completed: what stops its start, or its completion if it runs.

    Statements: those of the gates, whatever the number of operations.
    """
    known = list(unit.executions.select_related("worked_by", "station"))
    plan = plan_for(unit)
    way = Way.of(plan, known)
    waiting, running = [], []
    for operation in plan.operations:
        execution = way.current.get(operation.code)
        if execution is None and operation.code not in way.off:
            waiting.append(job_for(unit, operation, station=station, person=person, executions=known))
        elif execution is not None and execution.is_running:
            its = planned(execution)
            running.append(job_for(unit, its, station=station, person=person, execution=execution, executions=known))
    answers = dict(zip([j.operation.code for j in waiting], judge(waiting, Hook.START), strict=True))
    answers |= dict(zip([j.operation.code for j in running], judge(running, Hook.COMPLETE), strict=True))
    return answers


@dataclass
class Cell:
    """One unit at one operation in an order's grid.

    state: done, running, ready, held, scrapped, skipped, off (not on the unit's way), rework (it comes next once the
    unit has gone through a rework routing), waiting, none.
    """

    state: str
    execution: OperationExecution | None = None


@dataclass
class Row:
    unit: Unit
    cells: list[Cell]
    holds: list[Hold]


def grid(order: WorkOrder, *, offset: int = 0, limit: int = 50) -> tuple[Plan, list[Row]]:
    """Units x operations of a released order. Three statements, whatever the size."""
    plan = plan_of(order)
    units = list(order.units.select_related("replaces").order_by("serial")[offset : offset + limit])
    keys = [unit.pk for unit in units]
    executions, holds = at_once(_executions_on.of(keys), _holds_in.of(order.pk, *_made(order), keys))
    by_unit: dict[UUID, list[OperationExecution]] = {}
    for execution in executions:
        by_unit.setdefault(execution.unit_id, []).append(execution)
    found = Held.of(holds)
    return plan, [_row(unit, plan, by_unit.get(unit.pk, []), found.on_unit(unit)) for unit in units]


@prepared
def _holds_in(order: UUID, revision: UUID, site: UUID, units: Collection[UUID]) -> QuerySet[Hold]:
    """Open holds on the order, what it makes and these units of it, and what was released for one of an order's."""
    on_order = Q(_on_all_of(order, revision, site), status=HoldStatus.OPEN)
    of_units = Q(unit=any_of(units))
    freed = Q(of_units, status=HoldStatus.RELEASED, origin__work_order=order)
    return Hold.objects.filter(on_order | Q(of_units, status=HoldStatus.OPEN) | freed)


def _made(order: WorkOrder) -> tuple[UUID, UUID]:
    """What an order makes, and where."""
    return order.product_revision_id, order.site_id


def _on_all_of(order: UUID, revision: UUID, site: UUID) -> Q:
    """Holds that stop every unit of an order."""
    return Q(work_order=order) | Q(product_revision=revision, site=site)


@prepared
def _executions_on(units: Collection[UUID]) -> QuerySet[OperationExecution]:
    found = OperationExecution.objects.filter(unit=any_of(units)).select_related("worked_by", "station")
    return found.order_by("attempt")


def _row(unit: Unit, plan: Plan, executions: list[OperationExecution], holds: list[Hold]) -> Row:
    way = Way.of(plan, executions)
    return Row(unit, [_cell(unit, operation, way, holds) for operation in plan.operations], holds)


def _cell(unit: Unit, operation: OperationPlan, way: Way, holds: Sequence[Hold]) -> Cell:
    execution = way.current.get(operation.code)
    stops = any(hold.operation_code in ("", operation.code) for hold in holds)
    if execution is not None:
        if execution.is_running:
            return Cell("held" if stops else "running", execution)
        if execution.status == ExecutionStatus.SKIPPED:
            return Cell("skipped", execution)
        return Cell("scrapped" if execution.quantity_good == 0 else "done", execution)
    if operation.code in way.off:
        return Cell("off")
    if unit.status != UnitStatus.IN_PROCESS:
        return Cell("none")
    if way.openings.get(operation.code):
        return Cell("held" if stops else "rework" if unit.rework_plan_id else "ready")
    return Cell("waiting")


def holds_on(unit: Unit) -> QuerySet[Hold]:
    """Open holds that stop work on the unit: its own, its order's and its revision's, latest first."""
    here = Q(unit=unit)
    if unit.product_revision_id:
        here |= Q(product_revision=unit.product_revision_id, site=unit.site_id)
    if unit.work_order_id:
        freed = Hold.objects.filter(origin=OuterRef("pk"), unit=unit, status=HoldStatus.RELEASED)
        here |= Q(~Exists(freed), work_order=unit.work_order_id)
    return Hold.objects.filter(here, status=HoldStatus.OPEN).select_related("placed_by")


def held_of(units: Collection[Unit]) -> dict[UUID, str]:
    """Those of the units, made or received, that an open hold keeps from being used: with its number."""
    if not units:
        return {}
    orders = {unit.work_order_id for unit in units if unit.work_order_id}
    revisions = {unit.product_revision_id for unit in units if unit.product_revision_id}
    found = Held.of(open_holds_on([unit.pk for unit in units], orders, revisions, ()))
    return {unit.pk: hold.number for unit in units if (hold := found.on_part(unit)) is not None}


def open_holds_of(order: WorkOrder) -> list[Hold]:
    """Open holds on the order, on what it makes and on its units, latest first."""
    return _open_holds_of(order.pk, *_made(order))


@prepared
def _open_holds_of(order: UUID, revision: UUID, site: UUID) -> QuerySet[Hold]:
    on_it = _on_all_of(order, revision, site) | Q(unit__work_order=order)
    return Hold.objects.filter(on_it, status=HoldStatus.OPEN).select_related(
        "unit", "work_order", "product_revision__product", "placed_by"
    )


def unsettled_time_of(order: UUID) -> QuerySet[LaborSpan]:
    """Time on the order that somebody says they forgot to stop, and that no supervisor has settled yet."""
    spans = LaborSpan.objects.filter(execution__work_order=order, claimed_at__isnull=False)
    return spans.filter(corrected_by_span__isnull=True).select_related("person")


def holds_in_full() -> QuerySet[Hold]:
    """Holds with what is shown of them; heir_count: how many that inherited them are still held by that."""
    found = Hold.objects.select_related(
        "unit",
        "work_order",
        "station",
        "asset",
        "product_revision__product",
        "origin",
        "owner",
        "placed_by",
        "released_by",
        "site",
    )
    heirs = Hold.objects.filter(origin=OuterRef("pk"), status=HoldStatus.OPEN).order_by().values("origin")
    return found.annotate(heir_count=Coalesce(Subquery(heirs.annotate(n=Count("pk")).values("n")), 0))


def find_holds(sites: Iterable[UUID], *, status: str = HoldStatus.OPEN) -> QuerySet[Hold]:
    """Holds of the sites that are no heirs, latest first; every status when it is empty."""
    found = holds_in_full().filter(site__in=sites, origin__isnull=True)
    return found.filter(status=status) if status else found
