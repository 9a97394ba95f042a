"""When work centers work: a week of all of them, and the weeks ahead of one."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from equipment.calendars.queries import timetable_of, timetables_of
from equipment.calendars.spans import Timetable, moment_of, shifts_between
from equipment.models import WorkCenter
from equipment.queries import sites_of
from mes.boards.calendar_drawing import draw_week, hours_of, monday_of
from mes.kernel.desk import office, text_of
from mes.kernel.personnel.roles import Permission

PER_PAGE = 30
WEEKS = 6
WEEKS_AS_TABLE = 2
_WEEK = timedelta(days=7)
_FAR = timedelta(days=10 * 366)


@require_safe
@office(Permission.VIEW_ORDERS)
def week(request: HttpRequest) -> HttpResponse:
    sites, now = sites_of(request.user), timezone.now()
    found = WorkCenter.objects.filter(site__in=sites).select_related("site", "calendar").order_by("site__name", "code")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    centers = list(page.object_list)
    monday = _asked(request, now)
    timetables = timetables_of(centers)
    rows = [(c, draw_week(timetables[c.pk], monday, now) if c.pk in timetables else None) for c in centers]
    return render(
        request,
        "boards/calendar.html",
        {"page": page, "rows": rows, "several_sites": len(sites) > 1} | _turning(monday, now, 1),
    )


@require_safe
@office(Permission.VIEW_ORDERS)
def weeks_ahead(request: HttpRequest, site: str, code: str) -> HttpResponse:
    centers = WorkCenter.objects.select_related("site", "calendar")
    center = centers.filter(site__in=sites_of(request.user), site__code=site, code=code).first()
    if center is None:
        raise Http404
    now = timezone.now()
    monday = _asked(request, center.site.local(now))
    context: dict[str, Any] = {"center": center} | _turning(monday, now, WEEKS)
    timetable = timetable_of(center)
    if timetable is not None:
        context["strips"] = [draw_week(timetable, monday + n * _WEEK, now) for n in range(WEEKS)]
        context["shifts"] = _shifts(timetable, monday)
    return render(request, "boards/calendar_ahead.html", context)


def _asked(request: HttpRequest, now: datetime) -> date:
    """The Monday of the week in the address; of this week when there is none, or none that is near."""
    try:
        asked = date.fromisoformat(text_of(request, "week"))
    except ValueError:
        asked = now.date()
    return monday_of(asked if abs(asked - now.date()) < _FAR else now.date())


def _turning(monday: date, now: datetime, weeks: int) -> dict[str, Any]:
    return {
        "monday": monday,
        "before": monday - weeks * _WEEK,
        "after": monday + weeks * _WEEK,
        "is_now": monday == monday_of(now.date()),
    }


def _shifts(timetable: Timetable, monday: date) -> list[dict[str, Any]]:
    """The shifts of the first weeks shown as rows of a table, with the site's times."""

    def local(moment: datetime) -> datetime:
        return moment.astimezone(timetable.zone)

    begin, end = (moment_of(timetable.zone, datetime.combine(monday + n * _WEEK, time())) for n in (0, WEEKS_AS_TABLE))
    return [
        {
            "shift": shift,
            "begins": local(shift.begins_at),
            "ends": local(shift.ends_at),
            "length": hours_of(shift.duration),
            "worked": hours_of(shift.working_time),
            "clocks": local(shift.begins_at).utcoffset() != local(shift.ends_at).utcoffset(),
            "breaks": [(pause.name, local(pause.begins_at), local(pause.ends_at)) for pause in shift.breaks],
        }
        for shift in shifts_between(timetable, begin, end)
    ]
