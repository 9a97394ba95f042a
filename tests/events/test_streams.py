"""From a verb's commit to a browser's open stream, by real processes and sockets."""

import os
import signal
import time
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
import time_machine
from psycopg.conninfo import make_conninfo

from equipment.actions import help_calls
from equipment.status import CallKind
from equipment.topics import help_calls as help_at
from mes import heartbeats
from mes.events import passes
from mes.kernel.refusals import Refusal
from mes.kernel.topics import CHANNEL, topic
from orders.topics import one_order
from tests import databases
from tests.embedded.waiting import becomes_true
from tests.events.listening import Browser, EventsServer, events_server_on


@pytest.fixture(scope="module")
def database(database_template: str) -> Iterator[str]:
    with databases.clone(database_template) as name:
        yield name


@pytest.fixture(scope="module")
def program(database: str) -> Iterator[EventsServer]:
    """One program for all tests here that leave it as it was."""
    with events_server_on(database) as server:
        yield server


def call_for_help(plant, passage) -> None:
    station = plant.stations["20"]
    help_calls.call(station=station, kind=CallKind.MATERIAL, by=passage.person, at=passage.at)


def notify(database: str, *topics: str) -> None:
    with psycopg.connect(databases.url_of(database), autocommit=True) as connection:
        for name in topics:
            connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, name])


def test_what_a_verb_changed_is_told_to_its_site_after_the_commit_and_a_refusal_never(committed_plant, events_server):
    plant, here = committed_plant, help_at(committed_plant.site.pk)
    with events_server.listen(here) as browser, events_server.listen(help_at(plant.elsewhere.pk)) as elsewhere:
        with plant.door("amina") as passage:
            call_for_help(plant, passage)
            assert browser.heard_nothing()
        assert browser.heard() == [here]
        with pytest.raises(Refusal), plant.door("amina") as passage:
            call_for_help(plant, passage)
        assert browser.heard_nothing()
        assert elsewhere.heard_nothing()


def test_work_on_an_order_is_told_to_its_page(committed_plant, events_server):
    plant = committed_plant
    unit = plant.unit()
    own = one_order(unit.site_id, unit.work_order_id)
    with events_server.listen(own, one_order(unit.site_id, uuid4())) as browser:
        plant.start(unit, "10")
        assert browser.heard() == [own]


def test_a_stream_says_what_it_is_and_that_no_proxy_may_keep_it_back(program):
    with program.listen("a") as browser:
        assert browser.status == 200
        assert browser.headers["content-type"] == "text/event-stream"
        assert browser.headers["x-accel-buffering"] == "no"
        assert browser.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("shown", ["", "nonsense", passes.give(["a"]) + "x"])
def test_without_a_pass_of_ours_nothing_is_told(program, shown):
    with program.listen(shown=shown or "-") as browser:
        assert browser.status == 401


def test_a_pass_whose_time_is_over_opens_no_stream(program):
    with time_machine.travel(time.time() - passes.LIFE_S - 1):
        old = passes.give(["a"])
    with program.listen(shown=old) as browser:
        assert browser.status == 401


def test_a_stream_ends_with_its_pass(database, program):
    with time_machine.travel(time.time() - passes.LIFE_S + 1.5):
        short = passes.give(["a"])
    with program.listen(shown=short) as browser:
        notify(database, "a")
        assert browser.heard() == ["a"]
        assert browser.ends(within_s=5)


@pytest.mark.parametrize(("method", "path", "status"), [("POST", "/events/", 405), ("GET", "/", 404)])
def test_it_answers_to_nothing_else(program, method, path, status):
    with Browser(program.port, method=method, path=path) as browser:
        assert browser.status == status
        assert "access-control-allow-origin" not in browser.headers


def test_pages_of_another_origin_may_listen_where_the_address_says_so(committed_database):
    with (
        events_server_on(committed_database, MES_EVENTS_URL="http://127.0.0.1:8001/events/") as server,
        server.listen("a") as browser,
    ):
        assert browser.headers["access-control-allow-origin"] == "*"


def test_a_page_that_comes_hears_what_changed_since_it_was_made(database, program):
    time.sleep(1)  # the program has listened for longer than the page is old
    notify(database, "a", "b")
    with program.listen("other") as late:
        assert late.heard_nothing()
    with program.listen("a", "c", age_s=0.9) as browser:
        assert browser.heard() == ["a"]
    with program.listen("a", "c", age_s=3600) as browser:
        assert sorted(browser.heard(2)) == ["a", "c"]  # nobody knows what was an hour ago


def test_beyond_its_limit_it_sends_pages_away_and_takes_them_when_one_is_free(committed_database):
    with events_server_on(committed_database, MES_EVENTS_STREAMS="2") as server:
        assert becomes_true(lambda: server.is_listening)
        with server.listen("a"), server.listen("a"), server.listen("a") as third:
            assert third.status == 503
            assert third.headers["retry-after"] == "30"
        assert becomes_true(lambda: server.is_listening)


def test_a_database_that_restarts_ends_the_streams_and_is_heard_again(committed_database, events_server):
    with events_server.listen("a") as browser, databases.as_owner() as server:
        assert browser.status == 200
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND application_name = 'events'",
            [committed_database],
        )
        assert browser.ends()
    assert becomes_true(lambda: events_server.is_listening)
    with events_server.listen("a") as browser:
        notify(committed_database, "a")
        assert browser.heard() == ["a"]


def test_it_has_one_connection_whatever_the_number_of_streams(database, program):
    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name = 'events'"
    browsers = [program.listen("a") for _ in range(20)]
    with databases.as_owner() as server:
        assert server.execute(count, [database]).fetchone() == (1,)
    for browser in browsers:
        browser.__exit__()


def test_it_stops_at_once_and_well_with_streams_open(events_server):
    with events_server.listen("a") as browser:
        began = time.monotonic()
        os.kill(events_server.process.pid, signal.SIGTERM)
        assert browser.ends()
        assert events_server.process.wait(5) == 0 or events_server.process.returncode == -signal.SIGTERM
        assert time.monotonic() - began < 4
    assert "Traceback" not in events_server.log.read_text()


def test_it_gives_signs_of_life_while_it_hears_the_database(program):
    def age_s() -> float:
        return min(heartbeats.ages_s("events")["events"].values(), default=99)

    assert becomes_true(lambda: age_s() < 1)


def test_topics_that_change_often_are_told_once_to_a_slow_page(database, program):
    name = topic(uuid4(), "floor")
    with program.listen(name) as browser:
        with psycopg.connect(make_conninfo(databases.url_of(database))) as connection:
            for _ in range(50):
                connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, name])
        assert browser.heard(2, within_s=1) == [name]
