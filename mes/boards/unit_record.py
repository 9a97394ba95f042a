"""What the unit page shows, read together. The number of statements is the same for every unit."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Q

from equipment.models import PhysicalAsset
from equipment.queries import assets_taken_by
from genealogy.models import Activity, ActivityUnit, Direction, Unit
from genealogy.queries import as_built, history_of
from genealogy.status import ActivityKind
from mes.boards.ledger import Entry, entries
from mes.boards.readings import Line, Table, arranged
from mes.kernel.audit.models import AuditEvent, Signature
from mes.kernel.gates import Verdict
from mes.kernel.personnel.roles import Permission
from orders.plans import OperationPlan
from orders.queries import plan_of
from wip.models import Hold, OperationExecution
from wip.overview import readings_of
from wip.queries import why_not

LEDGER_ROWS = 12
# The record says what stops the unit, not what its reader lacks.
_ABOUT_A_PERSON = {"OPERATOR_NOT_QUALIFIED"}
LATEST = 50  # of what was done to a lot, and of where it was built in: the latest so many


@dataclass
class Attempt:
    """One execution with its readings; a corrected reading stands beside what it was corrected to."""

    execution: OperationExecution
    readings: list[Line]
    tables: list[Table]
    tools: list[PhysicalAsset] = field(default_factory=list)

    @property
    def ran_for(self) -> timedelta | None:
        return self.execution.completed_at - self.execution.started_at if self.execution.completed_at else None


@dataclass
class Work:
    """An operation of the plan: its attempts, and what stands in the way of its start or completion."""

    operation: OperationPlan
    attempts: list[Attempt] = field(default_factory=list)
    blockers: list[Verdict] = field(default_factory=list)


@dataclass
class UnitRecord:
    work: list[Work]
    built_in: list[ActivityUnit]
    used_in: list[ActivityUnit]
    activities: list[Activity]
    holds: list[Hold]
    signatures: list[Signature]
    ledger: list[Entry] | None
    latest: int = LATEST

    @property
    def open_holds(self) -> list[Hold]:
        return [hold for hold in self.holds if hold.status == "OPEN"]


def read(unit: Unit, person: Any) -> UnitRecord:
    """The unit's record as the person may see it: without the ledger's rows unless they may view the ledger."""
    executions = list(
        unit.executions.select_related("station", "started_by", "worked_by", "completed_by").order_by("started_at")
    )
    return UnitRecord(
        work=_work(unit, executions),
        built_in=list(as_built(unit)),
        used_in=list(_used_in(unit)),
        activities=list(history_of(unit).reverse()[:LATEST])[::-1],
        holds=_holds(unit),
        signatures=_signatures(unit, executions),
        ledger=_ledger(unit) if person.may(Permission.VIEW_LEDGER) else None,
    )


def _signatures(unit: Unit, executions: list[OperationExecution]) -> list[Signature]:
    """Those on its operations, and on the release of a received lot."""
    signed = Q(record_table="wip_operationexecution", record__in=[execution.pk for execution in executions])
    signed |= Q(record_table="genealogy_unit", record=unit.pk)
    return list(Signature.objects.filter(signed).select_related("signed_by").order_by("signed_at"))


def _work(unit: Unit, executions: list[OperationExecution]) -> list[Work]:
    if unit.work_order is None or unit.work_order.routing_revision_id is None:
        return []
    readings, blockers = readings_of(executions), why_not(unit, person=None)
    tools = assets_taken_by([execution.pk for execution in executions])
    work = {operation.code: Work(operation) for operation in plan_of(unit.work_order).operations}
    for execution in executions:
        known = work[execution.operation_code]
        shown = arranged(known.operation, readings.get(execution.pk, []))
        known.attempts.append(Attempt(execution, *shown, tools=tools.get(execution.pk, [])))
    for code, verdicts in blockers.items():
        work[code].blockers = [verdict for verdict in verdicts if verdict.code not in _ABOUT_A_PERSON]
    return list(work.values())


def _used_in(unit: Unit) -> Any:
    """What the unit or lot was built into, latest first."""
    return (
        ActivityUnit.objects.filter(
            activity__kind=ActivityKind.CONSUME,
            direction=Direction.OUTPUT,
            activity__units__unit=unit,
            activity__units__direction=Direction.INPUT,
        )
        .select_related("unit__product", "activity__by")
        .order_by("-activity__sequence")[:LATEST]
    )


def _holds(unit: Unit) -> list[Hold]:
    on_it = Q(unit=unit) | Q(work_order=unit.work_order_id) if unit.work_order_id else Q(unit=unit)
    return list(
        Hold.objects.filter(on_it)
        .select_related("unit", "work_order", "placed_by", "released_by")
        .order_by("-placed_at")
    )


def _ledger(unit: Unit) -> list[Entry]:
    rows = AuditEvent.objects.filter(table_name="genealogy_unit", record=str(unit.pk)).order_by("-sequence")
    return entries(list(rows[:LEDGER_ROWS]))
