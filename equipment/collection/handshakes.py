"""Handshakes: the machine raises a number with each event, waits until it is acknowledged, and raises the next.

Only this gives "nothing lost, nothing doubled" over a protocol without events. Number 0 is none: a machine that begins
anew shows it. An event is taken when the number differs from the last that is stored; it is acknowledged only after the
commit, and again as long as the machine shows it unacknowledged.

A machine that begins anew while nobody looks may come to the very number that is stored. So after each time in which
it could have, the same number is in doubt until what came with it, and what stands at the acknowledge address, are
compared with what is known of the event that is stored; it is not acknowledged before.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from equipment.collection.batches import Batch, Counted, Event
from equipment.collection.configuration import WatchedTag
from equipment.collection.counters import MOST_PIECES
from equipment.collection.doubts import DOUBT, Doubt
from equipment.collection.reporting import meant
from equipment.drivers.base import Point, Quality, Sample, Value, is_good

QUALITIES = "qualities"  # of those fields of an event that are not good
_NEARLY = 1e-6  # so far from a whole number a scaled one may be


def pieces(quantity: Value | None) -> int | None:
    """How many a quantity says, by what it means; None where it is no whole number from 0 on."""
    if not isinstance(quantity, int | float) or not 0 <= quantity <= MOST_PIECES:
        return None
    return round(quantity) if abs(quantity - round(quantity)) < _NEARLY else None


class Handshake:
    """An event tag and the tags that belong to it. shown: the number the machine showed last, and that is taken.

    is_waiting: it is stored, and the machine has not been told yet. is_in_doubt: the machine may have begun anew since
    the number was taken. wants_look: nobody can go on before what stands at the acknowledge address is `seen`.
    """

    def __init__(self, tag: WatchedTag, tags: Sequence[WatchedTag]) -> None:
        assert tag.acknowledge is not None
        self.tag = tag
        self.acknowledge: Point = tag.acknowledge
        shown, _, self._number = tag.counter
        self.shown = shown or 0
        self.is_waiting = self.wants_look = False
        self.is_in_doubt = bool(self.shown)
        self._content: Mapping[str, Any] = tag.last_event or {}  # of the event that is shown
        self._is_heard: bool | None = None  # whether the machine said that it has our acknowledgement; None: not known
        self._acknowledged: Value | None = None  # what was seen at the acknowledge address
        self._is_seen = False
        self._is_under_way = False
        self._told: int | None = None  # over this link
        self._stored = self.shown
        self._fields = {i: one.field for i, one in enumerate(tags) if one.event == tag.key}
        self._quantity = next((one for one in tags if one.event == tag.key and one.field == "quantity"), None)

    def take(
        self, site: str, samples: Sequence[Sample], at_us: int, raw: Value | None, quality: int, batch: Batch
    ) -> bool:
        """A number that was read, among the samples of one request. Whether that is settled."""
        if not is_good(quality) or not isinstance(raw, int):
            self.doubt()
            return False
        if raw == 0:
            self._begin_anew(at_us, batch)
            return True
        if raw == self.shown and not self.is_in_doubt:
            self.is_waiting = self._is_to_be_told
            return True
        read = {self._fields[i]: (value, how) for i, _, value, how in samples if i in self._fields}
        if any(how < Quality.UNCERTAIN for _, how in read.values()) or len(read) < len(self._fields):
            return False  # half an event is none: the machine still shows it at the next reading
        doubt = None
        if raw == self.shown:
            if not self._is_seen:
                self.wants_look = True
                return False
            is_new, doubt = self._judge({field: value for field, (value, _) in read.items()})
            if not is_new:
                self._is_the_same()
                return True
        self._take_new(site, read, at_us, raw, doubt, batch)
        return True

    def _take_new(
        self,
        site: str,
        read: Mapping[str, tuple[Value | None, int]],
        at_us: int,
        raw: int,
        doubt: Doubt | None,
        batch: Batch,
    ) -> None:
        self.shown, self.is_waiting, self._stored, self._told = raw, False, 0, None
        self.is_in_doubt = self._is_heard = False
        content: dict[str, Any] = {field: value for field, (value, _) in read.items()}
        self._content = dict(content)
        if self.tag.station:
            self._number += 1
            if doubtful := {field: how for field, (_, how) in read.items() if not is_good(how)}:
                content[QUALITIES] = doubtful
            if doubt:
                content[DOUBT] = doubt
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

    def _judge(self, read: Mapping[str, Value | None]) -> tuple[bool, Doubt | None]:
        """Of the number that is stored already, shown again: whether it is an event of its own, and if only a person
        can tell, that.

        Who remembers our acknowledgement waits for nothing, whatever stands in its fields by now; but a serial that we
        have not seen may be of a part that was told after all. Who does not may have begun anew. Then the same serial
        is the same part, and other values are another event; values that are alike, or were cleared, say nothing,
        unless the machine has not been told yet, and so still tells what it told.
        """
        before = {field: self._content[field] for field in read if field in self._content}
        differs = [field for field in before if not _is_alike(read[field], before[field])]
        serial = read.get("serial")
        if self._acknowledged == self.shown:
            return (True, Doubt.AGAIN) if serial and "serial" in differs else (False, None)
        is_same_part = bool(serial) and "serial" in before and "serial" not in differs
        if not differs and (is_same_part or self._is_heard is False):
            return False, None
        if is_same_part or not any(read[field] for field in differs):
            return True, Doubt.AGAIN
        return True, None

    def _is_the_same(self) -> None:
        """What is shown is what is stored, or on its way there."""
        self.is_in_doubt = False
        self._told = self.shown if self._acknowledged == self.shown else None
        self.is_waiting = self._is_to_be_told

    @property
    def _is_to_be_told(self) -> bool:
        is_sure = self._stored == self.shown and not self.is_in_doubt
        return is_sure and self._told != self.shown and not self._is_under_way

    def seen(self, acknowledged: Value | None) -> None:
        """What stands at the acknowledge address; None where it can't be read."""
        self._acknowledged, self._is_seen, self.wants_look = acknowledged, True, False

    def doubt(self) -> None:
        """The machine was out of sight, and may have begun anew."""
        self.is_in_doubt = bool(self.shown)
        self.is_waiting = self.wants_look = self._is_seen = False

    def _pieces(self, read: Mapping[str, tuple[Value | None, int]]) -> int:
        """One, unless the machine says how many; none where what it says can't be booked, which is then refused."""
        if self._quantity is None:
            return 1
        return pieces(meant(self._quantity, *read["quantity"])) or 0

    def _begin_anew(self, at_us: int, batch: Batch) -> None:
        """The machine shows none: whatever number it shows next is a new one, also to the next collector."""
        if self.shown:
            self.shown, self._stored = 0, 0
            self.doubt()
            self._keep(at_us, batch)

    def _keep(self, at_us: int, batch: Batch) -> None:
        batch.counters[self.tag.key] = Counted(self.shown, self._number, self._number, at_us, self.tag.source)

    def lose(self) -> None:
        """The link is lost. The machine may have been off, and have forgotten what it was told."""
        self._told = None
        self.doubt()

    def is_stored(self, number: int) -> None:
        """The event of this number of ours has been committed."""
        if not self.shown or number != self._number:
            return  # and is not shown any more
        self._stored = self.shown
        self.is_waiting = self._is_to_be_told

    def begin_telling(self) -> int:
        """The number to write to the acknowledge address now."""
        self.is_waiting, self._is_under_way = False, True
        return self.shown

    def is_telling(self, number: int) -> bool:
        """Whether the machine still shows this number, for all we know."""
        return self.shown == number and not self.is_in_doubt

    def end_telling(self, number: int, *, is_told: bool) -> None:
        self._is_under_way = False
        if is_told and self.shown == number:
            self._told, self._is_heard = number, True


def _is_alike(read: Value | None, stored: Any) -> bool:
    """Whether a value that was read is one that is kept, or on record as JSON has it there (`database.as_json`)."""
    if isinstance(read, str) and isinstance(stored, str):
        return read.replace("\0", "\u2400") == stored.replace("\0", "\u2400")
    if isinstance(read, float) and isinstance(stored, int | float):
        return float(stored) == read  # a large one comes back as a whole number, with all its digits
    return bool(read == stored)
