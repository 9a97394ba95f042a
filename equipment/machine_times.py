"""What a machine did from one time to another: its states as far as it was watched, and what nobody knows between.

Pure; times are aware.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

NOT_KNOWN = ""
Times = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in one state, NOT_KNOWN outside of all that was seen."""

    state: str
    detail: str
    begins_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.begins_at


def spells(states: Iterable[Spell], watched: Iterable[Times], begin: datetime, end: datetime) -> list[Spell]:
    """The time from begin to end without a gap. states: in order, none over another; watched: in any order."""
    seen = list(united(watched))
    found: list[Spell] = []
    reached = begin
    for state in states:
        for since, until in seen:
            left, right = max(since, state.begins_at, reached), min(until, state.ends_at, end)
            if left >= right:
                continue
            if left > reached:
                found.append(Spell(NOT_KNOWN, "", reached, left))
            found.append(replace(state, begins_at=left, ends_at=right))
            reached = right
    if reached < end:
        found.append(Spell(NOT_KNOWN, "", reached, end))
    return found


def united(times: Iterable[Times]) -> Iterator[Times]:
    """Times in order; those that touch or lie over each other as one."""
    last: Times | None = None
    for since, until in sorted(times):
        if last is not None and since <= last[1]:
            last = last[0], max(last[1], until)
            continue
        if last is not None:
            yield last
        last = since, until
    if last is not None:
        yield last


def gaps(watched: Iterable[Times], begin: datetime, end: datetime) -> list[Times]:
    """When nobody watched, from begin to end."""
    everything = [Spell("SEEN", "", begin, end)] if begin < end else []
    return [
        (spell.begins_at, spell.ends_at)
        for spell in spells(everything, watched, begin, end)
        if spell.state == NOT_KNOWN
    ]
