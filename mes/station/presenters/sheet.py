"""The work sheet: what the work page shows of one running job, and which step is in its middle."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from equipment.models import Station
from equipment.preparations import Preparation, preparations
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning
from mes.kernel.gates import Hook, Verdict, judge
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from mes.kernel.plot import Plot
from mes.station.actions.signing import signature_content, step_content
from mes.station.presenters.instructions import instruction_of
from mes.station.presenters.words import groups, limits_in_words, note, written
from mes.station.queries import all_readings
from orders.instructions import Sheet as Instruction
from orders.models import StepKind
from orders.plans import StepPlan
from wip.conditions import why_not_asked
from wip.crews import crew_of, paused_in_words, untaken_notes
from wip.entries import Entry
from wip.facts import RecordedFacts
from wip.jobs import Job
from wip.models import HandoverNote, LaborSpan, OperationExecution, Reading
from wip.plots import plot_of_readings
from wip.preparations import Lack, lack_of, units_of
from wip.queries import batch_by_key, job_for, planned
from wip.references import people_at

Place = tuple[str, int]  # step code, sample


@dataclass(frozen=True)
class Sample:
    """One recording of a step. state: done, outside, now, waiting."""

    number: int
    state: str
    reading: Reading | None


@dataclass(frozen=True)
class Line:
    """A step in the list. state: done, outside, running (the one in the middle), waiting, unasked."""

    step: StepPlan
    state: str
    note: str
    samples: list[Sample]  # only of the step in the middle, and only when it has several


@dataclass(frozen=True)
class Row:
    """A value in force, as the page lists it and a signature shows it. before: what a correction replaced.

    counts: its step is asked; otherwise it is on record and decides nothing.
    """

    name: str
    reading: Reading
    before: str
    counts: bool = True


@dataclass(frozen=True)
class Confirmation:
    """What is about to be recorded once a witness or the signer has confirmed it.

    values: what the entry is made of, to be sent again as it is; digest: of what is signed.
    """

    rows: list[Row]
    values: Sequence[str]
    reason: str
    digest: str

    @property
    def digest_groups(self) -> str:
        """The start of the digest in groups of four, as people compare it."""
        return groups(self.digest)


class Sheet:
    """A running job with what is recorded, what is left, and what stands in the way of its end."""

    def __init__(self, execution: OperationExecution, *, station: Station, person: Any) -> None:
        operation = planned(execution)
        execution.unit.work_order = execution.work_order
        self.execution, self.operation = execution, operation
        self.job: Job = job_for(execution.unit, operation, station=station, person=person, execution=execution)
        self.members: list[OperationExecution] = []  # of the batch that it runs in
        if execution.batch_id is not None:
            self._see_batch(execution.batch_id)
        self.typed: list[str] = []  # what the entry begins with
        self.confirm: Confirmation | None = None
        self.crew = crew_of(execution)
        self._read()
        self.look_at()

    def _see_batch(self, key: UUID) -> None:
        """See the job as a part of its batch, which is worked on as a whole."""
        batch = batch_by_key(key)
        self.members, self.job.batch = list(batch.members), batch
        for member in self.members:
            member.unit.work_order = member.work_order
        station, person = self.job.station, self.job.person
        self.job.together = [
            job_for(member.unit, self.operation, station=station, person=person, execution=member)
            for member in self.members
        ]

    def _read(self) -> None:
        readings = all_readings(self.execution)
        self._by_key: dict[UUID, Reading] = {reading.pk: reading for reading in readings}
        corrected = {reading.corrects_id for reading in readings}
        self.values: dict[Place, Reading] = {
            (reading.step_code, reading.sample): reading
            for reading in readings
            if reading.pk not in corrected and reading.value
        }

        self.facts = RecordedFacts(self.operation, self.values)

    def look_at(self, step_code: str = "", sample: int = 0) -> None:
        """Put a step in the middle: the one named, else the next that is missing, else one out of limits, else none."""
        self.step, self.sample = self._place(step_code, sample)

    def _place(self, step_code: str, sample: int) -> tuple[StepPlan | None, int]:
        step = self.operation.step(step_code)
        if step is not None and step.code in self.facts.asked:
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
        """The required entries of asked steps that are not there yet, in the order of the steps."""
        return [(step.code, number) for step, number in self.facts.missing]

    @cached_property
    def outside(self) -> list[Place]:
        return [(reading.step_code, reading.sample) for reading in self.facts.outside]

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """What stops a good end now."""
        (verdicts,) = judge([self.job], Hook.COMPLETE)
        return verdicts

    @property
    def is_mine(self) -> bool:
        """Whether the person works on it now, alone or with others. Who has it and is on it of old, is."""
        if self.crew.knows(self.job.person):
            return self.crew.own(self.job.person) is not None
        return bool(self.execution.worked_by_id == self.job.person.pk)

    @property
    def can_resume(self) -> bool:
        """Whether the person was on it, and is not now."""
        return not self.is_mine and self.crew.knows(self.job.person)

    @property
    def others(self) -> list[LaborSpan]:
        """Who else is on it now."""
        return [span for span in self.crew.on if span.person_id != self.job.person.pk]

    @property
    def paused(self) -> str:
        """By whom the job is paused, since when and why; empty while somebody is on it."""
        return paused_in_words(self.crew, self.execution.station.site) if self.crew.is_paused else ""

    @cached_property
    def notes(self) -> list[HandoverNote]:
        """What was left for whoever goes on with it."""
        return untaken_notes(station=self.execution.station, execution=self.execution)

    @property
    def held(self) -> Verdict | None:
        return next((verdict for verdict in self.verdicts if verdict.tone == "held"), None)

    @cached_property
    def _prepared(self) -> Preparation | None:
        """How the machine is prepared; None, and no query, where the station has no interlock."""
        (known,) = preparations([self.job])
        return known

    @property
    def machine_lack(self) -> Lack | None:
        """Why the machine may not run for this job; None where it may, or nobody has to allow it."""
        known = self._prepared
        if known is None or known.may_run_for(*self._work):
            return None
        return lack_of(known, self.job)

    @property
    def is_machine_unstopped(self) -> bool:
        """Whether the machine has not confirmed yet that its permission for this job is withdrawn."""
        last = self._prepared.last if self._prepared else None
        return bool(last and last.is_withdrawal and not last.is_verified and last.is_for(*self._work))

    @property
    def _work(self) -> tuple[list[UUID], str]:
        return units_of(self.job), self.operation.code

    @property
    def quantity_together(self) -> Decimal:
        """Of all units of the batch."""
        return sum((member.quantity for member in self.members), Decimal(0))

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
    def may_scrap(self) -> bool:
        """Whether anything is open that scrap can be booked on; of a batch each unit's scrap is told at its end."""
        return not self.is_all_booked and not self.members

    @property
    def may_book_part(self) -> bool:
        """Whether a part of a lot can be booked, and the job goes on."""
        return self.is_lot and self.may_scrap

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
        return self.step is not None and self.step.kind not in (StepKind.TASK, StepKind.CHECK, StepKind.SCAN)

    @property
    def is_table_open(self) -> bool:
        """Whether the step in the middle is a table of which nothing is recorded yet: it is entered as a whole."""
        return self.awaits(StepKind.TABLE)

    @property
    def cells(self) -> list[tuple[int, str]]:
        """The samples of the table in the middle, each with what its cell begins with."""
        assert self.step is not None
        typed = [*self.typed, *[""] * self.step.samples]
        return list(enumerate(typed[: self.step.samples], 1))

    @property
    def instruction(self) -> Instruction | None:
        """The operation's instruction, in the revision that the order pins."""
        plan = self.operation.instruction
        return instruction_of(plan.revision_id) if plan else None

    @cached_property
    def people(self) -> list[Person]:
        """Whom a step may name."""
        return list(people_at(self.job.site_id))

    @cached_property
    def plot(self) -> Plot | None:
        """The points of the step in the middle, when it has several numbers on record."""
        step = self.step
        if step is None or step.samples == 1 or step.kind not in (StepKind.NUMBER, StepKind.TABLE):
            return None
        found = (self.values.get((step.code, number)) for number in range(1, step.samples + 1))
        return plot_of_readings([reading for reading in found if reading is not None])

    @property
    def low(self) -> str | None:
        """The lower limit of the step in the middle, as it is shown."""
        return written(self.step, self.step.lower) if self.step else None

    @property
    def high(self) -> str | None:
        return written(self.step, self.step.upper) if self.step else None

    @property
    def target(self) -> str | None:
        return written(self.step, self.step.target) if self.step else None

    def awaits(self, kind: StepKind) -> bool:
        """Whether the step in the middle is of this kind and not recorded yet."""
        return self.step is not None and self.step.kind == kind and self.reading is None

    @property
    def limits(self) -> str:
        """The limits of the step in the middle, in words."""
        has_any = self.step is not None and (self.step.lower is not None or self.step.upper is not None)
        return limits_in_words(self.step) if has_any and self.step else ""

    def ask_to_confirm(self, entries: Sequence[Entry], values: Sequence[str], reason: str) -> None:
        """Put what is about to be recorded in the middle: it is recorded when those it asks for have confirmed it."""
        content = digest(step_content(self.job, entries))
        self.confirm = Confirmation([_row(entry) for entry in entries], values, reason, content)

    @property
    def end_note(self) -> str:
        """Why Complete is not offered, in a few words; empty when it is."""
        if self.can_resume:
            return _("resume it first")
        if not self.verdicts:
            return ""
        first = self.verdicts[0]
        if first.code == "STEPS_MISSING":
            count = len(self.missing)
            return ngettext("{count} entry left", "{count} entries left", count).format(count=count)
        notes = {
            "ON_HOLD": _("on hold"),
            "JOB_OF_ANOTHER": _("{person} has it").format(person=self.execution.worked_by),
            "READING_OUT_OF_LIMITS": _("a value is out of limits"),
        }
        return notes.get(first.code, _("press to see why not"))

    @property
    def meaning(self) -> str:
        """What the signature says, in words; empty when none is asked for."""
        return str(Meaning(self.operation.signature_meaning).label) if self.operation.signature_meaning else ""

    @property
    def step_meaning(self) -> str:
        """What the signature of the step in the middle says, in words; empty when none is asked for."""
        asked_for = self.step.signature_meaning if self.step else ""
        return str(Meaning(asked_for).label) if asked_for else ""

    @cached_property
    def digest(self) -> str:
        """The digest of what a signature would be bound to now."""
        return digest(signature_content(self.job))

    @property
    def digest_groups(self) -> str:
        """The start of the digest in groups of four, as people compare it."""
        return groups(self.digest)

    @cached_property
    def lines(self) -> list[Line]:
        return [self._line(step) for step in self.operation.steps]

    def _line(self, step: StepPlan) -> Line:
        if step.code not in self.facts.asked:
            return Line(step, "unasked", why_not_asked(self.operation.steps, step, self.values), [])
        found = [self.values.get((step.code, number)) for number in range(1, step.samples + 1)]
        recorded = [reading for reading in found if reading is not None]
        is_current = step == self.step
        complete = len(recorded) == step.samples
        outside = any(not reading.is_within_limits for reading in recorded)
        state = (
            "outside" if outside else "running" if is_current and not complete else "done" if complete else "waiting"
        )
        samples = [self._sample(number, reading) for number, reading in enumerate(found, 1)]
        as_one = step.samples == 1 or (step.kind == StepKind.TABLE and not recorded)
        return Line(step, state, note(step, recorded), samples if is_current and not as_one else [])

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
                before = self._by_key[reading.corrects_id].shown if reading.corrects_id else ""
                rows.append(Row(name, reading, before, step.code in self.facts.asked))
        return rows


def _row(entry: Entry) -> Row:
    name = f"{entry.step.name} {entry.sample}" if entry.step.samples > 1 else entry.step.name
    return Row(name, entry.as_reading(), "")
