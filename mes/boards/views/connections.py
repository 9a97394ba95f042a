"""Connections to machines: how they stand, what they read, and the ways to give them tags."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from equipment import machine_access
from equipment.actions import tags as tag_actions
from equipment.booking_accounts import why_may_not_book
from equipment.machine_queries import connections_of, last_commands_beside
from equipment.models import Connection, Station, Tag
from equipment.qualities import quality_word
from equipment.queries import in_plant_order, sites_of
from equipment.security_profiles import certificates_of
from equipment.status import ConnectionKind
from equipment.topics import connections as connections_at
from equipment.topics import machine as machine_topic
from equipment.topics import refused_events as refused_topic
from equipment.topics import values as values_alone
from mes.boards.machine_forms import NodesForm
from mes.boards.machine_rows import gap_rows, mark_of_link, shown_value, value_rows
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal

QUARANTINED = 20
STATIONS = 90  # a page listens to a hundred topics


@never_cache
@require_safe
@office(Permission.VIEW_MASTER_DATA)
def connection_page(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """One connection; how it stands and what it reads alone to who asks for the live part."""
    connection, now = connection_at(request, site, code), timezone.now()
    tags = list(connection.tags.filter(is_active=True).select_related("station__site"))
    certificates = certificates_of(connection.security) if connection.security else []
    context = {
        "connection": connection,
        "mark": mark_of_link(connection, now),
        "why_not_booked": why_may_not_book(connection),
        "values": value_rows(tags),
        "gaps": gap_rows(connection, now),
        "certificates": certificates,
        "warnings": [said for one in certificates if (said := one.warning(now))],
        "commands": last_commands_beside(connection.pk),
        "may_write": request.user.may(Permission.WRITE_MACHINES),
        "quarantine": connection.quarantine.all()[:QUARANTINED],
        "now": now,
        "topics": " ".join(sorted(_topics(connection, tags))),
        "why_not": refusal_of(check_permission, request.user, Permission.CONNECT_MACHINES),
        "is_browsed": connection.kind == ConnectionKind.OPCUA,
    }
    part = request.GET.get("part") == "connection"
    return render(request, "boards/connection_live.html" if part else "boards/connection.html", context)


def _topics(connection: Connection, tags: Iterable[Tag]) -> set[str]:
    """How it stands, and what its tags show."""
    site, stations = connection.site_id, {tag.station_id for tag in tags if tag.station_id}
    told = {connections_at(site), values_alone(site, connection.pk), refused_topic(site)}
    return told | {machine_topic(site, station) for station in sorted(stations)[:STATIONS]}


@never_cache
@require_POST
@office(Permission.CONNECT_MACHINES)
def test_tag(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """Read one tag now, past the collector; nothing is stored."""
    connection = connection_at(request, site, code)
    tag = connection.tags.filter(code=request.POST.get("tag", "").replace("\0", "")).first()
    if tag is None:
        raise InvalidInput(_("There is no such tag at this connection."), do=_("Choose one of its tags."))
    tag.connection = connection
    read = machine_access.read_now(tag)
    context = {
        "connection": connection,
        "tag": tag,
        "read": read,
        "value": shown_value(tag, read.value),
        "quality": quality_word(read.quality) or _("Good"),
    }
    is_part = getattr(request, "htmx", False)
    return render(request, "boards/tag_reading.html" if is_part else "boards/tag_test.html", context)


@never_cache
@require_safe
@office(Permission.CONNECT_MACHINES)
def browse(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """What an OPC UA server has below a node, to choose tags from."""
    connection, below = connection_at(request, site, code), request.GET.get("at", "").replace("\0", "")[:250]
    if connection.kind != ConnectionKind.OPCUA:
        raise Http404
    nodes: list[Any] = []
    refusal = None
    try:
        nodes = machine_access.browse(connection, below)
    except Refusal as silent:
        refusal = silent
    known = set(connection.tags.filter(address__in=[node.address for node in nodes]).values_list("address", flat=True))
    stations = Station.objects.filter(site=connection.site_id, is_active=True).order_by(*in_plant_order())
    context = {
        "connection": connection,
        "below": below,
        "nodes": [(node, node.address in known, f"{node.address}\n{node.name}\n{node.value_type}") for node in nodes],
        "refusal": refusal,
        "stations": stations,
    }
    return render(request, "boards/connection_browse.html", context)


@require_POST
@office(Permission.CONNECT_MACHINES)
def take_nodes(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """Make tags of the nodes that were chosen."""
    connection = connection_at(request, site, code)
    given = cleaned(NodesForm(request.POST, site=connection.site))
    with desk_door(request, reason=given["reason"]) as passage:
        if not passage.replayed:
            made = tag_actions.add(
                connection=connection,
                station=given["station"],
                wanted=given["node"],
                by=passage.person,
                at=passage.at,
            )
            said = _("{count} tags are made: the collector reads them from now on.").format(count=len(made))
            passage.remember(said=said, to=reverse("connection", args=[site, code]))
    return answer(request, passage)


def connection_at(request: HttpRequest, site: str, code: str) -> Connection:
    """A connection of the person's sites, with how it stands. Raises Http404."""
    found = connections_of(sites_of(request.user)).filter(site__code=site, code=code).first()
    if found is None:
        raise Http404
    return found
