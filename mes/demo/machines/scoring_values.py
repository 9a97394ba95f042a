"""Samples beside what the machine showed."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from django.db.models import F
from django.db.models.functions import Coalesce

from equipment.drivers.base import Quality, Value
from equipment.models import Connection, Sample, Tag
from equipment.status import TagRole
from mes.demo.machines.scores import Score
from mes.demo.machines.scoring_states import SLACK_S
from mes.demo.machines.truth import VALUE, Fact


class Shown:
    """What the machine showed of one value, and when."""

    def __init__(self, told: Sequence[tuple[float, Value]], slack_s: float) -> None:
        self.times, self._told, self._slack_s = [at for at, _ in told], told, slack_s

    def about(self, at: float) -> set[Value]:
        """What it showed then, give or take a period."""
        first = max(bisect_right(self.times, at - self._slack_s) - 1, 0)
        return {number for _, number in self._told[first : bisect_right(self.times, at + self._slack_s)]}


def shown_by(facts: Iterable[Fact], connection: Connection) -> Mapping[str, Shown]:
    """By the code of the tag."""
    told: dict[str, list[tuple[float, Value]]] = defaultdict(list)
    for fact in facts:
        if fact.kind == VALUE:
            for code, value in fact.values.items():
                told[code].append((fact.at, value))
    return {code: Shown(rows, connection.period_ms / 1000 + SLACK_S) for code, rows in told.items()}


def compare_samples(found: Score, connection: Connection, tags: Iterable[Tag], facts: Sequence[Fact]) -> None:
    """A good sample is right if the machine showed its value within a period of its time."""
    shown = shown_by(facts, connection)
    for tag in tags:
        if tag.code not in shown or tag.role != TagRole.VALUE:
            continue
        since = datetime.fromtimestamp(shown[tag.code].times[0], UTC)
        samples = Sample.objects.filter(series__tag=tag, quality__gte=Quality.GOOD, at__gte=since)
        for at, value in samples.annotate(said=Coalesce(F("value"), 0.0)).values_list("at", "said"):
            found.samples.compared += 1
            if value not in (those := shown[tag.code].about(at.timestamp())):
                found.samples.differs(f"{at:%H:%M:%S} UTC {tag.code} {value:g}, and it showed {sorted(those, key=str)}")
