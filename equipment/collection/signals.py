"""The tags of one connection while it is watched: each sample goes to its report, counter, event and states."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from equipment.collection.batches import Batch, Counted, Event, StateChange
from equipment.collection.configuration import Configuration, WatchedTag
from equipment.collection.counters import MOST_PIECES, Rules, Steps
from equipment.collection.doubts import BEFORE, DOUBT, Doubt
from equipment.collection.handshakes import Handshake
from equipment.collection.reporting import Report, rule_of
from equipment.collection.state_building import StateBuilder
from equipment.drivers.base import Point, Quality, Sample, Value, is_good
from equipment.topics import connections, machine, machine_state, machine_states, values

REPEAT_EVERY_US = 1_000_000  # looks for what is to be repeated


class Counter:
    """A counter tag: what it counted becomes events. period_s: between two looks at it.

    A step that no machine makes is an event, too, which a person books or leaves; it counts nothing.
    """

    def __init__(self, tag: WatchedTag, period_s: float = 0.0) -> None:
        raw, self._total, self.number = tag.counter
        rules = Rules(tag.rollover, tag.reset_below, tag.most_per_minute, period_s)
        self._steps, self._tag = Steps(rules, raw, tag.counted_us or 0), tag

    def lose(self) -> None:
        self._steps.lose()

    def take(self, site: str, at_us: int, raw: Value | None, quality: int, batch: Batch, *, known_us: int = 0) -> None:
        """known_us: until when what was seen last stood, where changes alone are told."""
        if not is_good(quality) or not isinstance(raw, int):
            self.lose()
            return
        before, tag = self._steps.raw, self._tag
        more, is_believed = self._steps.take(raw, at_us, known_us)
        now = self._steps.raw
        if before == now:
            return
        assert now is not None, "it has just been read"
        if is_believed:
            self._total += more
        if (more or not is_believed) and tag.station and tag.books != "NOTHING":
            self.number += 1
            content = {"raw": raw} if is_believed else {"raw": raw, BEFORE: before, DOUBT: Doubt.STEP}
            pieces = more if more <= MOST_PIECES else 0  # which is none that anybody made
            batch.events.append(Event(tag.key, site, tag.station, self.number, tag.books, at_us, pieces, content))
        batch.counters[tag.key] = Counted(now, self._total, self.number, at_us, tag.source)


class Signals:
    """points: what the driver is asked for, in the order of the samples' positions.

    is_polled: an event is whole among the samples of a reading. Else its number alone is `raised`, and whoever watches
    reads it (`points_of`, `take_event`).
    """

    def __init__(self, configuration: Configuration, *, is_polled: bool = True) -> None:
        self._site = configuration.site
        self._tags = configuration.tags
        self._reports = [Report(rule_of(tag), tag.latest) for tag in self._tags]
        self._series = [tag.series for tag in self._tags]
        alone = values(self._site, configuration.connection)
        self._topics = [machine(self._site, tag.station) if tag.station else alone for tag in self._tags]
        period_s = configuration.endpoint.period_s
        self._counters = {i: Counter(tag, period_s) for i, tag in enumerate(self._tags) if tag.role == "COUNTER"}
        self._handshakes = {i: Handshake(tag, self._tags) for i, tag in enumerate(self._tags) if tag.role == "EVENT"}
        self._is_polled, self._raised = is_polled, dict[str, None]()
        self._by_key = {handshake.tag.key: handshake for handshake in self._handshakes.values()}
        self._stations = {
            station: StateBuilder(conditions, configuration.open_states.get(station))
            for station, conditions in configuration.conditions.items()
        }
        decides = {tag for builder in self._stations.values() for tag in builder.tags}
        self._deciding = {i: tag.key for i, tag in enumerate(self._tags) if tag.key in decides}
        self._values: dict[str, tuple[Value | None, int]] = {}
        self._seen_until, self._open_states = configuration.seen_until, configuration.open_states
        self._repeated_us = 0
        self.points: Sequence[Point] = [tag.point for tag in self._tags]
        self.topic = connections(self._site)

    def begin(self, batch: Batch, now_us: int) -> None:
        """What an earlier collector left open ends where it was last seen."""
        for station, since_us in self._open_states.items():
            until_us = max(since_us + 1, min(self._seen_until or 0, now_us))
            batch.states.append(StateChange(self._site, station, until_us))

    def take(self, samples: Sequence[Sample], batch: Batch, *, since_us: int, until_us: int) -> None:
        """All samples of one reading, those of a tag in order of time; it came in between, by our clock.

        Samples keep the machine's time. What is made of them, and is compared with what people do, has ours: the last
        of them came at until_us, the others before it as the machine says, but not before since_us.
        """
        known_us = 0 if self._is_polled else since_us
        ahead_us = max(at_us for _, at_us, *_ in samples) - until_us
        reports, series, topics, deciding = self._reports, self._series, self._topics, self._deciding
        decided: list[tuple[int, str, tuple[Value | None, int]]] = []
        for position, machine_us, raw, quality in samples:
            stored = reports[position].take(machine_us, raw, quality)
            at_us = max(machine_us - ahead_us, since_us)
            if stored is not None:
                batch.add(series[position], *stored)
                batch.topics.add(topics[position])
            if position in deciding:
                decided.append((at_us, deciding[position], reports[position].now))
            if position in self._counters:
                self._counters[position].take(self._site, at_us, raw, quality, batch, known_us=known_us)
            elif position in self._handshakes:
                if self._is_polled:
                    self._handshakes[position].take(self._site, samples, at_us, raw, quality, batch)
                elif is_good(quality):
                    self._raised[self._tags[position].key] = None
                else:
                    self._handshakes[position].doubt()
        if decided:
            self._decide(decided, batch)

    def lose(self, at_us: int, quality: Quality, batch: Batch) -> None:
        """The link is lost: one bad value a tag, and states are not known."""
        for report, series, topic in zip(self._reports, self._series, self._topics, strict=True):
            stored = report.lose(at_us, quality)
            if stored is not None:
                batch.add(series, *stored)
                batch.topics.add(topic)
        self._values.clear()
        for handshake in self._handshakes.values():
            handshake.lose()
        for counter in self._counters.values():
            counter.lose()
        for station, builder in self._stations.items():
            self._change(station, builder.lose(at_us), batch)

    def repeat(self, at_us: int, batch: Batch) -> None:
        """The machine lives: what it has not told anew for long is still so. For those that tell of changes alone."""
        if at_us < self._repeated_us + REPEAT_EVERY_US:
            return
        self._repeated_us = at_us
        for report, series in zip(self._reports, self._series, strict=True):
            stored = report.repeat(at_us)
            if stored is not None:
                batch.add(series, *stored)

    def committed(self, events: Iterable[Event]) -> list[str]:
        """Tags of events that are stored now, and whose machine waits to hear it."""
        stored = {event.tag: event.number for event in events if event.tag in self._by_key}  # the last of each
        for tag, number in stored.items():
            self._by_key[tag].is_stored(number)
        return [tag for tag in stored if self._by_key[tag].is_waiting]

    def waiting_for_acknowledgement(self) -> list[str]:
        return [handshake.tag.key for handshake in self._handshakes.values() if handshake.is_waiting]

    def wanting_a_look(self, *, besides: set[str]) -> list[str]:
        """Events that can't be told from the one that is stored before their acknowledge address is looked at."""
        return [tag for tag, handshake in self._by_key.items() if handshake.wants_look and tag not in besides]

    def raised(self, *, besides: set[str]) -> list[str]:
        """Events whose number was told, each time once. besides: kept for another time, as they are read right now."""
        raised = [tag for tag in self._raised if tag not in besides]
        for tag in raised:
            del self._raised[tag]
        return raised

    def points_of(self, tag: str) -> list[Point]:
        """An event's number and what belongs to it."""
        return [self.points[position] for position in self._positions_of(tag)]

    def take_event(self, tag: str, samples: Sequence[Sample], batch: Batch, *, at_us: int) -> bool:
        """What was read of `points_of`, now. Whether it is settled; half an event is not."""
        positions = self._positions_of(tag)
        placed: list[Sample] = [(positions[place], read_us, raw, how) for place, read_us, raw, how in samples]
        for position, _, raw, quality in placed:
            if position == positions[0]:
                return self._by_key[tag].take(self._site, placed, at_us, raw, quality, batch)
        return False

    def _positions_of(self, tag: str) -> list[int]:
        place = next(i for i, one in enumerate(self._tags) if one.key == tag)
        return [place, *(i for i, one in enumerate(self._tags) if one.event == tag)]

    def handshake(self, tag: str) -> Handshake:
        return self._by_key[tag]

    def _decide(self, decided: list[tuple[int, str, tuple[Value | None, int]]], batch: Batch) -> None:
        """Judge at each time at which a value came: a server tells several changes at once, tag by tag."""
        decided.sort(key=itemgetter(0))
        for at_us, group in groupby(decided, key=itemgetter(0)):
            self._values |= {tag: now for _, tag, now in group}
            self._judge(at_us, batch)

    def _judge(self, at_us: int, batch: Batch) -> None:
        for station, builder in self._stations.items():
            self._change(station, builder.take(at_us, self._values), batch)

    def _change(self, station: str, changed: tuple[int, tuple[str, str]] | None, batch: Batch) -> None:
        if changed is not None:
            at_us, (state, detail) = changed
            batch.states.append(StateChange(self._site, station, at_us, state, detail))
            site = self._site
            batch.topics |= {machine(site, station), machine_state(site, station), machine_states(site)}
