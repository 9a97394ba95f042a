"""Enforcing what the gates say."""

from collections.abc import Sequence

from mes.kernel.gates import Hook, Verdict, judge
from mes.kernel.refusals import Refusal
from wip.jobs import Job
from wip.models import OperationExecution
from wip.status import ExecutionStatus


class WorkedOnElsewhere(Refusal):
    """Somebody else is at another operation on the unit."""


class BlockedByGates(Refusal):
    """At least one gate says no; `blockers` carries every verdict, the code is the first one's."""


def check_gates(job: Job, hook: Hook) -> None:
    """Raise BlockedByGates when any gate of the hook stops the job."""
    (verdicts,) = judge([job], hook)
    if verdicts:
        raise blocked(verdicts)


def blocked(verdicts: Sequence[Verdict]) -> BlockedByGates:
    first = verdicts[0]
    return BlockedByGates(
        first.what, why=first.why, do=first.do, code=first.code, blockers=verdicts, evidence=dict(first.evidence)
    )


def check_nothing_else_runs(job: Job) -> None:
    """Raise WorkedOnElsewhere when another operation runs on the unit: it would go on making what is scrapped here."""
    other = (
        OperationExecution.objects.filter(unit=job.unit, status=ExecutionStatus.RUNNING)
        .exclude(pk=job.running.pk)
        .select_related("worked_by", "station")
        .first()
    )
    if other is not None:
        raise WorkedOnElsewhere(
            f"{other.worked_by} works on {job.unit} at {other.station.code}, so nothing of it can be scrapped now.",
            do="Let that operation end first, then scrap.",
            evidence={"station": other.station.code, "person": str(other.worked_by)},
        )
