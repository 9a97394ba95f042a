"""What the MES has booked, beside what the machines truly did.

Counts: events' pieces since the counter was seen first. Parts: each once, with its values. States: equal wherever the
connection was watched, but for one period (and the slack of a busy computer) at each change, and not known where it was
not. Values: every good sample is what the machine showed then.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import F
from django.db.models.functions import Coalesce

from equipment.drivers.base import Quality, Value
from equipment.models import Connection, CounterTotal, EquipmentState, MachineEvent, Observation, Sample, Tag
from equipment.status import Books, ConnectionKind, TagRole
from mes.demo.machines.program import REGISTER
from mes.demo.machines.spans import Span, apart, common, length, narrowed, widened
from mes.demo.machines.truth import GOOD, PART, SCRAP, STATE, VALUE, Fact, facts_in

SLACK_S = 0.3
CLOCK_SILENCE_S = 5.0  # after which the driver of OPC UA knows that a server is mute


@dataclass(slots=True)
class Score:
    """One machine. under_way: parts of the last seconds, which may not be on record yet. Times in seconds."""

    machine: str
    made: dict[str, int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    under_way: dict[str, int] = field(default_factory=dict)
    wrong_parts: list[str] = field(default_factory=list)
    watched_s: float = 0.0
    states_s: float = 0.0
    wrong_states_s: float = 0.0
    known_unwatched_s: float = 0.0
    values: int = 0
    wrong_values: int = 0

    @property
    def is_right(self) -> bool:
        """Nothing lost, nothing doubled, nothing wrong."""
        return (
            all(
                made - self.under_way.get(kind, 0) <= self.counted.get(kind, 0) <= made
                for kind, made in self.made.items()
            )
            and not self.wrong_parts
            and self.wrong_states_s == self.known_unwatched_s == self.wrong_values == 0
        )


def score(path: Path, *, at: float, young_s: float = 5.0) -> list[Score]:
    """By the truth file in `path`, at this time (seconds since 1970); what is younger than young_s may be under way."""
    facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts_in(path):
        facts[fact.machine].append(fact)
    connections = Connection.objects.filter(code__in=facts).order_by("code")
    return [_score(connection, facts[connection.code], at, young_s) for connection in connections]


def _score(connection: Connection, facts: Sequence[Fact], at: float, young_s: float) -> Score:
    found = Score(connection.code)
    watched = _watched(connection)
    found.watched_s = length(watched)
    tags = {tag.code: tag for tag in Tag.objects.filter(connection=connection)}
    for kind in (GOOD, SCRAP):
        if kind in tags:
            _count(found, kind, tags[kind], facts, at - young_s)
    if PART in tags:
        _compare_parts(found, tags[PART], facts, at - young_s)
    _compare_states(found, connection, facts, watched, at)
    measured = {code for fact in facts if fact.kind == VALUE for code in fact.values}
    for code in measured & tags.keys():
        _compare_values(found, tags[code], facts, connection)
    return found


def _watched(connection: Connection) -> list[Span]:
    return [
        (one.began_at.timestamp(), one.seen_until.timestamp())
        for one in Observation.objects.filter(connection=connection).order_by("began_at")
    ]


def _count(found: Score, kind: str, tag: Tag, facts: Iterable[Fact], young_from: float) -> None:
    """Made since the counter was seen first: of what was made before, nobody could know."""
    told = [fact for fact in facts if fact.kind == kind]
    seen = CounterTotal.objects.filter(tag=tag).first()
    if seen is None or not told:
        found.made[kind] = found.counted[kind] = found.under_way[kind] = 0
        return
    events = MachineEvent.objects.filter(tag=tag)
    counted = seen.total if tag.books == Books.NOTHING else sum(events.values_list("quantity", flat=True))
    found.counted[kind] = counted
    found.made[kind] = counted + _nearest_0(told[-1].number - (seen.raw - seen.total) - counted)
    found.under_way[kind] = sum(fact.at >= young_from for fact in told)


def _nearest_0(difference: int) -> int:
    """Of what differs by whole turns of a register, the nearest to 0."""
    return (difference + REGISTER // 2) % REGISTER - REGISTER // 2


def _compare_parts(found: Score, tag: Tag, facts: Iterable[Fact], young_from: float) -> None:
    """Each part that was handed over is one event, with what the machine said of it."""
    told = [fact for fact in facts if fact.kind == PART]
    fields = dict(Tag.objects.filter(event=tag).values_list("field", "code"))
    booked = [
        {fields.get(name, name): value for name, value in content.items() if name != "shown"}
        for content in MachineEvent.objects.filter(tag=tag).order_by("number").values_list("content", flat=True)
    ]
    made, counted = (Counter(_as_text(values) for values in rows) for rows in ([f.values for f in told], booked))
    young = {_as_text(fact.values) for fact in told if fact.at >= young_from}
    lost = [part for part in (made - counted).elements() if part not in young]
    found.made[PART], found.counted[PART] = len(told), len(booked)
    found.under_way[PART] = len(young)
    found.wrong_parts = [f"lost: {part}" for part in lost] + [f"too many: {p}" for p in (counted - made).elements()]


def _as_text(values: dict[str, Value]) -> str:
    return ", ".join(f"{name}={values[name]}" for name in sorted(values))


def _compare_states(
    found: Score, connection: Connection, facts: Iterable[Fact], watched: Sequence[Span], at: float
) -> None:
    told = [fact for fact in facts if fact.kind == STATE]
    true: dict[str, list[Span]] = defaultdict(list)
    ends = [fact.at for fact in told[1:]] + [at]
    for fact, end in zip(told, ends, strict=False):  # of the last it is now
        true[str(fact.values["state"])].append((fact.at, end))
    slack_s = connection.period_ms / 1000 + SLACK_S
    known: dict[str, list[Span]] = defaultdict(list)
    last_seen = watched[-1][1] if watched else 0.0
    stations = Tag.objects.filter(connection=connection).values("station")
    states = EquipmentState.objects.filter(station__in=stations).order_by("began_at")
    for state, begin, end in states.values_list("state", "began_at", "ended_at"):
        until = end.timestamp() if end else max(last_seen, begin.timestamp())
        known[state].append((begin.timestamp(), until))
    sure = narrowed(watched, slack_s)
    for state, spans in true.items():
        compared = common(narrowed(spans, slack_s), sure)
        found.states_s += length(compared)
        found.wrong_states_s += length(apart(compared, known[state]))
    late_s = slack_s + _lost_after_s(connection)
    everything = sorted(span for spans in known.values() for span in spans)
    found.known_unwatched_s = length(apart(everything, widened(watched, late_s)))


def _lost_after_s(connection: Connection) -> float:
    """How long it takes until a link that does not answer is known to be lost; the state before lasts until then."""
    patience_s = 2 * connection.timeout_ms / 1000
    if connection.kind == ConnectionKind.OPCUA:
        return max(CLOCK_SILENCE_S, 3 * connection.period_ms / 1000) + patience_s
    return patience_s


def _compare_values(found: Score, tag: Tag, facts: Iterable[Fact], connection: Connection) -> None:
    """A sample is right if the machine showed its value within a period of its time."""
    if tag.role != TagRole.VALUE:
        return
    told = [(fact.at, fact.values[tag.code]) for fact in facts if fact.kind == VALUE and tag.code in fact.values]
    times, slack_s = [at for at, _ in told], connection.period_ms / 1000 + SLACK_S
    samples = Sample.objects.filter(series__tag=tag, quality__gte=Quality.GOOD, at__isnull=False)
    for at, value in samples.annotate(shown=Coalesce(F("value"), 0.0)).values_list("at", "shown"):
        first = max(bisect_right(times, at.timestamp() - slack_s) - 1, 0)
        shown = {number for _, number in told[first : bisect_right(times, at.timestamp() + slack_s)]}
        found.values += 1
        found.wrong_values += value not in shown and at.timestamp() >= times[0]
