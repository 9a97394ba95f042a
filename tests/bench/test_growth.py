"""What an act, a queue and a record cost while orders and history grow: a table, and a plot for docs/."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psycopg
import pytest
from django.core.handlers.base import BaseHandler
from django.test import RequestFactory

from mes.kernel.keys import uuid7
from mes.kernel.personnel.models import Person
from tests.bench import plots
from tests.bench.clients import one_after_another
from tests.bench.history import history
from tests.bench.line import CODE, DriveLine, drive_line
from tests.bench.report import note
from tests.bench.test_pages import as_headers, logged_in
from wip.actions import orders as floor_orders
from wip.queues import queue_at

pytestmark = pytest.mark.bench

ONCE = 500  # finished units: a history of 1
STEPS = ((100, 1), (1_000, 1), (10_000, 1), (10_000, 10), (10_000, 50))  # open orders of ten units each, history times
EACH = 40
# Times, from the smallest plant to the largest; in the queue 100,000 units wait at one station in place of 1,000.
MOST_GROWTH = {"scan-to-complete": 2, "queue": 8, "record page": 2}


@pytest.fixture
def page(committed_plant) -> Callable[[str], None]:
    """Asks for a page in this process, without what the test client adds."""
    desk, handler = RequestFactory(headers=as_headers(logged_in(committed_plant, "ines"))), BaseHandler()
    handler.load_middleware()

    def get(path: str) -> None:
        assert handler.get_response(desk.get(path)).status_code == 200

    return get


def test_acts_queues_and_records_hardly_grow_with_orders_and_history(committed_plant, owner_connection, page):
    line, person = drive_line(committed_plant), committed_plant.operator
    past = history(line)
    record = past.orders[0].units.order_by("serial")[0].serial
    took: dict[str, list[float]] = {"scan-to-complete": [], "queue": [], "record page": []}
    have = 0
    note("| open orders | finished units | rows of the ledger | " + " | ".join(f"{name} ms" for name in took) + " |")
    note("|---|---|---|---|---|---|")
    for orders, times in STEPS:
        _release(line, orders - have)
        have = orders
        past.grow_to(times * ONCE)
        acts = {
            "scan-to-complete": (lambda job: line.complete(job, key=str(uuid7()), asked="bench"), line.started(EACH)),
            "queue": (partial(_queue, line, person), range(EACH)),
            "record page": (page, [f"/units/{record}/"] * EACH),
        }
        ledger = _settle(owner_connection)
        for name, (act, jobs) in acts.items():
            took[name].append(one_after_another(act, jobs).quicker_ms)
        cells = " | ".join(f"{values[-1]:.1f}" for values in took.values())
        note(f"| {orders:,} | {past.units:,} | {ledger:,} | {cells} |")
    if path := os.environ.get("MES_BENCH_PLOT"):
        steps = [(f"{orders:,} orders", f"history × {times}") for orders, times in STEPS]
        Path(path).write_text(plots.lines("Milliseconds while orders and history grow", steps, took))
    grown = {name: values[-1] / values[0] for name, values in took.items()}
    assert all(grown[name] <= most for name, most in MOST_GROWTH.items()), grown


def _release(line: DriveLine, count: int) -> None:
    for start in range(0, count, 500):
        orders = line.orders(min(500, count - start), 10)
        with line.plant.door("ines") as passage:
            floor_orders.release_many(orders=orders, by=passage.person, at=passage.at)


def _settle(owner: psycopg.Connection) -> int:
    """Let the planner know what there is, which only the tables' owner can; how many rows the ledger has."""
    owner.execute("ANALYZE")
    (rows,) = owner.execute("SELECT count(*) FROM audit_auditevent").fetchone()
    return rows


def _queue(line: DriveLine, person: Person, _turn: int) -> None:
    queue_at(line.plant.stations[CODE], person)
