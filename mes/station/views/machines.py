"""The machine of a station, prepared before work begins: what it is told, what it says, then the start."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from genealogy.models import Unit
from mes.kernel.refusals import InvalidInput
from mes.station.actions import machines
from mes.station.forms import StartForm, WhyForm, checked
from mes.station.policies import unit_at
from mes.station.presenters.preparing import preparing
from mes.station.views.answers import answer
from mes.station.views.presence import Presence, enter, logged_on, watched

MOST = 200  # units in one run


@require_http_methods(["GET", "HEAD", "POST"])
@logged_on
def prepare(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Show what the machine is told for an operation on these units, and what it says; tell it."""
    given = checked((StartForm if request.method == "POST" else WhyForm)(request.POST or request.GET))
    units = _units(request, presence)
    if request.method == "POST":
        with enter(request, presence, given) as passage:
            if not passage.replayed:
                machines.prepare(
                    units=units,
                    operation_code=given["operation"],
                    station=presence.station,
                    by=presence.who,
                    at=passage.at,
                )
        return lead_to(request, presence, units, given["operation"])
    if not presence.station.interlock:
        return redirect("station:queue")
    return prepare_page(request, presence, units, given["operation"])


@require_safe
@watched
def state(request: HttpRequest, presence: Presence) -> HttpResponse:
    """The same for a page that follows the machine by itself."""
    given = checked(WhyForm(request.GET))
    return prepare_page(request, presence, _units(request, presence), given["operation"])


def lead_to(request: HttpRequest, presence: Presence, units: Sequence[Unit], code: str) -> HttpResponse:
    """Answer an act that waits for the machine with the machine itself."""
    query = {"unit": [unit.serial for unit in units], "operation": code}
    url = reverse("station:prepare", query=query)
    return answer(request, url, lambda: prepare_page(request, presence, units, code))


def prepare_page(request: HttpRequest, presence: Presence, units: Sequence[Unit], code: str) -> HttpResponse:
    shown = preparing(units, code, presence.station, presence.who)
    query = {"unit": [unit.serial for unit in units], "operation": code}
    context = presence.context(
        preparing=shown,
        units=units,
        unit=units[0],
        order=shown.job.order,
        state_url=reverse("station:prepare_state", query=query),
        pace=presence.pace(),
    )
    return render(request, "station/prepare.html", context)


def _units(request: HttpRequest, presence: Presence) -> list[Unit]:
    asked = request.POST if request.method == "POST" else request.GET
    serials = list(dict.fromkeys(asked.getlist("unit")))[:MOST]
    if not serials:
        raise InvalidInput(_("No unit is named."), do=_("Scan a unit."))
    return [unit_at(presence.station, serial[:60]) for serial in serials]
