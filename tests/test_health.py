"""GET /healthz names the part that is missing, whichever it is, and never answers 500."""

import time
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings as live_settings
from django.db import connections
from django.test import Client

from mes import heartbeats
from mes.embedded.broker import free_port
from tests.conftest import point_at


@pytest.fixture(autouse=True)
def own_heartbeats(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys of our own: the test broker is shared by parallel tests."""
    monkeypatch.setattr(heartbeats, "KEY", f"test:{time.time_ns()}:{{kind}}")
    yield
    for kind in ("worker", "beat", "events"):
        heartbeats.broker().delete(heartbeats.KEY.format(kind=kind))


@pytest.fixture
def no_broker(settings) -> Iterator[None]:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    heartbeats.broker.cache_clear()
    yield
    heartbeats.broker.cache_clear()
    settings.REDIS_URL = live_settings.REDIS_URL


def healthz(client: Client) -> tuple[int, dict[str, str], dict[str, str]]:
    answer = client.get("/healthz")
    parts = answer.json()["parts"]
    assert (answer.json()["status"] == "ok") == (answer.status_code == 200)
    return (
        answer.status_code,
        {name: part["status"] for name, part in parts.items()},
        {name: part["sentence"] for name, part in parts.items()},
    )


@pytest.mark.django_db
def test_all_parts_well_is_200(client: Client) -> None:
    heartbeats.beat_of("worker", "celery@a")
    heartbeats.beat_of("beat", "a")
    heartbeats.beat_of("events", "a")
    status, parts, sentences = healthz(client)
    assert status == 200
    assert set(parts.values()) == {"ok"}
    assert sentences["workers"] == "1 alive: celery@a."


@pytest.mark.django_db
def test_a_silent_worker_is_told_from_a_silent_beat(client: Client) -> None:
    with time_machine.travel(time.time() - 90):
        heartbeats.beat_of("worker", "celery@a")
    heartbeats.beat_of("beat", "a")
    status, parts, sentences = healthz(client)
    assert (status, parts["workers"], parts["beat"]) == (503, "failing", "ok")
    assert sentences["workers"] == "No worker has given a sign of life for 90 s."


@pytest.mark.django_db
def test_one_worker_of_two_is_enough(client: Client) -> None:
    with time_machine.travel(time.time() - 90):
        heartbeats.beat_of("worker", "celery@a")
    heartbeats.beat_of("worker", "celery@b")
    assert healthz(client)[1]["workers"] == "ok"


@pytest.mark.django_db
def test_nobody_was_ever_there(client: Client) -> None:
    status, parts, _ = healthz(client)
    assert (status, parts["workers"], parts["beat"]) == (503, "failing", "failing")
    assert (parts["database"], parts["broker"]) == ("ok", "ok")


@pytest.mark.django_db
def test_a_missing_broker_is_503_and_says_so(client: Client, no_broker: None) -> None:
    status, parts, sentences = healthz(client)
    assert (status, parts["broker"], parts["database"]) == (503, "failing", "ok")
    assert "refused" in sentences["broker"]


@pytest.mark.django_db
def test_a_heartbeat_without_a_broker_does_not_stop_the_worker(no_broker: None, caplog) -> None:
    heartbeats.beat_of("worker", "celery@a")
    assert "no heartbeat of worker celery@a" in caplog.text


def test_a_missing_database_is_503_and_says_so(client: Client, committed_database: str) -> None:
    point_at("there_is_no_such_database")
    try:
        status, parts, sentences = healthz(client)
    finally:
        point_at(committed_database)
    assert (status, parts["database"], parts["broker"]) == (503, "failing", "ok")
    assert "there_is_no_such_database" in sentences["database"]
    assert "password" not in sentences["database"]


@pytest.mark.django_db
def test_it_only_answers_reading_and_is_never_cached(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert "no-store" in client.get("/healthz")["Cache-Control"]


def test_a_real_web_process_answers(plant_server, fetch) -> None:
    status, text = fetch("/healthz")
    assert status in (200, 503)
    assert '"database": {"status": "ok"' in text
    assert connections["default"].settings_dict["NAME"] in plant_server.environment["DATABASE_URL"]


def test_a_switched_off_guard_of_the_records_is_named(client, committed_database, owner_connection):
    owner_connection.execute("ALTER TABLE wip_reading DISABLE TRIGGER append_only")
    owner_connection.commit()
    status, _, sentences = healthz(client)
    assert status == 503
    assert "wip_reading.append_only" in sentences["database"]
