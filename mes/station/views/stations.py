"""The list of stations for the office, and making a browser one of them."""

from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mes.kernel.door import open_door
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from mes.station.actions import logons
from mes.station.forms import Act, checked
from mes.station.queries import running_by_station, stations_for
from mes.station.views.presence import COOKIE, COOKIE_AGE_S, station_of


@never_cache
@login_required
@require_safe
def stations(request: HttpRequest) -> HttpResponse:
    """Stations by site, with what runs there."""
    check_permission(request.user, Permission.VIEW_ORDERS)
    shown = list(stations_for(request.user))
    running = running_by_station(shown)
    context = {
        "stations": [(station, running.get(station.pk, [])) for station in shown],
        "own": station_of(request),
        "may_register": request.user.may(Permission.REGISTER_STATIONS),
        "new_key": uuid4,
        "now": timezone.now(),
    }
    return render(request, "station/stations.html", context)


@login_required
@require_POST
def register(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make this browser the station."""
    check_permission(request.user, Permission.REGISTER_STATIONS)
    checked(Act(request.POST))
    station = stations_for(request.user).filter(pk=pk).first()
    if station is None:
        raise NotFound("There is no such station at your sites.", do="Choose one from the list.")
    # No key: a token can't be shown twice, and a second device row for the same browser does no harm.
    with open_door(
        person=request.user,
        station=station.code,
        request_id=request.request_id,  # type: ignore[attr-defined]
        reason=f"Browser registered as {station.code}",
    ) as passage:
        token = logons.register_device(station=station, by=request.user, at=passage.at)
    response = redirect("station:queue")
    response.set_cookie(
        COOKIE, token, max_age=COOKIE_AGE_S, httponly=True, samesite="Lax", secure=request.is_secure(), path="/station/"
    )
    return response
