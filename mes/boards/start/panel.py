"""One card of the start page, and the line of one record in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from equipment.models import HelpCall, Site
from equipment.queries import open_calls
from mes.kernel.personnel.models import Person
from mes.kernel.pieces import Flat

SHOWN = 8


@dataclass(frozen=True)
class Asked:
    """For whom and when the page is made. sites: those the person sees, by key."""

    person: Person
    sites: dict[UUID, Site]
    now: datetime

    @cached_property
    def calls(self) -> list[HelpCall]:
        """The open calls for help, longest first."""
        return open_calls(list(self.sites))


@dataclass(frozen=True)
class Line(Flat):
    """One record: `word` leads to `to`; `text` says what it is, `end` how much or since when.

    tone, letter: its mark where it is not normal; the word beside it is in `text`.
    """

    word: str
    to: str
    text: str = ""
    end: str = ""
    tone: str = ""
    letter: str = ""


@dataclass(frozen=True)
class Panel:
    """One card. count: how many there are, shown or not; empty: the sentence in place of lines; more: where all are."""

    title: str
    lines: Sequence[Line]
    count: int
    empty: str
    more: str = ""


def panel(
    title: str,
    found: QuerySet[Any],
    line: Callable[[Any], Line],
    *,
    empty: str,
    more: str = "",
    shown: int = SHOWN,
    first: Sequence[Any] | None = None,
) -> Panel:
    """The first of what was found. Counts by a statement of its own only where more is left.

    first: the first of them, one more than is shown, when a prepared query has asked for them.
    """
    rows = list(found[: shown + 1]) if first is None else first
    count = found.count() if len(rows) > shown else len(rows)
    return Panel(title, [line(row) for row in rows[:shown]], count, empty, more)
