"""Material at the station: what is staged here, staging by a scan, and taking back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from genealogy.actions import lots
from genealogy.lots import shelved, staged_at
from mes.kernel.personnel.queries import person_by_badge
from mes.station.forms import ScanForm, checked
from mes.station.policies import unit_at
from mes.station.views.answers import answer
from mes.station.views.pages import ask_pin
from mes.station.views.presence import Presence, enter, logged_on
from wip.queries import held_of


@require_safe
@logged_on
def material(request: HttpRequest, presence: Presence) -> HttpResponse:
    """What is staged here: of each product the first expiry first."""
    return _page(request, presence)


@require_POST
@logged_on
def stage(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Stage what was scanned here; a badge asks for its person's PIN, as everywhere at a station."""
    given = checked(ScanForm(request.POST))
    person = person_by_badge(given["code"])
    if person is not None:
        return ask_pin(request, presence, person)
    unit = unit_at(presence.station, given["code"])
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            lots.stage(unit=unit, station=presence.station, by=presence.who, at=passage.at)
    return _answer(request, presence, _("{unit} staged").format(unit=unit))


@require_POST
@logged_on
def unstage(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Take a lot back from the station."""
    given = checked(ScanForm(request.POST))
    unit = unit_at(presence.station, given["code"])
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            lots.unstage(unit=unit, by=presence.who, at=passage.at)
    return _answer(request, presence, _("{unit} taken back").format(unit=unit))


def _answer(request: HttpRequest, presence: Presence, done: str) -> HttpResponse:
    return answer(request, reverse("station:material"), lambda: _page(request, presence), done=done)


def _page(request: HttpRequest, presence: Presence) -> HttpResponse:
    today = presence.station.site.local(presence.now).date()
    units = list(staged_at(presence.station))
    staged = shelved(units, today, held_of(units))
    context = presence.context(staged=staged, pace=presence.pace(), to=reverse("station:stage"))
    return render(request, "station/material.html", context)
