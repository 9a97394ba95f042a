"""Machines as they are watched: all of them, and the live page of one."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from equipment.machine_events import last_bookings
from equipment.machine_queries import commands_for, events_of, machine_at, watched_between
from equipment.machine_times import gaps
from equipment.models import Series, Station, Tag
from equipment.queries import sites_of
from equipment.status import TagType
from equipment.topics import connections as connections_at
from equipment.topics import machine as machine_topic
from equipment.trends import trend_of
from mes.boards.machine_drawing import draw_trend
from mes.boards.machine_rows import DAY, describe, machines, summaries, value_rows
from mes.kernel.desk import office, text_of
from mes.kernel.personnel.roles import Permission

EVENTS, COMMANDS = 20, 10
# What a trend is shown of: name in the address -> words, length.
PERIODS = {
    "1h": (_("1 hour"), timedelta(hours=1)),
    "8h": (_("8 hours"), timedelta(hours=8)),
    "24h": (_("24 hours"), timedelta(hours=24)),
    "7d": (_("7 days"), timedelta(days=7)),
}


@never_cache
@require_safe
@office(Permission.VIEW_ORDERS)
def machine_list(request: HttpRequest) -> HttpResponse:
    """Every station with tags, its last 8 hours; the table alone to who asks for the live part."""
    sites, now = sites_of(request.user), timezone.now()
    rows = machines(sites, now)
    topics = [*(connections_at(site) for site in sites), *(_topic(row.station) for row in rows)]
    context = {
        "rows": rows,
        "now": now,
        "topics": " ".join(topics),
        "several_sites": len(sites) > 1,
        "may_connect": request.user.may(Permission.CONNECT_MACHINES),
    }
    part = request.GET.get("part") == "machines"
    return render(request, "boards/machines_live.html" if part else "boards/machines.html", context)


@never_cache
@require_safe
@office(Permission.VIEW_ORDERS)
def machine_page(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """One machine: its day, what it shows, one tag's course, what it did and what it was told."""
    station, now = machine_at(sites_of(request.user), site, code), timezone.now()
    if station is None:
        raise Http404
    tags = list(station.tags.filter(is_active=True).select_related("connection"))
    context = {
        "station": station,
        "machine": describe([station], now, DAY, every_h=2)[0],
        "values": value_rows(tags),
        "events": _with_outcomes(events_of(station)[:EVENTS]),
        "commands": commands_for(station)[:COMMANDS],
        "may_book": request.user.may(Permission.CORRECT),
        "now": now,
        "topics": f"{_topic(station)} {connections_at(station.site_id)}",
        **_trend(request, station, tags, now),
    }
    part = request.GET.get("part") == "machine"
    return render(request, "boards/machine_live.html" if part else "boards/machine.html", context)


def _topic(station: Station) -> str:
    return machine_topic(station.site_id, station.pk)


def _with_outcomes(found: Iterable[Any]) -> list[Any]:
    """The events, each with the last thing that came of it."""
    events = list(found)
    outcomes = last_bookings(events)
    for event in events:
        event.outcome = outcomes.get(event.pk)
    return events


def _trend(request: HttpRequest, station: Station, tags: list[Tag], now: datetime) -> dict[str, Any]:
    """The chosen tag's course; by default of the first number that is no event."""
    numbers = [tag for tag in tags if tag.value_type != TagType.TEXT]
    named, period = text_of(request, "tag"), text_of(request, "period")
    period = period if period in PERIODS else "1h"
    chosen = next((tag for tag in numbers if tag.code == named), None)
    chosen = chosen or next((tag for tag in numbers if tag.role == "VALUE"), next(iter(numbers), None))
    offered = {"periods": [(key, words) for key, (words, _length) in PERIODS.items()], "period": period}
    if chosen is None:
        return {"numbers": numbers, "chosen": None, **offered}
    begin = now - PERIODS[period][1]
    series = Series.objects.filter(tag=chosen).order_by("-pk").values_list("pk", flat=True).first()
    seen = watched_between([chosen.connection_id], begin, now).get(chosen.connection_id, [])
    drawing, table, width_s = None, [], 0
    if series is not None:
        trend = trend_of(series, begin, now)
        drawing = draw_trend(trend, gaps(seen, begin, now), begin, now, station.site)
        table, width_s = summaries(chosen, trend, begin, now), trend.width_s
    shown = {"drawing": drawing, "table": table, "width_s": width_s}
    return {"numbers": numbers, "chosen": chosen, **offered, **shown}
