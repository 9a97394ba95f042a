"""Loaders of the facts that wip's gates read: each one query for any number of jobs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from equipment.queries import accounts_at
from genealogy.models import Unit
from genealogy.queries import ComponentScan
from genealogy.status import UnitStatus
from mes.kernel.door import moment
from mes.kernel.prepared import any_of, prepared
from orders.plans import OperationPlan, StepPlan
from wip.clearances import Cleared, cleared
from wip.conditions import asked
from wip.crews import people_on
from wip.held import Held
from wip.jobs import Job
from wip.models import Hold, OperationExecution, Reading
from wip.status import HoldStatus
from wip.ways import Way


def jobs(subjects: Sequence[Job]) -> list[Job]:
    """The jobs themselves, for gates that need no query."""
    return list(subjects)


def executions(subjects: Sequence[Job]) -> list[list[OperationExecution]]:
    """All executions of each job's unit; no query where the verbs have loaded them."""
    found: dict[UUID, list[OperationExecution]] = {}
    unknown = {subject.unit.pk for subject in subjects if subject.executions is None}
    for execution in executions_on(unknown) if unknown else ():
        found.setdefault(execution.unit_id, []).append(execution)
    return [
        found.get(subject.unit.pk, []) if subject.executions is None else list(subject.executions)
        for subject in subjects
    ]


def ways(subjects: Sequence[Job]) -> list[Way]:
    """Where each job's unit stands in the plan that it follows."""
    return [Way.of(job.plan, known) for job, known in zip(subjects, executions(subjects), strict=True)]


@prepared
def executions_on(units: Collection[UUID]) -> QuerySet[OperationExecution]:
    return OperationExecution.objects.select_related("worked_by", "station").filter(unit=any_of(units))


def joined(subjects: Sequence[Job]) -> list[bool]:
    """Whether the job's person is on it beside the one who has it; no query where they have it themselves.

    The account of a connection is on whatever runs at the stations of its machines: they do the work themselves.
    """
    others = {s.execution.pk for s in subjects if s.execution and s.person and s.execution.worked_by_id != s.person.pk}
    on = people_on(others) if others else set()
    found = [bool(s.execution and s.person and (s.execution.pk, s.person.pk) in on) for s in subjects]
    left = (s.execution for s, is_on in zip(subjects, found, strict=True) if not is_on and s.execution)
    elsewhere = {execution.station_id for execution in left if execution.pk in others}
    machines = accounts_at(elsewhere) if elsewhere else set()
    return [
        is_on or bool(s.execution and s.person and (s.execution.station_id, s.person.pk) in machines)
        for s, is_on in zip(subjects, found, strict=True)
    ]


@dataclass
class HoldFacts:
    """Open holds on what the job is done on and with, and on the components it is about to take (by unit key)."""

    here: list[Hold] = field(default_factory=list)
    on_components: dict[UUID, Hold] = field(default_factory=dict)


def open_holds(subjects: Sequence[Job]) -> list[HoldFacts]:
    """The open holds that concern each job: one query; its tools are asked about where the operation needs some."""
    parts = {scan.unit for subject in subjects for scan in subject.components if scan.unit is not None}
    concerned = (
        {s.unit.pk for s in subjects} | {part.pk for part in parts},
        {s.order.pk for s in subjects} | {part.work_order_id for part in parts if part.work_order_id},
        {one.product_revision_id for one in (*parts, *(s.unit for s in subjects)) if one.product_revision_id},
        {s.station.pk for s in subjects if s.station is not None},
    )
    with_tools = {s.station.pk for s in subjects if s.station is not None and s.required_assets}
    rows = _open_holds_with_tools(*concerned, with_tools) if with_tools else open_holds_on(*concerned)
    found = Held.of(rows)
    return [
        HoldFacts(
            found.on_job(subject),
            {
                scan.unit.pk: hold
                for scan in subject.components
                if scan.unit is not None and (hold := found.on_part(scan.unit)) is not None
            },
        )
        for subject in subjects
    ]


@prepared
def open_holds_on(
    units: Collection[UUID], orders: Collection[UUID], revisions: Collection[UUID], stations: Collection[UUID]
) -> QuerySet[Hold]:
    """Open holds on any of these, by key; and of these units what was released while its origin stays open."""
    return _concerning(units, orders, revisions, stations).select_related("placed_by")


@prepared
def _open_holds_with_tools(
    units: Collection[UUID],
    orders: Collection[UUID],
    revisions: Collection[UUID],
    stations: Collection[UUID],
    with_tools: Collection[UUID],
) -> QuerySet[Hold]:
    on_tools = Hold.objects.filter(asset__station=any_of(with_tools), status=HoldStatus.OPEN)
    found = _concerning(units, orders, revisions, stations) | on_tools
    return found.select_related("placed_by", "asset__asset_class")


def _concerning(units: Any, orders: Any, revisions: Any, stations: Any) -> QuerySet[Hold]:
    """Open holds on any of these, and what was released for one of the units while the hold stays open for others."""
    on_any = Q(unit=any_of(units)) | Q(work_order=any_of(orders))
    on_any |= Q(product_revision=any_of(revisions)) | Q(station=any_of(stations))
    freed = Q(status=HoldStatus.RELEASED, unit=any_of(units), origin__isnull=False)
    return Hold.objects.filter(Q(on_any, status=HoldStatus.OPEN) | freed)


