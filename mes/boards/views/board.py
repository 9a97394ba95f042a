"""The board of a work center: what runs and what is planned at its stations, moved by hand or by a proposal."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from equipment.models import Station, WorkCenter
from equipment.queries import sites_of
from mes.boards.board_drawing import Scale, draw
from mes.boards.board_rows import Choices, against, bar_row, job_value, job_words
from mes.boards.forms import ApplyForm, PlanForm
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of, text_of
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.prepared import any_of, prepared
from mes.kernel.refusals import NotFound
from orders.models import WorkOrder
from wip.actions import schedules
from wip.models import PlannedJob
from wip.planning.bars import Bar, clocks_of
from wip.planning.boards import (
    board_of,
    day_at,
    has_shifts,
    next_day_of,
    proposal_for,
    stations_of,
    to_plan,
    window_of,
)
from wip.planning.clocks import Clock
from wip.planning.conflicts import conflicts
from wip.topics import floor, plan_at

_DAY = timedelta(days=1)
_FAR = timedelta(days=3 * 366)


@require_safe
@office(Permission.VIEW_ORDERS)
def first_board(request: HttpRequest) -> HttpResponse:
    """The board of the first work center, or word that there is none."""
    center = next(iter(_centers(request)), None)
    if center is None:
        return render(request, "wip/board_none.html")
    return redirect("board", center.site.code, center.code)


@require_safe
@office(Permission.VIEW_ORDERS)
def board(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """A day of a work center. To who asks for a part: the picture and its lists, or what else could be planned."""
    center, now = _center(request, site, code), timezone.now()
    stations = stations_of(center)
    clock = clocks_of(stations).get(center.pk, Clock(None))
    day = _day(request, center, clock, now)
    begin, end = window_of(center, clock, day)
    is_closed = clock.timetable is not None and not has_shifts(center, clock, day)
    known = board_of(stations, begin, end, now)
    if request.GET.get("part") == "unplanned":
        return render(request, "wip/board_unplanned.html", {"unplanned": _unplanned(stations, known.bars)})
    found = conflicts(known)
    scale, wrong = Scale(begin, end), {id(one.bar) for one in found}
    why_not_plan = refusal_of(check_permission, request.user, Permission.PLAN_JOBS)
    context = {
        "center": center,
        "day": day,
        "lanes": draw(stations, known.bars, wrong, clock, scale, day, may_plan=not why_not_plan),
        "now_x": scale.x_within(now),
        "hours": [(x, f"{_on_the_wall(center, moment):%H:%M}") for x, moment in scale.hours()],
        "begin_ms": round(begin.timestamp() * 1000),
        "end_ms": round(end.timestamp() * 1000),
        "rows": [bar_row(bar, center.site, day, is_wrong=id(bar) in wrong) for bar in known.bars],
        "count": len(found),
        "against": against(found),
        "topics": " ".join([plan_at(center.site_id, center.pk), floor(center.site_id)]),
        "why_not_plan": why_not_plan,
        "is_closed": is_closed,
        "next_day": next_day_of(center, clock, end, now) if is_closed else None,
    }
    if request.GET.get("part") == "board":
        return render(request, "wip/board_live.html", context)
    return render(request, "wip/board.html", context | _around(request, center, stations, day, begin, known.bars))


@require_POST
@office(Permission.PLAN_JOBS)
def plan(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """Plan or move a job, by hand or by what was dragged; or take it off."""
    center = _center(request, site, code)
    stations = [station for station in stations_of(center) if station.is_active]
    given = cleaned(PlanForm(request.POST, stations=stations, zone=center.site.zone))
    order_key, operation = given["job"]
    order = WorkOrder.objects.filter(pk=order_key, site__in=sites_of(request.user)).first()
    if order is None:
        raise NotFound(_("There is no such order at your sites."), do=_("Choose a job of the list."))
    with desk_door(request) as passage:
        if not passage.replayed:
            said = _planned(order, operation, given, passage.person, passage.at)
            day = center.site.local(given["starts_at"] or passage.at).date()
            passage.remember(said=said, to=_address(center, given["day"] or day))
    return answer(request, passage)


@require_safe
@office(Permission.PLAN_JOBS)
def propose(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """What a proposal would change, to look at: nothing is stored."""
    center, now = _center(request, site, code), timezone.now()
    stations = stations_of(center)
    clock = clocks_of(stations).get(center.pk, Clock(None))
    day = _day(request, center, clock, now)
    since, until = window_of(center, clock, day)
    made = proposal_for(stations, now=now, since=since, until=until)
    context = {
        "center": center,
        "day": day,
        "changes": made.changes,
        "digest": made.digest,
        "as_of": now.isoformat(),
        "is_over": until <= now,
        "next_day": next_day_of(center, clock, until, now) if until <= now else None,
        "is_new": any(change.kind != "SAME" for change in made.changes),
    }
    return render(request, "wip/board_proposal.html", context)


@require_POST
@office(Permission.PLAN_JOBS)
def apply(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """Plan as the proposal says that was shown."""
    center, given = _center(request, site, code), cleaned(ApplyForm(request.POST))
    stations = stations_of(center)
    since, until = window_of(center, clocks_of(stations).get(center.pk, Clock(None)), given["day"])
    with desk_door(request) as passage:
        if not passage.replayed:
            changes = schedules.apply(
                center=center,
                since=since,
                until=until,
                as_of=given["as_of"],
                digest=given["digest"],
                by=passage.person,
                at=passage.at,
            )
            count = sum(change.kind != "SAME" for change in changes)
            said = _("{center} is planned as proposed: {count} changes.").format(center=center, count=count)
            passage.remember(said=said, to=_address(center, given["day"]))
    return answer(request, passage)


def _planned(order: WorkOrder, operation: str, given: dict[str, Any], by: Any, at: datetime) -> str:
    if given["act"] == "off":
        jobs = PlannedJob.objects.filter(work_order=order, operation_code=operation)
        job = jobs.select_related("work_order", "station").first()
        if job is not None:
            schedules.take_off(job=job, by=by)
        return _("{order} {operation} is not planned any more.").format(order=order, operation=operation)
    station: Station = given["station"]
    job = schedules.plan(
        order=order, operation_code=operation, station=station, starts_at=given["starts_at"], by=by, at=at
    )
    local = station.work_center.site.local
    return _("{order} {operation}: {station}, {begins} to {ends}.").format(
        order=order,
        operation=operation,
        station=station.code,
        begins=f"{local(job.starts_at):%H:%M}",
        ends=f"{local(job.ends_at):%H:%M}",
    )


def _around(
    request: HttpRequest, center: WorkCenter, stations: list[Station], day: date, begin: datetime, bars: Sequence[Bar]
) -> dict[str, Any]:
    """What stands beside the live part: other work centers and days, and the form."""
    movable = _movable(bars)
    chosen = next((bar for bar in movable if str(bar.key) == request.GET.get("job")), None)
    return {
        "centers": _centers(request),
        "before": day - _DAY,
        "after": day + _DAY,
        "stations": Choices(tuple((one.code, str(one)) for one in stations if one.is_active)),
        "movable": Choices(tuple(job_words(bar.order, bar.operation, bar.quantity) for bar in movable)),
        "chosen": job_value(chosen.order, chosen.operation) if chosen else "",
        "chosen_station": chosen.station.code if chosen else "",
        "starts": _on_the_wall(center, chosen.starts_at if chosen else max(begin, timezone.now())),
    }


def _movable(bars: Sequence[Bar]) -> list[Bar]:
    return [bar for bar in bars if not (bar.is_running or bar.is_done)]


def _unplanned(stations: Sequence[Station], bars: Sequence[Bar]) -> Choices:
    """What waits for these stations and is not on the board: orders by rank, of a long list the first."""
    jobs = {bar.job for bar in _movable(bars)}
    found = ((order, one, left) for order, one, left in to_plan(stations) if (order.pk, one.code) not in jobs)
    return Choices(tuple(job_words(*each) for each in found))


def _on_the_wall(center: WorkCenter, moment: datetime) -> datetime:
    """What the site's clock shows: without a zone, so that templates show it as it is."""
    return center.site.local(moment).replace(tzinfo=None)


