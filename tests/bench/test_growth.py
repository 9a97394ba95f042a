"""What a scan-to-complete and a station's queue cost while orders and history grow: a table, and a plot for docs/."""

import os
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from mes.kernel.keys import uuid7
from mes.kernel.personnel.models import Person
from tests.bench.clients import one_after_another
from tests.bench.line import CODE, drive_line
from tests.bench.report import note
from wip.actions import orders as floor_orders
from wip.queues import queue_at

pytestmark = pytest.mark.bench

SIZES = (0, 1000, 2500, 5000, 10000)  # open orders of ten units each
EACH = 40
MOST_GROWTH = 2.0  # times, from the smallest plant to the largest


def test_the_cost_of_an_act_hardly_grows_with_orders_and_history(committed_plant):
    line, person = drive_line(committed_plant), committed_plant.operator
    acts, queues = [], []
    have = 0
    note("| open orders | rows of the ledger | scan-to-complete p50 ms | queue p50 ms |\n|---|---|---|---|")
    for size in SIZES:
        _release(line, size - have)
        have = size
        jobs = line.started(EACH)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            cursor.execute("SELECT count(*) FROM audit_auditevent")
            (ledger,) = cursor.fetchone()
        act = one_after_another(lambda job: line.complete(job, key=str(uuid7()), asked="bench"), jobs)
        queue = one_after_another(partial(_queue, line, person), range(EACH))
        acts.append(act.p50_ms)
        queues.append(queue.p50_ms)
        note(f"| {size} | {ledger} | {act.p50_ms:.1f} | {queue.p50_ms:.1f} |")
    if path := os.environ.get("MES_BENCH_PLOT"):
        Path(path).write_text(plot(SIZES, {"scan-to-complete": acts, "queue": queues}))
    assert acts[-1] <= MOST_GROWTH * acts[0]


def _release(line, count: int) -> None:
    for start in range(0, count, 500):
        orders = line.orders(min(500, count - start), 10)
        with line.plant.door("ines") as passage:
            floor_orders.release_many(orders=orders, by=passage.person, at=passage.at)


def _queue(line, person: Person, _turn: int) -> None:
    queue_at(line.plant.stations[CODE], person)


def plot(sizes: Sequence[int], series: dict[str, Sequence[float]]) -> str:
    """Lines over the number of open orders, in ms: an SVG that is read in light and dark."""
    width, height, left, low = 640, 280, 56, 240
    top = max(max(values) for values in series.values()) * 1.15
    x = [left + (width - left - 140) * size / max(sizes) for size in sizes]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-family="sans-serif"'
        ' font-size="13" fill="#667">',
        "<title>Milliseconds (p50) over the number of open orders</title>",
        f'<path d="M{left} 20V{low}H{width - 130}" fill="none" stroke="#99a"/>',
    ]
    for size, place in zip(sizes, x, strict=True):
        parts.append(f'<text x="{place:.0f}" y="{low + 18}" text-anchor="middle">{size:,}</text>')
    for step in range(0, int(top) + 1, max(1, int(Decimal(top) / 4))):
        parts.append(f'<text x="{left - 8}" y="{low - 220 * step / top + 4:.0f}" text-anchor="end">{step} ms</text>')
    for (name, values), color, dash in zip(series.items(), ("#2563a8", "#8a5a00"), ("", "6 4"), strict=True):
        y = [low - 220 * value / top for value in values]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2" stroke-dasharray="{dash}"/>'
        )
        parts.append(f'<text x="{x[-1] + 8:.0f}" y="{y[-1] + 4:.0f}" fill="{color}">{name}</text>')
    parts.append(f'<text x="{(width - 130) / 2:.0f}" y="{height - 6}" text-anchor="middle">open orders</text></svg>')
    return "\n".join(parts) + "\n"
