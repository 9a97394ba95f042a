"""A machine is asked once, from a request: by Modbus and by OPC UA, against the simulator."""

import socket
import threading
import time

import pytest

from equipment import machine_access
from equipment.drivers.simulator.opcua_server import OpcUaServer, Variable
from equipment.machine_access import MachineSilent, _ask, browse, read_now
from equipment.models import Connection
from mes.kernel.door import open_door
from tests.equipment.collection.conftest import floor  # noqa: F401 - a fixture
from tests.equipment.collection.floor import connection_to, put, tag_of


def test_a_tag_is_read_now_and_scaled(floor, committed_plant):  # noqa: F811
    machine, station = floor.machine(), committed_plant.stations["20"]
    tag = tag_of(connection_to(machine, station), "TEMP", "holding:4", station=station, scale=0.1, high=50.0)
    put(machine, tag, 215)
    read = read_now(tag)
    assert (read.raw, read.value, read.quality) == (215, pytest.approx(21.5), 192)
    assert 0 <= read.took_ms < 8000
    put(machine, tag, 900)
    assert read_now(tag).value == 50.0


def test_a_machine_that_is_gone_is_named(floor, committed_plant):  # noqa: F811
    machine, station = floor.machine(), committed_plant.stations["20"]
    tag = tag_of(connection_to(machine, station), "TEMP", "holding:4", station=station)
    floor.do(machine.unplug())
    with pytest.raises(MachineSilent) as silent:
        read_now(tag)
    assert "PLC-1" in str(silent.value)


@pytest.fixture
def short(monkeypatch):
    """Whoever presses the button has less patience than the connection's time-out is long."""
    monkeypatch.setattr(machine_access, "PATIENCE_S", 4.0)


def asked_for(question) -> float:
    """Seconds until a machine that does not answer is said to be silent."""
    began = time.monotonic()
    with pytest.raises(MachineSilent, match="No answer within 2 s"):
        question()
    return time.monotonic() - began


def test_a_server_that_falls_mute_keeps_nobody_longer_than_the_question_may_take(committed_plant, short):
    with OpcUaServer([Variable("Press/Speed")]) as server:

        async def question(link):
            server.freeze()
            return await link.browse()

        try:
            assert asked_for(lambda: _ask(opc_ua(committed_plant, server.address), question)) < 4 + 2
        finally:
            server.thaw()


def test_a_name_that_nobody_looks_up_keeps_nobody_either(committed_plant, short, monkeypatch):
    is_over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: is_over.wait(30) and [])
    try:
        assert asked_for(lambda: browse(opc_ua(committed_plant, "press.example:4840"), "")) < 4 + 2
    finally:
        is_over.set()


def opc_ua(plant, address: str) -> Connection:
    with open_door(person=None):
        return Connection.objects.create(
            site=plant.site, code="UA-1", name="Press", kind="OPCUA", address=address, timeout_ms=30_000
        )
