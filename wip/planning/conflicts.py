"""What stands against the plan: listed beside the board, never silently prevented. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from orders.queries import plan_of
from wip.planning.bars import Bar, Key
from wip.planning.clocks import Clock


class Conflict(NamedTuple):
    """What is wrong with a bar. code: the stable name of it."""

    bar: Bar
    code: str
    what: str


@dataclass(frozen=True)
class Board:
    """What is known when the plan is judged.

    bars: of the board; elsewhere: those of the same orders at other work centers; left: what is still to begin.
    """

    bars: Sequence[Bar]
    elsewhere: Sequence[Bar]
    left: Mapping[Key, Decimal]
    clocks: Mapping[UUID, Clock]
    now: datetime

    def at(self, moment: datetime) -> str:
        """The time at the board's site, as one says it."""
        return f"{self.bars[0].station.work_center.site.local(moment):%H:%M}"


def conflicts(board: Board) -> list[Conflict]:
    """All that stands against the planned jobs that are not done, in the order of the bars."""
    found = list(_overlaps(board))
    for bar in board.bars:
        if bar.is_running or bar.is_done:
            continue
        found += [Conflict(bar, code, what) for code, what in _of(bar, board)]
    place = {id(bar): number for number, bar in enumerate(board.bars)}
    return sorted(found, key=lambda one: place[id(one.bar)])


def _overlaps(board: Board) -> Iterable[Conflict]:
    last: dict[UUID, Bar] = {}  # of each station, what ends latest so far
    for bar in board.bars:
        if bar.is_done:
            continue
        before = last.get(bar.station.pk)
        if before is not None and bar.starts_at < before.ends_at and not (bar.is_running and before.is_running):
            what = _("{station} is taken until {end} by {other}.").format(
                station=bar.station.code, end=board.at(before.ends_at), other=name_of(before)
            )
            yield Conflict(before if bar.is_running else bar, "OVERLAP", what)
        if before is None or bar.ends_at > before.ends_at:
            last[bar.station.pk] = bar


def _of(bar: Bar, board: Board) -> Iterable[tuple[str, str]]:
    if not bar.station.is_active:
        yield "OUT_OF_USE", _("{station} is out of use.").format(station=bar.station.code)
    if bar.station.station_class_id != bar.operation.station_class_id:
        what = _("{station} is not of the class {wanted}.")
        yield "WRONG_CLASS", what.format(station=bar.station.code, wanted=bar.operation.station_class)
    if not board.clocks[bar.station.work_center_id].is_open(bar.starts_at):
        yield "CLOSED", _("Nobody works at {time}.").format(time=board.at(bar.starts_at))
    if bar.starts_at < board.now:
        yield "NOT_BEGUN", _("It should have begun at {time}.").format(time=board.at(bar.starts_at))
    yield from _too_early(bar, board)
    if bar.ends_at > bar.order.due_at:
        due = bar.station.work_center.site.local(bar.order.due_at)
        yield "LATE", _("It ends after the order is due, {due}.").format(due=f"{due:%d %b %H:%M}")
    if bar.is_held:
        yield "HELD", _("{order} is on hold.").format(order=bar.order)


def _too_early(bar: Bar, board: Board) -> Iterable[tuple[str, str]]:
    """Operations before it that end later, or are planned nowhere though something is left to do at them."""
    plan = plan_of(bar.order)
    for code in bar.operation.predecessors:
        its = [one for one in (*board.bars, *board.elsewhere) if one.job == (bar.order.pk, code) and not one.is_done]
        overlaps = bar.operation.edge(code).transfer_quantity is not None
        ends = max((one.starts_at if overlaps else one.ends_at for one in its), default=None)
        before = plan.operation(code)
        name = f"{code} {before.name}" if before else code
        if ends is not None and bar.starts_at < ends:
            what = _("It begins before {operation} ends, {end}.")
            yield "TOO_EARLY", what.format(operation=name, end=board.at(ends))
        elif ends is None and board.left.get((bar.order.pk, code)):
            yield "NOT_PLANNED", _("It comes after {operation}, which is planned nowhere.").format(operation=name)


def name_of(bar: Bar) -> str:
    """What the bar is, in a word: the unit that runs, else the order."""
    return f"{bar.unit or bar.order} {bar.operation.code}"
