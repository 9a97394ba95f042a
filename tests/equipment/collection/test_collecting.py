"""A collector and a machine over a real socket: what is read is stored, once, and what is not known is known."""

import time

import psycopg
import pytest

from equipment.collection import flushing
from equipment.collection.database import AWAY
from equipment.models import ConnectionLease, LatestValue, MachineEvent, Observation
from tests import databases
from tests.equipment.collection.floor import connection_to, ledger, put, samples_of, tag_of, until


def test_what_a_machine_shows_is_stored_once_a_slot(floor, committed_plant):
    machine = floor.machine()
    station = committed_plant.stations["20"]
    connection = connection_to(machine, station)
    speed = tag_of(connection, "speed", "holding:10", station=station, scale=0.1, quantity_unit="1/min")
    put(machine, speed, 1234)
    collector = floor.collector()
    until(lambda: len(samples_of(speed)) >= 20, "twenty samples")
    floor.stop(collector)
    samples = samples_of(speed)
    assert {value for _, value, _, quality in samples if quality == 192} == {123.4}
    lease = ConnectionLease.objects.get(connection=connection)
    account = ledger(connection)["speed"]
    assert account.observations == 1
    assert account.slots == account.samples + account.left_out
    assert account.left_out <= lease.missed_slots, "what is missing was missed, and is counted"
    assert samples[-1][3] == 28  # at the end: out of service, since nobody watches
    assert (lease.owner, lease.state, lease.epoch) == ("", "WAITING", 1)
    (observed,) = Observation.objects.all()
    assert observed.reason == "The collector was stopped."
    assert LatestValue.objects.get(series__tag=speed).quality == 28


def test_whole_numbers_and_others_are_stored_together(floor, committed_plant, monkeypatch):
    """In one go: only what the database refuses is looked for one by one."""
    looked_for = []
    monkeypatch.setattr(flushing, "store_carefully", lambda database, batch: looked_for.append(batch))
    machine, station = floor.machine(), committed_plant.stations["20"]
    connection = connection_to(machine, station)
    speed = tag_of(connection, "speed", "holding:10", station=station)
    force = tag_of(connection, "force", "holding:20", station=station, value_type="FLOAT32")
    name = tag_of(connection, "name", "holding:30", station=station, value_type="TEXT", length=4)
    for tag, value in ((speed, 7), (force, 0.5), (name, "ab")):
        put(machine, tag, value)
    floor.collector()
    until(lambda: len(samples_of(speed)) >= 5 and len(samples_of(force)) >= 5, "samples")
    assert not looked_for
    latest = LatestValue.objects.filter(series__tag__connection=connection)
    assert set(latest.values_list("series__tag__code", "value", "text")) == {
        ("speed", 7.0, None),
        ("force", 0.5, None),
        ("name", None, "ab"),
    }


def test_a_counter_books_what_was_made_through_a_rollover_and_a_failover(floor, committed_plant):
    machine, station = floor.machine(), committed_plant.stations["20"]
    connection = connection_to(machine, station)
    good = tag_of(
        connection,
        "good",
        "input:5",
        station=station,
        role="COUNTER",
        books="PART_DONE",
        rollover=65536,
        report="CHANGE",
    )
    put(machine, good, 65530)
    first = floor.collector()
    until(lambda: samples_of(good), "a first value")
    for raw in (65531, 65534, 3):
        put(machine, good, raw)
        until(lambda raw=raw: samples_of(good)[-1][1] == raw, f"the counter at {raw}")
    floor.stop(first)
    put(machine, good, 10)
    floor.collector()
    until(lambda: sum(MachineEvent.objects.values_list("quantity", flat=True)) == 16, "sixteen parts")
    assert [(event.number, event.quantity) for event in MachineEvent.objects.order_by("number")] == [
        (1, 1),
        (2, 3),
        (3, 5),
        (4, 7),
    ]


def test_a_session_that_the_database_ended_is_a_database_that_is_away(committed_database):
    with psycopg.connect(databases.url_of(committed_database), autocommit=True) as slow:
        slow.execute("SET idle_in_transaction_session_timeout = 20")
        slow.execute("BEGIN")
        time.sleep(0.2)
        with pytest.raises(AWAY):
            slow.execute("SELECT 1")
