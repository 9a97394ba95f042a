"""Gates about a unit's way when it branches, fails or comes back. Pure: they read facts, they never query or raise."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from mes.kernel.gates import Facts, Hook, Override, Verdict, gate
from orders.plans import OperationPlan
from wip.facts import jobs, ways
from wip.models import OperationExecution
from wip.status import ExecutionStatus
from wip.ways import Way


@gate(Hook.START, Hook.SKIP, needs=[jobs, ways])
def operation_on_its_way(facts: Facts) -> Verdict | None:
    """The unit goes through the operation: no alternate of it was begun, and no rework comes first."""
    job, way = facts[jobs], facts[ways]
    name = f"{job.operation.code} {job.operation.name}"
    if job.plan.operation(job.operation.code) is None:
        return Verdict(
            "REWORK_FIRST",
            _("{unit} is in rework: {routing}.").format(unit=job.unit, routing=job.plan.routing),
            _("{operation} comes after it.").format(operation=name),
            _("Bring it to the rework's next operation."),
            tone="caution",
            evidence={"routing": job.plan.routing},
        )
    if job.operation.code not in way.off:
        return None
    group = job.operation.alternate_group
    others = (o for o in job.plan.operations if group and o.alternate_group == group)
    chosen = next((other for other in others if other.code in way.current), None)
    if chosen is not None:
        why = _("{operation} was chosen in its place.").format(operation=f"{chosen.code} {chosen.name}")
    else:
        why = _("It goes another way.")
    return Verdict(
        "NOT_ON_ITS_WAY",
        _("{unit} does not go through {operation}.").format(unit=job.unit, operation=name),
        why,
        _("Move it on to its next operation."),
        tone="caution",
        evidence={"chosen": chosen.code if chosen else ""},
    )


@gate(Hook.START, needs=[jobs, ways], override=Override.PERMIT)
def attempts_left(facts: Facts) -> Verdict | None:
    """The operation was not done on the unit as often as its routing allows."""
    job = facts[jobs]
    most, done = job.operation.max_attempts, facts[ways].attempts.get(job.operation.code, 0)
    if not 0 < most <= done:
        return None
    return Verdict(
        "ATTEMPTS_USED_UP",
        _("{operation} {name} was done {count} times on {unit}: more is not allowed.").format(
            operation=job.operation.code, name=job.operation.name, count=done, unit=job.unit
        ),
        do=_("Let quality decide: scrap it, or permit another attempt."),
        evidence={"operation": job.operation.code, "attempts": done, "most": most},
    )


@gate(Hook.START, needs=[jobs, ways], override=Override.PERMIT)
def previous_test_passed(facts: Facts) -> Verdict | None:
    """What comes before it on the unit's way ended with every value within its limits."""
    job, way = facts[jobs], facts[ways]
    failed = next((one for one in _before(job.operation, way) if one.is_passed is False), None)
    if failed is None:
        return None
    before = job.plan.operation(failed.operation_code)
    name = f"{before.code} {before.name}" if before else failed.operation_code
    return Verdict(
        "PREVIOUS_NOT_PASSED",
        _("{unit} did not pass {operation}.").format(unit=job.unit, operation=name),
        _("It ended with a value out of its limits."),
        _("Send it back for rework, or let quality permit it to go on."),
        evidence={"operation": failed.operation_code, "attempt": failed.attempt},
    )


def _before(operation: OperationPlan, way: Way) -> Iterator[OperationExecution]:
    """What was done last on each branch that leads to the operation; what was left out is looked behind."""
    for code in operation.predecessors:
        execution, planned = way.current.get(code), way.plan.operation(code)
        if execution is not None and execution.status != ExecutionStatus.SKIPPED:
            yield execution
        elif planned is not None and way.is_passed(code):
            yield from _before(planned, way)
