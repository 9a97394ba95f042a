"""What every driver is made of: points that are read, samples that come of them, a link that may be lost.

No model, no Django, no clock but the machine's: a driver can be tried against a socket alone.
"""

import time
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Protocol

LEAVING_S = 2.0  # at most, for taking leave of a machine when a link ends

# What a tag can be: a number (floats and integers of any width, bits as 0 and 1) or a text.
Value = float | int | str

# One value of one point: (position of the point in the list that was given, microseconds since 1970 in UTC, value as
# read or None, quality). A tuple, since some ten thousand a second go through one process.
Sample = tuple[int, int, Value | None, int]


class Quality(IntEnum):
    """How far a value can be trusted: the quality byte of OPC Data Access (192 good, 64 uncertain, 0 bad), and why.

    The six lower bits tell the reason, as there; what is below 64 has no value.
    """

    BAD = 0
    BAD_CONFIGURATION = 4  # no such register or node, not of this type, or too long a text
    BAD_NOT_CONNECTED = 8  # the link is down
    BAD_DEVICE_FAILURE = 12  # the machine answers that it can't
    BAD_SENSOR_FAILURE = 16  # the value is no number
    BAD_COMMUNICATION = 24  # no answer, half an answer, or one to another question
    BAD_OUT_OF_SERVICE = 28  # nobody watches: the connection is paused
    UNCERTAIN = 64
    UNCERTAIN_LAST_USABLE = 68
    UNCERTAIN_OUT_OF_RANGE = 84  # beyond what the tag's range allows, clamped
    GOOD = 192
    GOOD_CLOCK_OFF = 196  # the machine's clock was too far off: the time is that of receipt


def now_us() -> int:
    """By this machine's clock, in microseconds since 1970."""
    return time.time_ns() // 1_000


def is_good(quality: int) -> bool:
    return quality >= Quality.GOOD


def is_usable(quality: int) -> bool:
    """Whether there is a value at all."""
    return quality >= Quality.UNCERTAIN


class ValueType(StrEnum):
    BOOL = "BOOL"
    INT16 = "INT16"
    UINT16 = "UINT16"
    INT32 = "INT32"
    UINT32 = "UINT32"
    INT64 = "INT64"
    UINT64 = "UINT64"
    FLOAT32 = "FLOAT32"
    FLOAT64 = "FLOAT64"
    TEXT = "TEXT"


class WordOrder(StrEnum):
    """In which order the bytes of a 32-bit value come, A being the highest; 64-bit values and texts accordingly."""

    ABCD = "ABCD"
    CDAB = "CDAB"
    BADC = "BADC"
    DCBA = "DCBA"


@dataclass(frozen=True, slots=True)
class Point:
    """A tag as its driver sees it.

    address: in the driver's notation. length: bytes of a text. together: points with the same name here are read in
    one request, never torn apart (a handshake's number and what belongs to it).
    """

    address: str
    value_type: ValueType
    order: WordOrder = WordOrder.ABCD
    length: int = 0
    together: str = ""


@dataclass(frozen=True, slots=True)
class Security:
    """How to be trusted by an OPC UA server, and whom to trust: certificates in DER, private key and lists in PEM.

    revoked: lists of what those who are trusted have issued and taken back.
    """

    policy: str = "None"  # None, Basic256Sha256, Aes128Sha256RsaOaep, Aes256Sha256RsaPss
    mode: str = "None"  # None, Sign, SignAndEncrypt
    certificate: bytes = b""
    private_key: bytes = field(default=b"", repr=False)
    trusted: tuple[bytes, ...] = ()
    revoked: tuple[bytes, ...] = ()
    user_name: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a machine answers, and how it wants to be asked. Times in seconds.

    address: `host:port`, or an `opc.tcp://` URL. phase_s: by how much its schedule is set off from the full second.
    largest_gap, largest_span: registers that one request may read in vain, and altogether. pause_s: from an answer to
    the next request, for a device that needs one. clock_limit_s: by how much the machine's clock may differ from ours
    before its times count for nothing.
    """

    address: str
    device_id: int = 1
    period_s: float = 1.0
    phase_s: float = 0.0
    timeout_s: float = 1.0
    largest_gap: int = 16
    largest_span: int = 125
    pause_s: float = 0.0
    clock_limit_s: float = 60.0
    security: Security = Security()

    @property
    def flight_s(self) -> float:
        """After this time what was sent has come to the machine, or never will: see equipment.drivers.sockets."""
        return 2 * self.timeout_s


class LinkLost(Exception):
    """The connection can't go on: connect anew, after a pause. The text tells a person why."""


