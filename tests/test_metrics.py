"""GET /metrics: figures of connections and programs as Prometheus reads them, for who may see them, of their sites."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from equipment.models import Connection, ConnectionLease, EventBooking, EventDue, QuarantinedRow
from mes import heartbeats
from mes.kernel.door import open_door
from mes.metrics import written
from tests.api.conftest import api_as
from tests.machines import a_day, a_machine, did

pytestmark = pytest.mark.django_db
COST = 4  # the token with its person, their sites, connections, events


def scrape(plant, who="erp", *scopes):
    token = api_as(plant, who, *scopes).token
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    return Client().get("/metrics", headers={"authorization": f"Bearer {token}", "accept": accept})


def figures(answer) -> dict[str, float]:
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _blank, value in (line.rpartition(" ") for line in lines)}


def of(name: str) -> str:
    return f'plantwright_connection_{name}{{site="NF",connection="PLC-1",kind="MODBUS"}}'


@pytest.fixture
def tags(plant):
    tags = a_machine(plant.stations["20"])
    a_day(tags)
    return tags


def test_each_connection_is_told_with_how_it_goes(plant, tags):
    counted = {"samples": 1200, "missed_slots": 3, "errors": 2, "connects": 4, "epoch": 7, "slowest_answer_ms": 250}
    ConnectionLease.objects.update(**counted)
    connection = tags["STATE"].connection
    QuarantinedRow.objects.create(connection=connection, at=timezone.now(), row={}, error="out of range")
    EventDue.objects.create(event=did(tags["GOOD"], 9, timezone.now() - timedelta(seconds=30)))
    refused = did(tags["GOOD"], 10, timezone.now())
    with open_door(person=None):
        EventBooking.objects.create(site=plant.site, event=refused, result="REFUSED", at=timezone.now())
    answer = scrape(plant)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = figures(answer)
    told = {name: found[of(name)] for name in ("up", "samples_total", "polls_missed_total", "errors_total")}
    assert told == {"up": 1, "samples_total": 1200, "polls_missed_total": 3, "errors_total": 2}
    told = {name: found[of(name)] for name in ("connects_total", "lease_epoch", "slowest_answer_seconds")}
    assert told == {"connects_total": 4, "lease_epoch": 7, "slowest_answer_seconds": 0.25}
    assert found[of("quarantined_rows")] == 1
    assert 0 <= found[of("flush_lag_seconds")] < 60
    assert found['plantwright_machine_events_due{site="NF"}'] == 1
    assert found['plantwright_machine_events_refused{site="NF",connection="PLC-1"}'] == 1
    assert 30 <= found['plantwright_machine_events_due_seconds{site="NF"}'] < 90


def test_a_collector_that_is_gone_leaves_its_connections_down(plant, tags):
    ConnectionLease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert figures(scrape(plant))[of("up")] == 0


def test_a_collector_tells_what_it_holds_on_disk(plant, tags, tmp_path, monkeypatch):
    monkeypatch.setattr(heartbeats, "SPOOLS", "test:spools")
    monkeypatch.setattr(heartbeats, "KEY", "test:metrics:{kind}")
    (tmp_path / "one.spool").write_bytes(b"x" * 700)
    (tmp_path / "other.txt").write_bytes(b"x")
    try:
        heartbeats.beat_of("collector", "collector@here")
        heartbeats.spool_of("collector@here", tmp_path)
        heartbeats.spool_of("collector@gone", tmp_path)
        found = figures(scrape(plant))
    finally:
        heartbeats.broker().delete("test:spools", "test:metrics:collector")
    spools = {name: value for name, value in found.items() if "spool" in name}
    assert spools == {'plantwright_spool_bytes{collector="collector@here"}': 700}
    assert 'plantwright_part_up{part="workers"}' in found


def test_without_the_broker_connections_are_told_all_the_same(plant, tags, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    heartbeats.broker.cache_clear()
    try:
        found = figures(scrape(plant))
    finally:
        heartbeats.broker.cache_clear()
    assert found[of("up")] == 1
    assert found['plantwright_part_up{part="broker"}'] == 0


def test_who_may_see_figures_sees_those_of_their_sites(plant, tags):
    assert Client().get("/metrics").status_code == 401
    assert scrape(plant, "amina").status_code == 403
    assert Client().get("/metrics", headers={"authorization": "Bearer nothing"}).status_code == 401
    assert scrape(plant, "erp", "orders.view").status_code == 403
    with open_door(person=None):
        Connection.objects.create(site=plant.elsewhere, code="PLC-2", kind="MODBUS", address="127.0.0.1:1")
    shown = scrape(plant, "erp", "metrics.view").content.decode()
    assert "PLC-1" in shown
    assert "PLC-2" not in shown


def test_names_are_written_so_that_they_stay_whole():
    family = ("a_total", "counter", "What.", [({"name": 'a"b\\c\nd'}, 2.5)])
    assert "".join(written([family])) == (
        '# HELP a_total What.\n# TYPE a_total counter\na_total{name="a\\"b\\\\c\\nd"} 2.5\n'
    )


def test_a_scrape_costs_the_same_for_any_number_of_connections(plant, tags):
    api = api_as(plant, "erp").token
    client = Client()
    ask = {"authorization": f"Bearer {api}"}
    client.get("/metrics", headers=ask)
    with CaptureQueriesContext(database) as queries:
        client.get("/metrics", headers=ask)
    assert len(queries) == COST
