"""What the unit page shows, read together. The number of statements is the same for every unit."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from equipment.models import PhysicalAsset
from equipment.queries import assets_taken_by
from genealogy.models import Activity, ActivityUnit, Direction, Unit
from genealogy.queries import ever_built_in, history_of, plan_for
from genealogy.status import ActivityKind
from mes.boards.floor_rows import ExceptionRow, exception_row
from mes.boards.ledger import Entry, entries
from mes.boards.readings import Line, Table, arranged
from mes.kernel.audit.models import AuditEvent, Signature
from mes.kernel.door import moment
from mes.kernel.gates import Verdict
from mes.kernel.personnel.roles import Permission
from mes.kernel.prepared import any_of, at_once, prepared
from orders.plans import OperationPlan
from orders.queries import pinned_plan, plan_of
from wip.acts import Act, acts_of
from wip.exceptions import exceptions_on
from wip.models import ExecutionEvent, Hold, OperationExecution, Reading, Rework
from wip.overview import readings_of
from wip.queries import why_not
from wip.status import ExecutionStatus
from wip.timesheets import Entry as Spent
from wip.timesheets import labor_on
from wip.undoing import is_last, offered, void_signatures
from wip.ways import Way

LEDGER_ROWS = 12
# The record says what stops the unit, not what its reader lacks.
_ABOUT_A_PERSON = {"OPERATOR_NOT_QUALIFIED"}
LATEST = 50  # of what was done to a lot, and of where it was built in: the latest so many


@dataclass
class Attempt:
    """One execution with its readings; a corrected reading stands beside what it was corrected to.

    plan: the digest of the plan that it was done by, in groups, where the order has another one since; else empty.
    taken_back: the events that took something back, each with what it took back; undo: what the reader may take back.
    defects: the events that scrapped something with a defect named, as far as they count.
    """

    execution: OperationExecution
    readings: list[Line]
    tables: list[Table]
    taken_back: list[ExecutionEvent] = field(default_factory=list)
    defects: list[ExecutionEvent] = field(default_factory=list)
    tools: list[PhysicalAsset] = field(default_factory=list)
    plan: str = ""
    labor: list[Spent] = field(default_factory=list)
    undo: Act | None = None

    @property
    def is_taken_back(self) -> bool:
        return bool(self.execution.status == ExecutionStatus.CANCELLED)

    @property
    def ran_for(self) -> timedelta | None:
        return self.execution.completed_at - self.execution.started_at if self.execution.completed_at else None

    @property
    def labor_time(self) -> timedelta:
        """Of everybody who was on it."""
        return sum((one.counts for one in self.labor), timedelta())


@dataclass
class Work:
    """An operation of the plan: its attempts, and what stands in the way of its start or completion.

    routing: of the rework that it belongs to. state: where no attempt counts: ready, waiting, off (not on its way).
    """

    operation: OperationPlan
    routing: str = ""
    state: str = "waiting"
    attempts: list[Attempt] = field(default_factory=list)
    blockers: list[Verdict] = field(default_factory=list)

    @property
    def is_begun(self) -> bool:
        """Whether an attempt counts; those that rework set aside do not."""
        return any(attempt.execution.is_current for attempt in self.attempts)

    @property
    def is_left_alone(self) -> bool:
        """Whether it was done before a rework and is not on the unit's way any more."""
        return bool(self.attempts) and self.state == "off"


@dataclass
class UnitRecord:
    work: list[Work]
    built_in: list[ActivityUnit]
    used_in: list[ActivityUnit]
    activities: list[Activity]
    holds: list[Hold]
    signatures: list[Signature]
    void_signatures: Set[UUID]
    ledger: list[Entry] | None
    reworks: list[Rework]
    exceptions: list[ExceptionRow]
    family: list[ActivityUnit]
    latest: int = LATEST

    @property
    def begun(self) -> list[OperationPlan]:
        """The operations of the order's plan with an attempt that counts, the latest first."""
        return [work.operation for work in self.work if work.is_begun and not work.routing][::-1]

    @property
    def open_holds(self) -> list[Hold]:
        """Those that stop it: not one on its order that was released for it."""
        freed = {hold.origin_id for hold in self.holds if not hold.is_open}
        return [hold for hold in self.holds if hold.is_open and hold.pk not in freed]


