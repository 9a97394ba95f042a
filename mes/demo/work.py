"""What the demo plant's people do at a unit: the values they enter, and now and then a mishap."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from random import Random
from uuid import UUID

from equipment.models import Site, Station
from genealogy.actions import units
from genealogy.models import Unit
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.canonical import digest
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.station.actions import operations
from mes.station.actions.operations import Completion, Given
from mes.station.actions.signing import signature_content
from orders.models import Product, StepKind
from orders.plans import StepPlan
from wip.models import OperationExecution
from wip.queries import job_for, operation_of

# Lots as they were received: product, lot number, quantity in the product's unit.
LOTS = (
    ("BAT-36", "LOT-87954", 400),
    ("GSK-14", "LOT-88010", 500),
    ("M3X8-T10", "LOT-88097", 1000),
    ("M3X8-T10", "LOT-88121", 2000),
    ("UDI-LBL", "LOT-88064", 1000),
    ("IFU-EN", "LOT-87720", 600),
    ("TUBE-PVC", "LOT-88102", 3000),
    ("LUER-M", "LOT-88077", 5000),
)
PIECES = 80  # boards and drives with serial numbers; some are left to scan
SUSPECT_LOT = "LOT-88097"


class Mishap(Enum):
    RETORQUED = auto()
    MEASURED_AGAIN = auto()
    LEAKS = auto()
    HANDED_OVER = auto()


@dataclass
class Stock:
    """What lies beside the stations to be built in."""

    serials: dict[str, Iterator[str]] = field(default_factory=dict)
    lots: dict[str, str] = field(default_factory=dict)

    @classmethod
    def receive(cls, *, site: Site, by: Person, at: datetime) -> "Stock":
        """Receive the demo's components."""
        products = {product.code: product for product in Product.objects.all()}
        stock = cls()
        with open_door(person=by, at=at, reason="Delivery"):
            for code, prefix in (("PCB-7", "PCB-24"), ("DRV-2", "DRV-19")):
                serials = [f"{prefix}{number:04}" for number in range(1101, 1101 + PIECES)]
                for serial in serials:
                    units.receive(site=site, product=products[code], serial=serial, quantity=Decimal(1), by=by, at=at)
                stock.serials[code] = iter(serials)
            for code, lot, quantity in LOTS:
                units.receive(site=site, product=products[code], serial=lot, quantity=Decimal(quantity), by=by, at=at)
                stock.lots.setdefault(code, lot)
        return stock

    def take(self, code: str) -> str:
        return next(self.serials[code]) if code in self.serials else self.lots[code]


_NUMBERS: dict[str, Callable[[Random], str]] = {
    "BACKLASH": lambda chance: f"{chance.uniform(0.03, 0.08):.2f}",
    "TORQUE": lambda chance: f"{min(1.28, max(1.12, chance.gauss(1.203, 0.025))):.2f}",
    "SEAM": lambda chance: f"{chance.uniform(0.03, 0.12):.2f}",
    "PRESSURE": lambda chance: f"{chance.uniform(49.6, 50.4):.1f}",
    "LEAK": lambda chance: f"{min(0.27, max(0.04, chance.gauss(0.13, 0.04))):.2f}",
    "WEIGHT": lambda chance: f"{chance.gauss(2.0, 0.012):.2f}",
    "LENGTH": lambda chance: f"{chance.gauss(1500, 1):.0f}",
}


@dataclass
class Worker:
    """Does operations on units by the verbs, as the station page would."""

    people: dict[str, Person]
    stock: Stock
    chance: Random
    running: dict[tuple[UUID, str], OperationExecution] = field(default_factory=dict)

    def start(self, unit: Unit, code: str, station: Station, who: str, at: datetime) -> OperationExecution:
        person = self.people[who]
        with open_door(person=person, at=at, station=station.code):
            execution = operations.start(unit=unit, operation_code=code, station=station, by=person, at=at)
        self.running[unit.pk, code] = execution
        return execution

    def record(self, unit: Unit, code: str, who: str, at: datetime, *, share: float) -> None:
        """Record the first steps of a running operation: this share of them, and never all."""
        entries = self.entries(unit, code)
        self._report(unit, code, who, at, entries[: min(len(entries) - 1, int(len(entries) * share))])

    def complete(
        self, unit: Unit, code: str, who: str, at: datetime, *, before: datetime, mishap: Mishap | None = None
    ) -> None:
        """Record all steps and complete. before: a moment between start and end, for what went wrong first."""
        entries = self.entries(unit, code)
        scrap, reason = Decimal(0), ""
        if mishap is Mishap.HANDED_OVER:
            self._take_over(unit, code, who, before)
        elif mishap is Mishap.LEAKS:
            entries = [g if g.step_code != "LEAK" else Given("LEAK", "0.62") for g in entries]
            scrap, reason = Decimal(1), "Leaks at the inlet port, also with a new seal"
        elif mishap is not None:
            wrong, right = _CORRECTIONS[mishap]
            same = [(g.step_code, g.sample) for g in entries].index((wrong.step_code, wrong.sample))
            self._report(unit, code, who, before, [*entries[:same], wrong])
            entries = [right, *entries[same + 1 :]]
        signing = None
        if operation_of(unit, code).signature_meaning:  # it is read as it is recorded, then signed
            self._report(unit, code, who, at, entries)
            entries, signing = [], self._signing(unit, code, who)
        self._report(unit, code, who, at, entries, Completion(scrap=scrap, scrap_reason=reason, signing=signing))

    def entries(self, unit: Unit, code: str) -> list[Given]:
        """Right values for all steps of the operation, components taken from stock."""
        return [
            Given(step.code, self._value(step, unit), sample)
            for step in operation_of(unit, code).steps
            for sample in range(1, step.samples + 1)
        ]

    def _value(self, step: StepPlan, unit: Unit) -> str:
        if step.component is not None:
            return self.stock.take(step.component.code)
        if step.kind == StepKind.CHECK:
            return "yes"
        if step.kind == StepKind.NUMBER:
            return _NUMBERS[step.code](self.chance)
        return f"(01)09501101530003(21){unit.serial}" if step.code == "UDI" else "4.2.1"

    def _signing(self, unit: Unit, code: str, who: str) -> Signing:
        operation, execution, person = operation_of(unit, code), self.running[unit.pk, code], self.people[who]
        job = job_for(unit, operation, station=execution.station, person=person, execution=execution)
        return Signing(person, operation.signature_meaning, digest(signature_content(job)))

    def _take_over(self, unit: Unit, code: str, who: str, at: datetime) -> None:
        execution = self.running[unit.pk, code]
        with open_door(person=self.people[who], at=at, station=execution.station.code):
            operations.take_over(execution=execution, station=execution.station, by=self.people[who], at=at)

    def _report(
        self,
        unit: Unit,
        code: str,
        who: str,
        at: datetime,
        given: list[Given],
        completion: Completion | None = None,
    ) -> None:
        execution, person = self.running[unit.pk, code], self.people[who]
        with open_door(person=person, at=at, station=execution.station.code):
            operations.report(
                execution=execution, given=given, completion=completion, station=execution.station, by=person, at=at
            )


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
