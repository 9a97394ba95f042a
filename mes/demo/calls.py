"""Calls for help in the demo plant's month: most are done, one is taken, one is open."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from equipment.actions import help_calls
from equipment.models import HelpCall
from equipment.status import CallKind
from mes.kernel.door import open_door

if TYPE_CHECKING:
    from mes.demo.history import History

# Days before now, at which hour after the shift's begin; station, who calls, kind, note; who comes, minutes until
# they come and until it is done, answer. None: not yet.
CALLS = (
    (16, 2.5, "30", "operator", CallKind.MAINTENANCE, "Wrench clicks twice", "engineer", 6, 25, "Wrench exchanged"),
    (12, 4.0, "40", "priya", CallKind.QUALITY, "Two leaks in a row", "quality", 4, 40, "Seal of the fixture was worn"),
    (9, 1.2, "60", "sofia", CallKind.MATERIAL, "Cartons for ten pumps left", "supervisor", 9, 20, "Pallet brought"),
    (5, 3.1, "110", "kofi", CallKind.MAINTENANCE, "Coolant pressure low", "ana", 12, 55, "Filter cleaned"),
    (
        2,
        5.6,
        "160",
        "elena",
        CallKind.QUALITY,
        "Run-out at the limit",
        "samuel",
        8,
        35,
        "Within limits",
    ),
)
OPEN = (
    ("20", "luca", CallKind.MATERIAL, "Last bag of gaskets", 14, "supervisor"),
    ("150", "elena", CallKind.MAINTENANCE, "Wheel sings at low speed", 4, None),
)


def schedule_calls(history: "History") -> None:
    """Put the calls into the plant's history."""
    for days, hours, *call in CALLS:
        begin = history.shifts.hours[-1 - days][0] + timedelta(hours=hours)
        _schedule(history, begin, *call)
    for number, who, kind, note, minutes, taken_by in OPEN:
        _schedule(history, history.now - timedelta(minutes=minutes), number, who, kind, note, taken_by, 5, None, "")


def _schedule(
    history: "History",
    begin: datetime,
    number: str,
    who: str,
    kind: str,
    note: str,
    comes: str | None,
    comes_min: int,
    done_min: int | None,
    answer: str,
) -> None:
    made: list[HelpCall] = []

    def call(at: datetime) -> None:
        person, station = history.people[who], history.stations[number]
        with open_door(person=person, at=at, station=station.code):
            made.append(help_calls.call(station=station, kind=kind, note=note, by=person, at=at))

    def take(at: datetime) -> None:
        with open_door(person=history.people[comes or ""], at=at):
            help_calls.take(call=made[0], by=history.people[comes or ""], at=at)

    def finish(at: datetime) -> None:
        with open_door(person=history.people[comes or ""], at=at):
            help_calls.finish(call=made[0], answer=answer, by=history.people[comes or ""], at=at)

    history.add(begin, call)
    if comes is not None:
        history.add(begin + timedelta(minutes=comes_min), take)
    if done_min is not None:
        history.add(begin + timedelta(minutes=done_min), finish)