@dataclass
class RecordedFacts:
    """What is recorded for a job once its entries are in: by (step code, sample), also for steps that are not asked.

    scrapped_whole: nothing of the unit is going to be good, so that missing values don't stop its end.
    """

    operation: OperationPlan
    values: dict[tuple[str, int], Reading]
    scrapped_whole: bool = False

    @cached_property
    def asked(self) -> frozenset[str]:
        """The codes of the steps that are asked, given these values."""
        return asked(self.operation.steps, self.values)

    @property
    def missing(self) -> list[tuple[StepPlan, int]]:
        """The required entries of the steps that are asked which are not there yet, in the order of the steps."""
        required = ((step, sample) for step, sample in self.operation.required if step.code in self.asked)
        return [(step, sample) for step, sample in required if (step.code, sample) not in self.values]

    @property
    def outside(self) -> list[Reading]:
        """The values out of their limits, of the steps that are asked."""
        return [one for one in self.values.values() if not one.is_within_limits and one.step_code in self.asked]


def recorded(subjects: Sequence[Job]) -> list[RecordedFacts]:
    """The values in force of each job's execution, the job's own entries included."""
    found: dict[UUID, dict[tuple[str, int], Reading]] = {}
    running = {subject.execution.pk for subject in subjects if subject.execution is not None}
    for reading in values_in_force(running) if running else ():
        found.setdefault(reading.execution_id, {})[reading.step_code, reading.sample] = reading
    facts = []
    for subject in subjects:
        values = dict(found.get(subject.execution.pk, {})) if subject.execution else {}
        for given in subject.entries:
            values[given.step.code, given.sample] = given.as_reading()
        good = subject.good + (subject.execution.quantity_good if subject.execution else 0)
        whole = good == 0 and subject.scrap > Decimal(0)
        facts.append(RecordedFacts(subject.operation, values, whole))
    return facts


@prepared
def values_in_force(executions: Collection[UUID]) -> QuerySet[Reading]:
    """The readings of these executions that no later one corrects or takes back."""
    found = Reading.objects.filter(execution=any_of(executions), corrected_by_reading__isnull=True).exclude(value="")
    return found.select_related("by", "witnessed_by")


def clearances(subjects: Sequence[Job]) -> list[Cleared | None]:
    """How each job's station is cleared; None, and no query, where the operation does not ask."""
    asking = {s.station.pk for s in subjects if s.station is not None and s.operation.needs_line_clearance}
    known = cleared(asking) if asking else {}
    return [
        known.get(s.station.pk, Cleared()) if s.station is not None and s.operation.needs_line_clearance else None
        for s in subjects
    ]


def earlier_lots(subjects: Sequence[Job]) -> list[dict[UUID, Unit]]:
    """For each component that is about to be taken, by its key: one staged here that expires before it, free to take.

    Free is what is neither on hold nor expired, of the revision that the BOM asks for, and of which there is enough.
    Only a report brings components, one job at a time: a query for it, and none unless a component has a date of
    expiry or is staged.
    """
    return [_earlier_at(subject) for subject in subjects]


def _earlier_at(job: Job) -> dict[UUID, Unit]:
    taken = [(s.unit, s) for s in job.components if s.unit and (s.unit.expires_date or s.unit.station_id)]
    if not taken or job.station is None:
        return {}
    left: dict[UUID, Decimal] = {}
    staged = _free_at(job.station.pk, {unit.product_id for unit, _ in taken}, job.date_of(moment()))
    for lot in staged:
        left[lot.pk] = lot.quantity_left - sum(scan.quantity for unit, scan in taken if unit.pk == lot.pk)
    found = {}
    for unit, scan in taken:
        fitting = (lot for lot in staged if _fits(lot, scan) and left[lot.pk] >= scan.quantity)
        first = next(fitting, None)
        if first is not None and _expires_before(first, unit):
            found[unit.pk] = first
    return found


def _fits(lot: Unit, scan: ComponentScan) -> bool:
    """Whether the lot may be taken in place of what was scanned: the same product, of a revision that is wanted."""
    assert scan.unit is not None
    if lot.product_id != scan.unit.product_id:
        return False
    wanted = scan.wanted.revision if lot.product_id == scan.wanted.product_id else ""
    return not wanted or (lot.product_revision is not None and lot.product_revision.code == wanted)


@prepared
def _free_at(station: UUID, products: Collection[UUID], day: date) -> QuerySet[Unit]:
    """Of these products, what is staged at the station and may be used on the day, first expiry first."""
    holds = Hold.objects.filter(status=HoldStatus.OPEN, operation_code="")
    held = Q(pk__in=holds.filter(unit__isnull=False).values("unit"))
    held |= Q(work_order__in=holds.filter(work_order__isnull=False).values("work_order"))
    held |= Q(product_revision__in=holds.filter(product_revision__isnull=False).values("product_revision"))
    staged = Unit.objects.filter(station=station, product=any_of(products), status=UnitStatus.FINISHED)
    free = staged.filter(expires_date__gte=day).exclude(held)
    return free.select_related("product_revision").order_by("expires_date", "created_at")


def _expires_before(one: Unit, other: Unit) -> bool:
    assert one.expires_date is not None
    return other.expires_date is None or one.expires_date < other.expires_date
