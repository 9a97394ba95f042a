"""The queues of stations for who leads the work: each row with its terms, and what goes first whatever the rule."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from equipment.models import Station
from equipment.queries import sites_of
from genealogy.policies import known_unit
from mes.boards.dispatch_rows import row_of, stations_with_pins
from mes.boards.forms import PinForm
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.prepared import any_of, prepared
from mes.kernel.refusals import InvalidInput
from wip.actions import pins
from wip.models import DispatchPin
from wip.queues import counted, queue_at
from wip.topics import topics_of_queue

ROWS, COMING = 50, 20
NOT_QUALIFIED = "OPERATOR_NOT_QUALIFIED"


@require_safe
@office(Permission.VIEW_ORDERS)
def stations(request: HttpRequest) -> HttpResponse:
    """Every station with its rule and what is pinned there."""
    return render(request, "wip/dispatch_list.html", {"rows": stations_with_pins(list(sites_of(request.user)))})


@require_safe
@office(Permission.VIEW_ORDERS)
def queue(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """A station's queue; the table alone to who asks for the live part."""
    station = _station(request, site, code)
    waiting = queue_at(station, request.user, ready=ROWS, coming=COMING)
    shown = [*waiting.ready, *waiting.blocked]
    for one in shown:  # who works there is not known here
        one.blockers = [verdict for verdict in one.blockers if verdict.code != NOT_QUALIFIED]
    ready = [one for one in shown if not one.blockers]
    context = {
        "station": station,
        "rule": station.rule.label,
        "family": waiting.family,
        "ready": [row_of(one, number, station) for number, one in enumerate(ready, 1)],
        "blocked": [row_of(one, 0, station) for one in shown if one.blockers],
        "ready_count": counted(max(len(ready), waiting.ready_count)),
        "pins": _pins(station.pk),
        "now": timezone.now(),
        "topics": " ".join(topics_of_queue(station)),
        "why_not_pin": refusal_of(check_permission, request.user, Permission.PIN_JOBS),
        "may_pin": request.user.may(Permission.PIN_JOBS),
    }
    part = request.GET.get("part") == "queue"
    return render(request, "wip/dispatch_queue.html" if part else "wip/dispatch.html", context)


@require_POST
@office(Permission.PIN_JOBS)
def pin(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """One of the buttons: first, with a unit or an order; up, down or off, with a pin."""
    station, given = _station(request, site, code), cleaned(PinForm(request.POST))
    with desk_door(request, reason=given["reason"]) as passage:
        if not passage.replayed:
            said = _done(request, station, given, {"by": passage.person, "at": passage.at, "reason": given["reason"]})
            passage.remember(said=said, to=reverse("dispatch", args=[site, code]))
    return answer(request, passage)


def _done(request: HttpRequest, station: Station, given: dict[str, Any], how: dict[str, Any]) -> str:
    act, what = given["act"]
    if act in ("unit", "order"):
        unit = known_unit(request.user, what)
        on = {"unit": unit} if act == "unit" else {"order": unit.work_order}
        placed = pins.pin(station=station, **on, **how)
        return _("{pinned} goes first at {station}.").format(pinned=placed, station=station.code)
    known = DispatchPin.objects.filter(station=station, pk=what).select_related("station", "unit", "work_order").first()
    if known is None:
        raise InvalidInput(_("There is no such pin here."), do=_("Look at the queue again."))
    if act == "off":
        pins.unpin(pin=known, **how)
        return _("{pinned} stands where the rule puts it.").format(pinned=known)
    position = (known.position or 1) + (1 if act == "down" else -1)
    moved = pins.move(pin=known, position=position, **how)
    return _("{pinned} is number {position} of what is pinned.").format(pinned=known, position=moved.position)


@prepared
def _pins(station: UUID) -> QuerySet[DispatchPin]:
    placed = DispatchPin.objects.filter(station=station, position__isnull=False)
    return placed.select_related("unit", "work_order", "pinned_by").order_by("position")


def _station(request: HttpRequest, site: str, code: str) -> Station:
    found = _stations(list(sites_of(request.user)), site, code)
    if not found:
        raise Http404
    return found[0]


@prepared
def _stations(sites: Collection[UUID], site: str, code: str) -> QuerySet[Station]:
    active = Station.objects.filter(is_active=True, site=any_of(sites), site__code=site, code=code)
    return active.select_related("work_center", "site", "station_class").order_by()
