"""Machines as they are watched: all of them, and the live page of one."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from equipment.machine_events import last_bookings
from equipment.machine_queries import last_commands, last_events, machine_at, tags_at
from equipment.models import Station, Tag
from equipment.preparations import telling, told_to
from equipment.queries import sites_of
from equipment.refused_events import first_refused
from equipment.refused_withdrawals import refusing_among
from equipment.topics import connections as connections_at
from equipment.topics import machine as machine_topic
from equipment.topics import machine_state, machine_states
from equipment.topics import refused_events as refused_topic
from mes.boards.connection_rows import connections
from mes.boards.machine_rows import DAY, Link, describe, links_of, machines, value_rows, walls
from mes.boards.machine_trends import Asked, trend_shown
from mes.boards.refused_rows import refused_rows
from mes.kernel.desk import office, text_of
from mes.kernel.personnel.roles import Permission


@never_cache
@require_safe
@office(Permission.VIEW_ORDERS)
def machine_list(request: HttpRequest) -> HttpResponse:
    """Every station with tags, its last 8 hours; all connections to who may see them. Tables alone as the live part."""
    sites, now = sites_of(request.user), timezone.now()
    rows = machines(sites, now)
    topics = [topic(site) for site in sites for topic in (connections_at, machine_states, refused_topic)]
    context = {
        "rows": rows,
        "now": now,
        "topics": " ".join(topics),
        "several_sites": len(sites) > 1,
        "walls": walls(row.station for row in rows),
        "may_connect": request.user.may(Permission.CONNECT_MACHINES),
        "connections": connections(sites, now) if request.user.may(Permission.VIEW_MASTER_DATA) else None,
    }
    part = request.GET.get("part") == "machines"
    return render(request, "boards/machines_live.html" if part else "boards/machines.html", context)


class Page:
    """One machine's page. Its parts are asked for one by one when they changed, so that each costs its own alone."""

    def __init__(self, request: HttpRequest, station: Station, now: datetime) -> None:
        self.request, self.station, self.now = request, station, now

    @cached_property
    def tags(self) -> list[Tag]:
        return tags_at(self.station.pk)

    @cached_property
    def links(self) -> Mapping[Any, list[Link]]:
        return links_of([self.station.pk], self.now, DAY)

    def state(self) -> dict[str, Any]:
        """What it does, and what it did in the last day."""
        (machine,) = describe([self.station], self.now, DAY, every_h=2, links=self.links)
        told = told_to([self.station.pk]).get(self.station.pk, []) if self.station.interlock else []
        interlock = telling(told)
        is_unconfirmed = interlock is not None and interlock.is_withdrawal and not interlock.is_verified
        refusing = refusing_among([self.station.pk]).get(self.station.pk) if is_unconfirmed else None
        return {"machine": machine, "interlock": interlock, "refusing": refusing}

    def values(self) -> dict[str, Any]:
        """What its tags show, and how its connections are."""
        return {
            "values": value_rows(self.tags, shown=self._asked.chosen),
            "links": self.links.get(self.station.pk, []),
            "period": self._asked.period,
            "at_text": self._asked.at_text,
        }

    def trend(self) -> dict[str, Any]:
        """One tag's course."""
        return trend_shown(self._asked, self.station.site, self.now)

    def course(self) -> dict[str, Any]:
        """Another trend that was chosen, and among the values which it is."""
        return self.trend() | self.values()

    def acts(self) -> dict[str, Any]:
        """What it did with what came of it, and what it was told."""
        return {
            "events": _with_outcomes(last_events(self.station.pk)),
            "refused": refused_rows(first_refused(self.station.pk) if self.station.refused else []),  # type: ignore[attr-defined]
            "commands": last_commands(self.station.pk),
            "may_book": self.request.user.may(Permission.CORRECT),  # type: ignore[union-attr]
            "may_write": self.request.user.may(Permission.WRITE_MACHINES),  # type: ignore[union-attr]
        }

    @cached_property
    def _asked(self) -> Asked:
        given = [text_of(self.request, name) for name in ("tag", "period", "at")]
        return Asked.of(self.tags, *given, self.station.site, self.now)


PARTS = {"state": Page.state, "values": Page.values, "trend": Page.trend, "acts": Page.acts}
ALONE = PARTS | {"course": Page.course}


@never_cache
@require_safe
@office(Permission.VIEW_ORDERS)
def machine_page(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """One machine: its day, what it shows, one tag's course, what it did and what it was told."""
    station, now = machine_at(sites_of(request.user), site, code), timezone.now()
    if station is None:
        raise Http404
    page, part = Page(request, station, now), request.GET.get("part", "")
    machine, at_site = machine_topic(station.site_id, station.pk), connections_at(station.site_id)
    context = {
        "station": station,
        "now": now,
        "topic": machine,
        "state_topics": f"{machine_state(station.site_id, station.pk)} {at_site}",
        "may_look": request.user.may(Permission.VIEW_MASTER_DATA),
    }
    for read in [ALONE[part]] if part in ALONE else PARTS.values():
        context |= read(page)
    return render(request, f"boards/machine_{part}.html" if part in ALONE else "boards/machine.html", context)


def _with_outcomes(found: Iterable[Any]) -> list[Any]:
    """The events, each with the last thing that came of it."""
    events = list(found)
    outcomes = last_bookings(events)
    for event in events:
        event.outcome = outcomes.get(event.pk)
    return events
