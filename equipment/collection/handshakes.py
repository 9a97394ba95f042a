"""Handshakes: the machine raises a number with each event, waits until it is acknowledged, and raises the next.

Only this gives "nothing lost, nothing doubled" over a protocol without events. Number 0 is none: a machine that begins
anew shows it. An event is taken when the number differs from the last that is stored; it is acknowledged only after the
commit, and again as long as the machine shows it unacknowledged.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from equipment.collection.batches import Batch, Counted, Event
from equipment.collection.configuration import WatchedTag
from equipment.collection.reporting import meant
from equipment.drivers.base import Point, Quality, Sample, Value, is_good

QUALITIES = "qualities"  # of those fields of an event that are not good
MOST_PIECES = 2**31 - 1
_NEARLY = 1e-6  # so far from a whole number a scaled one may be


def pieces(quantity: Value | None) -> int | None:
    """How many a quantity says, by what it means; None where it is no whole number from 0 on."""
    if not isinstance(quantity, int | float) or not 0 <= quantity <= MOST_PIECES:
        return None
    return round(quantity) if abs(quantity - round(quantity)) < _NEARLY else None


class Handshake:
    """An event tag and the tags that belong to it. shown: the number the machine showed last, and that is taken.

    is_waiting: it is stored, and the machine has not been told yet.
    """

    def __init__(self, tag: WatchedTag, tags: Sequence[WatchedTag]) -> None:
        assert tag.acknowledge is not None
        self.tag = tag
        self.acknowledge: Point = tag.acknowledge
        shown, _, self._number = tag.counter
        self.shown = shown or 0
        self.is_waiting = False
        self._is_under_way = False
        self._told: int | None = None  # not known after a start: told once more, which does no harm
        self._stored = self.shown
        self._fields = {i: one.field for i, one in enumerate(tags) if one.event == tag.key}
        self._quantity = next((one for one in tags if one.event == tag.key and one.field == "quantity"), None)

    def take(
        self, site: str, samples: Sequence[Sample], at_us: int, raw: Value | None, quality: int, batch: Batch
    ) -> bool:
        """A number that was read, among the samples of one request. Whether that is settled."""
        if not is_good(quality) or not isinstance(raw, int):
            return False
        if raw == 0:
            self._begin_anew(at_us, batch)
            return True
        if raw == self.shown:
            self.is_waiting = self._stored == raw and self._told != raw and not self._is_under_way
            return True
        read = {self._fields[i]: (value, how) for i, _, value, how in samples if i in self._fields}
        if any(how < Quality.UNCERTAIN for _, how in read.values()) or len(read) < len(self._fields):
            return False  # half an event is none: the machine still shows it at the next reading
        self.shown, self.is_waiting = raw, False
        if self.tag.station:
            self._number += 1
            content: dict[str, Any] = {field: value for field, (value, _) in read.items()}
            if doubtful := {field: how for field, (_, how) in read.items() if not is_good(how)}:
                content[QUALITIES] = doubtful
            event = Event(
                tag=self.tag.key,
                site=site,
                station=self.tag.station,
                number=self._number,
                books=self.tag.books,
                at_us=at_us,
                quantity=self._pieces(read),
                content=content | {"shown": raw},
            )
            batch.events.append(event)
        self._keep(at_us, batch)
        return True

    def _pieces(self, read: Mapping[str, tuple[Value | None, int]]) -> int:
        """One, unless the machine says how many; none where what it says can't be booked, which is then refused."""
        if self._quantity is None:
            return 1
        return pieces(meant(self._quantity, *read["quantity"])) or 0

    def _begin_anew(self, at_us: int, batch: Batch) -> None:
        """The machine shows none: whatever number it shows next is a new one, also to the next collector."""
        if self.shown:
            self.shown, self._stored, self.is_waiting = 0, 0, False
            self._keep(at_us, batch)

    def _keep(self, at_us: int, batch: Batch) -> None:
        batch.counters[self.tag.key] = Counted(self.shown, self._number, self._number, at_us, self.tag.source)

    def lose(self) -> None:
        """The link is lost. The machine may have been off, and have forgotten what it was told."""
        self._told, self.is_waiting = None, False

    def is_stored(self) -> None:
        """The event that is shown has been committed."""
        if not self.shown:
            return  # and is not shown any more
        self._stored = self.shown
        self.is_waiting = self._told != self.shown and not self._is_under_way

    def begin_telling(self) -> int:
        """The number to write to the acknowledge address now."""
        self.is_waiting, self._is_under_way = False, True
        return self.shown

    def end_telling(self, number: int, *, is_told: bool) -> None:
        self._is_under_way = False
        if is_told:
            self._told = number
