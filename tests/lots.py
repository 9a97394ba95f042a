"""A product that is counted by lot, with one operation: what bookings and their races are tried on."""

from dataclasses import dataclass
from decimal import Decimal

from genealogy.models import Unit
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
from wip.actions import executions
from wip.actions import orders as floor_orders
from wip.models import OperationExecution
from wip.queries import execution_at

CODE = "10"


@dataclass
class LotLine:
    """A running operation on a lot."""

    plant: Plant
    serial: str

    def unit(self) -> Unit:
        return self.plant.fresh(Unit.objects.get(serial=self.serial))

    def execution(self) -> OperationExecution:
        execution = execution_at(self.unit(), CODE)
        assert execution is not None
        return execution

    def book(self, good: int, scrap: int, *, reason: str = "Bent", who: str = "amina") -> OperationExecution:
        """Book by the floor's own verb: any hand may, so that many can at once."""
        with self.plant.door(who) as passage:
            job = executions.lock(
                execution=self.execution(),
                station=self.plant.stations[CODE],
                by=passage.person,
                ends=False,
            )
            job.good, job.scrap = Decimal(good), Decimal(scrap)
            return executions.book(job=job, scrap_reason=reason if scrap else "", by=passage.person, at=passage.at)

    def complete(self, completion: Completion, *given: Given) -> OperationExecution:
        return self.plant.report(self.unit(), CODE, *given, completion=completion)


def lot_line(plant: Plant, *, quantity: int, is_started: bool = True) -> LotLine:
    """A released order for one lot of `quantity` clips, its operation started by Amina."""
    with plant.door("hiroshi"):
        clip = Product.objects.create(code="CLIP", name="Clip", tracking=Tracking.LOT, serial_pattern="CL-{number:04}")
        revision = ProductRevision.objects.create(product=clip, code="A")
        routing = RoutingRevision.objects.create(
            routing=Routing.objects.create(product=clip, site=plant.site, name="Clips"), number=1
        )
        operation = Operation.objects.create(
            routing_revision=routing, code=CODE, name="Stamp", station_class=plant.stations[CODE].station_class
        )
        Step.objects.create(operation=operation, position=1, code="LOOK", kind="CHECK", name="Look")
    revision, routing = (plant.approve_and_release(one) for one in (revision, routing))
    request = OrderRequest("WO-CLIPS", revision, Decimal(quantity), "pcs", NOW, 5, plant.site)
    with plant.door("pavel") as passage:
        work_orders.create(requests=[request], by=passage.person, at=passage.at)
    with plant.door("ines") as passage:
        order = floor_orders.release(
            order=WorkOrder.objects.get(erp_reference="WO-CLIPS"), by=passage.person, at=passage.at
        )
    unit = order.units.get()
    if is_started:
        plant.start(unit, CODE)
    return LotLine(plant, unit.serial)


def two_branches(plant: Plant, quantity: int, *, code: str = "ROD", family: str = "") -> Unit:
    """A lot of `quantity`: 10 and 20 in any order, then 30, 60 s a piece each; all of one setup family."""
    with plant.door("hiroshi"):
        rod = Product.objects.create(code=code, name="Rod", tracking=Tracking.LOT, serial_pattern=code + "-{number:04}")
        revision = ProductRevision.objects.create(product=rod, code="A")
        routing = RoutingRevision.objects.create(
            routing=Routing.objects.create(product=rod, site=plant.site, name=code), number=1
        )
        made = {}
        for each in ("10", "20", "30"):
            at = plant.stations[each].station_class
            made[each] = Operation.objects.create(
                routing_revision=routing, code=each, name=each, station_class=at, run_time_s=60, setup_family=family
            )
            Step.objects.create(operation=made[each], position=1, code="LOOK", kind="CHECK", name="Look")
        for each in ("10", "20"):
            OperationEdge.objects.create(routing_revision=routing, before=made[each], after=made["30"])
    revision, routing = (plant.approve_and_release(one) for one in (revision, routing))
    request = OrderRequest(f"WO-{code}", revision, Decimal(quantity), "pcs", NOW, 5, plant.site)
    with plant.door("pavel") as passage:
        (order,) = work_orders.create(requests=[request], by=passage.person, at=passage.at)
    with plant.door("ines") as passage:
        order = floor_orders.release(order=WorkOrder.objects.get(pk=order.pk), by=passage.person, at=passage.at)
    return plant.fresh(order.units.get())
