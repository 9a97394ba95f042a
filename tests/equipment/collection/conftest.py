from collections.abc import Iterator
from pathlib import Path

import pytest

from equipment.drivers.simulator.modbus_server import ModbusMachine
from equipment.models import Connection, Tag
from tests.equipment.collection.floor import COUNTER, Floor, connection_to, floor_on, put, tag_of
from tests.plant import Plant


@pytest.fixture
def floor(committed_plant: Plant, committed_database: str, tmp_path: Path) -> Iterator[Floor]:
    """Machines and collectors, on a plant in a database of its own."""
    with floor_on(committed_database, tmp_path / "spool") as floor:
        yield floor


@pytest.fixture
def machine(floor: Floor) -> ModbusMachine:
    return floor.machine()


@pytest.fixture
def connection(machine: ModbusMachine, committed_plant: Plant) -> Connection:
    return connection_to(machine, committed_plant.stations["20"])


@pytest.fixture
def speed(machine: ModbusMachine, connection: Connection, committed_plant: Plant) -> Tag:
    """Stored each time that it is read."""
    tag = tag_of(connection, "speed", "holding:10", station=committed_plant.stations["20"])
    put(machine, tag, 7)
    return tag


@pytest.fixture
def good(machine: ModbusMachine, connection: Connection, committed_plant: Plant) -> Tag:
    """Good parts, which are booked."""
    tag = tag_of(connection, "good", "holding:11", station=committed_plant.stations["20"], **COUNTER)
    put(machine, tag, 0)
    return tag
