"""A product whose routing is in motion: what skips, alternates, queue times and rework are tried on.

10 CUT ─> 20 GLUE ─(at least 5 min, at most 1 h)─> 25 DEBURR, optional ─> 31 PRESS or 32 WELD ─> 40 TEST (number)

CUT may be done twice. The rework routing: R1 STRIP ─> R2 WASH.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from genealogy.models import Unit
from mes.station.actions import operations
from mes.station.actions.operations import Completion, Given
from orders.actions import work_orders
from orders.actions.work_orders import OrderRequest
from orders.models import (
    Operation,
    OperationEdge,
    Product,
    ProductRevision,
    Routing,
    RoutingRevision,
    Step,
    Tracking,
    WorkOrder,
)
from tests.plant import NOW, Plant
from wip.actions import orders as floor_orders
from wip.actions import reworks
from wip.models import OpenOperation, OperationExecution, Rework
from wip.queries import execution_at

STATIONS = {"10": "10", "20": "20", "25": "20", "31": "30", "32": "10", "40": "40", "R1": "20", "R2": "20"}


@dataclass
class Rods:
    """The product, made at the stations of the test plant."""

    plant: Plant
    revision: ProductRevision
    rework: RoutingRevision
    count: int = field(default=0)

    def unit(self, quantity: int = 1) -> Unit:
        """The unit or lot of a released order of its own."""
        return self.units(quantity)[0]

    def units(self, quantity: int = 1) -> list[Unit]:
        plant, self.count = self.plant, self.count + 1
        reference = f"WO-RODS-{self.count}"
        request = OrderRequest(reference, self.revision, Decimal(quantity), "pcs", NOW, 5, plant.site)
        with plant.door("pavel") as passage:
            work_orders.create(requests=[request], by=passage.person, at=passage.at)
        with plant.door("ines") as passage:
            order = WorkOrder.objects.get(erp_reference=reference)
            released = floor_orders.release(order=order, by=passage.person, at=passage.at)
        return [plant.fresh(unit) for unit in released.units.order_by("serial")]

    def start(self, unit: Unit, code: str, who: str = "amina") -> OperationExecution:
        with self.plant.door(who) as passage:
            return operations.start(
                unit=self.plant.fresh(unit),
                operation_code=code,
                station=self.plant.stations[STATIONS[code]],
                by=passage.person,
                at=passage.at,
            )

    def end(self, unit: Unit, code: str, completion: Completion | None = None) -> OperationExecution:
        execution = execution_at(unit, code)
        assert execution is not None
        with self.plant.door("amina") as passage:
            return operations.report(
                execution=execution,
                given=[Given("SIZE", "5.0")] if code == "40" else [],
                completion=completion or Completion(),
                station=self.plant.stations[STATIONS[code]],
                by=passage.person,
                at=passage.at,
            )

    def do(self, unit: Unit, *codes: str) -> Unit:
        """Take it through these operations, good; glue has its time to cure."""
        for code in codes:
            if code == "25":
                self.plant.at(300)
            self.start(unit, code)
            self.end(unit, code)
        return self.plant.fresh(unit)

    def skip(self, unit: Unit, code: str = "25", who: str = "amina", reason: str = "No burr") -> OperationExecution:
        with self.plant.door(who) as passage:
            return operations.skip(
                unit=self.plant.fresh(unit),
                operation_code=code,
                station=self.plant.stations[STATIONS[code]],
                reason=reason,
                by=passage.person,
                at=passage.at,
            )

    def send_back(self, unit: Unit, found_in: str, return_to: str, who: str = "mei", **more) -> Rework:
        with self.plant.door(who) as passage:
            return reworks.send_back(
                unit=self.plant.fresh(unit),
                found_in=found_in,
                return_to=return_to,
                by=passage.person,
                at=passage.at,
                **{"reason": "Bent"} | more,
            )

    def cancel(self, rework: Rework, who: str = "mei", reason: str = "Looked again") -> Rework:
        with self.plant.door(who) as passage:
            return reworks.cancel(rework=rework, reason=reason, by=passage.person, at=passage.at)

    def comes_next(self, unit: Unit) -> dict[str, bool]:
        """What the queues know of the unit: ready or not, by operation."""
        rows = OpenOperation.objects.filter(unit=unit).order_by("operation_code")
        return dict(rows.values_list("operation_code", "is_ready"))

    def counting(self, unit: Unit) -> dict[str, int]:
        """Which attempt counts, by operation."""
        return dict(unit.executions.filter(is_current=True).values_list("operation_code", "attempt"))

    def now(self) -> datetime:
        return self.plant.clock


def rods(plant: Plant, *, tracking: str = Tracking.SERIAL, holds_when_late: bool = False) -> Rods:
    """Released master data."""
    with plant.door("hiroshi"):
        product = Product.objects.create(code="ROD", name="Rod", tracking=tracking, serial_pattern="ROD-{number:04}")
        revision = ProductRevision.objects.create(product=product, code="A")
        line = RoutingRevision.objects.create(
            routing=Routing.objects.create(product=product, site=plant.site, name="Rods"), number=1
        )
        made = {
            code: _operation(plant, line, code, name, **more)
            for code, name, more in [
                ("10", "Cut", {"max_attempts": 2}),
                ("20", "Glue", {}),
                ("25", "Deburr", {"is_optional": True}),
                ("31", "Press", {"alternate_group": "JOIN"}),
                ("32", "Weld", {"alternate_group": "JOIN"}),
                ("40", "Test", {}),
            ]
        }
        Step.objects.create(
            operation=made["40"], position=1, code="SIZE", kind="NUMBER", name="Size", quantity_unit="mm", upper=6
        )
        times = {"minimum_time_s": 300, "maximum_time_s": 3600, "holds_when_late": holds_when_late}
        for before, after, more in [
            ("10", "20", {}),
            ("20", "25", times),
            ("25", "31", {}),
            ("25", "32", {}),
            ("31", "40", {}),
            ("32", "40", {}),
        ]:
            OperationEdge.objects.create(routing_revision=line, before=made[before], after=made[after], **more)
        rework = a_rework(plant, product, "R1", "R2")
    for one in (revision, line, rework):
        plant.approve_and_release(one)
    return Rods(plant, ProductRevision.objects.get(pk=revision.pk), RoutingRevision.objects.get(pk=rework.pk))


def a_rework(plant: Plant, product: Product, *codes: str, name: str = "Rod repair") -> RoutingRevision:
    """A draft of a rework routing of these operations, one after the other."""
    return a_routing(plant, product, *codes, name=name, is_rework=True)


def a_routing(
    plant: Plant, product: Product, *codes: str, name: str = "Routing", is_rework: bool = False, **operation
) -> RoutingRevision:
    routing = Routing.objects.create(product=product, site=plant.site, name=name, is_rework=is_rework)
    revision = RoutingRevision.objects.create(routing=routing, number=1)
    made = [_operation(plant, revision, code, f"Do {code}", **operation) for code in codes]
    for before, after in pairwise(made):
        OperationEdge.objects.create(routing_revision=revision, before=before, after=after)
    return revision


def _operation(plant: Plant, revision: RoutingRevision, code: str, name: str, **more) -> Operation:
    station = plant.stations[STATIONS.get(code, "20")]
    made = Operation.objects.create(
        routing_revision=revision, code=code, name=name, station_class=station.station_class, **more
    )
    Step.objects.create(operation=made, position=9, code="LOOK", kind="CHECK", name="Look", is_required=False)
    return made
