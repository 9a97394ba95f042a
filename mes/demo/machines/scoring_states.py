"""States on record beside the true ones, by the second."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from equipment.drivers.base import Quality
from equipment.models import Connection, EquipmentState, Sample, StateTerm, Tag
from equipment.status import ConnectionKind
from mes.demo.machines.scores import Score
from mes.demo.machines.spans import Span, apart, common, length, narrowed, widened
from mes.demo.machines.truth import OFF, STATE, Fact

SLACK_S = 0.3
CLOCK_SILENCE_S = 5.0  # after which the driver of OPC UA knows that a server is mute


def compare_states(
    found: Score, connection: Connection, facts: Sequence[Fact], watched: Sequence[Span], at: float
) -> None:
    told = [fact for fact in facts if fact.kind == STATE]
    if not told:
        return
    true: dict[str, list[Span]] = defaultdict(list)
    ends = [fact.at for fact in told[1:]] + [at]
    for fact, end in zip(told, ends, strict=False):  # of the last it is now
        true[str(fact.values["state"])].append((fact.at, end))
    slack_s = connection.period_ms / 1000 + SLACK_S
    known = _known(connection, told[0].at, watched[-1][1] if watched else 0.0)
    sure = narrowed(apart(watched, _not_good(connection, told[0].at)), slack_s)
    for state, spans in true.items():
        if state == OFF:
            continue
        compared = common(narrowed(spans, slack_s), sure)
        found.states.compared += length(compared)
        for span in apart(compared, known[state]):
            found.states.differs(f"{_in_words(span)} was {state}, which is not on record", length([span]))
    seen = widened(watched, slack_s + _lost_after_s(connection))
    for state, spans in known.items():  # a server tells since when a value has stood, which may be before it is watched
        for span in apart(apart(spans, seen), widened(true[state], slack_s)):
            sentence = f"{_in_words(span)} is {state} on record, nobody watched, and it was not"
            found.states.differs(sentence, length([span]))


def _known(connection: Connection, since: float, last_seen: float) -> dict[str, list[Span]]:
    known: dict[str, list[Span]] = defaultdict(list)
    stations = Tag.objects.filter(connection=connection).values("station")
    states = EquipmentState.objects.filter(station__in=stations).order_by("began_at")
    for state, begin, end in states.values_list("state", "began_at", "ended_at"):
        until = end.timestamp() if end else max(last_seen, begin.timestamp())
        if until > since:
            known[state].append((begin.timestamp(), until))
    return known


def _not_good(connection: Connection, since: float) -> list[Span]:
    """When a tag that decides on the state had no good value, though the machine answered: nobody knows it then."""
    deciding = StateTerm.objects.filter(condition__connection=connection).values("tag")
    samples = Sample.objects.filter(series__tag__in=deciding, at__gte=datetime.fromtimestamp(since, UTC))
    began: dict[int, float] = {}
    spans = []
    for series, at, quality in samples.order_by("at").values_list("series", "at", "quality"):
        if quality < Quality.GOOD:
            began.setdefault(series, at.timestamp())
        elif series in began:
            spans.append((began.pop(series), at.timestamp()))
    return sorted([*spans, *((at, float("inf")) for at in began.values())])


def _in_words(span: Span) -> str:
    begin, end = (datetime.fromtimestamp(at, UTC) for at in span)
    return f"{begin:%H:%M:%S}–{end:%H:%M:%S} UTC"


def _lost_after_s(connection: Connection) -> float:
    """How long it takes until a link that does not answer is known to be lost; the state before lasts until then."""
    patience_s = 2 * connection.timeout_ms / 1000
    if connection.kind == ConnectionKind.OPCUA:
        return max(CLOCK_SILENCE_S, 3 * connection.period_ms / 1000) + patience_s
    return patience_s