def _centers(request: HttpRequest) -> list[WorkCenter]:
    return _centers_in_use(sites_of(request.user))


@prepared
def _centers_in_use(sites: Collection[UUID]) -> QuerySet[WorkCenter]:
    in_use = Exists(Station.objects.filter(work_center=OuterRef("pk"), is_active=True))
    return _CENTERS.filter(in_use, site=any_of(sites)).order_by("site__name", "code")


def _center(request: HttpRequest, site: str, code: str) -> WorkCenter:
    center = next(iter(_centers_called(site, code, sites_of(request.user))), None)
    if center is None:
        raise Http404
    return center


@prepared
def _centers_called(site: str, code: str, sites: Collection[UUID]) -> QuerySet[WorkCenter]:
    return _CENTERS.filter(site__code=site, code=code, site=any_of(sites))


_CENTERS = WorkCenter.objects.select_related("site", "calendar")


def _day(request: HttpRequest, center: WorkCenter, clock: Clock, now: datetime) -> date:
    """The day in the address; without one, or none that is near, the one whose shifts are not over."""
    today = center.site.local(now).date()
    try:
        asked = date.fromisoformat(text_of(request, "day"))
    except ValueError:
        asked = None
    if asked is not None and abs(asked - today) < _FAR:
        return asked
    return day_at(center, clock, now)


def _address(center: WorkCenter, day: date) -> str:
    return reverse("board", args=[center.site.code, center.code], query={"day": day.isoformat()})
