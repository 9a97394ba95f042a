"""Looking around in a machine, level by level."""

import asyncio

from asyncua import ua

from equipment.drivers.base import Node, ValueType
from equipment.drivers.opcua.browsing import PAGE, _references
from equipment.drivers.opcua.driver import connect
from equipment.drivers.opcua.session import Session
from equipment.drivers.simulator.opcua_server import NAMESPACE, Variable
from tests.equipment.opcua.watching import COUNT, NAME, SPEED

FOLDER = f"nsu={NAMESPACE};s=Press"


def browsed(endpoint, address: str = "") -> list[Node]:
    async def scenario():
        async with connect(endpoint) as link:
            return await link.browse(address)

    return asyncio.run(scenario())


def test_at_the_root_are_the_objects(machine, endpoint):
    found = {node.address: node for node in browsed(endpoint)}
    assert found[FOLDER] == Node(FOLDER, "Press", has_children=True)
    assert found["i=2253"].name == "Server"


def test_variables_come_with_value_type_and_whether_they_may_be_written(machine, endpoint):
    assert browsed(endpoint, FOLDER) == [
        Node(SPEED.address, "Speed", False, ValueType.FLOAT64, 1.5, is_writable=False),
        Node(COUNT.address, "Count", False, ValueType.INT32, 7, is_writable=True),
        Node(NAME.address, "Name", False, ValueType.TEXT, "P-1", is_writable=True),
    ]


def test_what_is_found_can_be_browsed_and_watched_by_its_address(machine, endpoint):
    machine.restart([Variable("Hall 1/Line; 2/Cell %/Speed", 1.5)])
    address = ""
    for name in ("Hall 1", "Line; 2", "Cell %", "Speed"):
        node = next(node for node in browsed(endpoint, address) if node.name == name)
        address = node.address
    assert node.value == 1.5


def test_a_folder_that_does_not_fit_one_request_comes_whole(machine, endpoint):
    machine.restart([Variable(f"Many/{number}", number, ValueType.INT32) for number in range(120)])
    machine.limit(50)
    try:
        found = browsed(endpoint, f"nsu={NAMESPACE};s=Many")
    finally:
        machine.limit(0)
    assert [node.value for node in found] == list(range(120))


def test_a_node_in_a_namespace_that_is_not_there_has_nothing_below(machine, endpoint):
    assert browsed(endpoint, "nsu=urn:nowhere;s=x") == []


class ServerWithPages:
    """A server that gives a folder of 10,000 in answers of its own size; ours has no pages."""

    def __init__(self, nodes: int, page: int) -> None:
        self.left, self.page, self.answers = list(range(nodes)), page, 0

    async def browse(self, parameters: ua.BrowseParameters) -> list[ua.BrowseResult]:
        assert parameters.RequestedMaxReferencesPerNode == PAGE
        return self._next()

    async def browse_next(self, parameters: ua.BrowseNextParameters) -> list[ua.BrowseResult]:
        assert parameters.ContinuationPoints == [b"more"]
        return self._next()

    def _next(self) -> list[ua.BrowseResult]:
        taken, self.left = self.left[: self.page], self.left[self.page :]
        self.answers += 1
        result = ua.BrowseResult(ContinuationPoint=b"more" if self.left else None)
        result.References = [ua.ReferenceDescription(NodeId=ua.NodeId(number, 2)) for number in taken]
        return [result]


def test_a_folder_of_ten_thousand_comes_page_by_page(machine, endpoint):
    async def scenario():
        async with connect(endpoint) as link:
            server = ServerWithPages(10_000, 700)
            session = Session(link.session.client, endpoint)
            session.client.uaclient.browse, session.client.uaclient.browse_next = server.browse, server.browse_next
            return await _references(session, ua.NodeId(1, 2)), server.answers

    references, answers = asyncio.run(scenario())
    assert ([found.NodeId.Identifier for found in references], answers) == (list(range(10_000)), 15)
