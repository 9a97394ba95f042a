"""People on running jobs: joining, pausing, resuming, leaving, handing over. Starts and take-overs begin a span, too.

A span that is still open when its execution ends, ends with it: no verb that ends one touches it.
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from equipment.models import Station
from equipment.policies import check_site_access
from mes.kernel.door import announce
from mes.kernel.gates import Hook
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal
from mes.kernel.writes import insert, update
from wip.actions import batches, executions
from wip.actions.overrides import keep as keep_overrides
from wip.clock import clock_off, clock_on
from wip.crews import Crew, crews_of, running_for
from wip.jobs import Job
from wip.models import HandoverNote, LaborEnd, OperationExecution
from wip.overrides import GivenOverride
from wip.policies import check_gates_together
from wip.status import EXECUTION
from wip.topics import after_work, floor, queue


class AlreadyOnJob(Refusal):
    """The person's time on the job runs already."""


class NotOnJob(Refusal):
    """The person's time on the job does not run, so it can't end."""


class NotYourJob(Refusal):
    """Somebody wants to resume what they never were on."""


class NoteTaken(Refusal):
    """Somebody has taken the note already."""


def join(
    *,
    execution: OperationExecution,
    station: Station,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> OperationExecution:
    """Be on a running job beside the person who has it. Raises IllegalTransition, AlreadyOnJob, BlockedByGates."""
    _come(_step(execution, station, by, "join"), by, at, overrides)
    return execution


def resume(
    *,
    execution: OperationExecution,
    station: Station,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> OperationExecution:
    """Go on with a job that one paused or left. Raises IllegalTransition, AlreadyOnJob, NotYourJob, BlockedByGates."""
    run = _step(execution, station, by, "resume")
    job, crew = run[0]
    if job.running.worked_by_id != by.pk and not crew.knows(by):
        raise NotYourJob(
            _("You were not on this job before."),
            why=_("{person} has it.").format(person=job.running.worked_by),
            do=_("Join it, or take it over."),
        )
    _come(run, by, at, overrides)
    return execution


def pause(
    *, execution: OperationExecution, station: Station, reason: str = "", by: Person, at: datetime
) -> OperationExecution:
    """Stop one's own time on the job, which stays one's own; reason: in words. Raises IllegalTransition, NotOnJob."""
    _go(_step(execution, station, by, "pause"), LaborEnd.PAUSED, reason, by, at)
    return execution


def leave(*, execution: OperationExecution, station: Station, by: Person, at: datetime) -> OperationExecution:
    """Be on the job no more; it goes on with the others. Raises IllegalTransition, NotOnJob."""
    _go(_step(execution, station, by, "leave"), LaborEnd.LEFT, "", by, at)
    return execution


def hand_over(*, execution: OperationExecution, station: Station, text: str, by: Person, at: datetime) -> HandoverNote:
    """Leave the job to whoever comes next, with a note for them; it stays running.

    Also from a job that is paused. Raises IllegalTransition, NotOnJob, InvalidInput without a note.
    """
    run = _step(execution, station, by, "hand_over")
    _check_note(text)
    if not any(crew.knows(by) or job.running.worked_by_id == by.pk for job, crew in run):
        raise NotOnJob(_("You are not on this job."), do=_("Who is on it hands it over."))
    for job, _crew in run:
        clock_off(job.running, by, end=LaborEnd.HANDED_OVER, note=text.strip()[:200], at=at)
        announce(*after_work(job))
    return _write_note(station, execution, text, by, at)


def leave_note(*, station: Station, text: str, by: Person, at: datetime) -> HandoverNote:
    """Write a note for whoever comes to the station next, of no job. Raises InvalidInput when it is empty."""
    check_permission(by, Permission.WORK)
    check_site_access(by, station.site_id)
    _check_note(text)
    announce(queue(station.site_id, station.station_class_id))
    return _write_note(station, None, text, by, at)


def take_note(*, note: HandoverNote, by: Person, at: datetime) -> HandoverNote:
    """Say that one has read a note: it is not shown any more. Raises NoteTaken."""
    check_permission(by, Permission.WORK)
    check_site_access(by, note.site_id)
    locked = HandoverNote.objects.select_for_update(of=("self",), no_key=True).get(pk=note.pk)
    if locked.taken_at is not None:
        raise NoteTaken(_("{person} has taken this note.").format(person=locked.taken_by), do=_("Load the page again."))
    locked.taken_at, locked.taken_by = at, by
    update([locked], "taken_at", "taken_by")
    announce(floor(note.site_id))
    return locked


def pause_all(*, person: Person, at_station: Station, at: datetime, by: Person) -> None:
    """Pause whatever the person is on at the station, as at log-off."""
    check_site_access(by, at_station.site_id)
    batches_done = set()
    for span in running_for(person, at_station):
        if span.execution.batch_id in batches_done:
            continue
        if span.execution.batch_id is not None:
            batches_done.add(span.execution.batch_id)
        run = _step(span.execution, at_station, person, "pause")
        if any(crew.own(person) is not None for _job, crew in run):  # nobody ended it meanwhile
            _go(run, LaborEnd.PAUSED, _("Logged off"), person, at)


def _step(execution: OperationExecution, station: Station, by: Person, verb: str) -> list[tuple[Job, Crew]]:
    """The job, locked, and who is on it; of a batch all that is in it, because who is on one is on all of it.

    Raises when the person may not work there, or the job is over.
    """
    check_permission(by, Permission.WORK)
    check_site_access(by, execution.site_id)
    if execution.batch is None:
        jobs = [executions.lock(execution=execution, station=station, by=by, ends=False)]
    else:
        jobs = batches.lock(batch=execution.batch, station=station, by=by)
    for job in jobs:
        EXECUTION.after(job.running.status, verb, name=job.operation.code)
    crews = crews_of([job.running for job in jobs])
    return [(job, crews[job.running.pk]) for job in jobs]


def _come(run: Sequence[tuple[Job, Crew]], by: Person, at: datetime, overrides: Sequence[GivenOverride]) -> None:
    if all(crew.own(by) is not None for _job, crew in run):
        raise AlreadyOnJob(_("You are on this job already."), do=_("Go on with it."))
    check_gates_together([job for job, _crew in run], Hook.TAKE_OVER, overrides)
    for job, _crew in run:
        keep_overrides(job=job, execution=job.running, by=by, at=at)
        clock_on(job.running, by, at=at)
        announce(*after_work(job))


def _go(run: Sequence[tuple[Job, Crew]], end: LaborEnd, note: str, by: Person, at: datetime) -> None:
    if all(crew.own(by) is None for _job, crew in run):
        raise NotOnJob(
            _("Your time on this job does not run."), do=_("Resume it when you go on, or leave it as it is.")
        )
    for job, _crew in run:
        clock_off(job.running, by, end=end, note=note.strip()[:200], at=at)
        announce(*after_work(job))


def _check_note(text: str) -> None:
    if not text.strip():
        raise InvalidInput(_("The note is empty."), do=_("Say in a few words what the next one has to know."))


def _write_note(
    station: Station, execution: OperationExecution | None, text: str, by: Person, at: datetime
) -> HandoverNote:
    note = HandoverNote(
        site_id=station.site_id, station=station, execution=execution, text=text.strip(), written_at=at, written_by=by
    )
    insert([note])
    return note
