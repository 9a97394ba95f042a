"""How long a unit waits between two operations: at least (cooling, curing), and at most (pot life, corrosion)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from mes.kernel.door import moment
from mes.kernel.gates import Facts, Hook, Override, Verdict, gate
from orders.plans import EdgePlan, OperationPlan
from wip.facts import jobs, ways
from wip.jobs import Job
from wip.models import OperationExecution
from wip.status import ExecutionStatus
from wip.ways import Way


@dataclass(frozen=True)
class Wait:
    """A unit's wait between the end of an operation and the start of one after it; edge: with a limit of time."""

    edge: EdgePlan
    before: OperationExecution

    @property
    def since(self) -> datetime:
        assert self.before.completed_at is not None
        return self.before.completed_at

    @property
    def until(self) -> datetime | None:
        """When the next operation may begin at the earliest."""
        least = self.edge.minimum_time_s
        return None if least is None else self.since + timedelta(seconds=least)

    @property
    def latest(self) -> datetime | None:
        """When the next operation has to begin at the latest."""
        most = self.edge.maximum_time_s
        return None if most is None else self.since + timedelta(seconds=most)


def waits(way: Way, operation: OperationPlan) -> Iterator[Wait]:
    """The waits that end with the operation. What was skipped began none: nothing was done there."""
    for edge in operation.edges:
        before = way.current.get(edge.before)
        if before is not None and before.status == ExecutionStatus.COMPLETED:
            yield Wait(edge, before)


def now(subjects: Sequence[Job]) -> list[datetime]:
    """The moment at which each job is judged."""
    return [moment()] * len(subjects)


@gate(Hook.START, needs=[jobs, ways, now], override=Override.PERMIT)
def minimum_time_gone_by(facts: Facts) -> Verdict | None:
    """The unit has waited long enough since the operations before."""
    job, at = facts[jobs], facts[now]
    early = [one for one in waits(facts[ways], job.operation) if one.until is not None and at < one.until]
    if not early:
        return None
    last = max(early, key=lambda one: one.until or at)
    assert last.until is not None
    return Verdict(
        "QUEUE_TIME_TOO_SHORT",
        _("{unit} has to wait until {time}.").format(unit=job.unit, time=_clock(job, last.until, at)),
        _("{minutes} after operation {operation}.").format(
            minutes=_span(last.edge.minimum_time_s), operation=last.edge.before
        ),
        _("Take another unit until then."),
        tone="caution",
        evidence={"operation": last.edge.before, "until": last.until.isoformat()},
    )


@gate(Hook.START, needs=[jobs, ways, now], override=Override.SUPERVISOR)
def maximum_time_not_exceeded(facts: Facts) -> Verdict | None:
    """The unit has not waited too long since the operations before."""
    job, at = facts[jobs], facts[now]
    late = [one for one in waits(facts[ways], job.operation) if one.latest is not None and one.latest < at]
    if not late:
        return None
    first = min(late, key=lambda one: one.latest or at)
    assert first.latest is not None
    return Verdict(
        "QUEUE_TIME_EXCEEDED",
        _("{unit} had to begin by {time}.").format(unit=job.unit, time=_clock(job, first.latest, at)),
        _("At most {minutes} after operation {operation}.").format(
            minutes=_span(first.edge.maximum_time_s), operation=first.edge.before
        ),
        _("Put it aside and tell the supervisor: it goes back, or on by their decision."),
        evidence={"operation": first.edge.before, "latest": first.latest.isoformat()},
    )


def _clock(job: Job, moment: datetime, at: datetime) -> str:
    """The time of day at the site, with the day when it is another one."""
    site = (job.station or job.unit).site
    local = site.local(moment)
    return f"{local:%H:%M}" if local.date() == site.local(at).date() else f"{local:%d %b, %H:%M}"


def _span(seconds: int | None) -> str:
    """A span of time in its largest fitting unit."""
    known = seconds or 0
    if known >= 2 * 3600:
        return _("{count} h").format(count=f"{known / 3600:g}")
    if known >= 120:
        return _("{count} min").format(count=f"{known / 60:g}")
    return _("{count} s").format(count=known)
