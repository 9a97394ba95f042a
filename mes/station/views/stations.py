"""The list of stations for the office; making a browser one of them, and taking that back."""

from uuid import UUID, uuid4

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mes.kernel.desk import answer, desk_door, office
from mes.kernel.door import open_door
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from mes.station.actions import logons
from mes.station.forms import Act, checked
from mes.station.queries import device_for, devices_by_station, running_by_station, stations_for
from mes.station.views.presence import COOKIE, COOKIE_AGE_S, device_of
from wip.crews import crews_of

PER_PAGE = 30


@never_cache
@require_safe
@office(Permission.VIEW_ORDERS)
def stations(request: HttpRequest) -> HttpResponse:
    """Stations by site, with what runs there and which browsers they are."""
    page = Paginator(stations_for(request.user), PER_PAGE).get_page(request.GET.get("page"))
    shown, now = list(page.object_list), timezone.now()
    running, devices = running_by_station(shown), devices_by_station(shown)
    crews = crews_of([one for found in running.values() for one in found])
    context = {
        "page": page,
        "stations": [
            (
                one,
                [(job, crews[job.pk]) for job in running.get(one.pk, [])],
                [(d, d.is_locked(now)) for d in devices.get(one.pk, [])],
            )
            for one in shown
        ],
        "own": device_of(request),
        "may_register": request.user.may(Permission.REGISTER_STATIONS),
        "may_hold": request.user.may(Permission.PLACE_HOLDS),
        "new_key": uuid4,
        "now": now,
    }
    return render(request, "station/stations.html", context)


@require_POST
@office(Permission.REGISTER_STATIONS)
def register(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make this browser the station."""
    checked(Act(request.POST))
    station = stations_for(request.user).filter(pk=pk).first()
    if station is None:
        raise NotFound(_("There is no such station at your sites."), do=_("Choose one from the list."))
    # No key: a token can't be shown twice, and a browser that registers again takes its own place.
    with open_door(
        person=request.user,
        station=station.code,
        request_id=request.request_id,  # type: ignore[attr-defined]
        reason=f"Browser registered as {station.code}",
    ) as passage:
        token = logons.register_device(station=station, by=request.user, at=passage.at, instead_of=device_of(request))
    response = redirect("station:queue")
    response.set_cookie(
        COOKIE, token, max_age=COOKIE_AGE_S, httponly=True, samesite="Lax", secure=request.is_secure(), path="/station/"
    )
    return response


@require_POST
@office(Permission.REGISTER_STATIONS)
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take from a browser that it is a station."""
    device = device_for(request.user, pk)
    if device is None:
        raise NotFound(_("There is no such browser at your sites."), do=_("Load the list again."))
    with desk_door(request, reason=f"Browser removed from {device.station.code}") as passage:
        if not passage.replayed:
            logons.revoke_device(device=device, by=request.user, at=passage.at)
            said = _("The browser is %(station)s no more.") % {"station": device.station.code}
            passage.remember(said=said, to=reverse("station:stations"))
    return answer(request, passage)


@require_POST
@office(Permission.REGISTER_STATIONS)
def unlock(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let people log on again at a browser that too many wrong secrets locked."""
    device = device_for(request.user, pk)
    if device is None:
        raise NotFound(_("There is no such browser at your sites."), do=_("Load the list again."))
    with desk_door(request, reason=f"Log-on at {device.station.code} unlocked") as passage:
        if not passage.replayed:
            logons.unlock_device(device=device, by=request.user, at=passage.at)
            said = _("Log-on at %(station)s is unlocked.") % {"station": device.station.code}
            passage.remember(said=said, to=reverse("station:stations"))
    return answer(request, passage)
