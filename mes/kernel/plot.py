"""A small plot of numbers in their order, between their limits: coordinates for an SVG, and what they come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mes.kernel.numbers import with_places

WIDTH, HEIGHT, MARGIN = 320, 96, 8


@dataclass(frozen=True)
class Point:
    """A number at its place. text: as it was given."""

    x: float
    y: float
    text: str
    is_outside: bool


@dataclass(frozen=True)
class Plot:
    """Points from left to right; low_y, high_y: where the limits are drawn, None where there is none."""

    points: Sequence[Point]
    low_y: float | None
    high_y: float | None
    minimum: str
    mean: str
    maximum: str

    @property
    def line(self) -> str:
        """The points as an SVG polyline has them."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


def plot_of(numbers: Sequence[tuple[Decimal, str]], low: Decimal | None, high: Decimal | None, places: int) -> Plot:
    """The plot of at least one (number, text). places: decimal places of least and greatest; the mean has one more."""
    values = [number for number, _ in numbers]
    seen = [*values, *(limit for limit in (low, high) if limit is not None)]
    bottom, span = min(seen), (max(seen) - min(seen)) or Decimal(1)

    def height(value: Decimal) -> float:
        return round(HEIGHT - MARGIN - float((value - bottom) / span) * (HEIGHT - 2 * MARGIN), 1)

    step = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)
    points = [
        Point(round(MARGIN + index * step, 1), height(value), text, _is_outside(value, low, high))
        for index, (value, text) in enumerate(numbers)
    ]
    mean = round(sum(values, Decimal(0)) / len(values), places + 1)
    return Plot(
        points,
        None if low is None else height(low),
        None if high is None else height(high),
        with_places(min(values), places),
        f"{mean:f}",
        with_places(max(values), places),
    )


def _is_outside(value: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)
