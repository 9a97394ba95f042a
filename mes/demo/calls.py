"""Calls for help in the demo plant's month: most are done, one is taken, one is open."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from equipment.actions import help_calls
from equipment.models import HelpCall
from equipment.status import CallKind
from mes.kernel.door import open_door

if TYPE_CHECKING:
    from mes.demo.history import History


@dataclass(frozen=True)
class DemoCall:
    """comes: who, so many minutes after the call; done: minutes after the call. None: not yet."""

    station: str
    who: str
    kind: CallKind
    note: str
    comes: str | None
    comes_min: int = 5
    done_min: int | None = None
    answer: str = ""


_MAINTENANCE, _QUALITY, _MATERIAL = CallKind.MAINTENANCE, CallKind.QUALITY, CallKind.MATERIAL
# Working days before now, and hours after the begin of the early shift.
DONE = (
    (16, 2.5, DemoCall("30", "operator", _MAINTENANCE, "Wrench clicks twice", "engineer", 6, 25, "Wrench exchanged")),
    (
        12,
        4.0,
        DemoCall("40", "priya", _QUALITY, "Two leaks in a row", "quality", 4, 40, "Seal of the fixture worn"),
    ),
    (9, 1.2, DemoCall("60", "sofia", _MATERIAL, "Cartons for ten pumps left", "supervisor", 9, 20, "Pallet brought")),
    (5, 3.1, DemoCall("110", "kofi", _MAINTENANCE, "Coolant pressure low", "ana", 12, 55, "Filter cleaned")),
    (2, 5.6, DemoCall("160", "elena", _QUALITY, "Run-out at the limit", "samuel", 8, 35, "Within limits")),
)
# Minutes before now.
OPEN = (
    (14, DemoCall("20", "luca", _MATERIAL, "Last bag of gaskets", "supervisor")),
    (4, DemoCall("150", "elena", _MAINTENANCE, "Wheel sings at low speed", None)),
)


def schedule_calls(history: "History") -> None:
    """Put the calls into the plant's history."""
    for days, hours, one in DONE:
        _schedule(history, history.shifts.hours[-1 - days][0] + timedelta(hours=hours), one)
    for minutes, one in OPEN:
        _schedule(history, history.now - timedelta(minutes=minutes), one)


def _schedule(history: "History", begin: datetime, one: DemoCall) -> None:
    made: list[HelpCall] = []

    def call(at: datetime) -> None:
        person, station = history.people[one.who], history.stations[one.station]
        with open_door(person=person, at=at, station=station.code):
            made.append(help_calls.call(station=station, kind=one.kind, note=one.note, by=person, at=at))

    def take(at: datetime) -> None:
        with open_door(person=history.people[one.comes or ""], at=at):
            help_calls.take(call=made[0], by=history.people[one.comes or ""], at=at)

    def finish(at: datetime) -> None:
        with open_door(person=history.people[one.comes or ""], at=at):
            help_calls.finish(call=made[0], answer=one.answer, by=history.people[one.comes or ""], at=at)

    history.add(begin, call)
    if one.comes is not None:
        history.add(begin + timedelta(minutes=one.comes_min), take)
    if one.done_min is not None:
        history.add(begin + timedelta(minutes=one.done_min), finish)
