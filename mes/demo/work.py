"""What the demo plant's people do at a unit: the values they enter, and now and then a mishap."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

from equipment.models import Station
from equipment.preparations import preparations
from genealogy.models import Unit
from mes.demo.machines import piles
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.station.actions import batches, machines, operations
from mes.station.actions.batches import BatchEnd
from mes.station.actions.operations import Completion, Given
from mes.station.actions.signing import signature_content
from orders.models import StepKind
from orders.plans import StepPlan
from wip.actions import clearances
from wip.clearances import checklist_of, clearance_content
from wip.jobs import Job
from wip.models import OperationExecution
from wip.overrides import GivenOverride
from wip.policies import BlockedByGates
from wip.preparations import lack_of
from wip.queries import job_for, operation_of
from wip.queues import queue_at

Values = Mapping[tuple[str, int], object]  # what is recorded, by step and sample


# Gates that a mishap is passed at.
LEFT_TO, LIMITS = "wip.gates.execution_is_yours", "quality.gates.readings_within_limits"


class Mishap(Enum):
    RETORQUED = auto()
    MEASURED_AGAIN = auto()
    LEAKS = auto()
    HANDED_OVER = auto()
    LEFT = auto()
    LEFT_IN_FURNACE = auto()
    LIGHT = auto()


_NUMBERS: dict[str, Callable[[Random], str]] = {
    "TORQUE": lambda chance: f"{min(1.28, max(1.12, chance.gauss(1.203, 0.025))):.2f}",
    "LEAK": lambda chance: f"{min(0.27, max(0.04, chance.gauss(0.13, 0.04))):.2f}",
    "SEAM": lambda chance: f"{chance.uniform(0.03, 0.12):.2f}",
}
_PLACES = {"BACKLASH": 2, "PRESSURE": 1, "WEIGHT": 2}


class Supply(Protocol):
    """Where components come from."""

    def take(self, code: str, unit: Unit, station_code: str) -> str: ...


def be_refused(attempt: Callable[[], object]) -> None:
    """Somebody tries what a gate stops: it stands among the refusals."""
    try:
        attempt()
    except BlockedByGates:
        return
    raise AssertionError("Nothing stopped what the demo's people do wrong.")


def number_for(step: StepPlan, chance: Random) -> str:
    """A believable value, within the limits."""
    if step.code in _NUMBERS:
        return _NUMBERS[step.code](chance)
    places = _PLACES.get(step.code, 0) if step.decimals is None else step.decimals
    if step.upper is None or step.lower is None:
        return f"{float(step.upper or 1) * chance.uniform(0.3, 0.75):.{places}f}"
    lower, upper = float(step.lower), float(step.upper)
    wide = upper - lower
    middle = float(step.target) if step.target is not None else (lower + upper) / 2
    return f"{min(upper - wide / 20, max(lower + wide / 20, chance.gauss(middle, wide / 9))):.{places}f}"


def next_job(station: Station, person: Person) -> tuple[Job | None, bool]:
    """What the person would start next at the station, and whether it has to be cleared for it first."""
    waiting = queue_at(station, person, ready=3, coming=3)
    for one in (*waiting.ready, *waiting.blocked):
        blockers = {verdict.code for verdict in one.blockers}
        if blockers <= {"LINE_NOT_CLEARED"}:
            return one.job, bool(blockers)
    return None, False


@dataclass
class Worker:
    """Does operations on units by the verbs, as the station page would.

    witnesses: who looks on, by operation and the user name of who works. folder: where it is noted what is carried to a
    machine that takes several pieces at once.
    """

    people: dict[str, Person]
    stock: Supply
    witnesses: Callable[[str, str], Person]
    chance: Random
    running: dict[tuple[UUID, str], OperationExecution] = field(default_factory=dict)
    permit: str = ""  # under which light cartons go out
    folder: Path | None = None

    def start(self, unit: Unit, code: str, station: Station, who: str, at: datetime) -> OperationExecution:
        person = self.people[who]
        self.carry([unit], station)
        with open_door(person=person, at=at, station=station.code):
            execution = operations.start(unit=unit, operation_code=code, station=station, by=person, at=at)
        self.running[unit.pk, code] = execution
        return execution

    def prepare(self, unit: Unit, code: str, station: Station, who: str, at: datetime) -> bool:
        """Have the station's machine told, where it waits for that. Whether it is not prepared yet."""
        execution = self.running.get((unit.pk, code))
        job = job_for(unit, operation_of(unit, code), station=station, person=self.people[who], execution=execution)
        (known,) = preparations([job])
        lack = lack_of(known, job) if known is not None else None
        if known is None or lack is None or (execution and known.may_run_for([unit.pk], code)):
            return False
        if not lack.is_on_its_way:
            with open_door(person=job.person, at=at, station=station.code):
                machines.prepare(units=[unit], operation_code=code, station=station, by=job.person, at=at)
        return True

    def start_batch(self, units: Sequence[Unit], code: str, station: Station, who: str, at: datetime) -> None:
        """Start an operation on several units in one run; from then on any of them stands for all."""
        person = self.people[who]
        self.carry(units, station)
        with open_door(person=person, at=at, station=station.code):
            batch = batches.start(units=units, operation_code=code, station=station, by=person, at=at)
        for execution in batch.executions.select_related("station__site", "work_order"):
            self.running[execution.unit_id, code] = execution

    def carry(self, units: Sequence[Unit], station: Station) -> None:
        """Lay these beside the machine, to go into it together: before anything of it is entered."""
        if self.folder is not None and station.code in piles.TAKES_TOGETHER:
            piles.carry(self.folder, station.code, [unit.serial for unit in units])

    def clear(self, unit: Unit, station: Station, who: str, at: datetime) -> None:
        """Clear the station for the unit's order: every line of its checklist, signed."""
        person, items = self.people[who], checklist_of(station)
        signing = Signing(person, Meaning.VERIFIED, digest(clearance_content(station, unit, items)))
        ticked = [item.position for item in items]
        with open_door(person=person, at=at, station=station.code):
            clearances.clear(station=station, unit=unit, ticked=ticked, signing=signing, by=person, at=at)

    def record(self, unit: Unit, code: str, who: str, at: datetime, *, share: float) -> None:
        """Record the first steps of a running operation: this share of them, and never all."""
        entries = self.entries(unit, code, who)
        self.report(unit, code, who, at, entries[: min(len(entries) - 1, int(len(entries) * share))])

    def complete(
        self, unit: Unit, code: str, who: str, at: datetime, *, before: datetime, mishap: Mishap | None = None
    ) -> None:
        """Record all steps and complete. before: a moment between start and end, for what went wrong first."""
        entries = self.entries(unit, code, who)
        scrap, reason, defect = Decimal(0), "", ""
        overrides: Sequence[GivenOverride] = ()
        if mishap is Mishap.HANDED_OVER:
            self.take_over(unit, code, who, before)
        elif mishap is Mishap.LEFT:
            why = "called away to the audit; the pump must not lie open"
            overrides = [GivenOverride(LEFT_TO, why, approved_by=self.people["supervisor"], code="AGREED")]
        elif mishap is Mishap.LEFT_IN_FURNACE:
            why = "the charge must not cool in the furnace"
            overrides = [GivenOverride(LEFT_TO, why, approved_by=self.people["supervisor"], code="SHIFT-CHANGE")]
        elif mishap is Mishap.LIGHT:
            entries = [g if g.step_code != "WEIGHT" else Given("WEIGHT", "1.91") for g in entries]
            overrides = [GivenOverride(LIMITS, "new foam is 12 g lighter", permit=self.permit, code="AGREED")]
        elif mishap is Mishap.LEAKS:
            entries = [g if g.step_code != "LEAK" else Given("LEAK", "0.62") for g in entries]
            scrap, reason = Decimal(1), "LEAK-INLET Leaks at the inlet port: also with a new seal"
            defect = "M-LEAK"
        elif mishap is not None:
            wrong, right = _CORRECTIONS[mishap]
            same = [(g.step_code, g.sample) for g in entries].index((wrong.step_code, wrong.sample))
            self.report(unit, code, who, before, [*entries[:same], wrong])
            entries = [right, *entries[same + 1 :]]
        if overrides:  # tried without first
            be_refused(lambda: self.finish(unit, code, who, at - timedelta(seconds=1), entries))
        self.finish(unit, code, who, at, entries, scrap, reason, overrides, defect)

    def finish(
        self,
        unit: Unit,
        code: str,
        who: str,
        at: datetime,
        entries: list[Given],
        scrap: Decimal = Decimal(0),
        reason: str = "",
        overrides: Sequence[GivenOverride] = (),
        defect: str = "",
    ) -> None:
        """Complete with these entries; where it is signed, they are read as they are recorded first."""
        signing = None
        if operation_of(unit, code).signature_meaning:
            if entries:
                self.report(unit, code, who, at, entries)
            entries, signing = [], self._signing(unit, code, who)
        completion = Completion(scrap=scrap, scrap_reason=reason, defect=defect, signing=signing)
        self.report(unit, code, who, at, entries, completion, overrides)

    def entries(self, unit: Unit, code: str, who: str, *, known: Values = MappingProxyType({})) -> list[Given]:
        """Right values for all required steps that are asked and not known yet, components taken from stock."""
        answers: dict[str, object] = {step: value for (step, _), value in known.items()}
        given = []
        for step in operation_of(unit, code).steps:
            if not step.is_required or (step.condition and answers.get(step.condition.step) != step.condition.value):
                continue
            witness = self.witnesses(code, who) if step.needs_witness else None
            for sample in range(1, 2 if step.kind == StepKind.TABLE else step.samples + 1):
                if (step.code, sample) not in known:
                    answers[step.code] = self._value(step, unit, code, who)
                    given.append(Given(step.code, answers[step.code], sample, witness=witness))
        return given

    def _value(self, step: StepPlan, unit: Unit, code: str, who: str) -> object:
        if step.component is not None:
            return self.stock.take(step.component.code, unit, self.running[unit.pk, code].station.code)
        match step.kind:
            case StepKind.CHECK | StepKind.TASK:
                return "yes"
            case StepKind.NUMBER:
                return number_for(step, self.chance)
            case StepKind.TABLE:
                return [number_for(step, self.chance) for _ in range(step.samples)]
            case StepKind.LIST:
                return step.choices[0] if self.chance.random() < 0.9 else step.choices[1]
            case StepKind.PERSON:
                return who
            case StepKind.TIME:
                return "now"
        return _TEXTS[step.code](unit)

    def _signing(self, unit: Unit, code: str, who: str) -> Signing:
        operation, execution, person = operation_of(unit, code), self.running[unit.pk, code], self.people[who]
        job = job_for(unit, operation, station=execution.station, person=person, execution=execution)
        return Signing(person, operation.signature_meaning, digest(signature_content(job)))

    def take_over(self, unit: Unit, code: str, who: str, at: datetime) -> None:
        execution = self.running[unit.pk, code]
        here: dict[str, Any] = {"station": execution.station, "by": self.people[who], "at": at}
        with open_door(person=self.people[who], at=at, station=execution.station.code):
            if execution.batch is not None:
                batches.take_over(batch=execution.batch, **here)
            else:
                operations.take_over(execution=execution, **here)

    def report(
        self,
        unit: Unit,
        code: str,
        who: str,
        at: datetime,
        given: list[Given],
        completion: Completion | None = None,
        overrides: Sequence[GivenOverride] = (),
    ) -> None:
        execution, person = self.running[unit.pk, code], self.people[who]
        here: dict[str, Any] = {"station": execution.station, "by": person, "at": at, "overrides": overrides}
        with open_door(person=person, at=at, station=execution.station.code):
            if execution.batch is not None:
                end = None if completion is None else BatchEnd(signing=completion.signing)
                batches.report(batch=execution.batch, given=given, end=end, **here)
            else:
                operations.report(execution=execution, given=given, completion=completion, **here)


_TEXTS: dict[str, Callable[[Unit], str]] = {
    "UDI": lambda unit: f"(01)09501101530003(21){unit.serial}",
    "FIRMWARE": lambda unit: "4.2.1",
    "BURR": lambda unit: "At 4",
    "MARKS": lambda unit: "Handling marks at B, on two shafts",
}
_CORRECTIONS = {
    Mishap.RETORQUED: (
        Given("TORQUE", "1.36", 4),
        Given("TORQUE", "1.22", 4, reason="Burr on the boss: screw backed out, cleaned, torqued again"),
    ),
    Mishap.MEASURED_AGAIN: (
        Given("PRESSURE", "48.2"),
        Given("PRESSURE", "50.1", reason="Lever was not quite closed"),
    ),
}
