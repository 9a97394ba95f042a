"""Pages and lists over a large plant, as one browser that keeps its connection to the web server sees them.

MES_BENCH_PAGES names a document: the table of pages in it, between its two marks, is written anew.
"""

import os
import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median, quantiles

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from equipment.models import Station
from equipment.status import DispatchRule
from tests.api.conftest import api_as
from tests.bench.clients import Browser
from tests.bench.pace import at_pace
from tests.bench.plant_at_scale import board_address, fill
from tests.bench.report import note
from tests.machines import a_day, a_machine
from tests.plant_server import plant_server_on
from tests.station.pages import StationPage

pytestmark = pytest.mark.bench

P50_MS, P95_MS, TIMES = 20, 50, 25
BEGIN, END = "<!-- pages -->", "<!-- end of pages -->"
WARM = 10  # by then its connection knows the statements and PostgreSQL has settled on their plans
QUEUE = "/dispatch/NF/ST-10/"
DESK = [
    *("/", "/orders/", "/orders/?status=all&page=100", "/orders/?text=R-2", "/orders/R-7/", "/units/U-7/"),
    *("/find?q=-299", "/holds/", "/stock/", "/assets/", "/help-calls/", "/calendar/", "/gates/", "/reasons/"),
    *("/machines/", "/machines/NF/ST-30/?period=24h", "/machines/NF/ST-30/?part=values"),
    *("/station/stations/", "/dispatch/", QUEUE, "/labor/", "/qualifications/"),
    *("/exceptions/", "/permits/", "/batches/?status=all", "/containers/"),
    *("/master-data/", "/master-data/products/", "/master-data/products/?text=P-49", "/master-data/routings/"),
    "/master-data/instructions/",
]
ADMIN = [
    *(
        "orders/product",
        "orders/productrevision",
        "orders/routing",
        "orders/routingrevision",
        "orders/operation",
    ),
    *("equipment/station", "equipment/workcenter", "equipment/calendar", "genealogy/unit", "personnel/person"),
]
API = [
    *("/work-orders", "/units", "/holds", "/gates", "/refusals", "/calendars", "/units/U-7"),
    *(
        "/products",
        "/routings",
        "/instructions",
        "/permits",
        "/exceptions",
        "/containers",
        "/qualifications",
        "/stations",
    ),
]


def logged_in(plant, name: str) -> Client:
    client = Client()
    client.force_login(plant.people[name])
    return client


def as_headers(client: Client) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())}


def statements(client: Client, path: str, headers: dict[str, str]) -> int:
    """How many statements the page takes, counted in this process: once what is kept for a while is kept."""
    client.get(path, headers=headers)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path, headers=headers).status_code == 200, path
    return len(queries)


def times_ms(browser: Browser, path: str, headers: dict[str, str]) -> list[float]:
    for _ in range(WARM):
        assert browser.get(path, headers) == 200, path
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        browser.get(path, headers)
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def write_between_marks(document: Path, table: Sequence[str]) -> None:
    before, _, rest = document.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text("\n".join([f"{before}{BEGIN}", "", *table, "", f"{END}{after}"]))


def test_every_page_answers_within_its_time(committed_plant, committed_database):
    plant = committed_plant
    fill(plant)
    a_day(a_machine(plant.stations["30"]))
    ines, ruth, station = logged_in(plant, "ines"), logged_in(plant, "ruth"), StationPage(plant, "10")
    assert station.log_on().status_code == 200
    token = {"Authorization": f"Bearer {api_as(plant, 'mei').token}"}
    board = board_address(plant)
    asked = [(path, ines, {}) for path in [*DESK, board, f"{board}&part=unplanned"]] + [
        (f"/admin/{name}/", ruth, {}) for name in ADMIN
    ]
    asked += [("/records/", ruth, {}), ("/station/", station.client, {})]
    asked += [(f"/api/v1{path}", Client(), token) for path in API]
    counts = {path: statements(client, path, headers) for path, client, headers in asked}
    connection.close()
    slow, table = [], ["| page | p50 ms | p95 ms | pace | statements |", "|---|---|---|---|---|"]

    def note_page(name: str, path: str, headers: dict[str, str], count: int) -> None:
        taken, pace = at_pace(partial(times_ms, browser, path, headers))
        p50, p95 = median(taken), quantiles(taken, n=20)[-1]
        table.append(f"| {name} | {p50:.1f} | {p95:.1f} | {pace:.1f} | {count} |")
        if p50 > P50_MS or p95 > P95_MS:
            slow.append(table[-1])

    with plant_server_on(committed_database) as server, closing(Browser(server.url)) as browser:
        for path, client, headers in asked:
            note_page(f"`{path}`", path, headers or as_headers(client), counts[path])
        for rule in DispatchRule:
            Station.objects.filter(pk=plant.stations["10"].pk).update(dispatch_rule=rule)
            count, name = statements(ines, QUEUE, {}), f"`{QUEUE}` by {rule.label[0].lower()}{rule.label[1:]}"
            note_page(name, QUEUE, as_headers(ines), count)
    note("\n".join(table))
    if document := os.environ.get("MES_BENCH_PAGES"):
        write_between_marks(Path(document), table)
    assert not slow, "slow pages:\n" + "\n".join(slow)
