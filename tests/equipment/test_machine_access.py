"""A machine is asked once, from a request: by Modbus and by OPC UA, against the simulator."""

import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from equipment import machine_access
from equipment.drivers.simulator.opcua_server import OpcUaServer, Variable
from equipment.machine_access import MachineSilent, _ask, browse, read_now
from equipment.models import Connection, ConnectionLease
from mes.kernel.door import open_door
from tests.equipment.collection.conftest import floor  # noqa: F401 - a fixture
from tests.equipment.collection.floor import connection_to, put, tag_of
from tests.machines import connection_at, tag_at


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


class OneSocket:
    """A device with room for one connection: those behind the first are closed as they come."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self.first = socket.create_connection(self._listening.getsockname())
        self._taken, _ = self._listening.accept()
        threading.Thread(target=self._turn_away, daemon=True).start()

    def _turn_away(self) -> None:
        with suppress(OSError):
            while True:
                self._listening.accept()[0].close()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        for one in (self.first, self._taken, self._listening):
            one.close()


def test_a_device_that_takes_no_second_connection_is_said_to_be_one_while_the_collector_has_the_first(committed_plant):
    device = OneSocket()
    try:
        connection = connection_at(committed_plant.stations["20"], address=device.address)
        tag = tag_at(connection, None, "TEMP", "holding:4")
        with pytest.raises(MachineSilent) as nobody:
            read_now(tag)
        assert nobody.value.do == "Look at its address, the cable and the machine; then ask again."
        lease = ConnectionLease.objects.filter(connection=connection)
        lease.update(state="GOOD", expires_at=timezone.now() + timedelta(seconds=30))
        with pytest.raises(MachineSilent) as taken:
            read_now(tag)
        assert "it may take no second connection. Pause this one" in taken.value.do
        lease.update(expires_at=timezone.now() - timedelta(seconds=1))
        with pytest.raises(MachineSilent) as gone:
            read_now(tag)
        assert gone.value.do == nobody.value.do, "who watched is gone, and holds nothing"
    finally:
        device.close()


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
