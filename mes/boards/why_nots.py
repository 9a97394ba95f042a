""" "Why can't I?" for one unit, operation, station and person; and for a whole order: what would unblock it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from equipment.models import Station
from genealogy.models import Unit
from genealogy.queries import plan_for
from genealogy.status import UnitStatus
from mes.boards.remedies import Remedies, Remedy
from mes.kernel.gates import Hook, Verdict, judge
from orders.models import WorkOrder
from orders.plans import OperationPlan
from wip.facts import executions_on
from wip.jobs import Job
from wip.models import OperationExecution
from wip.queries import job_for, planned, why_not
from wip.ways import Way

MOST_UNITS = 2000  # of an order that are looked at
NAMED = 5  # units that are named for a cause

# Asked about nobody in particular, nobody lacks anything.
ABOUT_A_PERSON = {"OPERATOR_NOT_QUALIFIED", "INSTRUCTION_NOT_READ"}


@dataclass(frozen=True)
class Blocked:
    """A verdict, and what lifts it."""

    verdict: Verdict
    remedy: Remedy


@dataclass(frozen=True)
class OperationAnswer:
    """What stops the start of an operation, or its completion while it runs. state: waiting, running, done, off."""

    operation: OperationPlan
    state: str
    blocked: list[Blocked]


def of_unit(unit: Unit, *, person: Any, station: Station | None, code: str = "") -> list[OperationAnswer]:
    """For each operation of the plan that the unit follows, or for the one of this code."""
    if unit.work_order is None or unit.work_order.routing_revision_id is None:
        return []
    remedies = Remedies([unit.site_id])
    found = why_not(unit, person=person, station=station)
    way = Way.of(plan_for(unit), unit.executions.all())
    answers = []
    for operation in way.plan.operations:
        if code in ("", operation.code):
            verdicts = _meant(found.get(operation.code, []), person)
            blocked = [Blocked(verdict, remedies.of(verdict)) for verdict in verdicts]
            answers.append(OperationAnswer(operation, _state(way, operation.code), blocked))
    return answers


def _state(way: Way, code: str) -> str:
    if way.is_done(code):
        return "done"
    if code in way.off:
        return "off"
    return "running" if code in way.current else "waiting"


def _meant(verdicts: Sequence[Verdict], person: Any) -> list[Verdict]:
    return [one for one in verdicts if person is not None or one.code not in ABOUT_A_PERSON]


@dataclass
class Cause:
    """One thing that stops units of an order at an operation. what: as it is said of the first of them."""

    operation: OperationPlan
    verdict: Verdict
    remedy: Remedy
    count: int = 0
    units: list[str] = field(default_factory=list)


@dataclass
class OrderAnswer:
    """units: in process; free: with an operation that may begin now; running: with one that runs.

    causes: what stops the others and these, most units first. is_whole: all units were looked at.
    """

    units: int = 0
    free: int = 0
    running: int = 0
    causes: list[Cause] = field(default_factory=list)
    is_whole: bool = True


def of_order(order: WorkOrder, *, person: Any = None, station: Station | None = None) -> OrderAnswer:
    """What would unblock an order: what comes next on its units, and what runs, by cause. Some statements in all."""
    units = list(
        order.units.select_related("site").filter(status=UnitStatus.IN_PROCESS).order_by("serial")[: MOST_UNITS + 1]
    )
    answer = OrderAnswer(len(units[:MOST_UNITS]), is_whole=len(units) <= MOST_UNITS)
    units = units[:MOST_UNITS]
    executions: dict[Any, list[OperationExecution]] = {}
    for execution in executions_on({unit.pk for unit in units}) if units else ():
        executions.setdefault(execution.unit_id, []).append(execution)
    waiting: list[Job] = []
    running: list[Job] = []
    for unit in units:
        unit.work_order = order
        known = executions.get(unit.pk, [])
        way = Way.of(plan_for(unit), known)
        for code in way.openings:
            operation = way.plan.operation(code)
            assert operation is not None, "a way is made of its plan's operations"
            waiting.append(job_for(unit, operation, station=station, person=person, executions=known))
        for execution in way.current.values():
            if execution.is_running:
                execution.work_order, execution.unit = order, unit
                its = planned(execution)
                more = {"execution": execution, "executions": known}
                running.append(job_for(unit, its, station=station, person=person, **more))
    judged = [*zip(waiting, judge(waiting, Hook.START), strict=True)]
    answer.free = len({job.unit.pk for job, verdicts in judged if not _meant(verdicts, person)})
    answer.running = len({job.unit.pk for job in running})
    judged += zip(running, judge(running, Hook.RECORD), strict=True)
    answer.causes = _causes(judged, person, Remedies([order.site_id]))
    return answer


def _causes(judged: Sequence[tuple[Job, list[Verdict]]], person: Any, remedies: Remedies) -> list[Cause]:
    found: dict[tuple[str, str, str], Cause] = {}
    for job, verdicts in judged:
        for verdict in _meant(verdicts, person):
            # The same hold, tool or operation before: one cause. What is said of each unit differs by its name alone.
            rests_on = repr(sorted((k, v) for k, v in verdict.evidence.items() if k not in ("unit", "person")))
            key = (job.operation.code, verdict.code, rests_on)
            if key not in found:
                found[key] = Cause(job.operation, verdict, remedies.of(verdict))
            found[key].count += 1
            if len(found[key].units) < NAMED:
                found[key].units.append(job.unit.serial)
    return sorted(found.values(), key=lambda cause: (-cause.count, cause.operation.code, cause.verdict.code))
