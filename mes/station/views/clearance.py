"""Line clearance at the station: its checklist, ticked line by line and signed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from genealogy.models import Unit
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning
from mes.kernel.personnel.actions.secrets import confirm_pin
from mes.station.forms import ClearanceForm, UnitForm, checked
from mes.station.policies import unit_at
from mes.station.views.answers import answer
from mes.station.views.pages import queue_page
from mes.station.views.presence import Presence, enter, logged_on
from wip.actions import clearances
from wip.clearances import Cleared, checklist_of, clearance_content, cleared, lot_of
from wip.policies import check_can_be_cleared_for


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@logged_on
def clearance(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Show the checklist for the order of a unit; clear the station for it when all is ticked and signed."""
    if request.method == "POST":
        return _clear(request, presence)
    unit = unit_at(presence.station, checked(UnitForm(request.GET))["unit"])
    return _page(request, presence, unit)


def _clear(request: HttpRequest, presence: Presence) -> HttpResponse:
    given = checked(ClearanceForm(request.POST))
    unit = unit_at(presence.station, given["unit"])
    person = confirm_pin(person=presence.who, pin=given["pin"], at=presence.now)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            signed = clearances.clear(
                station=presence.station,
                unit=unit,
                ticked=given["ticked"],
                signing=Signing(person, Meaning.VERIFIED, given["digest"]),
                by=presence.who,
                at=passage.at,
            )
            passage.remember(subject=signed.subject)
    done = _("{station} cleared for {subject}").format(station=presence.station.code, subject=passage.answer["subject"])
    return answer(request, reverse("station:queue"), lambda: queue_page(request, presence), done=done)


def _page(request: HttpRequest, presence: Presence, unit: Unit) -> HttpResponse:
    station, items = presence.station, checklist_of(presence.station)
    check_can_be_cleared_for(station, unit, items)
    shown = digest(clearance_content(station, unit, items))
    known = cleared({station.pk}).get(station.pk, Cleared())
    context = presence.context(
        unit=unit,
        order=unit.work_order,
        subject=lot_of(unit) or unit.work_order,
        items=items,
        digest=shown,
        digest_groups=" ".join(shown[start : start + 4] for start in range(0, 12, 4)),
        cleared=known,
        meaning=Meaning.VERIFIED.label,
        pace=presence.pace(),
    )
    return render(request, "station/clearance.html", context)
