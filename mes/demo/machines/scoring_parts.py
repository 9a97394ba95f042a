"""Each part that was handed over is one event, with what the machine said of it; a counter shows what was made."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from equipment.drivers.base import Value
from equipment.models import CounterTotal, MachineEvent, Tag
from mes.demo.machines.scores import Score
from mes.demo.machines.truth import BATCH, PART, Fact

BEFORE = timedelta(seconds=2)  # by which the time of a reading may lie before the machine's


def compare_parts(found: Score, tags: Mapping[str, Tag], facts: Sequence[Fact], young_from: float) -> None:
    tag, told = tags.get(PART), [fact for fact in facts if fact.kind == PART]
    if tag is None:
        return
    booked = []
    if told:
        fields = dict(Tag.objects.filter(event=tag).values_list("field", "code"))
        since = datetime.fromtimestamp(told[0].at, UTC) - BEFORE
        events = MachineEvent.objects.filter(tag=tag, at__gte=since).order_by("number")
        for content in events.values_list("content", flat=True):
            booked.append({fields.get(name, name): value for name, value in content.items() if name != "shown"})
    made, counted = (Counter(_as_text(values) for values in rows) for rows in ([f.values for f in told], booked))
    young = {_as_text(fact.values) for fact in told if fact.at >= young_from}
    found.made[PART], found.counted[PART] = len(told), len(booked)
    found.counts.compared += len(told)
    found.counts.under_way += len(young)
    for part in (made - counted).elements():
        if part not in young:
            found.counts.differs(f"lost: {part}")
    for part in (counted - made).elements():
        found.counts.differs(f"too many: {part}")


def compare_counters(found: Score, tags: Mapping[str, Tag], facts: Sequence[Fact], young_from: float) -> None:
    """Of a counter that is never reset, and books nothing: it was read to its end."""
    told = [fact for fact in facts if fact.kind == BATCH]
    if BATCH not in tags or not told:
        return
    seen = CounterTotal.objects.filter(tag=tags[BATCH]).values_list("raw", flat=True).first() or 0
    missing = sum(fact.number > seen and fact.at < young_from for fact in told)
    found.made[BATCH], found.counted[BATCH] = told[-1].number, seen
    found.counts.compared += len(told)
    found.counts.under_way += sum(fact.at >= young_from for fact in told)
    if missing or seen > told[-1].number:
        found.counts.differs(f"{BATCH}: made {told[-1].number}, counted {seen}", max(missing, seen - told[-1].number))


def _as_text(values: Mapping[str, Value]) -> str:
    return ", ".join(f"{name}={values[name]}" for name in sorted(values))
