"""A machine with OPC UA for the tests: our own server over real sockets, as good as new for each of them."""

from collections.abc import Iterator

import pytest

from equipment.drivers.base import Endpoint
from equipment.drivers.opcua.certificates import KeyPair, make_certificate
from equipment.drivers.simulator.opcua_server import APPLICATION_URI, Access, OpcUaServer
from tests.equipment.opcua.watching import PRESS

OUR_URI = "urn:plantwright:tests:collector"


@pytest.fixture(scope="session")
def simulator() -> Iterator[OpcUaServer]:
    """Making its address space takes seconds, so there is one; ask for `machine`."""
    with OpcUaServer(PRESS) as server:
        yield server


@pytest.fixture
def machine(simulator: OpcUaServer) -> Iterator[OpcUaServer]:
    simulator.thaw()
    simulator.set_clock(0)
    simulator.restart(PRESS, access=Access())
    yield simulator
    simulator.thaw()
    simulator.unplug()
    simulator.plug_in()


@pytest.fixture
def endpoint(machine: OpcUaServer) -> Endpoint:
    """Patient, since the tests' computer may be busy."""
    return Endpoint(machine.address, period_s=0.05, timeout_s=10)


@pytest.fixture(scope="session")
def ours() -> KeyPair:
    return make_certificate(name="Collector", application_uri=OUR_URI)


@pytest.fixture(scope="session")
def theirs() -> KeyPair:
    return make_certificate(name="Press", application_uri=APPLICATION_URI)
