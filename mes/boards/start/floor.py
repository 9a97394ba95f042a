"""Stations, calls, refused events of machines, and holds."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from equipment.models import HelpCall, Station
from equipment.queries import find_calls, in_plant_order
from equipment.refused_events import Waiting, waiting_by_station
from equipment.status import CallStatus
from mes.boards.start.panel import SHOWN, Asked, Line, Panel, panel
from mes.boards.templatetags.plant import age, moment
from mes.kernel.prepared import any_of, prepared
from wip.crews import Crew, crews_of
from wip.models import Hold, OperationExecution
from wip.overview import running_in
from wip.queries import holds_in_full
from wip.status import HoldStatus

STATIONS_SHOWN = 40


def stations(asked: Asked) -> Panel:
    """Every station by work center: what runs there, by whom, for how long; or that it calls for help."""
    running: dict[UUID, list[OperationExecution]] = defaultdict(list)
    for execution in running_in(list(asked.sites)):
        running[execution.station_id].append(execution)
    crews = crews_of([one for found in running.values() for one in found])
    calling = {call.station_id: call for call in asked.calls}
    return panel(
        _("Stations"),
        _stations(site__in=asked.sites),
        lambda station: _station(asked, station, running[station.pk], crews, calling.get(station.pk)),
        empty=_("There are no stations yet; they are made in the master data."),
        more=reverse("station:stations"),
        shown=STATIONS_SHOWN,
        first=_first_stations(list(asked.sites)),
    )


@prepared
def _first_stations(sites: Collection[UUID]) -> QuerySet[Station]:
    return _stations(site=any_of(sites))[: STATIONS_SHOWN + 1]


def _stations(**at: Any) -> QuerySet[Station]:
    found = Station.objects.filter(is_active=True, **at).select_related("work_center", "site")
    return found.order_by(*in_plant_order())


def _station(
    asked: Asked,
    station: Station,
    running: list[OperationExecution],
    crews: Mapping[UUID, Crew],
    call: HelpCall | None,
) -> Line:
    mark = ("caution", "!") if call and call.status == CallStatus.OPEN else ()
    text = _at_work(running, crews) if running else _("nothing runs")
    if call:
        text = _("calls for %(kind)s; %(text)s") % {"kind": call.get_kind_display(), "text": text}
    if not running:
        return Line(str(station), reverse("station:stations"), text, "", *mark)
    to = reverse("unit", args=[running[0].unit.serial])
    return Line(str(station), to, text, age(running[0].started_at, asked.now), *mark)


def _at_work(running: list[OperationExecution], crews: Mapping[UUID, Crew]) -> str:
    first = running[0]
    crew = crews[first.pk]
    people = ", ".join(str(span.person) for span in crew.on) or str(first.worked_by)
    text = f"{first.unit}, {first.operation_code}, {people}"
    if crew.is_paused:
        text = _("%(first)s, paused") % {"first": text}
    return _("%(first)s, and %(more)s more") % {"first": text, "more": len(running) - 1} if len(running) > 1 else text


def calls(asked: Asked) -> Panel:
    """Open help calls, longest first; those that nobody has taken are marked."""
    return panel(
        _("Help calls"),
        find_calls(asked.sites, is_open=True),
        lambda call: _call(asked, call),
        empty=_("Nobody calls."),
        more=reverse("help_calls"),
        first=asked.calls[: SHOWN + 1],
    )


def _call(asked: Asked, call: HelpCall) -> Line:
    kind = call.get_kind_display()
    is_open = call.status == CallStatus.OPEN
    text = _("%(kind)s, nobody has taken it") if is_open else _("%(kind)s, taken by %(person)s")
    return Line(
        str(call.station),
        reverse("help_calls"),
        text % {"kind": kind, "person": call.taken_by},
        age(call.called_at, asked.now),
        *(("caution", "!") if is_open else ()),
    )


def refused(asked: Asked) -> Panel:
    """Stations whose machines did something that is not booked, the longest waiting first."""
    found = waiting_by_station(list(asked.sites))
    return Panel(
        _("Machine events not booked"),
        [_refused(asked, one) for one in found[:SHOWN]],
        sum(one.count for one in found),
        _("None: what machines reported is booked or settled."),
        reverse("machines"),
    )


def _refused(asked: Asked, one: Waiting) -> Line:
    text = ngettext("%(count)s event waits for a supervisor", "%(count)s events wait for a supervisor", one.count)
    to = reverse("machine_refused", args=[one.site, one.station])
    return Line(f"{one.station} {one.name}", to, text % {"count": one.count}, age(one.since, asked.now), "caution", "X")


def holds(asked: Asked) -> Panel:
    """Open holds; those that inherited one are counted with it."""
    return panel(
        _("Open holds"),
        _holds(site__in=asked.sites),
        _hold,
        empty=_("None: nothing is held."),
        more=reverse("holds"),
        first=_first_holds(list(asked.sites)),
    )


@prepared
def _first_holds(sites: Collection[UUID]) -> QuerySet[Hold]:
    return _holds(site=any_of(sites))[: SHOWN + 1]


def _holds(**at: Any) -> QuerySet[Hold]:
    return holds_in_full().filter(status=HoldStatus.OPEN, origin__isnull=True, **at).order_by("-placed_at")


def _hold(hold: Hold) -> Line:
    more = f" (+{hold.heir_count})" if hold.heir_count else ""
    text = f"{hold.subject}{more}: {hold.reason}"
    to = reverse("hold", args=[hold.number])
    return Line(hold.number, to, text, moment(hold.placed_at, hold.site), "held", "H")
