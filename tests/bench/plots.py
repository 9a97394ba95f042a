"""Plots for docs/: SVG by itself, read in light and dark."""

from collections.abc import Mapping, Sequence

_STYLE = """<style>
  .paper { fill: #ffffff; } .axis { stroke: #676f75; fill: none; }
  text { fill: #1b1f22; } .small { fill: #3f464b; font-size: 12px; }
  .a { stroke: #1d5fa8; } .b { stroke: #8a5200; } .c { stroke: #3b7a2a; } polyline { fill: none; stroke-width: 2.5; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #16191c; } .axis { stroke: #8b949b; } text { fill: #e6e8ea; } .small { fill: #b9c0c5; }
    .a { stroke: #6cb0f2; } .b { stroke: #e0a04a; } .c { stroke: #7cc46a; }
  }
</style>"""
_DASHES = ("", "7 4", "2 4")
WIDTH, LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 760, 60, 170, 24, 250, 310


def lines(title: str, steps: Sequence[tuple[str, str]], series: Mapping[str, Sequence[float]]) -> str:
    """Milliseconds at each step, one line a series, up to three. steps: two lines of words below the axis."""
    most = max(max(values) for values in series.values()) * 1.15
    across = [LEFT + (WIDTH - LEFT - RIGHT) * (at + 0.5) / len(steps) for at in range(len(steps))]

    def up(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * value / most

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="Liberation Sans, Arial, sans-serif" font-size="14">',
        f"<title>{title}</title>",
        _STYLE,
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
        f'<path class="axis" d="M{LEFT} {TOP}V{BOTTOM}H{WIDTH - RIGHT + 10}"/>',
    ]
    for place, words in zip(across, steps, strict=True):
        for line, word in enumerate(words):
            parts.append(
                f'<text class="small" x="{place:.0f}" y="{BOTTOM + 20 + 17 * line}" text-anchor="middle">{word}</text>'
            )
    for tick in _ticks(most):
        parts.append(f'<text class="small" x="{LEFT - 8}" y="{up(tick) + 4:.0f}" text-anchor="end">{tick:g} ms</text>')
    for values, kind, dash in zip(series.values(), "abc", _DASHES, strict=False):
        points = " ".join(f"{x:.1f},{up(value):.1f}" for x, value in zip(across, values, strict=True))
        parts.append(f'<polyline class="{kind}" points="{points}" stroke-dasharray="{dash}"/>')
    names = _apart([(up(values[-1]) + 5, name, values[-1]) for name, values in series.items()])
    for y, name, value in names:
        parts.append(f'<text x="{across[-1] + 10:.0f}" y="{y:.0f}">{name}, {value:.1f}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _ticks(most: float) -> list[float]:
    step = next(size for size in (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if most / size <= 6)
    return [step * number for number in range(int(most / step) + 1)]


def _apart(names: list[tuple[float, str, float]]) -> list[tuple[float, str, float]]:
    """So that no name is written over another."""
    placed: list[tuple[float, str, float]] = []
    for y, name, value in sorted(names):
        placed.append((max(y, placed[-1][0] + 17) if placed else y, name, value))
    return placed
