"""The queue: what can be started here, what is blocked, and why."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mes.kernel.gates import Hook, judge
from mes.station.actions import operations
from mes.station.actions.operations import planned_operation
from mes.station.forms import StartForm, WhyForm, checked
from mes.station.policies import job_at, unit_at
from mes.station.presenters.instructions import to_read
from mes.station.presenters.preparing import is_all_that_lacks
from mes.station.presenters.sheet import Sheet
from mes.station.views import machines
from mes.station.views.answers import Undoable, answer
from mes.station.views.instructions import lead_to
from mes.station.views.overridden import given_overrides, takes_overrides
from mes.station.views.pages import queue_page, work_page
from mes.station.views.presence import Presence, enter, logged_on, watched
from wip.models import OperationExecution
from wip.policies import check_gates
from wip.queries import job_for


@require_safe
@logged_on
def queue(request: HttpRequest, presence: Presence) -> HttpResponse:
    return queue_page(request, presence)


@require_safe
@watched
def state(request: HttpRequest, presence: Presence) -> HttpResponse:
    """The same for a queue page that follows its queue by itself, and takes what it shows of it."""
    return queue_page(request, presence)


@takes_overrides
@require_POST
@logged_on
def start(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Start an operation on a unit here."""
    given = checked(StartForm(request.POST))
    unit = unit_at(presence.station, given["unit"])
    unread = to_read(planned_operation(unit, given["operation"]), presence.who)
    if unread is not None:
        return lead_to(request, presence, unread.revision_id)
    overrides = given_overrides(request, presence)
    if not given["is_unprepared"] and is_all_that_lacks([unit], given["operation"], presence.station, presence.who):
        return machines.lead_to(request, presence, [unit], given["operation"])
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            execution = operations.start(
                unit=unit,
                operation_code=given["operation"],
                station=presence.station,
                by=presence.who,
                at=passage.at,
                overrides=overrides,
            )
            passage.remember(execution=execution.pk)
    execution = job_at(presence.station, passage.answer["execution"])
    done, undo = _("{unit} started").format(unit=unit), Undoable.of(passage, execution)
    return job_page(request, presence, execution, done=done, undo=undo)


def job_page(
    request: HttpRequest,
    presence: Presence,
    execution: OperationExecution,
    *,
    done: str = "",
    undo: Undoable | None = None,
) -> HttpResponse:
    """Answer with the work page of a job; with the queue, when it is done by now."""
    if not execution.is_running:
        return answer(request, reverse("station:queue"), lambda: queue_page(request, presence), done=done)
    url = reverse("station:work", args=[execution.pk])
    return answer(
        request,
        url,
        lambda: work_page(request, presence, Sheet(execution, station=presence.station, person=presence.who)),
        done=done,
        undo=undo,
    )


@require_safe
@logged_on
def why(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Refuse with everything that blocks an operation on a unit; back to the queue when nothing does any more.

    Where nothing is in the way but an instruction to be read, this is it.
    """
    given = checked(WhyForm(request.GET))
    unit = unit_at(presence.station, given["unit"])
    operation = planned_operation(unit, given["operation"])
    job = job_for(unit, operation, station=presence.station, person=presence.who)
    unread = to_read(operation, presence.who)
    blockers = judge([job], Hook.START)[0] if unread is not None else []
    if unread is not None and len([one for one in blockers if not one.comes_with_start]) == 1:
        return lead_to(request, presence, unread.revision_id)
    check_gates(job, Hook.START)
    return answer(request, reverse("station:queue"), lambda: queue_page(request, presence))
