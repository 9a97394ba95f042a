"""Databases and a real web server for tests. How the databases come about: tests/databases.py."""

import gc
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime

import psycopg
import pytest
import time_machine
from django.db import connections
from hypothesis import HealthCheck, settings

import mes.celery  # noqa: F401 - makes it the application that tasks are published by
from tests import databases
from tests.plant import Plant, build, load
from tests.plant_server import PlantServer, plant_server_on

# How long an example takes says more of what else the computer does than of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

GARBAGE = 10_000  # new objects before the collector looks; a request makes more than its usual 700


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and (marker.kwargs.get("transaction") or (marker.args and marker.args[0])):
            raise pytest.UsageError(f"{item.nodeid}: append-only tables can't be flushed; use `committed_database`")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)  # the rest stays in random order


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 10, 10)


def point_at(database: str) -> str:
    """Lead every thread's default connection to `database`; returns where it led before."""
    connections.close_all()
    entry = connections.settings["default"]  # the one dict that all threads' connections are made from
    before, entry["NAME"] = entry["NAME"], database
    return before


@pytest.fixture(scope="session")
def database_template(django_test_environment: None) -> str:
    databases.drop_leftovers()
    return databases.template()


@pytest.fixture(scope="session")
def planted_template(database_template: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """A database with the plant of tests/plant.py in it, to be cloned: building it costs more than most tests."""
    with databases.clone(database_template) as name, django_db_blocker.unblock():
        before = point_at(name)
        build()
        point_at(before)
        yield name


@pytest.fixture(scope="session")
def django_db_setup(planted_template: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """pytest-django's fixture, ours: this process's clone, reached as the application's role."""
    with databases.clone(planted_template) as name:
        before = point_at(name)
        yield
        with django_db_blocker.unblock():
            point_at(before)


@pytest.fixture
def committed_database(
    database_template: str, planted_template: str, django_db_setup: None, django_db_blocker, request
) -> Iterator[str]:
    """A fresh database for one test that really commits or uses threads. Not together with `db` or `django_db`.

    Empty but for what `migrate` makes, unless the test asks for `committed_plant`.
    """
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        raise pytest.UsageError(f"{request.node.nodeid}: `committed_database` takes the place of `django_db`")
    origin = planted_template if "committed_plant" in request.fixturenames else database_template
    with databases.clone(origin) as name, django_db_blocker.unblock():
        before = point_at(name)
        yield name
        point_at(before)


@pytest.fixture
def owner_connection(committed_database: str) -> Iterator[psycopg.Connection]:
    """The committed database as its owner: what a tampering administrator could do."""
    with databases.as_owner(committed_database) as connection:
        yield connection


@pytest.fixture
def plant_server(committed_database: str) -> Iterator[PlantServer]:
    """A real web server on the committed database: what the test writes with the verbs, it shows."""
    with plant_server_on(committed_database) as server:
        yield server


@pytest.fixture
def fetch(plant_server: PlantServer):
    """`fetch("/path")` -> (status, text), without a log-in."""

    def get(path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(plant_server.url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    return get


@pytest.fixture
def plant(db: None) -> Plant:
    """The pump line of tests/plant.py; what the test does to it is rolled back."""
    return load()


@pytest.fixture
def committed_plant(committed_database: str) -> Plant:
    """The same in a database of the test's own: for tests with threads and with a web server."""
    return load()


@pytest.fixture
def time_machine_at() -> Iterator[Callable[[datetime], None]]:
    """`time_machine_at(moment)`: from here on it is then, and time goes on."""
    with ExitStack() as travels:
        yield lambda moment: travels.enter_context(time_machine.travel(moment))
