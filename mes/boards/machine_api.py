"""Machines and their connections over REST, to be read."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.booking_accounts import why_may_not_book
from equipment.machine_queries import (
    connection_of_state,
    connections_of,
    latest_of,
    machine_at,
    machines_of,
    series_of,
    series_then,
    states_between,
    watched_between,
)
from equipment.machine_times import spells
from equipment.models import Connection, Site, Station, Tag
from equipment.queries import sites_of
from equipment.status import TagType
from equipment.trends import Trend, trend_of
from mes.boards.machine_rows import DAY, STRIP, Machine, describe, gap_rows, link_of
from mes.boards.machine_serializers import (
    ConnectionsAnswer,
    MachinesAnswer,
    MachinesQuery,
    OneConnectionAnswer,
    OneMachineAnswer,
    StatesAnswer,
    StatesQuery,
    TrendAnswer,
    TrendQuery,
)
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest.schema import reads
from mes.kernel.rest.views import Endpoint

LONGEST = timedelta(days=31)


class Machines(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(
        MachinesAnswer,
        name="list_machines",
        summary="List machines with their state",
        query=MachinesQuery,
        missing=False,
    )
    def get(self, request: Request) -> Response:
        stations = machines_of(_narrowed(sites_of(request.user), self.read_query(MachinesQuery)))
        found = [_machine(one) for one in describe(stations, self.at, STRIP, every_h=1)]
        return Response(MachinesAnswer({"results": found}).data)


class OneMachine(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(OneMachineAnswer, name="get_machine", summary="See a machine's state and values")
    def get(self, request: Request, site: str, code: str) -> Response:
        station = _station(request, site, code)
        (found,) = describe([station], self.at, STRIP, every_h=1)
        tags = station.tags.filter(is_active=True).select_related("connection")
        return Response(OneMachineAnswer(_machine(found) | {"values": _values(tags)}).data)


class MachineStates(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(
        StatesAnswer,
        name="list_machine_states",
        summary="See what a machine did, and when nobody knows",
        query=StatesQuery,
    )
    def get(self, request: Request, site: str, code: str) -> Response:
        station, (since, until) = _station(request, site, code), self.period(self.read_query(StatesQuery))
        connection = connection_of_state([station.pk]).get(station.pk)
        seen = watched_between([connection], since, until).get(connection, []) if connection else []
        course = spells(states_between([station.pk], since, until).get(station.pk, ()), seen, since, until)
        told = [
            {"state": one.state or None, "detail": one.detail, "begins_at": one.begins_at, "ends_at": one.ends_at}
            for one in course
        ]
        return Response(StatesAnswer({"results": told}).data)

    def period(self, asked: Mapping[str, Any]) -> tuple[datetime, datetime]:
        until = min(asked.get("until", self.at), self.at)
        # The calendar's first day has none before it; whoever asks for it is told that nothing is so long.
        since = asked.get("since") or max(until, self.at - 1000 * LONGEST) - DAY
        if not timedelta() < until - since <= LONGEST:
            sentence = _("It is before the end, by at most {days} days.").format(days=LONGEST.days)
            raise InvalidInput(sentence, do=_("Ask for a shorter time."), errors=[FieldError("since", sentence)])
        return since, until


class MachineTrend(MachineStates):
    @reads(
        TrendAnswer,
        name="get_machine_trend",
        summary="See the course of a machine's value",
        query=TrendQuery,
    )
    def get(self, request: Request, site: str, code: str) -> Response:
        asked = self.read_query(TrendQuery)
        since, until = self.period(asked)
        tag = _station(request, site, code).tags.filter(code=asked["tag"]).first()
        if tag is None:
            raise NotFound(_("The machine has no such tag."), do=_("See the machine, and send a tag of its values."))
        then = series_then(series_of(tag.pk), until)
        if then is not None and then.value_type == TagType.TEXT:
            sentence = _("{tag} is a text, and has no trend.").format(tag=tag.code)
            raise InvalidInput(sentence, do=_("Ask for a number."), errors=[FieldError("tag", sentence)])
        trend = trend_of(then.pk, since, until) if then is not None else Trend((), 0)
        told = {"tag": tag.code, "quantity_unit": then.quantity_unit if then is not None else tag.quantity_unit}
        return Response(TrendAnswer(told | {"width_s": trend.width_s, "results": trend.moments}).data)


class Connections(Endpoint):
    permissions = {"GET": Permission.VIEW_MASTER_DATA}

    @reads(
        ConnectionsAnswer,
        name="list_connections",
        summary="List connections to machines",
        query=MachinesQuery,
        missing=False,
    )
    def get(self, request: Request) -> Response:
        found = connections_of(_narrowed(sites_of(request.user), self.read_query(MachinesQuery)))
        return Response(ConnectionsAnswer({"results": [_judged(one, self.at) for one in found]}).data)


class OneConnection(Endpoint):
    permissions = {"GET": Permission.VIEW_MASTER_DATA}

    @reads(OneConnectionAnswer, name="get_connection", summary="See a connection, its gaps and its tags")
    def get(self, request: Request, site: str, code: str) -> Response:
        found = connections_of(sites_of(request.user)).filter(site__code=site, code=code).first()
        if found is None:
            raise NotFound(
                _("There is no such connection at your sites."), do=_("List them, and send a code of the list.")
            )
        _judged(found, self.at).gaps = gap_rows(found, self.at)  # type: ignore[attr-defined]
        found.values = _values(found.tags.filter(is_active=True))  # type: ignore[attr-defined]
        return Response(OneConnectionAnswer(found).data)


def _narrowed(sites: Mapping[UUID, Site], asked: dict[str, Any]) -> list[UUID]:
    return [key for key, site in sites.items() if asked.get("site") in (None, site.code)]


def _station(request: Request, site: str, code: str) -> Station:
    station = machine_at(sites_of(request.user), site, code)
    if station is None:
        raise NotFound(_("There is no such machine at your sites."), do=_("List them, and send a station of the list."))
    return station


def _machine(machine: Machine) -> dict[str, Any]:
    now = machine.spells[-1] if machine.spells else None
    return {
        "station": machine.station.code,
        "name": machine.station.name,
        "site": machine.station.site.code,
        "state": (now.state or None) if now else None,
        "detail": now.detail if now else "",
        "since": machine.since,
        "connections": [link.connection.code for link in machine.links],
        "events_refused": machine.station.refused,  # type: ignore[attr-defined]
    }


_OF_TAGS = ("quantity_unit", "is_writable", "write_low", "write_high", "needs_signature")


def _values(tags: Iterable[Tag]) -> list[dict[str, Any]]:
    tags = list(tags)
    latest = latest_of(tags)
    found = []
    for tag in tags:
        last = latest.get(tag.pk)
        found.append(
            {
                "tag": tag.code,
                "name": tag.name,
                "connection": tag.connection.code,
                **{name: getattr(tag, name) for name in _OF_TAGS},
                **{name: getattr(last, name, None) for name in ("value", "text", "at", "quality")},
            }
        )
    return found


def _judged(connection: Connection, at: datetime) -> Connection:
    connection.link = link_of(connection, at)  # type: ignore[attr-defined]
    connection.why_not_booked = why_may_not_book(connection)  # type: ignore[attr-defined]
    return connection
