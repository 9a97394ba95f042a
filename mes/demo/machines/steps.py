"""What a machine showed, step by step, and whether what is on record is the same: in order, nothing more, nothing less.

No slack is taken from the air. The truth says by when each step could be seen by everybody; `sights` says within which
time something on record was read.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from equipment.drivers.base import Value
from mes.demo.machines.spans import Span
from mes.demo.machines.truth import LATE, PROMPT_S, Fact

Window = tuple[float, float]  # in which something on record was read


@dataclass(frozen=True, slots=True)
class Step:
    """A value that stood. From begins on it may have been seen, from shown on no other one was, until the next begins;
    at gone at the latest nobody saw it any more. All in seconds since 1970.
    """

    value: Value
    begins: float
    shown: float
    ends: float
    gone: float


class Unknown:
    """In place of a value: it was not known, and is on record as that."""


UNKNOWN = Unknown()


def true_steps(told: Sequence[tuple[float, Value]], late: Sequence[Span], until: float) -> list[Step]:
    """told: (time, value), in order. late: what was told within each was shown only by its end. until: it is now."""
    changes = [one for before, one in zip([None, *told], told, strict=False) if before is None or before[1] != one[1]]
    starts = [begin for begin, _ in late]

    def shown(at: float) -> float:
        _, end = late[place] if (place := bisect_right(starts, at) - 1) >= 0 else (at, at)
        return max(at + PROMPT_S, end)

    nexts = [(at, shown(at)) for at, _ in changes[1:]] + [(until, float("inf"))]
    return [Step(value, at, shown(at), ends, gone) for (at, value), (ends, gone) in zip(changes, nexts, strict=True)]


def late_spans(facts: Iterable[Fact]) -> list[Span]:
    """When something could be seen only a good while after it was told."""
    return sorted((fact.at, float(fact.values["until"])) for fact in facts if fact.kind == LATE)


class Line:
    """What is on record of one thing: from each time on it had this value. In order of time."""

    def __init__(self, rows: Sequence[tuple[float, Value | Unknown | None]]) -> None:
        self._rows, self._times = rows, [at for at, _ in rows]

    def other_than(self, value: Value, span: Span) -> Iterator[tuple[Span, Value | None]]:
        """Where in the span another value is on record, or none at all (None)."""
        begin, end = span
        if end <= begin:
            return
        first = bisect_right(self._times, begin) - 1
        last = bisect_left(self._times, end)
        for place in range(first, max(last, first + 1)):
            said = self._rows[place][1] if place >= 0 else None
            since = max(begin, self._times[place]) if place >= 0 else begin
            until = min(end, self._times[place + 1]) if place + 1 < len(self._times) else end
            if said != value and said is not UNKNOWN and until - since > 0.001:
                assert not isinstance(said, Unknown)
                yield (since, until), said


def matched(
    steps: Sequence[Step], records: Iterable[tuple[float, Value]], window: Callable[[float], Window | None]
) -> tuple[set[int], list[tuple[float, Value]]]:
    """Which steps are on record, by their places; and what of the records is no step that was shown within the record's
    window, or not in the order of the steps.

    What was shown before the first step nobody knows, nor what is on record of then. Later a record without a window
    was made when nobody looked.
    """
    reached, places, wrong = 0, set[int](), []
    for at, value in records:
        when = window(at)
        found = _step_of(steps, value, when, reached) if when is not None else None
        if found is not None:
            reached = found
            places.add(found)
        elif not steps or reached or (at if when is None else when[0]) > steps[0].shown:
            wrong.append((at, value))
    return places, wrong


def _step_of(steps: Sequence[Step], value: Value, window: Window, reached: int) -> int | None:
    for place in range(reached, len(steps)):
        if steps[place].begins > window[1]:
            return None
        if steps[place].gone >= window[0] and steps[place].value == value:
            return place
    return None


def shown_within(steps: Sequence[Step], window: Window) -> list[Value]:
    """All that may have been seen in this time."""
    return [step.value for step in steps if step.begins <= window[1] and step.gone >= window[0]]
