"""Logging on by badge, then PIN; and off."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mes.kernel.personnel.actions.secrets import confirm_pin
from mes.station.actions import logons
from mes.station.forms import Act, BadgeForm, LogOnForm, checked
from mes.station.policies import badge_owner
from mes.station.queries import active_logon
from mes.station.views.answers import answer
from mes.station.views.pages import log_on_page, queue_page
from mes.station.views.presence import Presence, at_station, enter


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@at_station
def log_on(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Ask for the badge, then for the PIN of whom it belongs to; log on when it fits."""
    if request.method == "POST":
        return _log_on(request, presence)
    badge = checked(BadgeForm(request.GET))["badge"]
    return log_on_page(request, presence, badge_owner(badge) if badge else None)


def _log_on(request: HttpRequest, presence: Presence) -> HttpResponse:
    given = checked(LogOnForm(request.POST))
    person = confirm_pin(person=badge_owner(given["badge"]), pin=given["pin"], at=presence.now)
    with enter(request, presence, given, person=person) as passage:
        if not passage.replayed:
            logons.log_on(device=presence.device, person=person, at=passage.at)
    # Told is what is so now: a repeated press may come after a log-off, or after somebody else.
    present = Presence(presence.device, active_logon(presence.device), presence.now)
    if present.person is None:
        return answer(request, reverse("station:log_on"), lambda: log_on_page(request, present))
    done = f"{present.person.full_name} is logged on"
    return answer(request, reverse("station:queue"), lambda: queue_page(request, present), done=done)


@require_POST
@at_station
def log_off(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Nobody is active here any more; who was not, stays so."""
    given = checked(Act(request.POST))
    if presence.person is None:
        return redirect("station:log_on")
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            logons.log_off(device=presence.device, by=presence.person, at=passage.at)
    empty, url = Presence(presence.device, None, presence.now), reverse("station:log_on")
    done = f"{presence.person.full_name} is logged off"
    return answer(request, url, lambda: log_on_page(request, empty), done=done)
