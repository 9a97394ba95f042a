"""What the demo plant's people did by mistake: taken back by themselves, corrected by others, or stopped by a gate."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from genealogy.models import Unit
from mes.demo import lots
from mes.demo.work import be_refused
from mes.kernel.door import open_door
from mes.station.actions.operations import Given
from wip.actions import undo

if TYPE_CHECKING:
    from mes.demo.history import History

Place = tuple[str, int, str]  # order, index of the unit, operation

# Begun with the wrong unit, so taken back and begun again.
TAKEN_BACK: set[Place] = {("WO-10469", 1, "30"), ("WO-10475", 1, "20"), ("WO-10481", 0, "20"), ("WO-10484", 0, "20")}
# Ended too early: whose supervisor takes the end back, and why.
CORRECTED: dict[Place, tuple[str, str]] = {
    ("WO-10472", 1, "60"): ("supervisor", "Carton was closed without the quick guide"),
    ("WO-10473", 1, "60"): ("quality", "Serial on the carton was read from the neighbour's pump"),
}
# Who tried to begin an operation, and was stopped: not qualified, or lapsed.
TRIED: dict[Place, str] = {
    ("WO-10468", 0, "30"): "luca",
    ("WO-10474", 2, "30"): "luca",
    ("WO-10479", 0, "40"): "tomasz",
    ("WO-10480", 1, "30"): "jonas",
    ("WO-10484", 1, "30"): "jonas",
}
# Where somebody began before the line was cleared, and where a board of a quarantined battery lot was scanned.
NOT_CLEARED: set[Place] = {("WO-10475", 0, "50"), ("WO-10481", 0, "50")}
QUARANTINED: dict[Place, tuple[str, str]] = {("WO-10485", 0, "10"): ("BATTERY", "LOT-88140")}


def schedule(history: "History", place: Place, who: str, begin: datetime, end: datetime) -> None:
    """Around an operation of the pump line: what is told of it above."""
    reference, index, code = place
    station, worker = history.stations[code], history.worker

    def unit() -> Unit:
        return history.units_of(reference)[index]

    if place in TRIED:
        other = TRIED[place]
        _add_refused(history, begin - timedelta(seconds=2), lambda at: worker.start(unit(), code, station, other, at))
    if place in NOT_CLEARED:
        _add_refused(history, begin - timedelta(seconds=3), lambda at: worker.start(unit(), code, station, who, at))
    if place in QUARANTINED:
        step, lot = QUARANTINED[place]
        at = begin + (end - begin) * 0.3
        _add_refused(history, at, lambda at: worker.report(unit(), code, who, at, [Given(step, lot)]))
    if place in TAKEN_BACK:
        history.add(begin + timedelta(seconds=20), lambda at: take_back(history, unit(), code, who, at))
        history.add(begin + timedelta(seconds=40), lambda at: worker.start(unit(), code, station, who, at))
    if place in CORRECTED:
        by, reason = CORRECTED[place]
        history.add(end + timedelta(minutes=14), lambda at: take_back(history, unit(), code, by, at, reason))
        history.add(end + timedelta(minutes=17), lambda at: worker.complete(unit(), code, who, at, before=at))


def take_back(history: "History", unit: Unit, code: str, who: str, at: datetime, reason: str = "") -> None:
    """Take back the last act on an operation of a unit."""
    execution = history.worker.running[unit.pk, code]
    with open_door(person=history.people[who], at=at, station=execution.station.code, reason=reason) as passage:
        undo.undo(execution=execution, reason=reason, by=passage.person, at=at)


def book_wrongly(history: "History", unit: Unit, code: str, who: str, at: datetime) -> None:
    """A figure too much, taken back at once and booked again."""
    lots.book_part(history.worker, unit, code, who, 160, at)
    take_back(history, unit, code, who, at + timedelta(seconds=30))
    lots.book_part(history.worker, unit, code, who, 60, at + timedelta(seconds=50))


def _add_refused(history: "History", at: datetime, attempt: Callable[[datetime], object]) -> None:
    history.add(at, lambda at: be_refused(lambda: attempt(at)))
