"""An optional operation: start it, or leave it out and say why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mes.kernel.gates import Hook, Override, judge
from mes.station.actions import operations
from mes.station.actions.operations import planned_operation
from mes.station.forms import SkipForm, WhyForm, checked
from mes.station.policies import unit_at
from mes.station.views.answers import answer
from mes.station.views.overridden import given_overrides, takes_overrides
from mes.station.views.pages import queue_page
from mes.station.views.presence import Presence, enter, logged_on
from wip.policies import check_gates
from wip.queries import job_for


@takes_overrides
@require_http_methods(["GET", "HEAD", "POST"])
@logged_on
def skip(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Show what can be left out on a unit, and what stops its start; leave it out with the reason."""
    if request.method == "POST":
        return _skip(request, presence)
    given = checked(WhyForm(request.GET))
    return choice_page(request, presence, given["unit"], given["operation"])


def _skip(request: HttpRequest, presence: Presence) -> HttpResponse:
    given = checked(SkipForm(request.POST))
    unit = unit_at(presence.station, given["unit"])
    overrides = given_overrides(request, presence)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            operations.skip(
                unit=unit,
                operation_code=given["operation"],
                station=presence.station,
                reason=given["reason"],
                by=presence.who,
                at=passage.at,
                overrides=overrides,
            )
    done = _("{operation} skipped on {unit}").format(operation=given["operation"], unit=unit)
    return answer(request, reverse("station:queue"), lambda: queue_page(request, presence), done=done)


def choice_page(request: HttpRequest, presence: Presence, serial: str, code: str) -> HttpResponse:
    """The page of an optional operation on a unit. Raises BlockedByGates where nobody may let it be left out."""
    unit = unit_at(presence.station, serial)
    job = job_for(unit, planned_operation(unit, code), station=presence.station, person=presence.who)
    (of_skip,), (of_start,) = judge([job], Hook.SKIP), judge([job], Hook.START)
    if any(one.override == Override.NEVER for one in of_skip):
        check_gates(job, Hook.SKIP)
    blockers = [one for one in of_start if not one.comes_with_start]
    context = presence.context(
        job=job,
        unit=unit,
        order=job.order,
        blockers=blockers,
        said=list({one.what: one for one in (*blockers, *of_skip)}.values()),
        is_skip_blocked=bool(of_skip),
        pace=presence.pace(),
    )
    return render(request, "station/skip.html", context)
