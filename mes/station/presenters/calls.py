"""Calls for help as a station shows them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from equipment.models import HelpCall, Station
from equipment.queries import open_calls_at
from equipment.status import CallKind, CallStatus
from equipment.topics import at_station
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission


@dataclass(frozen=True)
class Tile:
    """A kind of help. state: what became of the call for it, empty when nobody called. digit: its key."""

    kind: CallKind
    digit: int
    call: HelpCall | None
    state: str
    may_finish: bool


def state_of(call: HelpCall, now: datetime) -> str:
    """ "Taken by Ines Carvalho", "Called 3 min ago"."""
    if call.status == CallStatus.TAKEN:
        return _("Taken by {person}").format(person=call.taken_by)
    minutes = int((now - call.called_at).total_seconds()) // 60
    return _("Called {minutes} min ago").format(minutes=minutes) if minutes else _("Called just now")


def summary_of(calls: Collection[HelpCall], now: datetime) -> str:
    """What the Help button says of the open calls; empty when there is none."""
    if len(calls) > 1:
        return ngettext("{count} call", "{count} calls", len(calls)).format(count=len(calls))
    return "".join(state_of(call, now) for call in calls)


def help_context(station: Station, now: datetime) -> dict[str, Any]:
    """help_state, help_topic: for the Help button of every station page; the state is asked when it is shown."""
    return {
        "help_state": lambda: summary_of(open_calls_at(station).values(), now),
        "help_topic": at_station(station.site_id, station.pk),
    }


def tiles_at(station: Station, person: Person, now: datetime) -> list[Tile]:
    """The kinds of help, each with its open call."""
    calls = open_calls_at(station)
    tiles = []
    for digit, kind in enumerate(CallKind, 1):
        call = calls.get(kind)
        may = call is not None and (call.called_by_id == person.pk or person.may(Permission.ANSWER_HELP))
        tiles.append(Tile(kind, digit, call, state_of(call, now) if call else "", may))
    return tiles
