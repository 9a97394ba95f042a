"""The course of a tag in a picture that takes any width, and whose words keep their size.

Pure. What stands in it is placed in percent; its lines are in a thousand units each way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, log10

from django.utils import formats

from equipment.machine_times import Times
from equipment.models import Site
from equipment.trends import Moment, Trend

_UNITS = 1000  # the viewBox of the lines, both ways
_TICKS = 7
_STEPS = [
    *(timedelta(minutes=n) for n in (1, 2, 5, 10, 15, 30)),
    *(timedelta(hours=n) for n in (1, 2, 3, 4, 6, 12)),
    *(timedelta(days=n) for n in (1, 2, 7)),
]


@dataclass(frozen=True)
class Tick:
    """A label. at: percent from the left, or from the top. is_spare: left out where there is little room."""

    at: float
    label: str
    is_spare: bool = False


@dataclass(frozen=True)
class Spot:
    """A time that is pointed at, and what was recorded then; percent from left and top, y is None where nothing was.

    is_beyond: outside of its limits.
    """

    x: float
    y: float | None
    label: str
    is_beyond: bool


@dataclass(frozen=True)
class Drawing:
    """line: an SVG path, held from value to value; ranges: from least to most, where a moment stands for several;
    holes: (x, width) in which nobody watched; limits: lines across.
    """

    line: str
    ranges: str
    holes: Sequence[tuple[float, float]]
    rows: Sequence[Tick]
    columns: Sequence[Tick]
    limits: Sequence[Tick] = ()
    spot: Spot | None = None

    units = _UNITS


@dataclass(frozen=True)
class Shown:
    """A time to point at, the value that was recorded then, and the limits that it had, each with how it is written."""

    at: datetime
    value: float | None = None
    label: str = ""
    is_beyond: bool = False
    limits: Sequence[tuple[float, str]] = ()


def draw_trend(
    trend: Trend, holes: Sequence[Times], begin: datetime, end: datetime, site: Site, shown: Shown | None = None
) -> Drawing | None:
    """The course of numbers from begin to end; None where there is none."""
    numbers = [one for one in trend.moments if one.least is not None and one.most is not None]
    if not numbers:
        return None
    marked = [limit for limit, _label in shown.limits] if shown else []
    marked += [shown.value] if shown and shown.value is not None else []
    grid = _grid(
        min(marked + [one.least for one in numbers if one.least is not None]),
        max(marked + [one.most for one in numbers if one.most is not None]),
    )
    low, high = grid[0], grid[-1]

    def x(at: datetime) -> float:
        return min(1.0, max(0.0, (at - begin) / (end - begin)))

    def y(value: float) -> float:
        return 1 - (value - low) / (high - low)

    ranges = [
        f"M{_units(x(one.at))} {_units(y(one.least))}V{_units(y(one.most))}"
        for one in numbers
        if one.least is not None and one.most is not None and one.most > one.least
    ]
    spot = None
    if shown:
        top = None if shown.value is None else _percent(y(shown.value))
        spot = Spot(_percent(x(shown.at)), top, shown.label, shown.is_beyond)
    return Drawing(
        "".join(_path(trend.moments, holes, end, x, y)),
        "".join(ranges),
        [(_percent(x(since)), _percent(x(until) - x(since))) for since, until in holes],
        [Tick(_percent(y(value)), f"{value:g}") for value in grid],
        [Tick(_percent(x(at)), label, bool(n % 2)) for n, (at, label) in enumerate(_times(begin, end, site))],
        [Tick(_percent(y(limit)), label) for limit, label in shown.limits] if shown else (),
        spot,
    )


def _percent(share: float) -> float:
    return round(100 * share, 2)


def _units(share: float) -> float:
    return round(_UNITS * share, 1)


def _path(moments: Sequence[Moment], holes: Sequence[Times], end: datetime, x, y) -> Iterator[str]:
    """Each value held until the next one, broken where there is none and where nobody watched."""
    is_drawing = False
    for one, after in zip(moments, [*moments[1:], None], strict=True):
        until = after.at if after else end
        if one.mean is None:
            is_drawing = False
            continue
        hole = next((since for since, back in holes if since < until and back > one.at), None)
        yield f"{'V' if is_drawing else f'M{_units(x(one.at))} '}{_units(y(one.mean))}"
        yield f"H{_units(x(max(one.at, hole) if hole else until))}"
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


def _times(begin: datetime, end: datetime, site: Site) -> Iterator[tuple[datetime, str]]:
    """Round times of the site's clock, at most _TICKS of them, none so near the ends that its label would stand out."""
    step = next((one for one in _STEPS if (end - begin) / one <= _TICKS), _STEPS[-1])
    local = site.local(begin)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    at, room = begin + (step - (local - midnight) % step), (end - begin) * 0.03
    while at < end - room:
        if at > begin + room:
            days = step >= timedelta(days=1)
            yield at, formats.date_format(site.local(at), "D j" if days else "H:i")
        at += step
