"""How a node is written down: `nsu=<namespace URI>;s=<id>`, as in part 6 of OPC UA; of namespace 0, `i=2258`.

The URI, since the number of a namespace may be another one after the server's next start.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from uuid import UUID

from equipment.drivers.base import InvalidAddress, Point, ValueType
from equipment.drivers.places import host_and_port

SCHEME, PORT = "opc.tcp://", 4840
BASE_URI = "http://opcfoundation.org/UA/"  # of namespace 0
LONGEST_TEXT = 4096  # characters of a text id, by part 3
_SHAPE = re.compile(r"(?:nsu=(?P<uri>[^;]+);)?(?P<kind>[isgb])=(?P<id>.+)", re.DOTALL)
_EXAMPLE = "Write nsu=<namespace URI>;s=<id>, such as nsu=http://example.com/press;s=Press.Speed, or i=2258."


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """A node on any server. uri: of its namespace, "" for namespace 0."""

    uri: str
    identifier: int | str | UUID | bytes

    def __str__(self) -> str:
        match self.identifier:
            case bytes():
                shown = f"b={b64encode(self.identifier).decode()}"
            case UUID():
                shown = f"g={self.identifier}"
            case int():
                shown = f"i={self.identifier}"
            case _:
                shown = f"s={self.identifier}"
        return f"nsu={_escaped(self.uri)};{shown}" if self.uri else shown


def parse(address: str) -> NodeAddress:
    """Raises InvalidAddress."""
    if re.match(r"\s*ns=\d", address):
        raise InvalidAddress(
            f"{address} names the namespace by its number, which may be another one after the server's next start."
            f" {_EXAMPLE}"
        )
    found = _SHAPE.fullmatch(address.strip())
    if found is None:
        raise InvalidAddress(f"{address or 'Nothing'} is no address of a node. {_EXAMPLE}")
    uri = _unescaped(found["uri"] or "")
    return NodeAddress("" if uri == BASE_URI else uri, _identifier(found["kind"], found["id"]))


def check_address(address: str, value_type: ValueType) -> None:
    """Raises InvalidAddress. Of which type the node is, only its server can say."""
    parse(address)


def check_endpoint(address: str) -> None:
    """`opc.tcp://host:port/path`; without a port, 4840. Raises InvalidAddress."""
    if not address.startswith(SCHEME):
        raise InvalidAddress(f"“{address}” is no address of an OPC UA server: write opc.tcp://host:port/.")
    place = re.split(r"[/?#]", address.removeprefix(SCHEME), maxsplit=1)[0]
    if "@" in place:
        raise InvalidAddress("User and password don't belong into the address: write them into the security profile.")
    if re.search(r"[\s\x00-\x1f]", address):
        raise InvalidAddress(f"“{address}” is no address of an OPC UA server: write it without spaces.")
    host_and_port(place, PORT)


def places(point: Point) -> list[NodeAddress]:
    """The node. Raises InvalidAddress."""
    return [parse(point.address)]


def overlap(one: Point, other: Point, device_id: int) -> bool:
    """Whether they are the same node. Raises InvalidAddress."""
    return parse(one.address) == parse(other.address)


def _identifier(kind: str, text: str) -> int | str | UUID | bytes:
    try:
        match kind:
            case "i":
                return _number(text)
            case "g":
                return UUID(text)
            case "b":
                return b64decode(text, validate=True)
    except (ValueError, NotBase64):
        wanted = {"i": "a whole number below 4294967296", "g": "a GUID", "b": "Base64"}[kind]
        raise InvalidAddress(f"{text} is no id: after {kind}= comes {wanted}.") from None
    if len(text) > LONGEST_TEXT:
        raise InvalidAddress(f"An id has {LONGEST_TEXT} characters at most, this one {len(text)}.")
    return text


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) >= 1 << 32:
        raise ValueError(text)
    return int(text)


def _escaped(uri: str) -> str:
    return uri.replace("%", "%25").replace(";", "%3B")


def _unescaped(uri: str) -> str:
    return re.sub("%3b", ";", uri, flags=re.IGNORECASE).replace("%25", "%")
