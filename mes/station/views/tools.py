"""Tools, gauges and fixtures at the station: until when they are calibrated, what life is left; a scan places one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from equipment.actions import assets
from equipment.condition import row_of
from equipment.models import PhysicalAsset
from equipment.queries import asset_by_code, assets_of
from mes.kernel.personnel.queries import person_by_badge
from mes.kernel.refusals import NotFound
from mes.station.forms import ScanForm, checked
from mes.station.views.answers import answer
from mes.station.views.pages import ask_pin
from mes.station.views.presence import Presence, enter, logged_on


@require_safe
@logged_on
def tools(request: HttpRequest, presence: Presence) -> HttpResponse:
    return _page(request, presence)


@require_POST
@logged_on
def place(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Place what was scanned here; a badge asks for its person's PIN, as everywhere at a station."""
    given = checked(ScanForm(request.POST))
    person = person_by_badge(given["code"])
    if person is not None:
        return ask_pin(request, presence, person)
    asset = _asset(presence, given["code"])
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            assets.place(asset=asset, station=presence.station, by=presence.who, at=passage.at)
    return _answer(request, presence, _("{asset} is here").format(asset=asset))


@require_POST
@logged_on
def store(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Bring an asset of this station to the store."""
    given = checked(ScanForm(request.POST))
    asset = _asset(presence, given["code"])
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            assets.place(asset=asset, station=None, by=presence.who, at=passage.at)
    return _answer(request, presence, _("{asset} is in the store").format(asset=asset))


def _asset(presence: Presence, code: str) -> PhysicalAsset:
    asset = asset_by_code(code, [presence.station.site_id])
    if asset is None:
        raise NotFound(
            _("{code} is no tool or gauge of {site}.").format(code=code, site=presence.station.site),
            do=_("Scan the code that is engraved on it, or enter it in the master data."),
        )
    return asset


def _answer(request: HttpRequest, presence: Presence, done: str) -> HttpResponse:
    return answer(request, reverse("station:tools"), lambda: _page(request, presence), done=done)


def _page(request: HttpRequest, presence: Presence) -> HttpResponse:
    here = assets_of([presence.station.site_id]).filter(station=presence.station, is_active=True)
    rows = [row_of(asset, presence.now) for asset in here]
    context = presence.context(rows=rows, pace=presence.pace(), to=reverse("station:tool_place"))
    return render(request, "station/tools.html", context)