def read(unit: Unit, person: Any) -> UnitRecord:
    """The unit's record as the person may see it: without the ledger's rows unless they may view the ledger."""
    executions, events, built_in, used_in, activities, holds, reworks, exceptions, family = at_once(
        _executions.of(unit.pk),
        _events.of(unit.pk),
        _built_in.of(unit.pk),
        _used_in.of(unit.pk),
        _activities.of(unit.pk),
        _holds.of(unit.pk, unit.work_order_id),
        _reworks.of(unit.pk),
        exceptions_on.of(unit.pk),
        _family.of(unit.pk),
    )
    readings = readings_of([*executions, *_origins(executions).values()])
    acts = _acts(executions, events, readings, activities)
    return UnitRecord(
        work=_work(unit, executions, readings, acts, person),
        built_in=built_in,
        used_in=used_in,
        activities=activities[::-1],
        holds=holds,
        signatures=(signed := _signatures(unit, executions)),
        void_signatures=_void(signed, executions, acts),
        ledger=_ledger(unit) if person.may(Permission.VIEW_LEDGER) else None,
        reworks=reworks,
        exceptions=[exception_row(one) for one in exceptions],
        family=family,
    )


def _void(
    signed: Sequence[Signature], executions: Sequence[OperationExecution], acts: Mapping[UUID, list[Act]]
) -> set[UUID]:
    """Those whose act was taken back; of a batch it was, if it was on any of its units."""
    of_batches = {one.batch_id: acts[one.pk] for one in executions if one.batch_id is not None}
    void = void_signatures({**acts, **of_batches})
    return {one.pk for one in signed if (one.record, one.signed_at) in void}


def _signatures(unit: Unit, executions: list[OperationExecution]) -> list[Signature]:
    """Those on its operations, on the batches they ran in, and on the release of a received lot."""
    signed = [execution.pk for execution in executions]
    signed += [execution.batch_id for execution in executions if execution.batch_id]
    return _signed(signed, unit.pk)


@prepared
def _signed(executions: Collection[UUID], unit: UUID) -> QuerySet[Signature]:
    signed = Q(record_table__in=["wip_operationexecution", "wip_batch"], record=any_of(executions))
    signed |= Q(record_table="genealogy_unit", record=unit)
    return Signature.objects.filter(signed).select_related("signed_by").order_by("signed_at")


@prepared
def _executions(unit: UUID) -> QuerySet[OperationExecution]:
    found = OperationExecution.objects.filter(unit=unit)
    people = ("started_by", "worked_by", "completed_by")
    return found.select_related("station", "set_aside_by", "batch", "inherited_from__unit", *people).order_by(
        "started_at"
    )


@prepared
def _family(unit: UUID) -> QuerySet[ActivityUnit]:
    """The lots that were split off it or merged into it, that it was split off from or merged into."""
    found = ActivityUnit.objects.filter(
        activity__kind__in=[ActivityKind.SPLIT, ActivityKind.MERGE], activity__units__unit=unit
    )
    return found.exclude(unit=unit).select_related("unit", "activity__by").order_by("activity__sequence", "id")


@prepared
def _built_in(unit: UUID) -> QuerySet[ActivityUnit]:
    return ever_built_in(unit).select_related("activity__reversed_by_activity__by")


@prepared
def _reworks(unit: UUID) -> QuerySet[Rework]:
    """The latest first."""
    found = Rework.objects.filter(unit=unit).select_related("routing_revision__routing", "decided_by", "ended_by")
    return found.order_by("-decided_at", "-number")


@prepared
def _activities(unit: UUID) -> QuerySet[Activity]:
    """The latest, the last first."""
    return history_of(unit).select_related("by", "reversed_by_activity__by").reverse()[:LATEST]


@prepared
def _events(unit: UUID) -> QuerySet[ExecutionEvent]:
    found = ExecutionEvent.objects.filter(execution__unit=unit)
    return found.select_related("by", "reverses__by").order_by("sequence")


