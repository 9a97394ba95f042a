"""Being on a job: pause, resume, join, leave, hand over; and the notes for whoever comes next."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mes.kernel.refusals import NotFound
from mes.station.forms import Act, NoteForm, PauseForm, checked
from mes.station.policies import job_at
from mes.station.presenters.instructions import to_read
from mes.station.views.answers import answer
from mes.station.views.instructions import lead_to
from mes.station.views.overridden import given_overrides, takes_overrides
from mes.station.views.pages import queue_page
from mes.station.views.presence import Presence, enter, logged_on
from mes.station.views.queue import job_page
from mes.station.views.reasons import pause_reason
from mes.station.views.shift import shift_page
from wip.actions import labor
from wip.models import HandoverNote, OperationExecution
from wip.queries import operation_of


@require_POST
@logged_on
def pause(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Stop one's time on the job; the page offers to resume it."""
    given = checked(PauseForm(request.POST))
    job = _act(request, presence, pk, given, labor.pause, reason=pause_reason(presence, given))
    return job_page(request, presence, job, done=_("{unit} paused").format(unit=job.unit))


@takes_overrides
@require_POST
@logged_on
def resume(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Go on with a job that one paused."""
    given, overrides = checked(Act(request.POST)), given_overrides(request, presence)
    job = _act(request, presence, pk, given, labor.resume, overrides=overrides)
    return job_page(request, presence, job, done=_("Going on with {unit}").format(unit=job.unit))


@takes_overrides
@require_POST
@logged_on
def join(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Work on the job beside the person who has it."""
    given = checked(Act(request.POST))
    execution = job_at(presence.station, pk)
    execution.unit.work_order = execution.work_order
    unread = to_read(operation_of(execution.unit, execution.operation_code), presence.who)
    if unread is not None:
        return lead_to(request, presence, unread.revision_id)
    job = _act(request, presence, pk, given, labor.join, overrides=given_overrides(request, presence))
    return job_page(request, presence, job, done=_("You are on {unit}, too").format(unit=job.unit))


@require_POST
@logged_on
def leave(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Be on the job no more; back to the queue."""
    job = _act(request, presence, pk, checked(Act(request.POST)), labor.leave)
    return _queue(request, presence, _("You are on {unit} no more").format(unit=job.unit))


@require_POST
@logged_on
def hand_over(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Leave the job to whoever comes next, with a note; back to the queue."""
    given = checked(NoteForm(request.POST))
    job = _act(request, presence, pk, given, labor.hand_over, text=given["text"])
    return _queue(request, presence, _("{unit} handed over").format(unit=job.unit))


@require_POST
@logged_on
def leave_note(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Write a note for whoever comes to the station next."""
    given = checked(NoteForm(request.POST))
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            labor.leave_note(station=presence.station, text=given["text"], by=presence.who, at=passage.at)
    url = reverse("station:shift")
    return answer(request, url, lambda: shift_page(request, presence), done=_("The note is left"))


@require_POST
@logged_on
def take_note(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Say that one has read a note; back to its job, or to one's shift."""
    given = checked(Act(request.POST))
    found = HandoverNote.objects.filter(pk=pk, station=presence.station).select_related("execution").first()
    if found is None:
        raise NotFound(_("There is no such note at this station."), do=_("Load the page again."))
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            labor.take_note(note=found, by=presence.who, at=passage.at)
    done = _("Note taken")
    if found.execution is not None:
        return job_page(request, presence, job_at(presence.station, found.execution_id), done=done)
    return answer(request, reverse("station:shift"), lambda: shift_page(request, presence), done=done)


def _act(
    request: HttpRequest,
    presence: Presence,
    pk: UUID,
    given: dict[str, Any],
    verb: Callable[..., Any],
    **more: Any,
) -> OperationExecution:
    """Carry the verb out on a job of this station, and look at it again."""
    execution = job_at(presence.station, pk)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            verb(execution=execution, station=presence.station, by=presence.who, at=passage.at, **more)
    return job_at(presence.station, pk)


def _queue(request: HttpRequest, presence: Presence, done: str) -> HttpResponse:
    return answer(request, reverse("station:queue"), lambda: queue_page(request, presence), done=done)
