"""The work sheet: what the work page shows of one running job, and which step is in its middle."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from equipment.models import Station
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning
from mes.kernel.gates import Hook, Verdict, judge
from mes.kernel.numbers import plain
from mes.station.actions.signing import signature_content
from mes.station.queries import all_readings
from orders.models import StepKind
from orders.plans import StepPlan
from orders.queries import plan_of
from wip.jobs import Job
from wip.models import OperationExecution, Reading
from wip.queries import job_for

Place = tuple[str, int]  # step code, sample


@dataclass(frozen=True)
class Sample:
    """One recording of a step. state: done, outside, now, waiting."""

    number: int
    state: str
    reading: Reading | None


@dataclass(frozen=True)
class Line:
    """A step in the list. state: done, outside, running (the one in the middle), waiting."""

    step: StepPlan
    state: str
    note: str
    samples: list[Sample]  # only of the step in the middle, and only when it has several


@dataclass(frozen=True)
class Row:
    """A value in force, as the page lists it and a signature shows it. before: what a correction replaced."""

    name: str
    reading: Reading
    before: str


class Sheet:
    """A running job with what is recorded, what is left, and what stands in the way of its end."""

    def __init__(self, execution: OperationExecution, *, station: Station, person: Any) -> None:
        operation = plan_of(execution.work_order).operation(execution.operation_code)
        assert operation is not None, "an execution's operation is in its pinned plan"
        execution.unit.work_order = execution.work_order
        self.execution, self.operation = execution, operation
        self.job: Job = job_for(execution.unit, operation, station=station, person=person, execution=execution)
        self._read()
        self.look_at()

    def _read(self) -> None:
        readings = all_readings(self.execution)
        self._by_key: dict[UUID, Reading] = {reading.pk: reading for reading in readings}
        corrected = {reading.corrects_id for reading in readings}
        self.values: dict[Place, Reading] = {
            (reading.step_code, reading.sample): reading for reading in readings if reading.pk not in corrected
        }

    def look_at(self, step_code: str = "", sample: int = 0) -> None:
        """Put a step in the middle: the one named, else the next that is missing, else one out of limits, else none."""
        self.step, self.sample = self._place(step_code, sample)

    def _place(self, step_code: str, sample: int) -> tuple[StepPlan | None, int]:
        step = self.operation.step(step_code)
        if step is not None:
            if 1 <= sample <= step.samples:
                return step, sample
            open_samples = (n for n in range(1, step.samples + 1) if (step.code, n) not in self.values)
            return step, next(open_samples, self._first_outside(step) or 1)
        code, number = next(iter(self.missing or self.outside), ("", 0))
        return self.operation.step(code), number

    def _first_outside(self, step: StepPlan) -> int | None:
        return next((number for code, number in self.outside if code == step.code), None)

    @cached_property
    def missing(self) -> list[Place]:
        """The required entries that are not there yet, in the order of the steps."""
        required = ((step.code, number) for step, number in self.operation.required)
        return [place for place in required if place not in self.values]

    @cached_property
    def outside(self) -> list[Place]:
        return [place for place, reading in self.values.items() if not reading.is_within_limits]

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """What stops a good end now."""
        (verdicts,) = judge([self.job], Hook.COMPLETE)
        return verdicts

    @property
    def is_mine(self) -> bool:
        return bool(self.execution.worked_by_id == self.job.person.pk)

    @property
    def held(self) -> Verdict | None:
        return next((verdict for verdict in self.verdicts if verdict.tone == "held"), None)

    @property
    def is_lot(self) -> bool:
        return bool(self.execution.quantity != 1)

    @property
    def quantity_open(self) -> str:
        return plain(self.execution.quantity_open)

    @property
    def quantity_booked(self) -> str:
        return plain(self.execution.quantity - self.execution.quantity_open)

    @property
    def is_all_booked(self) -> bool:
        """Whether nothing is open, so that there is nothing to book or to scrap."""
        return bool(self.execution.quantity_open == 0)

    @property
    def reading(self) -> Reading | None:
        """The value in force of the step in the middle."""
        return self.values.get((self.step.code, self.sample)) if self.step else None

    @property
    def before(self) -> Reading | None:
        """The value that the one in the middle corrects."""
        return self._by_key.get(self.reading.corrects_id) if self.reading and self.reading.corrects_id else None

    @property
    def can_correct(self) -> bool:
        """A confirmation has one value only, and a component that is built in is not exchanged here."""
        return self.step is not None and self.step.kind in (StepKind.NUMBER, StepKind.TEXT)

    def awaits(self, kind: StepKind) -> bool:
        """Whether the step in the middle is of this kind and not recorded yet."""
        return self.step is not None and self.step.kind == kind and self.reading is None

    @property
    def limits(self) -> str:
        """The limits of the step in the middle, in words."""
        has_any = self.step is not None and (self.step.lower is not None or self.step.upper is not None)
        return limits_in_words(self.step) if has_any and self.step else ""

    @property
    def end_note(self) -> str:
        """Why Complete is not offered, in a few words; empty when it is."""
        if not self.verdicts:
            return ""
        first = self.verdicts[0]
        if first.code == "STEPS_MISSING":
            count = len(self.missing)
            return f"{count} entry left" if count == 1 else f"{count} entries left"
        notes = {
            "ON_HOLD": "on hold",
            "JOB_OF_ANOTHER": f"{self.execution.worked_by} has it",
            "READING_OUT_OF_LIMITS": "a value is out of limits",
        }
        return notes.get(first.code, "press to see why not")

    @property
    def meaning(self) -> str:
        """What the signature says, in words; empty when none is asked for."""
        return Meaning(self.operation.signature_meaning).label if self.operation.signature_meaning else ""

    @cached_property
    def digest(self) -> str:
        """The digest of what a signature would be bound to now."""
        return digest(signature_content(self.job))

    @property
    def digest_groups(self) -> str:
        """The start of the digest in groups of four, as people compare it."""
        return " ".join(self.digest[start : start + 4] for start in range(0, 12, 4))

    @cached_property
    def lines(self) -> list[Line]:
        return [self._line(step) for step in self.operation.steps]

    def _line(self, step: StepPlan) -> Line:
        found = [self.values.get((step.code, number)) for number in range(1, step.samples + 1)]
        recorded = [reading for reading in found if reading is not None]
        is_current = step == self.step
        complete = len(recorded) == step.samples
        outside = any(not reading.is_within_limits for reading in recorded)
        state = (
            "outside" if outside else "running" if is_current and not complete else "done" if complete else "waiting"
        )
        samples = [self._sample(number, reading) for number, reading in enumerate(found, 1)]
        return Line(step, state, _note(step, recorded), samples if is_current and step.samples > 1 else [])

    def _sample(self, number: int, reading: Reading | None) -> Sample:
        if reading is None:
            return Sample(number, "now" if number == self.sample else "waiting", None)
        return Sample(number, "done" if reading.is_within_limits else "outside", reading)

    @cached_property
    def rows(self) -> list[Row]:
        """All values in force, in the order of the steps."""
        rows = []
        for step in self.operation.steps:
            for number in range(1, step.samples + 1):
                reading = self.values.get((step.code, number))
                if reading is None:
                    continue
                name = f"{step.name} {number}" if step.samples > 1 else step.name
                before = self._by_key[reading.corrects_id].value if reading.corrects_id else ""
                rows.append(Row(name, reading, before))
        return rows


def _note(step: StepPlan, recorded: list[Reading]) -> str:
    if len(recorded) < step.samples and step.samples > 1:
        return f"{len(recorded)} of {step.samples}"
    if not recorded:
        return limits_in_words(step) or (step.component.name if step.component else "")
    numbers = [reading.number for reading in recorded if reading.number is not None]
    if len(numbers) > 1 and min(numbers) != max(numbers):
        return f"{plain(min(numbers))}–{plain(max(numbers))} {step.quantity_unit}"
    if step.kind == StepKind.CHECK:
        return "confirmed"
    return f"{recorded[0].value} {step.quantity_unit}".strip()


def limits_in_words(step: StepPlan) -> str:
    """ "1.1–1.3 N·m", "up to 0.3 ml/h", "from 5 N"; empty without limits."""
    if step.lower is not None and step.upper is not None:
        words = f"{plain(step.lower)}–{plain(step.upper)}"
    elif step.upper is not None:
        words = f"up to {plain(step.upper)}"
    elif step.lower is not None:
        words = f"from {plain(step.lower)}"
    else:
        return step.quantity_unit
    return f"{words} {step.quantity_unit}".strip()
