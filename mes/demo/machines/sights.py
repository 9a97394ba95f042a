"""When the collector looked at a machine, by its own record: within which time something on record was read.

A machine that is polled was asked for all its values at a slot of the schedule, or later by as many slots as the
observation says were left out; whatever was read at one slot was read before the next one that is on record was. A
machine that tells of changes says itself when they were; by the clock it may be silent as long as the driver waits.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet

from equipment.drivers.base import Quality
from equipment.models import Connection, Observation, Sample
from equipment.status import ConnectionKind
from mes.demo.machines.spans import Span
from mes.demo.machines.steps import Step, Window

EARLY_S = 0.005  # by which a timer may ring too early
REPEATED_S = 150.0  # within which each value is on record again that does not change
SILENCE_S = 5.0  # after which the driver of OPC UA knows that a server is mute


@dataclass(frozen=True, slots=True)
class Watch:
    """A time in which the machine was watched. period_s: between two slots, 0 where it tells of changes itself."""

    begin: float
    end: float
    period_s: float
    left_out: int

    @property
    def reach_s(self) -> float:
        """How long after its slot a value may have been read: a poll is over before the next begins."""
        return (2 + self.left_out) * self.period_s


class Sights:
    """The looks at one connection. since: in seconds since 1970, what was long before is left out."""

    def __init__(self, connection: Connection, since: float = 0.0) -> None:
        self.is_polled = connection.kind == ConnectionKind.MODBUS
        self._patience_s = 2 * connection.timeout_ms / 1000  # two answers that don't come end the link
        self.watches = list(_watches(connection, since))
        self._begins = [watch.begin for watch in self.watches]
        self._connection, self._since = connection, datetime.fromtimestamp(max(since - REPEATED_S, 0.0), UTC)
        looks = self.samples().exclude(quality=Quality.GOOD_CLOCK_OFF)
        self._looks = [at.timestamp() for at in looks.values_list("at", flat=True).distinct()]

    @property
    def spans(self) -> list[Span]:
        return [(watch.begin, watch.end) for watch in self.watches]

    @property
    def seen_until(self) -> float:
        return self.watches[-1].end if self.watches else 0.0

    def window(self, at: float) -> Window | None:
        """In which time something that is on record from then on was read; None where nobody looked then."""
        watch = self._watch_at(at)
        if not self.is_polled:  # the first that it told it had before
            return max(at - SILENCE_S, watch.begin - EARLY_S if watch else 0.0), at + EARLY_S
        return (at - EARLY_S, self._read_by(at, watch)) if watch is not None else None

    def sure(self, step: Step, off: Sequence[float] = ()) -> Iterator[Span]:
        """Where this step has to be on record and nothing else: looked at certainly while it was shown.

        off: when the machine's clock was wrong; then what it told has the time at which it was heard.
        """
        first = max(bisect_right(self._begins, step.shown) - 1, 0)
        for watch in self.watches[first:]:
            if watch.begin > step.ends:
                return
            begin, end = self._polled(step, watch) if self.is_polled else self._told(step, watch, off)
            if end > begin:
                yield begin, end

    def heard_by(self, step: Step, sure_from: float) -> float:
        """From when on a step that is sure from then on has to be on record by the time of hearing of it."""
        is_news = not self.is_polled and sure_from <= step.shown
        return step.shown + SILENCE_S if is_news else sure_from

    def when_unknown(self, tags: Collection[object]) -> list[Span]:
        """When one of these tags had no good value, though the machine answered: what they decide is not known then."""
        began: dict[int, float] = {}
        spans = []
        samples = self.samples().filter(series__tag__in=tags)
        for series, at, quality in samples.values_list("series", "at", "quality"):
            if quality < Quality.GOOD:
                began.setdefault(series, at.timestamp())
            elif series in began:
                spans.append((began.pop(series), at.timestamp()))
        return sorted([*spans, *((at, float("inf")) for at in began.values())])

    def when_off(self, tags: Collection[object]) -> list[float]:
        """When something was heard of these tags from a machine whose clock was wrong."""
        samples = self.samples().filter(series__tag__in=tags, quality=Quality.GOOD_CLOCK_OFF)
        return [at.timestamp() for at in samples.values_list("at", flat=True)]

    def _polled(self, step: Step, watch: Watch) -> Span:
        """From the first look after it was shown to the last that was over before the next step."""
        begin, end = watch.begin, watch.end
        if step.shown > begin - EARLY_S:
            shown = step.shown + EARLY_S
            begin = min(self._look_from(shown), shown + (1 + watch.left_out) * watch.period_s)
        slack_s = watch.reach_s + self._patience_s
        if step.ends < end + slack_s:
            place = bisect_left(self._looks, min(step.ends, end + EARLY_S)) - 1
            while place >= 0 and self._looks[place] > begin and self._read_by(self._looks[place], watch) > step.ends:
                place -= 1
            end = max(self._looks[place] if place >= 0 else 0.0, step.ends - slack_s)
        return begin, end

    def _told(self, step: Step, watch: Watch, off: Sequence[float]) -> Span:
        """From its own time on, as far as the machine is known to have told everything."""
        place = bisect_right(self._looks, watch.end) - 1
        heard = self._looks[place] if place >= 0 else 0.0
        begin, end = max(step.shown, watch.begin), min(step.ends, max(heard, watch.end - SILENCE_S))
        if any(step.begins - SILENCE_S <= at <= step.shown + SILENCE_S for at in off):
            begin = max(begin, step.shown + SILENCE_S)
        return begin, end

    def _read_by(self, at: float, watch: Watch) -> float:
        """By when all that is on record of this slot was read."""
        following = self._look_from(at + EARLY_S)
        if following <= watch.end:
            return min(at + watch.reach_s, following + watch.period_s)
        return at + watch.reach_s + self._patience_s

    def _look_from(self, at: float) -> float:
        place = bisect_left(self._looks, at)
        return self._looks[place] if place < len(self._looks) else float("inf")

    def _watch_at(self, at: float) -> Watch | None:
        place = bisect_right(self._begins, at + EARLY_S) - 1
        found = self.watches[place] if place >= 0 else None
        return found if found is not None and at <= found.end + EARLY_S else None

    def samples(self) -> QuerySet[Sample]:
        """All that is on record of the connection since then, and what held then."""
        return Sample.objects.filter(series__tag__connection=self._connection, at__gte=self._since).order_by("at")


def _watches(connection: Connection, since: float) -> Iterator[Watch]:
    rows = Observation.objects.filter(connection=connection).order_by("began_at")
    for began, seen, period_ms, left_out in rows.values_list("began_at", "seen_until", "period_ms", "missed_slots"):
        if seen.timestamp() >= since:
            yield Watch(began.timestamp(), seen.timestamp(), (period_ms or 0) / 1000, left_out)