def _acts(
    executions: list[OperationExecution],
    events: list[ExecutionEvent],
    readings: Mapping[UUID, list[Reading]],
    activities: list[Activity],
) -> dict[UUID, list[Act]]:
    """What was done to each execution, act by act."""
    return {
        execution.pk: acts_of(
            [event for event in events if event.execution_id == execution.pk],
            readings.get(execution.pk, ()),
            [activity for activity in activities if activity.execution == execution.pk],
        )
        for execution in executions
    }


def _work(
    unit: Unit,
    executions: list[OperationExecution],
    readings: Mapping[UUID, list[Reading]],
    acts: Mapping[UUID, list[Act]],
    person: Any,
) -> list[Work]:
    if unit.work_order is None or unit.work_order.routing_revision_id is None:
        return []
    blockers = why_not(unit, person=None)
    way = Way.of(plan_for(unit), executions)
    origins = _origins(executions)
    keys = [execution.pk for execution in executions]
    tools, labor = assets_taken_by(keys), labor_on(keys, now=moment())
    work = _operations(unit, executions)
    for execution in executions:
        known, of_order = work[execution.operation_code], unit.work_order.digest
        by_plan = execution.plan_id or of_order
        asked = pinned_plan(by_plan).operation(execution.operation_code) or known.operation
        its = readings.get(origins.get(execution.pk, execution).pk, [])
        attempt = Attempt(execution, *arranged(asked, its), tools=tools.get(execution.pk, []))
        attempt.labor = labor.get(execution.pk, [])
        if by_plan != of_order and not known.routing:
            attempt.plan = f"{by_plan[:4]} {by_plan[4:8]}"
        attempt.taken_back = [one for act in acts[execution.pk] for one in act.events if one.reverses_id]
        counting = [event for act in acts[execution.pk] if not act.is_undone for event in act.events]
        attempt.defects = [one for one in counting if one.defect_code and one.scrap > 0]
        attempt.undo = offered(acts[execution.pk], person) if is_last(execution, way) else None
        known.attempts.append(attempt)
    for code, verdicts in blockers.items():
        work[code].blockers = [verdict for verdict in verdicts if verdict.code not in _ABOUT_A_PERSON]
        work[code].state = "waiting" if work[code].blockers else "ready"
    for code in way.off:
        work[code].state = "off"
    return list(work.values())


def _origins(executions: list[OperationExecution]) -> dict[UUID, OperationExecution]:
    """For what was done before the lot was split off: the execution on the lot where it was recorded."""
    origins = {one.pk: one.inherited_from for one in executions if one.inherited_from is not None}
    for key, origin in origins.items():
        while origin.inherited_from is not None:  # a part of a part
            origin = origins[key] = origin.inherited_from
    return origins


def _operations(unit: Unit, executions: list[OperationExecution]) -> dict[str, Work]:
    """The operations of the order's plan, then what rework, or a plan before a redline, had beside them."""
    assert unit.work_order is not None
    own = plan_of(unit.work_order)
    others = {execution.plan_id for execution in executions} | {unit.rework_plan_id}
    work = {operation.code: Work(operation) for operation in own.operations}
    for digest in sorted(other for other in others if other and other != own.digest):
        plan = pinned_plan(digest)
        for operation in plan.operations:
            work.setdefault(operation.code, Work(operation, plan.routing))
    return work


@prepared
def _used_in(unit: UUID) -> QuerySet[ActivityUnit]:
    """What the unit or lot was built into, latest first."""
    return (
        ActivityUnit.objects.filter(
            activity__kind=ActivityKind.CONSUME,
            direction=Direction.OUTPUT,
            activity__units__unit=unit,
            activity__units__direction=Direction.INPUT,
        )
        .select_related("unit__product", "activity__by", "activity__reversed_by_activity__by")
        .order_by("-activity__sequence")[:LATEST]
    )


@prepared
def _holds(unit: UUID, order: UUID | None) -> QuerySet[Hold]:
    found = Hold.objects.filter(Q(unit=unit) | Q(work_order=order))
    return found.select_related("unit", "work_order", "placed_by", "released_by").order_by("-placed_at")


def _ledger(unit: Unit) -> list[Entry]:
    rows = AuditEvent.objects.filter(table_name="genealogy_unit", record=str(unit.pk)).order_by("-sequence")
    return entries(list(rows[:LEDGER_ROWS]))
