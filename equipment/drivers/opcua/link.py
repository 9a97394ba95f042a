"""An open link to a server: watch, read, write, browse."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from asyncua import Client, ua
from asyncua.common.ua_utils import data_type_to_variant_type

from equipment.drivers.base import (
    LEAVING_S,
    Endpoint,
    Guard,
    Health,
    LinkLost,
    Node,
    NotTrusted,
    Point,
    Sample,
    Value,
    WriteRefused,
    unguarded,
)
from equipment.drivers.opcua.browsing import children
from equipment.drivers.opcua.losses import OUR_CERTIFICATE, told
from equipment.drivers.opcua.publishing import Flow
from equipment.drivers.opcua.qualities import name_of
from equipment.drivers.opcua.samples import Track, change_of
from equipment.drivers.opcua.security import CONNECT_TIMES, client_for
from equipment.drivers.opcua.session import Session
from equipment.drivers.opcua.subscriptions import Pace, Watch
from equipment.drivers.opcua.values import Misfit, written_as
from equipment.drivers.sockets import deliver_within

# What goes wrong is told once, by the exception that ends the link; the library's own lines would fill a log.
logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)


@asynccontextmanager
async def open_link(endpoint: Endpoint, guard: Guard = unguarded) -> AsyncIterator["OpcUaLink"]:
    """Raises LinkLost, NotTrusted."""
    client = await client_for(endpoint)
    try:
        await _connect(client, endpoint)
        if client.uaclient.protocol is not None and client.uaclient.protocol.transport is not None:
            deliver_within(client.uaclient.protocol.transport, endpoint.flight_s)
        link = OpcUaLink(Session(client, endpoint), guard)
        await link.session.look_around()
    except BaseException:
        await _leave(client)
        raise
    try:
        yield link
    except LinkLost:
        link.is_lost = True
        raise
    finally:
        await link.stop()
        if link.is_lost:
            _cut(client)
        await _leave(client)


class OpcUaLink:
    """See `equipment.drivers.base.Link`."""

    def __init__(self, session: Session, guard: Guard) -> None:
        self.session = session
        self._guard = guard
        self.health = Health()
        self.pace = Pace()
        self.is_lost = False
        self._flow = Flow(session)
        self._watch: Watch | None = None
        self._types: dict[str, ua.VariantType] = {}

    async def watch(self, points: Sequence[Point]) -> AsyncIterator[list[Sample]]:
        """A watch that begins ends the one before."""
        if self._watch is not None:
            await self._watch.end()
        self._watch = Watch(self.session, self._flow, points, self.health, self.pace)
        try:
            async for samples in self._watch.samples():
                yield samples
        except LinkLost:
            self.is_lost = True
            raise

    async def read(self, points: Sequence[Point]) -> list[Sample]:
        limit_us = int(self.session.endpoint.clock_limit_s * 1e6)
        tracks = [Track(position, point, limit_us, self.health) for position, point in enumerate(points)]
        nodes = [self.session.node_id(point.address) for point in points]
        values = iter(await self._timed_read([node for node in nodes if node is not None]))
        received_us = time.time_ns() // 1000
        return [
            track.refused(ua.StatusCodes.BadNodeIdUnknown, received_us)
            if node is None
            else track.sample(change_of(next(values)), received_us)
            for track, node in zip(tracks, nodes, strict=True)
        ]

    async def write(self, point: Point, value: Value) -> None:
        node = self.session.node_id(point.address)
        if node is None:
            raise WriteRefused(f"The server has no namespace for {point.address} now.")
        variant = await self._variant(point, node, value)
        request = ua.WriteValue(NodeId=node, AttributeId=ua.AttributeIds.Value)
        # Neither status nor time: many machines take a value alone.
        request.Value = ua.DataValue(variant, StatusCode=None)
        parameters = ua.WriteParameters()
        parameters.NodesToWrite = [request]
        self.health.requests += 1
        async with self.session.within("a write; whether it was done nobody knows until it is read"):
            self._guard()
            (status,) = await self.session.client.uaclient.write(parameters)
        if not status.is_good():
            raise WriteRefused(f"The server did not write {point.address}: {name_of(status.value)}. {status.doc}")

    async def browse(self, address: str = "") -> list[Node]:
        node = self.session.node_id(address) if address else None
        if address and node is None:
            return []
        self.health.requests += 1
        return await children(self.session, node)

    async def stop(self) -> None:
        await self._flow.stop()

    async def _timed_read(self, nodes: Sequence[ua.NodeId]) -> list[ua.DataValue]:
        begun = time.monotonic()
        values = await self.session.read(nodes) if nodes else []
        self.health.requests += 1
        self.health.slowest_answer_s = max(self.health.slowest_answer_s, time.monotonic() - begun)
        return values

    async def _variant(self, point: Point, node: ua.NodeId, value: Value) -> ua.Variant:
        """The value as the node takes it. Raises WriteRefused, LinkLost."""
        if point.address not in self._types:
            self._types[point.address] = await self._type_of(point.address, node)
        try:
            return written_as(self._types[point.address], value)
        except Misfit as misfit:
            raise WriteRefused(f"{point.address} was not written. {misfit}") from None

    async def _type_of(self, address: str, node: ua.NodeId) -> ua.VariantType:
        """The built-in type of a node's value: of the present one, else of what it is declared to hold."""
        (present,) = await self.session.read([node])
        if present.Value is not None and present.Value.VariantType != ua.VariantType.Null:
            if present.Value.is_array:
                raise WriteRefused(f"{address} was not written. The node holds a list, which no tag can be.")
            return present.Value.VariantType
        (declared,) = await self.session.read([node], ua.AttributeIds.DataType)
        if declared.Value is None or not isinstance(declared.Value.Value, ua.NodeId):
            raise WriteRefused(f"The server does not say what {address} holds: {name_of(declared.StatusCode.value)}.")
        async with self.session.within("the question for a node's type"):
            found: ua.VariantType = await data_type_to_variant_type(self.session.client.get_node(declared.Value.Value))
        return found


async def _connect(client: Client, endpoint: Endpoint) -> None:
    """Raises LinkLost, NotTrusted."""
    try:
        with told("the opening of a session", endpoint.timeout_s * CONNECT_TIMES):
            await client.connect()
    except AssertionError as error:  # the library's answer to a secure channel that was refused
        raise NotTrusted(OUR_CERTIFICATE) from error
    except NotTrusted:
        raise
    except LinkLost as lost:
        # It has just told us its endpoints without any security: what fails now is about that.
        why = lost.__cause__
        is_closed = isinstance(why, ConnectionError) and not isinstance(why, ConnectionRefusedError)
        if endpoint.security.policy != "None" and is_closed:
            raise NotTrusted(f"{OUR_CERTIFICATE} It closed the connection without a word.") from lost
        raise


def _cut(client: Client) -> None:
    """Close the socket at once: who does not answer takes no leave."""
    protocol = client.uaclient.protocol
    if protocol is not None and protocol.transport is not None:
        protocol.transport.abort()
    client.uaclient.disconnect_socket()


async def _leave(client: Client) -> None:
    """Give the session back as far as the server listens, and end the client's own tasks; within LEAVING_S.

    The library would wait as long for the answer to a farewell as for that to the first question.
    """
    leaving = asyncio.create_task(client.disconnect())
    try:
        await asyncio.wait([leaving], timeout=LEAVING_S)
    finally:
        _cut(client)  # with that nothing is waited for any more
    await leaving
