"""What follows when an operation on a unit is over: the next ones may begin, a rework ends, the unit is finished."""

from datetime import datetime

from genealogy.actions import units
from genealogy.actions.units import At
from genealogy.queries import plan_for
from genealogy.status import UnitStatus
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.writes import update
from wip.actions import openings
from wip.actions.openings import Openings
from wip.jobs import Job
from wip.models import Rework
from wip.status import REWORK, ReworkStatus
from wip.topics import after_moving
from wip.ways import Way


def way_of(job: Job) -> Way:
    """Where the job's unit stands, with what the verb has changed so far; the verb has loaded its executions."""
    assert job.executions is not None
    return Way.of(job.plan, job.executions)


def where(job: Job) -> At:
    """Where something is done to the job's unit, as genealogy keeps it."""
    return At(job.running.pk, job.operation.code, job.station_code)


def go_on(*, job: Job, before: Openings, by: Person, at: datetime) -> None:
    """Move the locked unit on: its execution is over. before: what came next until then."""
    unit, way = job.unit, way_of(job)
    if unit.quantity_left > 0 and way.is_finished:
        if unit.rework_plan_id:
            way = _return(job)
        else:
            units.finish(unit=unit, where=where(job), by=by, at=at)
    after = way.openings if unit.status == UnitStatus.IN_PROCESS else {}
    openings.follow(unit=unit, before=before, after=after, is_less=job.scrap > 0)
    _end_rework(job, by, at)


def _return(job: Job) -> Way:
    """The last operation of a rework routing is over: the unit goes on by its order's plan, where it was sent to."""
    job.unit.rework_plan = job.unit.rework_revision = None
    update([job.unit], "rework_plan", "rework_revision")
    job.plan = plan_for(job.unit)
    announce(*after_moving(job.unit))
    return way_of(job)


def _end_rework(job: Job, by: Person, at: datetime) -> None:
    """A unit has passed again where its rework was found, or is in process no more. No query where none was."""
    if not _was_sent_back(job):
        return
    rework = Rework.objects.filter(unit=job.unit, status=ReworkStatus.OPEN).first()
    if rework is None:
        return
    if rework.found_in == job.operation.code and job.running.quantity_good > 0:
        end(rework=rework, verb="finish", by=by, at=at)
    elif job.unit.status != UnitStatus.IN_PROCESS:
        end(rework=rework, verb="cancel", by=by, at=at)


def end(*, rework: Rework, verb: str, by: Person, at: datetime) -> Rework:
    """End a rework of a locked unit. verb: "finish" where it got there, else "cancel"."""
    rework.status = REWORK.after(rework.status, verb, name=rework.number)
    rework.ended_at, rework.ended_by = at, by
    rework.save(update_fields=["status", "ended_at", "ended_by"])
    return rework


def reopen_rework(*, job: Job, ended_by: Person, ended_at: datetime) -> None:
    """Let the rework of a locked unit go on that an act ended: the act is taken back. No query where none was."""
    if not _was_sent_back(job):
        return
    for rework in Rework.objects.filter(unit=job.unit, ended_by=ended_by, ended_at=ended_at):
        rework.status = REWORK.after(rework.status, "reopen", name=rework.number)
        rework.ended_at = rework.ended_by = None
        rework.save(update_fields=["status", "ended_at", "ended_by"])


def _was_sent_back(job: Job) -> bool:
    """Whether the job's unit can have a rework. A part of a lot is in that of the lot, and has only what counts."""
    assert job.executions is not None
    return any(one.set_aside_by_id is not None or one.inherited_from_id is not None for one in job.executions)
