"""A job: one operation on one unit at a station by a person, as the gates and the verbs see it (ISA-95: job order)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from equipment.models import Station
from genealogy.models import Unit
from genealogy.queries import ComponentScan
from mes.kernel.numbers import decimal_of
from mes.kernel.refusals import FieldError, InvalidInput
from orders.models import StepKind, WorkOrder
from orders.plans import OperationPlan, Plan, StepPlan
from wip.models import OperationExecution


@dataclass(frozen=True)
class Entry:
    """What a person or a machine enters for a step: value as given; reason where it corrects an earlier one."""

    step: StepPlan
    sample: int
    value: str
    number: Decimal | None = None
    reason: str = ""


@dataclass
class Job:
    """The subject of the gates. order: the unit's. entries, components: what is about to be recorded and taken.

    good, scrap: what is about to be booked, when the job is about to be completed.
    """

    unit: Unit
    order: WorkOrder
    plan: Plan
    operation: OperationPlan
    station: Station | None
    person: Any
    execution: OperationExecution | None = None
    entries: Sequence[Entry] = ()
    components: Sequence[ComponentScan] = field(default_factory=tuple)
    good: Decimal = Decimal(0)
    scrap: Decimal = Decimal(0)

    @property
    def site_id(self) -> UUID:
        return self.unit.site_id

    @property
    def running(self) -> OperationExecution:
        """The execution; only verbs that have locked one ask for it."""
        assert self.execution is not None
        return self.execution

    @property
    def station_code(self) -> str:
        return self.station.code if self.station else ""

    def date_of(self, moment: datetime) -> date:
        """The date at the job's site. Whoever brings a station has its site at hand, the unit's may cost a query."""
        return (self.station or self.unit).site.local(moment).date()

    @property
    def required_qualifications(self) -> Sequence[tuple[str, str, int]]:
        return self.operation.qualifications


def entry(operation: OperationPlan, step_code: str, *, value: object, sample: int = 1, reason: str = "") -> Entry:
    """An entry for a step of the operation, its value checked for shape; raises InvalidInput naming the step."""
    step = operation.step(step_code)
    if step is None:
        raise InvalidInput(
            f"Operation {operation.code} has no step {step_code[:24]}.",
            do=f"Its steps are: {', '.join(s.code for s in operation.steps) or 'none'}.",
        )
    if not 1 <= sample <= step.samples:
        raise InvalidInput(f"{step.name} is recorded {step.samples} times, there is no sample {sample}.")
    try:
        text, number = _value(step, value)
    except ValueError as error:
        raise InvalidInput(
            str(error), do=f"Enter {step.name.lower()} again.", errors=[FieldError(step.code, str(error))]
        ) from error
    return Entry(step, sample, text, number, reason.strip()[:200])


def check_once(given: Entry, places: set[tuple[str, int]]) -> None:
    """Note the step and sample of an entry among those of its request; raises InvalidInput when they are there."""
    place = (given.step.code, given.sample)
    if place in places:
        sentence = f"{given.step.name}, sample {given.sample}, is given twice."
        error = FieldError(f"{given.step.code}.{given.sample}", sentence)
        raise InvalidInput(sentence, do="Send one value for each.", errors=[error])
    places.add(place)


def _value(step: StepPlan, given: object) -> tuple[str, Decimal | None]:
    if step.kind == StepKind.NUMBER:
        number = decimal_of(given)
        return f"{number:f}", number
    if step.kind == StepKind.CHECK:
        if given is True or str(given).strip().lower() in ("yes", "true", "1", "on"):
            return "yes", None
        raise ValueError(f"{step.name} is confirmed with yes.")
    if not isinstance(given, str):
        raise ValueError(f"{step.name} takes a text.")
    text = given.strip()
    if not text:
        raise ValueError(f"{step.name} is empty.")
    if len(text) > 200 or not text.isprintable():
        raise ValueError(f"{step.name} takes up to 200 printable characters.")
    return text, None
