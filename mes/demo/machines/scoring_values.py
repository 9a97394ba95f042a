"""Samples beside what the machine showed: the same values in the same order, and none left out that somebody saw."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from equipment.drivers.base import Quality, Value
from equipment.models import Tag
from equipment.status import TagRole
from mes.demo.machines.scores import Score
from mes.demo.machines.sights import Sights
from mes.demo.machines.spans import apart
from mes.demo.machines.steps import UNKNOWN, Line, Step, Unknown, late_spans, matched, shown_within, true_steps
from mes.demo.machines.truth import VALUE, Fact


class Shown:
    """What the machine showed of one value, and when."""

    def __init__(self, steps: Sequence[Step], sights: Sights) -> None:
        self.steps, self._sights = steps, sights

    @property
    def since(self) -> float:
        return self.steps[0].shown

    def about(self, at: float) -> list[Value]:
        """All that it may have shown to who has it on record at this time."""
        window = self._sights.window(at)
        return shown_within(self.steps, window) if window else []


def shown_by(facts: Sequence[Fact], sights: Sights, until: float) -> Mapping[str, Shown]:
    """By the code of the tag."""
    told: dict[str, list[tuple[float, Value]]] = defaultdict(list)
    for fact in facts:
        if fact.kind == VALUE:
            for code, value in fact.values.items():
                told[code].append((fact.at, value))
    late = late_spans(facts)
    return {code: Shown(true_steps(rows, late, until), sights) for code, rows in told.items()}


def compare_samples(found: Score, tags: Iterable[Tag], shown: Mapping[str, Shown], sights: Sights) -> None:
    """Both ways: each good sample was shown, in this order; each value that was certainly looked at is on record."""
    for tag in tags:
        if tag.code not in shown or tag.role != TagRole.VALUE:
            continue
        steps, rows = shown[tag.code].steps, _rows(tag, sights)
        good: list[tuple[float, Value]] = [(at, said) for at, said in rows if not isinstance(said, Unknown | None)]
        found.samples.compared += sum(at >= shown[tag.code].since for at, _ in good)
        _, wrong_ones = matched(steps, good, sights.window)
        for at, value in wrong_ones:
            those = ", ".join(map(str, shown[tag.code].about(at))) or "nothing"
            found.samples.differs(f"{_in_words(at)} {tag.code} {value} is on record, and it showed {those}")
        line, unknown, off = Line(rows), sights.when_unknown([tag.pk]), sights.when_off([tag.pk])
        for step in steps:
            spans = apart(sights.sure(step, off), unknown)
            found.samples.compared += bool(spans)
            wrong = next((one for span in spans for one in line.other_than(step.value, span)), None)
            if wrong is not None:
                (at, _), said = wrong
                there = "nothing" if said is None else said
                found.samples.differs(f"{_in_words(at)} {tag.code} was {step.value}, and {there} is on record")


def _rows(tag: Tag, sights: Sights) -> list[tuple[float, Value | Unknown | None]]:
    samples = sights.samples().filter(series__tag=tag).values_list("at", "value", "text", "quality")
    return [
        (at.timestamp(), UNKNOWN if quality < Quality.GOOD else text if value is None else value)
        for at, value, text, quality in samples
    ]


def _in_words(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%H:%M:%S.%f}"[:-3] + " UTC"
