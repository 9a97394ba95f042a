"""Machines in pictures: a strip of states, a trend of a tag. Pure; a strip in percent, a trend in viewBox units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, log10

from django.utils.translation import gettext as _

from equipment.machine_times import NOT_KNOWN, Spell, Times
from equipment.models import Site
from equipment.status import MachineState
from equipment.trends import Moment, Trend
from mes.kernel.words import told

WIDTH, HEIGHT = 560, 200
LEFT, RIGHT, TOP, BOTTOM = 48, 552, 10, 176
_LETTER_FITS = 1.2  # percent of the strip


@dataclass(frozen=True)
class Band:
    """A spell on the strip. shape: its class; is_wide: a letter fits in."""

    shape: str
    x: float
    width: float
    words: str

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)

    @property
    def is_wide(self) -> bool:
        return self.width >= _LETTER_FITS


@dataclass(frozen=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True)
class StateStrip:
    bands: Sequence[Band]
    ticks: Sequence[Tick]
    sums: Sequence[tuple[str, str]]

    @property
    def words(self) -> str:
        """The strip for who does not see it."""
        return ", ".join(f"{state} {length}" for state, length in self.sums)


def state_word(state: str, detail: str = "") -> str:
    word = str(MachineState(state).label) if state != NOT_KNOWN else _("Not known")
    return f"{word}: {told(detail)}" if detail else word


def draw_states(spells: Sequence[Spell], begin: datetime, end: datetime, site: Site, every_h: int) -> StateStrip:
    """The spells from begin to end, with a mark each so many hours of the site's clock."""

    def share(at: datetime) -> float:
        return round((at - begin) / (end - begin) * 100, 2)

    bands = [
        Band(
            spell.state.lower() or "unknown",
            share(spell.begins_at),
            max(0.05, round(share(spell.ends_at) - share(spell.begins_at), 2)),
            f"{state_word(spell.state, spell.detail)}, {_clock(site, spell.begins_at)}–{_clock(site, spell.ends_at)}",
        )
        for spell in spells
    ]
    ticks = [Tick(share(at), _clock(site, at)) for at in _hours(begin, end, site, every_h)]
    return StateStrip(bands, ticks, _sums(spells))


def _clock(site: Site, at: datetime) -> str:
    return f"{site.local(at):%H:%M}"


def _hours(begin: datetime, end: datetime, site: Site, every_h: int) -> Iterator[datetime]:
    """Full hours, none so near the ends that its label would stand out."""
    at = begin.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    room = (end - begin) * 0.025
    while at < end - room:
        if site.local(at).hour % every_h == 0 and at > begin + room:
            yield at
        at += timedelta(hours=1)


def _sums(spells: Sequence[Spell]) -> list[tuple[str, str]]:
    """How long it was in each state, hours and minutes; what never was is left out."""
    found = []
    for state in (*MachineState.values, NOT_KNOWN):
        length = sum((spell.length for spell in spells if spell.state == state), timedelta())
        if length:
            minutes = round(length.total_seconds() / 60)
            found.append((state_word(state), f"{minutes // 60}:{minutes % 60:02}"))
    return found


@dataclass(frozen=True)
class Drawing:
    """A trend. line: an SVG path, held from value to value; ranges: from least to most, where a moment stands for
    several; holes: (x, width) in which nobody watched.
    """

    line: str
    ranges: str
    holes: Sequence[tuple[float, float]]
    rows: Sequence[Tick]
    columns: Sequence[Tick]

    width, height, left, right, top, bottom = WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM

    @property
    def plot(self) -> tuple[int, int]:
        return RIGHT - LEFT, BOTTOM - TOP


def draw_trend(trend: Trend, holes: Sequence[Times], begin: datetime, end: datetime, site: Site) -> Drawing | None:
    """The course of numbers from begin to end; None where there is none."""
    numbers = [moment for moment in trend.moments if moment.mean is not None]
    if not numbers:
        return None
    grid = _grid(min(one.least for one in numbers), max(one.most for one in numbers))  # type: ignore[type-var]
    low, high = grid[0], grid[-1]

    def x(at: datetime) -> float:
        return round(LEFT + min(1.0, max(0.0, (at - begin) / (end - begin))) * (RIGHT - LEFT), 1)

    def y(value: float) -> float:
        return round(BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP), 1)

    ranges = [
        f"M{x(one.at)} {y(one.least)}V{y(one.most)}"
        for one in numbers
        if one.least is not None and one.most is not None and one.most > one.least
    ]
    step = (end - begin) / 4
    pattern = "%H:%M" if end - begin <= timedelta(days=1) else "%d.%m. %H:%M"
    return Drawing(
        "".join(_path(trend.moments, holes, end, x, y)),
        "".join(ranges),
        [(x(since), round(x(until) - x(since), 1)) for since, until in holes],
        [Tick(y(value), f"{value:g}") for value in grid],
        [Tick(x(begin + n * step), f"{site.local(begin + n * step):{pattern}}") for n in range(5)],
    )


def _path(moments: Sequence[Moment], holes: Sequence[Times], end: datetime, x, y) -> Iterator[str]:
    """Each value held until the next one, broken where there is none and where nobody watched."""
    is_drawing = False
    for one, after in zip(moments, [*moments[1:], None], strict=True):
        until = after.at if after else end
        if one.mean is None:
            is_drawing = False
            continue
        hole = next((since for since, back in holes if since < until and back > one.at), None)
        yield f"{'V' if is_drawing else f'M{x(one.at)} '}{y(one.mean)}"
        yield f"H{x(max(one.at, hole) if hole else until)}"
        is_drawing = hole is None


def _grid(low: float, high: float) -> list[float]:
    """Round numbers from at most `low` to at least `high`, three to six of them."""
    span = (high - low) or abs(high) or 1.0
    size = 10 ** floor(log10(span / 4))
    step = next(size * n for n in (1, 2, 2.5, 5, 10, 20) if span / (size * n) <= 4)
    first = floor(low / step)
    grid = [round(first * step, 10)]
    while grid[-1] < high or len(grid) < 2:
        first += 1
        grid.append(round(first * step, 10))
    return grid
