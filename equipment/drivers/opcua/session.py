"""An open session: nodes by the server's present namespaces, services in portions the server takes."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any, TypeVar

from asyncua import Client, ua
from asyncua.ua.ua_binary import struct_from_binary

from equipment.drivers.base import Endpoint
from equipment.drivers.opcua.addresses import NodeAddress, parse
from equipment.drivers.opcua.losses import told

T = TypeVar("T")
MOST_AT_ONCE = 1000  # of anything in one request, where the server names no limit or a higher one
_IDS = ua.ObjectIds
_LIMITS = {
    "read": _IDS.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
    "browse": _IDS.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse,
    "watch": _IDS.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
}


class Session:
    """What every part of the driver asks of a connected client. Each question raises LinkLost."""

    def __init__(self, client: Client, endpoint: Endpoint) -> None:
        self.client = client
        self.endpoint = endpoint
        self.timeout_s = endpoint.timeout_s
        self.protocol = client.uaclient.protocol
        self._uris: list[str] = []
        self._limits: dict[str, int] = {}

    async def look_around(self) -> None:
        """Read the namespaces and the limits of the server; namespaces may change while it runs."""
        first, *limits = await self.read([ua.NodeId(_IDS.Server_NamespaceArray), *map(ua.NodeId, _LIMITS.values())])
        self._uris = list(first.Value.Value or []) if first.Value is not None else []
        for name, found in zip(_LIMITS, limits, strict=True):
            value = found.Value.Value if found.Value is not None else None
            self._limits[name] = min(value, MOST_AT_ONCE) if isinstance(value, int) and value > 0 else MOST_AT_ONCE

    def portions(self, service: str, things: Iterable[T]) -> Iterator[list[T]]:
        """Things in lists that one request of this service may hold."""
        remaining = iter(things)
        while portion := list(islice(remaining, self._limits.get(service, MOST_AT_ONCE))):
            yield portion

    def node_id(self, address: str) -> ua.NodeId | None:
        """The node in this server's numbers; None where the server does not have its namespace now."""
        wanted: NodeAddress = parse(address)
        if not wanted.uri:
            return ua.NodeId(wanted.identifier, 0)
        if wanted.uri not in self._uris:
            return None
        return ua.NodeId(wanted.identifier, self._uris.index(wanted.uri))

    def address(self, node_id: ua.NodeId) -> str:
        """A node as it is written down; "" for one of a namespace that the server does not list."""
        uri = getattr(node_id, "NamespaceUri", None)
        if uri is None and node_id.NamespaceIndex < len(self._uris):
            uri = self._uris[node_id.NamespaceIndex] if node_id.NamespaceIndex else ""
        return "" if uri is None else str(NodeAddress(uri, node_id.Identifier))

    async def read(
        self, nodes: Sequence[ua.NodeId], attribute: ua.AttributeIds = ua.AttributeIds.Value
    ) -> list[ua.DataValue]:
        """An attribute of each node, with the time of its source."""
        found: list[ua.DataValue] = []
        for portion in self.portions("read", nodes):
            parameters = ua.ReadParameters()
            parameters.TimestampsToReturn = ua.TimestampsToReturn.Source
            parameters.NodesToRead = [ua.ReadValueId(NodeId=node, AttributeId=attribute) for node in portion]
            async with self.within("a read"):
                found += await self.client.uaclient.read(parameters)
        return found

    async def ask(self, request: Any, answer: Any, doing: str) -> Any:
        """Send a request as it is, without what the library does around it; returns the decoded answer."""
        async with self.within(doing):
            data = await self.protocol.send_request(request)
            response = struct_from_binary(answer, data)
            response.ResponseHeader.ServiceResult.check()
        return response

    @asynccontextmanager
    async def within(self, doing: str) -> AsyncIterator[None]:
        """One question and its answer, in the time that the machine has for it. Raises LinkLost."""
        with told(doing, self.timeout_s):
            async with asyncio.timeout(self.timeout_s):
                yield