class NotTrusted(LinkLost):
    """The other side's certificate or ours was not accepted, or user and password were not."""


class WriteRefused(Exception):
    """The machine answered that it did not write, so it is unchanged. Of a lost link nobody knows until it is read."""


class WriteUnclear(Exception):
    """The machine answered, but not as one that wrote what was asked; the text tells what it said. The link stands,
    and nothing is on its way any more: whether it wrote, and what, is found by reading.
    """


class InvalidAddress(ValueError):
    """No address of this driver, and what one looks like."""


@dataclass(frozen=True, slots=True)
class Node:
    """An entry of a server's address space. value_type: None where it has no value that a tag could be."""

    address: str
    name: str
    has_children: bool
    value_type: ValueType | None = None
    value: Value | None = None
    is_writable: bool = False


@dataclass(slots=True)
class Health:
    """What a link counts while it lives; the collector reads it. Times in seconds.

    alive_us: when the machine was last heard (microseconds since 1970), where it tells of changes by itself.
    """

    requests: int = 0
    missed_slots: int = 0
    errors: int = 0
    last_error: str = ""
    slowest_answer_s: float = 0.0
    alive_us: int = 0
    refused: dict[int, str] = field(default_factory=dict)  # position of a point -> why it can't be read for now


# Asked in the moment before a write is sent. What it raises is raised, and nothing is sent.
Guard = Callable[[], None]


def unguarded() -> None:
    """Of who needs nobody's leave to write."""


class Link(Protocol):
    """An open connection. One thing at a time goes over it; a write waits for the poll under way."""

    health: Health

    def watch(self, points: Sequence[Point]) -> AsyncIterator[list[Sample]]:
        """Samples as they come, without end: a polled driver's once a period, at the time of its slot; a subscribed
        one's when they change. A point that can't be read gives a bad sample, and none of the others suffers.
        Raises LinkLost.
        """
        ...

    async def read(self, points: Sequence[Point]) -> list[Sample]:
        """Each point once, now. Raises LinkLost."""
        ...

    async def write(self, point: Point, value: Value) -> None:
        """Write once, without a second try. Raises WriteRefused; WriteUnclear and LinkLost, after which nobody knows
        until it is read; and what the link's guard does.
        """
        ...

    async def browse(self, address: str = "") -> list[Node]:
        """What lies below a node; without an address, below the root of the objects. Empty where nothing can be
        browsed. Raises LinkLost.
        """
        ...


class Driver(Protocol):
    is_polled: bool  # the samples of a reading have the time of its slot; else changes have the machine's

    def check_endpoint(self, address: str) -> None:
        """Whether a machine can be at this address at all. Raises InvalidAddress."""
        ...

    def check_address(self, address: str, value_type: ValueType) -> None:
        """Raises InvalidAddress."""
        ...

    def overlap(self, one: Point, other: Point, device_id: int) -> bool:
        """Whether what is written to one shows in the other. device_id: of the connection. Raises InvalidAddress."""
        ...

    def places(self, point: Point) -> Sequence[Hashable]:
        """What it is read of: points that overlap have one in common, though not all that do overlap. Raises
        InvalidAddress.
        """
        ...

    def connect(self, endpoint: Endpoint, guard: Guard = unguarded) -> AbstractAsyncContextManager[Link]:
        """Raises LinkLost, NotTrusted."""
        ...
