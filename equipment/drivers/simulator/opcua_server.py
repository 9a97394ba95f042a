"""An OPC UA server of our own: nodes declared from Python, values set by a program, faults on demand.

It runs in a thread with an event loop of its own, listens on loopback at a port that is given or chosen by the system,
and ends with its `with` block. Every method may be called from any thread, and returns when it is done.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from asyncua import Server, ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.internal_server import InternalServer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from equipment.drivers.base import Value, ValueType

T = TypeVar("T")
NAMESPACE = "urn:plantwright:simulator:machine"
APPLICATION_URI = "urn:plantwright:simulator"
_SHIFT = "urn:plantwright:simulator:added-before"
_TYPES = {
    ValueType.BOOL: ua.VariantType.Boolean,
    ValueType.INT16: ua.VariantType.Int16,
    ValueType.UINT16: ua.VariantType.UInt16,
    ValueType.INT32: ua.VariantType.Int32,
    ValueType.UINT32: ua.VariantType.UInt32,
    ValueType.INT64: ua.VariantType.Int64,
    ValueType.UINT64: ua.VariantType.UInt64,
    ValueType.FLOAT32: ua.VariantType.Float,
    ValueType.FLOAT64: ua.VariantType.Double,
    ValueType.TEXT: ua.VariantType.String,
}
_BASE_URI = "http://opcfoundation.org/UA/"
_CLOCK_TICK_S = 0.5
LOGGED = 10_000  # changes that are remembered


@dataclass(frozen=True, slots=True)
class Variable:
    """A node with a value. path: its id and its place, `Press/Speed` being in the folder `Press`."""

    path: str
    value: Value = 0.0
    value_type: ValueType = ValueType.FLOAT64
    is_writable: bool = False

    @property
    def address(self) -> str:
        return f"nsu={NAMESPACE};s={self.path}"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in, and by which certificate the server shows itself.

    certificate (DER), private_key (PEM): without them there is no security to choose. clients: certificates that are
    accepted; None: every one. users: names and passwords; none: who names no user is let in, and nobody else.
    user_tokens: names of the policies by which passwords are taken, "" being the channel's own; none: as it is usual.
    """

    certificate: bytes = b""
    private_key: bytes = field(default=b"", repr=False)
    clients: tuple[bytes, ...] | None = None
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    user_tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What the server did to a value. at: by our clock, whatever its own says."""

    path: str
    value: Value
    is_good: bool
    at: datetime


class OpcUaServer:
    """`with OpcUaServer([Variable("Press/Speed")]) as server: server.set("Press/Speed", 3.5)`."""

    def __init__(self, variables: Iterable[Variable] = (), access: Access | None = None, *, port: int = 0) -> None:
        self._variables = {variable.path: variable for variable in variables}
        self._access = access or Access()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulated OPC UA server", daemon=True)
        self._inside = InternalServer()
        self._outside: Server | None = None
        self._port = port
        self._index = 2
        self._nodes: list[Any] = []
        self._clock_off = timedelta()
        self._clock: asyncio.Task[None] | None = None
        self._thaw = threading.Event()
        self._log: deque[Change] = deque(maxlen=LOGGED)

    @property
    def address(self) -> str:
        return f"opc.tcp://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._do(self._begin())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.thaw()
        self._do(self._stop())
        self._end()

    # --- what a program does with it

    def set(self, path: str, value: Value, *, status: str = "Good", has_time: bool = True) -> None:
        """A new value. status: the name of a status code, such as BadSensorFailure."""
        self.set_all([(path, value)], status=status, has_time=has_time)

    def set_all(self, changes: Sequence[tuple[str, Value]], *, status: str = "Good", has_time: bool = True) -> None:
        """Many new values one after the other, with nothing in between."""
        self._do(self._set(changes, getattr(ua.StatusCodes, status), has_time))

    def value(self, path: str) -> Value:
        """The present value, as a client may have written it."""
        return self._on_loop(lambda: self._inside.read_attribute_value(self._node_id(path)).Value.Value)

    def changes(self, path: str) -> list[Change]:
        """What it did to this value, in order: the last of all that it did, as far as it remembers."""
        return self._on_loop(lambda: [change for change in self._log if change.path == path])

    def sessions(self) -> int:
        """How many clients are logged on."""
        return self._on_loop(lambda: len(self._inside._external_sessions))

    def add(self, *variables: Variable) -> None:
        """Further nodes."""
        self._variables |= {variable.path: variable for variable in variables}
        self._do(self._declare(variables))

    def limit(self, most: int) -> None:
        """Say that one request may read, browse or watch so many nodes at most; 0: no limit."""
        self._do(self._limit(most))

    # --- faults

    def restart(
        self,
        variables: Iterable[Variable] | None = None,
        *,
        access: Access | None = None,
        shifts_namespace: bool = False,
    ) -> None:
        """Off and on again: sessions and subscriptions are gone, values are those of the declaration.

        variables, access: others from now on. shifts_namespace: our nodes get another namespace number than before.
        """
        if variables is not None:
            self._variables = {variable.path: variable for variable in variables}
        self._access = access or self._access
        self._do(self._restart(shifts_namespace))

    def unplug(self) -> None:
        """Nobody answers at the address, and every connection ends, until `plug_in`."""
        self._do(self._unlisten())

    def plug_in(self) -> None:
        self._do(self._listen())

    def drop(self) -> None:
        """End every connection without a word."""
        self._on_loop(self._abort_all)

    def freeze(self) -> None:
        """Connections stay, and new ones are taken, but nothing is answered any more, until `thaw`."""
        self._thaw.clear()
        self._loop.call_soon_threadsafe(self._thaw.wait)

    def thaw(self) -> None:
        self._thaw.set()

    def silence(self) -> None:
        """Subscriptions live and say so, but report nothing more. Everything else is answered."""
        self._do(self._silence())

    def lose_a_message(self) -> None:
        """The next thing that each subscription has to report does not come."""
        self._on_loop(self._skip)

    def set_clock(self, seconds_off: float) -> None:
        """Its clock is so far off from now on: the server's own time and the times of values."""
        self._clock_off = timedelta(seconds=seconds_off)

    # --- inside

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _on_loop(self, work: Any) -> Any:
        async def call() -> Any:
            return work()

        return self._do(call())

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _begin(self) -> None:
        self._inside.disabled_clock = True  # ours can be off
        self._inside.user_manager = self
        self._inside.certificate_validator = self._check_client
        server = Server(self._inside)
        await server.init()
        await self._declare(self._variables.values())
        await self._listen()
        self._clock = asyncio.create_task(self._tick())

    async def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
        await self._unlisten()
        await self._inside.stop()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_default_executor()

    async def _listen(self) -> None:
        """A new server around the address space, which takes seconds to make."""
        self._inside.endpoints.clear()
        access = self._access
        self._inside.certificate = x509.load_der_x509_certificate(access.certificate) if access.certificate else None
        self._inside.private_key = load_pem_private_key(access.private_key, None) if access.private_key else None
        self._outside = server = Server(self._inside)
        server.set_endpoint(f"opc.tcp://127.0.0.1:{self._port}")
        server.set_server_name("Simulated machine")
        await server.set_application_uri(APPLICATION_URI)
        tokens = [ua.UserNameIdentityToken] if access.users else [ua.AnonymousIdentityToken]
        server.set_identity_tokens(tokens)
        await server.start()
        if access.user_tokens:
            for endpoint in self._inside.endpoints:
                endpoint.UserIdentityTokens = [_user_token(name) for name in access.user_tokens]
        self._port = server.bserver.port

    async def _unlisten(self) -> None:
        if self._outside is None:
            return
        self._abort_all()
        server, self._outside = self._outside, None
        await server.bserver.stop()
        await self._forget_clients()

    async def _forget_clients(self) -> None:
        for session in list(self._inside._external_sessions.values()):
            await session.close_session(True)

    async def _restart(self, shifts_namespace: bool) -> None:
        await self._unlisten()
        await self._inside.isession.delete_nodes(_deletion(self._nodes))
        self._nodes.clear()
        self._index += shifts_namespace
        await self._declare(self._variables.values())
        await self._listen()

    def _abort_all(self) -> None:
        for transport in list(self._inside.asyncio_transports):
            transport.abort()

    async def _silence(self) -> None:
        for subscription in self._inside.subscription_service.subscriptions.values():
            await subscription.set_publishing_mode(False)

    def _skip(self) -> None:
        for subscription in self._inside.subscription_service.subscriptions.values():
            subscription._notification_seq += 1  # as if one had been sent; the library has no way of its own

    async def _limit(self, most: int) -> None:
        for name in ("MaxNodesPerRead", "MaxNodesPerBrowse", "MaxMonitoredItemsPerCall"):
            node_id = ua.NodeId(getattr(ua.ObjectIds, f"Server_ServerCapabilities_OperationLimits_{name}"))
            await Server(self._inside).get_node(node_id).write_value(ua.Variant(most, ua.VariantType.UInt32))

    def _node_id(self, path: str) -> ua.NodeId:
        return ua.NodeId(path, self._index)

    async def _declare(self, variables: Iterable[Variable]) -> None:
        server = Server(self._inside)
        others = [f"{_SHIFT}:{number}" for number in range(2, self._index)]
        await server.nodes.namespace_array.write_value([_BASE_URI, APPLICATION_URI, *others, NAMESPACE])
        folders: dict[str, Any] = {"": server.nodes.objects}
        for variable in variables:
            folder = await self._folder(variable.path.rpartition("/")[0], folders)
            node_id, name = self._node_id(variable.path), variable.path.rpartition("/")[2]
            self._log.append(Change(variable.path, variable.value, True, datetime.now(UTC)))
            value = ua.Variant(variable.value, _TYPES[variable.value_type])
            node = await folder.add_variable(node_id, ua.QualifiedName(name, self._index), value)
            if variable.is_writable:
                await node.set_writable()
            self._nodes.append(node.nodeid)

    async def _folder(self, path: str, folders: dict[str, Any]) -> Any:
        if path not in folders:
            above, _, name = path.rpartition("/")
            parent, node_id = await self._folder(above, folders), self._node_id(path)
            if node_id not in self._nodes:
                await parent.add_folder(node_id, ua.QualifiedName(name, self._index))
                self._nodes.append(node_id)
            folders[path] = Server(self._inside).get_node(node_id)
        return folders[path]

    async def _set(self, changes: Sequence[tuple[str, Value]], status: int, has_time: bool) -> None:
        for path, value in changes:
            kind = _TYPES[self._variables[path].value_type]
            time = self._now() if has_time else None
            found = ua.DataValue(ua.Variant(value, kind), ua.StatusCode(status), SourceTimestamp=time)
            self._log.append(Change(path, value, ua.StatusCode(status).is_good(), datetime.now(UTC)))
            await self._inside.write_attribute_value(self._node_id(path), found)

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._clock_off

    async def _tick(self) -> None:
        """The server's own clock, by which a client sees that a subscription lives."""
        while True:
            await self._inside.current_time_node.write_value(self._now())
            await asyncio.sleep(_CLOCK_TICK_S)

    async def _check_client(self, certificate: x509.Certificate, application: Any) -> None:
        allowed = self._access.clients
        if allowed is not None and certificate.public_bytes(Encoding.DER) not in allowed:
            raise ServiceError(ua.StatusCodes.BadCertificateUntrusted)

    def get_user(
        self, iserver: Any, username: str | None = None, password: str | None = None, certificate: Any = None
    ) -> User | None:
        """As the library asks who logs on; None refuses."""
        users = self._access.users
        if users and (username is None or users.get(username) != password):
            return None
        return User(role=UserRole.User, name=username)


def _user_token(policy: str) -> ua.UserTokenPolicy:
    uri = f"{_BASE_URI}SecurityPolicy#{policy}" if policy else None
    return ua.UserTokenPolicy(PolicyId=f"user by {policy}", TokenType=ua.UserTokenType.UserName, SecurityPolicyUri=uri)


def _deletion(nodes: Sequence[ua.NodeId]) -> ua.DeleteNodesParameters:
    """References to them are searched for in all the server's nodes: only those from the root are left otherwise."""
    parameters = ua.DeleteNodesParameters()
    parameters.NodesToDelete = [
        ua.DeleteNodesItem(NodeId=node, DeleteTargetReferences="/" not in node.Identifier) for node in nodes
    ]
    return parameters
