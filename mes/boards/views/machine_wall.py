"""The wall of machines: what each does, for whom and since when, to be read from three metres."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from equipment.machine_queries import machines_of
from equipment.models import WorkCenter
from equipment.queries import sites_of
from equipment.topics import connections as connections_at
from equipment.topics import machine_states
from mes.boards.machine_rows import STRIP, describe
from mes.kernel.desk import office
from mes.kernel.personnel.roles import Permission
from wip.at_stations import jobs_at
from wip.topics import floor

_RENEWED = "wall_renewed"  # in the session: on which day


@never_cache
@require_safe
@office(Permission.VIEW_ORDERS)
def machine_wall(request: HttpRequest, site: str, code: str = "") -> HttpResponse:
    """The machines of a site, or of one work center of it; the live part alone to who asks for that."""
    place = next((one for one in sites_of(request.user).values() if one.code == site), None)
    if place is None:
        raise Http404
    center = WorkCenter.objects.filter(site=place, code=code).first() if code else None
    if code and center is None:
        raise Http404
    _stay_logged_in(request)
    now = timezone.now()
    stations = [one for one in machines_of([place.pk]) if center is None or one.work_center_id == center.pk]
    jobs = jobs_at([station.pk for station in stations])
    context = {
        "site": place,
        "title": center or place,
        "rows": [(one, jobs.get(one.station.pk)) for one in describe(stations, now, STRIP, every_h=1)],
        "now": now,
        "topics": " ".join(topic(place.pk) for topic in (connections_at, machine_states, floor)),
    }
    part = request.GET.get("part") == "wall"
    return render(request, "boards/machine_wall_live.html" if part else "boards/machine_wall.html", context)


def _stay_logged_in(request: HttpRequest) -> None:
    """Nobody stands at a wall to log in again: while it asks, its session goes on, which is stored once a day."""
    today = timezone.now().date().isoformat()
    if request.session.get(_RENEWED) != today:
        request.session[_RENEWED] = today
