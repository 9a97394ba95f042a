"""Logging on by badge, then PIN; becoming active again by PIN alone; and off."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mes.kernel.personnel.models import Person
from mes.kernel.refusals import InvalidInput, NotFound
from mes.station.actions import logons
from mes.station.forms import AskForm, LogOffForm, LogOnForm, UnlockForm, checked
from mes.station.models import StationLogon
from mes.station.policies import badge_owner, job_at
from mes.station.views.answers import answer
from mes.station.views.pages import log_off_page, log_on_page, queue_page
from mes.station.views.presence import NobodyLoggedOn, Presence, at_station, enter
from mes.station.views.queue import job_page
from wip.actions import labor
from wip.crews import running_for


class NotOnHere(NotFound):
    """Whoever was meant is on at this station no more."""


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@at_station
def log_on(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Ask for the badge, then for the PIN of whom it belongs to; make them active when it fits."""
    if request.method == "POST":
        return _log_on(request, presence)
    given = checked(AskForm(request.GET))
    asked = _asked(presence, given)
    if asked is None and presence.is_locked:
        asked = presence.person
    return log_on_page(request, presence, asked, job=given["job"])


def _log_on(request: HttpRequest, presence: Presence) -> HttpResponse:
    given = checked(LogOnForm(request.POST))
    asked = _asked(presence, given)
    if asked is None:
        raise InvalidInput(_("Nobody is named."), do=_("Scan your badge, or tap your face."))
    execution = job_at(presence.station, given["job"]) if given["job"] else None
    person = logons.confirm_pin_at(device=presence.device, person=asked, pin=given["pin"], at=presence.now)
    with enter(request, presence, given, person=person) as passage:
        if not passage.replayed:
            logons.log_on(device=presence.device, person=person, at=passage.at)
    # Told is what is so now: a repeated press may come after a log-off, or after somebody else.
    present = presence.here()
    if present.person is None:
        return answer(request, reverse("station:log_on"), lambda: log_on_page(request, present))
    done = _("{person} is logged on").format(person=present.person.full_name)
    if execution is not None and not present.is_locked:
        return job_page(request, present, execution, done=done)
    return answer(request, reverse("station:queue"), lambda: queue_page(request, present), done=done)


@sensitive_post_parameters("pin")
@require_POST
@at_station
def unlock(request: HttpRequest, presence: Presence) -> HttpResponse:
    """The active person's PIN after an idle time; the page stays as it is, with what was typed."""
    given = checked(UnlockForm(request.POST))
    if presence.person is None:
        raise NobodyLoggedOn(_("Nobody is logged on here."), do=_("Scan your badge and enter your PIN first."))
    person = logons.confirm_pin_at(device=presence.device, person=presence.person, pin=given["pin"], at=presence.now)
    with enter(request, presence, given, person=person) as passage:
        if not passage.replayed:
            logons.resume(device=presence.device, person=person, at=passage.at)
    if not getattr(request, "htmx", False):
        return redirect("station:queue")
    response = HttpResponse(status=204)
    response["HX-Trigger"] = "unlocked"
    return response


@require_POST
@at_station
def log_off(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Somebody is on here no more; who was not, stays so. What their time runs on here is asked about first."""
    given = checked(LogOffForm(request.POST))
    leaving = _on_here(presence, given["logon"]) if given["logon"] else presence.logon
    if leaving is None:
        return redirect("station:log_on")
    # One's own log-off needs no PIN, also on a locked page; somebody else's is done by the person who acts.
    by = leaving.person if leaving.is_active else presence.who
    running = running_for(leaving.person, presence.station)
    if running and not given["jobs"]:
        return log_off_page(request, presence, leaving, running)
    with enter(request, presence, given, person=by) as passage:
        if not passage.replayed:
            if given["jobs"] == "pause":
                labor.pause_all(person=leaving.person, at_station=presence.station, by=by, at=passage.at)
            logons.log_off(device=presence.device, person=leaving.person, by=by, at=passage.at)
    present, url = presence.here(), reverse("station:log_on")
    done = _("{person} is logged off").format(person=leaving.person.full_name)
    return answer(request, url, lambda: log_on_page(request, present), done=done)


def _asked(presence: Presence, given: dict[str, Any]) -> Person | None:
    """Whose PIN it is about: of the badge, or of the face."""
    if given["badge"]:
        return badge_owner(given["badge"])
    return _on_here(presence, given["logon"]).person if given["logon"] else None


def _on_here(presence: Presence, key: UUID) -> StationLogon:
    for logon in presence.logons:
        if logon.pk == key:
            return logon
    raise NotOnHere(_("This person is on here no more."), do=_("Scan your badge."))
