"""Batches: what one connection has to say since the last flush. A batch is written whole, or not at all, and once."""

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from equipment.collection.rows import row
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

    number: its place in the epoch, given when nothing more is added. rows: of samples, as `rows.row` makes them; what
    is last of a series, and which minutes have new samples, is read from them. counters: by tag. spans: when it was
    watched, in order. period_ms: between two slots, None where the machine tells of changes by itself. health: what is
    added to the lease's counts. topics: what live pages are told.
    """

    connection: str
    epoch: int
    number: int = 0
    period_ms: int | None = None
    rows: bytearray = field(default_factory=bytearray)
    count: int = 0
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

    @property
    def has_news(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.spans or self.rows or self.events or self.states or self.link)

    def head(self) -> dict[str, Any]:
        """All but the rows, and what is empty, as JSON takes it."""
        given: dict[str, Any] = {"connection": self.connection, "epoch": self.epoch}
        given |= {name: content for name in _NAMES if (content := getattr(self, name))}
        for name in ("events", "states", "spans"):
            if name in given:
                given[name] = [{part: getattr(one, part) for part in one.__slots__} for one in given[name]]
        if self.topics:
            given["topics"] = sorted(self.topics)
        return given

    @classmethod
    def of(cls, head: dict[str, Any], rows: bytes) -> "Batch":
        """The batch that gave this head and these rows. What is not known in it is passed over."""
        batch = cls(**{name: content for name, content in head.items() if name in _NAMES}, rows=bytearray(rows))
        batch.counters = {tag: Counted(*counter) for tag, counter in batch.counters.items()}
        batch.events = [Event(**event) for event in head.get("events", ())]
        batch.states = [StateChange(**change) for change in head.get("states", ())]
        batch.spans = [Span(**span) for span in head.get("spans", ())]
        batch.link = tuple(batch.link) if batch.link else None  # type: ignore[assignment]
        batch.topics = set(batch.topics)
        return batch


_NAMES = tuple(one.name for one in fields(Batch) if one.name != "rows")
