"""The board as pictures: a lane for each station, time from left to right, closed time shaded. Pure.

Positions in viewBox units.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.calendars.spans import shifts_between
from equipment.models import Station
from mes.boards.board_rows import job_value
from mes.kernel.numbers import plain
from mes.kernel.pieces import Flat
from wip.planning.bars import Bar
from wip.planning.clocks import Clock
from wip.planning.conflicts import name_of

WIDTH, HEIGHT = 1200, 44
_LETTER = 7  # width of one, about
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class DrawnBar(Flat):
    """A bar of a lane. state: running, planned, done; job: its value as a choice; key: of the planned job, else "".

    words: all of it, for who asks or does not see.
    """

    key: str
    job: str
    x: str
    middle: str
    width: str
    label: str
    words: str
    state: str
    is_wrong: bool


@dataclass(frozen=True)
class Lane(Flat):
    """A station's row, which is the same from one minute to the next. closed: (x, width) of the time in which nobody
    works there; hours: the lines of full hours; day: whose board it is; may_plan: whether bars are moved.
    """

    bars: tuple[DrawnBar, ...]
    closed: tuple[tuple[str, str], ...]
    hours: str
    day: str
    may_plan: bool

    width, height = WIDTH, HEIGHT


@dataclass(frozen=True)
class Scale:
    """From time to the picture's units."""

    begin: datetime
    end: datetime

    def x(self, moment: datetime) -> float:
        part = (moment - self.begin) / (self.end - self.begin)
        return round(min(max(part, 0), 1) * WIDTH, 1)

    def x_within(self, moment: datetime) -> str | None:
        """Where a moment is, if it is on the board."""
        return str(self.x(moment)) if self.begin <= moment < self.end else None

    def hours(self) -> list[tuple[float, datetime]]:
        """The full hours within, and where they are."""
        first = self.begin.replace(minute=0, second=0, microsecond=0)
        count = int((self.end - first) / _HOUR) + 1
        moments = (first + n * _HOUR for n in range(count))
        return [(self.x(moment), moment) for moment in moments if self.begin <= moment < self.end]


def draw(
    stations: Sequence[Station],
    bars: Sequence[Bar],
    wrong: Collection[int],
    clock: Clock,
    scale: Scale,
    day: date,
    *,
    may_plan: bool,
) -> list[tuple[Station, Lane]]:
    """The lanes of stations of one work center. wrong: ids of the bars against which something stands."""
    closed = tuple((str(x), str(width)) for x, width in _closed(clock, scale))
    hours = "".join(f"M{x} 0V{HEIGHT}" for x, _moment in scale.hours())
    last = {bar.batch: bar for bar in sorted(bars, key=lambda one: one.ends_at) if bar.batch}
    by_station: dict[UUID, list[DrawnBar]] = {station.pk: [] for station in stations}
    for bar in bars:
        stands_for_its_run = not bar.batch or last[bar.batch] is bar
        if bar.station.pk in by_station and stands_for_its_run:
            by_station[bar.station.pk].append(_drawn(bar, scale, id(bar) in wrong))
    named = day.isoformat()
    return [(one, Lane(tuple(by_station[one.pk]), closed, hours, named, may_plan)) for one in stations]


def _drawn(bar: Bar, scale: Scale, is_wrong: bool) -> DrawnBar:
    left, right = scale.x(bar.starts_at), scale.x(bar.ends_at)
    width = max(round(right - left, 1), 3)
    local = bar.station.work_center.site.local
    state = "running" if bar.is_running else "done" if bar.is_done else "planned"
    name = f"{bar.batch} {bar.operation.code}" if bar.batch else name_of(bar)
    names = (name, f"{bar.order.erp_reference[-4:]} {bar.operation.code}", bar.operation.code)
    words = _("{job} {name} at {station}, {begins} to {ends}, {quantity} {unit}").format(
        job=name,
        name=bar.operation.name,
        station=bar.station.code,
        begins=f"{local(bar.starts_at):%H:%M}",
        ends=f"{local(bar.ends_at):%H:%M}",
        quantity=plain(bar.quantity),
        unit=bar.order.quantity_unit,
    )
    label = next((text for text in names if len(text) * _LETTER + 6 <= width), "")
    return DrawnBar(
        key=str(bar.key or ""),
        job=job_value(bar.order, bar.operation),
        x=str(left),
        middle=str(round(left + width / 2, 1)),
        width=str(width),
        label=label,
        words=words,
        state=state,
        is_wrong=is_wrong,
    )


def _closed(clock: Clock, scale: Scale) -> list[tuple[float, float]]:
    if clock.timetable is None:
        return []
    found, since = [], scale.begin
    for shift in shifts_between(clock.timetable, scale.begin, scale.end):
        for begins, ends in shift.worked():
            if begins > since:
                found.append((since, min(begins, scale.end)))
            since = max(since, ends)
    if since < scale.end:
        found.append((since, scale.end))
    return [(scale.x(begins), round(scale.x(ends) - scale.x(begins), 1)) for begins, ends in found if begins < ends]
