"""What a score consists of: of each machine five comparisons, each with what was compared and what differs."""

from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_LISTED = 12  # differences that are told of each comparison; all are counted


@dataclass(slots=True)
class Comparison:
    """compared, wrong: in pieces, seconds, values or links, as `of` says. under_way: too young to be on record."""

    of: str
    compared: float = 0.0
    wrong: float = 0.0
    under_way: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return not self.wrong

    @property
    def percent(self) -> float:
        """How much of it is right; of nothing all is."""
        return 100.0 * max(0.0, 1 - self.wrong / self.compared) if self.compared else (0.0 if self.wrong else 100.0)

    def differs(self, sentence: str, by: float = 1.0) -> None:
        self.wrong += by
        if len(self.differences) < MOST_LISTED:
            self.differences.append(sentence)


@dataclass(slots=True)
class Job:
    """One load of a machine. made, booked: by good, scrap, failed. at: seconds since 1970."""

    serial: str
    operation: str
    order: str
    at: float
    key: str
    members: tuple[str, ...] = ()
    made: dict[str, int] = field(default_factory=dict)
    booked: dict[str, int] = field(default_factory=dict)
    is_over: bool = False


@dataclass(slots=True)
class Score:
    """One machine, newest job first. made, counted: parts that it told of, events that came of them."""

    machine: str
    counts: Comparison = field(default_factory=lambda: Comparison("pieces"))
    states: Comparison = field(default_factory=lambda: Comparison("seconds"))
    values: Comparison = field(default_factory=lambda: Comparison("values"))
    genealogy: Comparison = field(default_factory=lambda: Comparison("links"))
    samples: Comparison = field(default_factory=lambda: Comparison("samples"))
    jobs: list[Job] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    watched_s: float = 0.0
    seen_until: float = 0.0

    @property
    def comparisons(self) -> dict[str, Comparison]:
        return {
            "counts": self.counts,
            "states": self.states,
            "values": self.values,
            "genealogy": self.genealogy,
            "samples": self.samples,
        }

    @property
    def is_right(self) -> bool:
        """Nothing lost, nothing doubled, nothing wrong."""
        return all(one.is_right for one in self.comparisons.values())

    def differences(self) -> Iterator[str]:
        for name, one in self.comparisons.items():
            yield from (f"{name}: {difference}" for difference in one.differences)
