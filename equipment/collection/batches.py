"""Batches: what one connection has to say since the last flush. A batch is written whole, or not at all, and once."""

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from equipment.collection.rows import row
from equipment.collection.times import MINUTE_US
from equipment.drivers.base import Value


class Counted(NamedTuple):
    """How a counter or a handshake stands (`equipment.models.CounterTotal`). source: of what raw was read."""

    raw: int
    total: int
    number: int
    at_us: int
    source: str = ""


@dataclass(slots=True)
class Event:
    """Something that a machine did (`equipment.models.MachineEvent`)."""

    tag: str
    site: str
    station: str
    number: int
    books: str
    at_us: int
    quantity: int
    content: dict[str, Any]


@dataclass(slots=True)
class StateChange:
    """From a time on a station is in a state; without one, nobody knows."""

    site: str
    station: str
    at_us: int
    state: str = ""
    detail: str = ""


@dataclass(slots=True)
class Span:
    """A time in which the connection was watched, in microseconds; `begins` where nobody did before.

    missed: slots of the schedule that were left out in it. ended: why the watching ended, None while it goes on.
    """

    from_us: int
    until_us: int
    begins: bool = False
    missed: int = 0
    ended: str | None = None


@dataclass(slots=True)
class Batch:
    """What was read of a connection in an epoch; keys are texts in it, that it can go to a file.

    number: its place in the epoch, given when nothing more is added. latest: by series (time, value, quality);
    counters: by tag. due: (series, minute since 1970) that get new samples. spans: when it was watched, in order.
    period_ms: between two slots, None where the machine tells of changes by itself. health: what is added to the
    lease's counts. topics: what live pages are told.
    """

    connection: str
    epoch: int
    number: int = 0
    period_ms: int | None = None
    rows: bytearray = field(default_factory=bytearray)
    count: int = 0
    latest: dict[int, tuple[int, Value | None, int]] = field(default_factory=dict)
    due: set[tuple[int, int]] = field(default_factory=set)
    counters: dict[str, Counted] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    states: list[StateChange] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    link: tuple[str, str] | None = None
    health: dict[str, int] = field(default_factory=dict)
    topics: set[str] = field(default_factory=set)

    def add(self, series: int, at_us: int, value: Value | None, quality: int) -> None:
        self.rows += row(series, at_us, value, quality)
        self.count += 1
        self.latest[series] = (at_us, value, quality)
        self.due.add((series, at_us // MINUTE_US))

    @property
    def has_news(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.spans or self.latest or self.events or self.states or self.link)

    @property
    def size(self) -> int:
        """About how many bytes it keeps in memory."""
        return len(self.rows) + 200 * (len(self.events) + len(self.states)) + 500

    def thin(self) -> int:
        """Give up its samples, never its events, counts and states; returns how many samples went."""
        gone, self.count = self.count, 0
        self.rows = bytearray()
        self.due.clear()
        self.health["dropped"] = self.health.get("dropped", 0) + gone
        return gone

    def head(self) -> dict[str, Any]:
        """All but the rows, as JSON takes it."""
        content = asdict(self) | {"latest": list(self.latest.items()), "due": sorted(self.due)}
        content["topics"] = sorted(self.topics)
        del content["rows"]
        return content

    @classmethod
    def of(cls, head: dict[str, Any], rows: bytes) -> "Batch":
        """The batch that gave this head and these rows."""
        batch = cls(**(head | {"rows": bytearray(rows)}))
        batch.latest = {series: tuple(last) for series, last in head["latest"]}
        batch.due = {(series, minute) for series, minute in head["due"]}
        batch.counters = {tag: Counted(*counter) for tag, counter in head["counters"].items()}
        batch.events = [Event(**event) for event in head["events"]]
        batch.states = [StateChange(**change) for change in head["states"]]
        batch.spans = [Span(**span) for span in head["spans"]]
        batch.link = tuple(head["link"]) if head["link"] else None
        batch.topics = set(head["topics"])
        return batch
