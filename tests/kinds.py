"""A product whose one operation has a step of every kind: what steps of all kinds are tried on."""

from dataclasses import dataclass
from decimal import Decimal

from genealogy.models import Unit
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.station.actions.given import Given
from orders.actions import work_orders
from orders.actions.work_orders import OrderRequest
from orders.models import (
    BomLine,
    Instruction,
    Operation,
    OperationQualification,
    Product,
    ProductRevision,
    Routing,
    RoutingRevision,
    Step,
    WorkOrder,
)
from tests.plant import NOW, Plant
from wip.actions import orders as floor_orders
from wip.facts import values_in_force
from wip.models import OperationExecution, Reading
from wip.queries import execution_at

CODE = "10"
DIGEST = "0" * 64

# step code -> (kind, what more it has), in the order of the operation
STEPS: dict[str, tuple[str, dict]] = {
    "CLEAN": ("TASK", {"instruction": "Wipe the seat with a lint-free cloth."}),
    "LOOK": ("CHECK", {}),
    "GAP": ("NUMBER", {"quantity_unit": "mm", "lower": "1.10", "upper": "1.30", "target": "1.20", "decimals": 2}),
    "BORE": ("TABLE", {"quantity_unit": "mm", "lower": "7.990", "upper": "8.010", "decimals": 3, "samples": 5}),
    "BATCH": ("TEXT", {"is_required": False}),
    "LEAK": ("LIST", {"choices": ["PASS", "FAIL"]}),
    "CAUSE": ("TEXT", {"condition_step": "LEAK", "condition_comparison": "IS", "condition_value": "FAIL"}),
    "HELPER": ("PERSON", {}),
    "CURED": ("TIME", {}),
    "PHOTO": ("FILE", {}),
    "BOARD": ("SCAN", {}),
    "SEAL": ("CHECK", {"needs_witness": True}),
    "WEIGHT": ("NUMBER", {"quantity_unit": "g", "decimals": 1, "signature_meaning": Meaning.PERFORMED}),
}


@dataclass
class KindsLine:
    """A running operation of Amina with a step of every kind."""

    plant: Plant
    serial: str

    def unit(self) -> Unit:
        return self.plant.fresh(Unit.objects.get(serial=self.serial))

    def execution(self) -> OperationExecution:
        execution = execution_at(self.unit(), CODE)
        assert execution is not None
        return execution

    def give(self, *given: Given, **more) -> OperationExecution:
        return self.plant.report(self.unit(), CODE, *given, **more)

    def record(self, code: str, value: object, **more) -> Reading:
        """Record one value; returns the reading in force of its first sample."""
        self.give(Given(code, value, **more))
        return self.value(code, more.get("sample", 1))

    def value(self, code: str, sample: int = 1) -> Reading:
        found = {(one.step_code, one.sample): one for one in values_in_force({self.execution().pk})}
        return found[code, sample]

    def signing(self, who: str = "amina") -> Signing:
        return Signing(self.plant.people[who], Meaning.PERFORMED)


def kinds_line(
    plant: Plant, *, qualified: bool = False, start: bool = True, instruction: Instruction | None = None
) -> KindsLine:
    """A released order for one valve, its operation started by Amina.

    qualified: it asks for torque, level 2. instruction: it asks for this one to be read and confirmed.
    """
    with plant.door("hiroshi"):
        valve = Product.objects.create(code="VALVE", name="Valve", serial_pattern="VA-{number:04}")
        revision = ProductRevision.objects.create(product=valve, code="A")
        BomLine.objects.create(product_revision=revision, operation_code=CODE, component=plant.board, quantity=1)
        routing = RoutingRevision.objects.create(
            routing=Routing.objects.create(product=valve, site=plant.site, name="Valves"), number=1
        )
        operation = Operation.objects.create(
            routing_revision=routing,
            code=CODE,
            name="Valve",
            station_class=plant.stations[CODE].station_class,
            instruction=instruction,
            must_confirm_instruction=instruction is not None,
        )
        if qualified:
            OperationQualification.objects.create(operation=operation, qualification=plant.torque, minimum_level=2)
        for position, (code, (kind, more)) in enumerate(STEPS.items(), 1):
            part = {"component": plant.board} if kind == "SCAN" else {}
            Step.objects.create(
                operation=operation, position=position, code=code, kind=kind, name=code.title(), **more, **part
            )
    revision, routing = (plant.approve_and_release(one) for one in (revision, routing))
    with plant.door("pavel") as passage:
        request = OrderRequest("WO-VALVE", revision, Decimal(1), "pcs", NOW, 5, plant.site)
        work_orders.create(requests=[request], by=passage.person, at=passage.at)
    with plant.door("ines") as passage:
        order = floor_orders.release(
            order=WorkOrder.objects.get(erp_reference="WO-VALVE"), by=passage.person, at=passage.at
        )
    line = KindsLine(plant, order.units.get().serial)
    if start:
        plant.start(line.unit(), CODE)
    return line
