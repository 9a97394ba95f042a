"""My shift: what the active person was on since it began, what runs, and what they forgot to stop."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from equipment.calendars.queries import shift_of
from mes.kernel.refusals import NotFound
from mes.station.forms import ClaimForm, checked
from mes.station.views.answers import answer
from mes.station.views.presence import Presence, enter, logged_on
from wip.actions import corrections
from wip.crews import untaken_notes
from wip.models import LaborSpan
from wip.timesheets import PersonTotal, entries


@require_safe
@logged_on
def shift(request: HttpRequest, presence: Presence) -> HttpResponse:
    return shift_page(request, presence)


@require_POST
@logged_on
def claim(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Say that one forgot to stop, and at what time of day; a supervisor confirms it."""
    given = checked(ClaimForm(request.POST))
    found = LaborSpan.objects.select_related("execution").filter(pk=pk, site=presence.station.site_id).first()
    if found is None:
        raise NotFound(_("There is no such time of yours."), do=_("Load the page again."))
    ended_at = _on_the_clock(presence, found.began_at, given["stopped"])
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            corrections.claim(span=found, ended_at=ended_at, reason=given["reason"], by=presence.who, at=passage.at)
    done = _("Noted: a supervisor confirms it")
    return answer(request, reverse("station:shift"), lambda: shift_page(request, presence), done=done)


def shift_page(request: HttpRequest, presence: Presence) -> HttpResponse:
    """The person's time since the shift began, or since midnight where no calendar says when that was."""
    station, now = presence.station, presence.now
    running = shift_of(station.work_center, now)
    since = running.begins_at if running else _midnight(presence)
    mine = entries([station.site_id], since, now + timedelta(seconds=1), now=now, person=presence.who)
    context = presence.context(
        since=since,
        shift=running,
        total=PersonTotal(presence.who, mine),
        notes=untaken_notes(station=station),
        pace=presence.pace(),
    )
    return render(request, "station/shift.html", context)


def _midnight(presence: Presence) -> datetime:
    site = presence.station.site
    return datetime.combine(site.local(presence.now).date(), time(), site.zone)


def _on_the_clock(presence: Presence, since: datetime, stopped: time) -> datetime:
    """The first moment from `since` on at which the clock shows this time; a minute that has begun is meant whole."""
    site = presence.station.site
    local = site.local(since)
    at = datetime.combine(local.date(), stopped, site.zone)
    if at < since.replace(second=0, microsecond=0):
        at += timedelta(days=1)
    return max(at, since)
