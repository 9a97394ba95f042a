"""Stations, calls and holds."""

from collections import defaultdict
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from equipment.models import HelpCall, Station
from equipment.queries import find_calls, in_plant_order
from equipment.status import CallStatus
from mes.boards.start.panel import Asked, Line, Panel, panel
from mes.boards.templatetags.plant import age, moment
from wip.models import Hold, OperationExecution
from wip.overview import running_in
from wip.queries import find_holds

STATIONS_SHOWN = 40


def stations(asked: Asked) -> Panel:
    """Every station by work center: what runs there, by whom, for how long; or that it calls for help."""
    running: dict[UUID, list[OperationExecution]] = defaultdict(list)
    for execution in running_in(asked.sites):
        running[execution.station_id].append(execution)
    calling = {call.station_id: call for call in find_calls(asked.sites, is_open=True)}
    found = Station.objects.filter(site__in=asked.sites, is_active=True).select_related("work_center", "site")
    return panel(
        _("Stations"),
        found.order_by(*in_plant_order()),
        lambda station: _station(asked, station, running[station.pk], calling.get(station.pk)),
        empty=_("There are no stations yet; they are made in the master data."),
        more=reverse("station:stations"),
        shown=STATIONS_SHOWN,
    )


def _station(asked: Asked, station: Station, running: list[OperationExecution], call: HelpCall | None) -> Line:
    mark = ("caution", "!") if call and call.status == CallStatus.OPEN else ()
    text = _at_work(running) if running else _("nothing runs")
    if call:
        text = _("calls for %(kind)s; %(text)s") % {"kind": call.get_kind_display(), "text": text}
    if not running:
        return Line(str(station), reverse("station:stations"), text, "", *mark)
    to = reverse("unit", args=[running[0].unit.serial])
    return Line(str(station), to, text, age(running[0].started_at, asked.now), *mark)


def _at_work(running: list[OperationExecution]) -> str:
    first = running[0]
    text = f"{first.unit}, {first.operation_code}, {first.worked_by}"
    return _("%(first)s, and %(more)s more") % {"first": text, "more": len(running) - 1} if len(running) > 1 else text


def calls(asked: Asked) -> Panel:
    """Open help calls, longest first; those that nobody has taken are marked."""
    return panel(
        _("Help calls"),
        find_calls(asked.sites, is_open=True),
        lambda call: _call(asked, call),
        empty=_("Nobody calls."),
        more=reverse("help_calls"),
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


def holds(asked: Asked) -> Panel:
    """Open holds."""
    return panel(
        _("Open holds"),
        find_holds(asked.sites).select_related("site"),
        _hold,
        empty=_("None: nothing is held."),
        more=reverse("holds"),
    )


def _hold(hold: Hold) -> Line:
    on = hold.unit or hold.work_order
    to = reverse("unit", args=[on.serial]) if hold.unit else reverse("order", args=[hold.work_order.erp_reference])
    return Line(hold.number, to, f"{on}: {hold.reason}", moment(hold.placed_at, hold.site), "held", "H")
