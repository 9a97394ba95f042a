"""Sending the unit of a job back: to do the operation again, to an earlier one, through a rework routing."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from equipment.status import ReasonKind
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from mes.station.forms import SendBackForm, checked
from mes.station.policies import job_at
from mes.station.presenters.reasons import reason_context
from mes.station.views.answers import answer
from mes.station.views.pages import queue_page
from mes.station.views.presence import Presence, enter, logged_on
from mes.station.views.reasons import rework_reason
from orders.models import RoutingRevision
from orders.plans import OperationPlan
from orders.queries import plan_of, rework_routings
from wip.actions import reworks
from wip.models import OperationExecution
from wip.queries import planned
from wip.ways import Way


@require_http_methods(["GET", "HEAD", "POST"])
@logged_on
def send_back(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Show where the unit of a job can be sent back to; send it there, with the reason."""
    execution = job_at(presence.station, pk)
    if request.method == "POST":
        return _send_back(request, presence, execution)
    may_decide = presence.who.may(Permission.REWORK)
    context = presence.context(
        execution=execution,
        unit=execution.unit,
        order=execution.work_order,
        operation=planned(execution),
        earlier=_earlier(execution) if may_decide else [],
        routings=_routings(presence, execution) if may_decide else [],
        may_decide=may_decide,
        pace=presence.pace(),
        **reason_context(presence.station, ReasonKind.REWORK, ReasonKind.DEFECT),
    )
    return render(request, "station/rework.html", context)


def _send_back(request: HttpRequest, presence: Presence, execution: OperationExecution) -> HttpResponse:
    given = checked(SendBackForm(request.POST))
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            rework = reworks.send_back(
                unit=execution.unit,
                found_in=execution.operation_code,
                return_to=given["return_to"],
                routing_revision=_chosen(presence, execution, given["routing"]),
                reason_code=given["rework_code"],
                reason=rework_reason(presence, given),
                defect=given["defect"],
                by=presence.who,
                at=passage.at,
            )
            passage.remember(rework=rework.number)
    done = _("{unit} goes back, {rework}").format(unit=execution.unit, rework=passage.answer["rework"])
    return answer(request, reverse("station:queue"), lambda: queue_page(request, presence), done=done)


def _earlier(execution: OperationExecution) -> list[OperationPlan]:
    """What the unit has passed on its way to the job's operation, the nearest first."""
    plan = plan_of(execution.work_order)
    way = Way.of(plan, execution.unit.executions.all())
    passed = [o for o in plan.operations if o.code in way.current and execution.operation_code in way.after(o.code)]
    return [one for one in reversed(passed) if one.code != execution.operation_code]


def _routings(presence: Presence, execution: OperationExecution) -> list[RoutingRevision]:
    day = presence.station.site.local(presence.now).date()
    return rework_routings(execution.unit.product_id, execution.site_id, on=day)


def _chosen(presence: Presence, execution: OperationExecution, key: UUID | None) -> RoutingRevision | None:
    if key is None:
        return None
    found = next((one for one in _routings(presence, execution) if one.pk == key), None)
    if found is None:
        raise NotFound(_("This rework routing is not in force."), do=_("Choose another one."))
    return found
