"""A machine is asked once, from a request: by Modbus and by OPC UA, against the simulator."""

import pytest

from equipment.machine_access import MachineSilent, read_now
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
