"""Trying a tag's mapping on the samples that are on record, before it books."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from equipment.event_doubts import doubt_of
from equipment.models import Connection, Station, Tag
from equipment.replays import replay, replay_states
from equipment.status import TagRole
from mes.boards.machine_drawing import draw_states, state_word
from mes.boards.machine_forms import ReplayForm
from mes.boards.machine_rows import ReplayedEvent, replayed_rows
from mes.boards.views.connections import connection_at
from mes.kernel.desk import office
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import Refusal

SHOWN = 200  # events on the page; all of them count
MOST_SAMPLES = 200_000  # of all tags that make the events or tell the state, in a request


@never_cache
@require_safe
@office(Permission.CONNECT_MACHINES)
def replay_page(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """Which events a counter or a handshake would have made in a time of the past, or which states, as mapped now."""
    connection = connection_at(request, site, code)
    tags = connection.tags.filter(is_active=True).exclude(role=TagRole.VALUE).select_related("station__site")
    with timezone.override(connection.site.zone):  # what is typed is the time at the machine
        stations = Station.objects.filter(state_conditions__connection=connection).select_related("site").distinct()
        sent = request.GET if "tag" in request.GET else None
        form = ReplayForm(sent, tags=tags, stations=stations.order_by("code"), now=timezone.now())
        context: dict[str, Any] = {"connection": connection, "form": form, "shown": SHOWN}
        if form.is_valid():
            context |= _replayed(connection, **form.cleaned_data)
        is_refused = (form.is_bound and not form.is_valid()) or "refusal" in context
        return render(request, "boards/connection_replay.html", context, status=422 if is_refused else 200)


def _replayed(connection: Connection, tag: Tag | Station, since: datetime, until: datetime) -> dict[str, Any]:
    try:
        if isinstance(tag, Station):
            return _states(connection, tag, since, min(until, timezone.now()))
        return _events(connection, tag, since, until)
    except Refusal as refusal:
        return {"refusal": refusal}


def _states(connection: Connection, station: Station, since: datetime, until: datetime) -> dict[str, Any]:
    course = replay_states(station, since, until, most=MOST_SAMPLES) if since < until else []
    strip = draw_states(course, since, until, connection.site, every_h=1)
    rows = [(spell, state_word(spell.state, spell.detail)) for spell in course[:SHOWN]]
    return {"station": station, "strip": strip, "states": rows, "count": len(course)}


def _events(connection: Connection, tag: Tag, since: datetime, until: datetime) -> dict[str, Any]:
    tag.connection = connection
    events = list(replay(tag, since, until, most=MOST_SAMPLES))
    rows: list[ReplayedEvent] = replayed_rows(tag, events[:SHOWN])
    names_defects = any(row.defect for row in rows)
    return {
        "tag": tag,
        "rows": rows,
        "names_defects": names_defects,
        "count": len(events),
        "pieces": sum(event.quantity for event in events if doubt_of(event) is None),
    }
