"""States on record beside the true ones: the same sequence, and by the second wherever somebody looked."""

from collections.abc import Sequence
from datetime import UTC, datetime

from equipment.drivers.base import Value
from equipment.models import Connection, EquipmentState, StateTerm, Tag
from mes.demo.machines.scores import Score
from mes.demo.machines.sights import Sights
from mes.demo.machines.spans import Span, apart, common, length
from mes.demo.machines.steps import Line, Unknown, late_spans, matched, true_steps
from mes.demo.machines.truth import OFF, STATE, Fact

NOT_KNOWN = "not known"


def compare_states(found: Score, connection: Connection, facts: Sequence[Fact], sights: Sights, at: float) -> None:
    """What is on record is clipped to when the machine was watched, as everywhere. Of a machine that tells of changes a
    state begins when it was heard.
    """
    told = [(fact.at, fact.values["state"]) for fact in facts if fact.kind == STATE]
    if not told:
        return
    steps = true_steps(told, late_spans(facts), at)
    deciding = set(StateTerm.objects.filter(condition__connection=connection).values_list("tag", flat=True))
    unknown, off = sights.when_unknown(deciding), sights.when_off(deciding)
    spells = _spells(connection, told[0][0], sights.seen_until)
    line = Line(list(_changes(spells)))
    began = [(span[0], state) for state, span in spells if span[0] >= told[0][0]]
    places, wrong = matched(steps, began, sights.window)
    for place, step in enumerate(steps):
        if step.value == OFF:
            continue
        was_told = False
        for span in apart(sights.sure(step, off), unknown):
            was_told = True
            found.states.compared += length([span])
            for where, said in line.other_than(step.value, (sights.heard_by(step, span[0]), span[1])):
                sentence = f"{_in_words(where)} was {step.value}, and {said or NOT_KNOWN} is on record"
                found.states.differs(sentence, length([where]))
        if was_told and place and place not in places:  # what was before the first nobody knows
            span = (step.begins, step.ends)
            found.states.differs(f"{_in_words(span)} was {step.value}, which is not on record", length([span]))
    for state, span in spells:
        if (span[0], state) in wrong:
            seen = length(common([span], sights.spans))
            found.states.differs(f"{_in_words(span)} is {state} on record, and it was not", max(seen, 0.001))


def _spells(connection: Connection, since: float, last_seen: float) -> list[tuple[Value, Span]]:
    stations = Tag.objects.filter(connection=connection).values("station")
    states = EquipmentState.objects.filter(station__in=stations).order_by("began_at")
    found: list[tuple[Value, Span]] = []
    for state, begin, end in states.exclude(ended_at__lt=datetime.fromtimestamp(since, UTC)).values_list(
        "state", "began_at", "ended_at"
    ):
        until = end.timestamp() if end else max(last_seen, begin.timestamp())
        found.append((state, (begin.timestamp(), until)))
    return found


def _changes(spells: Sequence[tuple[Value, Span]]) -> list[tuple[float, Value | Unknown | None]]:
    """From each time on it is this on record, or nothing."""
    found: list[tuple[float, Value | Unknown | None]] = []
    for state, (begin, end) in spells:
        if found and found[-1][0] >= begin:
            found.pop()
        found += [(begin, state), (end, None)]
    return found


def _in_words(span: Span) -> str:
    begin, end = (datetime.fromtimestamp(at, UTC) for at in span)
    return f"{begin:%H:%M:%S.%f}"[:-5] + f"–{end:%H:%M:%S.%f}"[:-5] + " UTC"
