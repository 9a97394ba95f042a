"""What the demo plant's people do with their time: pauses, two on one job, notes, a forgotten clock-out."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from genealogy.models import Unit
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from wip.actions import corrections, labor
from wip.models import LaborSpan, OperationExecution

if TYPE_CHECKING:
    from mes.demo.history import History

BREAK = "PLANNED-BREAK Break"
# Of which operation: order, index of the unit, operation.
PAUSED = {
    ("WO-10469", 0, "30"): "WAIT-MATERIAL No material",
    ("WO-10473", 1, "40"): "FAULT-DEVICE Device out of order",
    ("WO-10477", 2, "20"): BREAK,
    ("WO-10481", 1, "30"): "WAIT-QUALITY Waiting for quality: seam looked at",
    ("WO-10483", 0, "20"): BREAK,
}
JOINED = {("WO-10472", 1, "20"): "supervisor", ("WO-10480", 0, "20"): "supervisor", ("WO-10483", 1, "20"): "supervisor"}
FORGOTTEN = {("WO-10483", 0, "30"): "Called to the leak tester, forgot to stop"}
HAND_OVER = "Insert has cut two thirds of its life; runout was 4 µm at the last piece"
STATION_NOTE = "Blade of the tube cutter changed: first five pieces at half speed"
GRINDER_NOTE = "Wheel was dressed: measure the first two shafts of each lot"
PAUSED_NOW = "WAIT-MATERIAL No material: next reel is on its way"


def spend(verb: Callable[..., Any], person: Person, execution: OperationExecution, at: datetime, **more: Any) -> Any:
    """Do something with one's time at the station of the job."""
    with open_door(person=person, at=at, station=execution.station.code):
        return verb(execution=execution, station=execution.station, by=person, at=at, **more)


def schedule(history: "History", place: tuple[str, int, str], who: str, begin: datetime, end: datetime) -> None:
    """Between begin and end of an operation: what is told of it above."""
    takes, person = end - begin, history.people[who]

    def then(share: float, verb: Callable[..., Any], by: Person, **more: Any) -> None:
        history.add(begin + takes * share, lambda at: spend(verb, by, running(history, place), at, **more))

    if place in PAUSED:
        then(0.3, labor.pause, person, reason=PAUSED[place])
        then(0.45, labor.resume, person)
    if place in JOINED:
        other = history.people[JOINED[place]]
        then(0.2, labor.join, other)
        then(0.8, labor.leave, other)
    if place in FORGOTTEN:
        history.add(end + timedelta(minutes=2), lambda at: claim(history, place, person, begin + takes * 0.6, at))


def running(history: "History", place: tuple[str, int, str]) -> OperationExecution:
    unit = history.units_of(place[0])[place[1]]
    return history.worker.running[unit.pk, place[2]]


def claim(history: "History", place: tuple[str, int, str], person: Person, stopped: datetime, at: datetime) -> None:
    """Say that one forgot to stop; nobody has confirmed it yet."""
    span = LaborSpan.objects.select_related("execution").filter(execution=running(history, place), person=person).last()
    assert span is not None
    with open_door(person=person, at=at):
        corrections.claim(span=span, ended_at=stopped, reason=FORGOTTEN[place], by=person, at=at)


def hand_over(history: "History", unit: Unit, code: str, first: str, last: str, at: datetime) -> None:
    """The shift before leaves a note with the job; the next one takes both."""
    execution = history.worker.running[unit.pk, code]
    note = spend(labor.hand_over, history.people[first], execution, at - timedelta(minutes=5), text=HAND_OVER)
    history.worker.take_over(unit, code, last, at)
    with open_door(person=history.people[last], at=at, station=execution.station.code):
        labor.take_note(note=note, by=history.people[last], at=at)


def leave_tubing(history: "History", execution: OperationExecution) -> None:
    """The lot of tubing waits for material now, and whoever comes next finds a note at the bench."""
    luca, at = history.people["luca"], history.now - timedelta(minutes=6)
    spend(labor.pause, luca, execution, at, reason=PAUSED_NOW)
    with open_door(person=luca, at=at, station=execution.station.code):
        labor.leave_note(station=execution.station, text=STATION_NOTE, by=luca, at=at)
    elena, grinder = history.people["elena"], history.stations["150"]
    with open_door(person=elena, at=at, station=grinder.code):
        labor.leave_note(station=grinder, text=GRINDER_NOTE, by=elena, at=at)
