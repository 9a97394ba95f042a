"""Pages and lists over a large plant: the server's time for each."""

import time
from collections.abc import Callable
from statistics import median, quantiles

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import api_as
from tests.bench.plant_at_scale import fill
from tests.bench.report import note
from tests.station.pages import StationPage

pytestmark = [pytest.mark.bench, pytest.mark.django_db]

P50_MS, P95_MS, TIMES = 20, 50, 15
DESK = [
    *("/", "/orders/", "/orders/?status=all&page=100", "/orders/?text=R-2", "/orders/R-7/", "/units/U-7/"),
    *("/find?q=-299", "/holds/", "/stock/", "/assets/", "/help-calls/", "/calendar/", "/gates/", "/reasons/"),
    "/station/stations/",
]
ADMIN = [
    *(
        "orders/product",
        "orders/productrevision",
        "orders/routing",
        "orders/routingrevision",
    ),
    *("equipment/station", "equipment/workcenter", "equipment/calendar", "genealogy/unit", "personnel/person"),
]
API = ["/work-orders", "/units", "/holds", "/gates", "/refusals", "/calendars", "/units/U-7"]


def measure(ask: Callable[[], object]) -> tuple[float, float, float, int]:
    """(p50, p95, p50 of the process's own time, statements) of asking, in ms."""
    assert ask().status_code == 200
    with CaptureQueriesContext(connection) as queries:
        ask()
        statements = len(queries)
    wall, own = [], []
    for _ in range(TIMES):
        begun, began = time.perf_counter(), time.process_time()
        ask()
        wall.append((time.perf_counter() - begun) * 1000)
        own.append((time.process_time() - began) * 1000)
    return median(wall), quantiles(wall, n=20)[-1], median(own), statements


def logged_in(plant, name: str) -> Client:
    client = Client()
    client.force_login(plant.people[name])
    return client


def test_every_page_answers_within_its_time(plant):
    fill(plant)
    ines, ruth, api = logged_in(plant, "ines"), logged_in(plant, "ruth"), api_as(plant, "mei")
    station = StationPage(plant, "10")
    assert station.log_on().status_code == 200
    asked = {path: (lambda path=path: ines.get(path)) for path in DESK}
    asked |= {f"/admin/{name}/": (lambda name=name: ruth.get(f"/admin/{name}/")) for name in ADMIN}
    asked |= {"/records/": lambda: ruth.get("/records/"), "/station/": station.get}
    asked |= {f"/api/v1{path}": (lambda path=path: api.get(path)) for path in API}
    note("| page | p50 ms | p95 ms | own ms | statements |\n|---|---|---|---|---|")
    slow = []
    for path, ask in asked.items():
        p50, p95, own, statements = measure(ask)
        note(f"| `{path}` | {p50:.1f} | {p95:.1f} | {own:.1f} | {statements} |")
        if p50 > P50_MS or p95 > P95_MS:
            slow.append(path)
    assert not slow
