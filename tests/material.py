"""A second product of one operation at a station of the test plant, with what material and clearance rules ask for."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from equipment.models import ClearanceItem
from genealogy.models import Unit
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.station.actions.operations import Completion, Given
from orders.actions import work_orders
from orders.actions.work_orders import OrderRequest
from orders.models import (
    BomLine,
    BomSubstitute,
    Operation,
    Product,
    ProductRevision,
    Routing,
    RoutingRevision,
    Step,
    Tracking,
    WorkOrder,
)
from tests.plant import NOW, Plant
from wip.actions import clearances
from wip.actions import orders as floor_orders
from wip.models import LineClearance

CHECKLIST = ["No parts of the order before", "No labels of the order before", "Scrap bin empty"]


@dataclass
class Line:
    """A product with one operation, at the station of the same code."""

    plant: Plant
    revision: ProductRevision
    code: str

    def order(self, reference: str, quantity: int = 1) -> list[Unit]:
        """The units of a released order."""
        plant = self.plant
        request = OrderRequest(reference, self.revision, Decimal(quantity), "pcs", NOW, 5, plant.site)
        with plant.door("pavel") as passage:
            work_orders.create(requests=[request], by=passage.person, at=passage.at)
        with plant.door("ines") as passage:
            order = WorkOrder.objects.get(erp_reference=reference)
            released = floor_orders.release(order=order, by=passage.person, at=passage.at)
        return [plant.fresh(unit) for unit in released.units.order_by("serial")]

    def start(self, unit: Unit, who: str = "amina"):
        return self.plant.start(unit, self.code, who)

    def take(self, unit: Unit, serial: str, **more):
        return self.plant.report(unit, self.code, Given("PART", serial, **more))

    def complete(self, unit: Unit, *given: Given):
        return self.plant.report(unit, self.code, *given, completion=Completion())

    def clear(self, unit: Unit, who: str = "amina", ticked=(1, 2, 3), signing: Signing | None = None) -> LineClearance:
        with self.plant.door(who) as passage:
            return clearances.clear(
                station=self.plant.stations[self.code],
                unit=self.plant.fresh(unit),
                ticked=ticked,
                signing=signing or Signing(passage.person, Meaning.VERIFIED),
                by=passage.person,
                at=passage.at,
            )


def line(
    plant: Plant,
    product_code: str,
    *,
    station: str = "20",
    tracking: str = Tracking.SERIAL,
    is_cleared: bool = False,
    part: Product | None = None,
    part_revision: ProductRevision | None = None,
    substitute: tuple[Product, date, date] | None = None,
) -> Line:
    """Released master data. part: taken by a scan step PART, 6 a piece; substitute: replaces it, two for one."""
    with plant.door("hiroshi"):
        product = Product.objects.create(code=product_code, name=product_code.title(), tracking=tracking)
        revision = ProductRevision.objects.create(product=product, code="A")
        name = f"{product_code} routing"
        routing = RoutingRevision.objects.create(
            routing=Routing.objects.create(product=product, site=plant.site, name=name), number=1
        )
        operation = Operation.objects.create(
            routing_revision=routing,
            code=station,
            name="Fit",
            station_class=plant.stations[station].station_class,
            needs_line_clearance=is_cleared,
        )
        Step.objects.create(operation=operation, position=2, code="LOOK", kind="CHECK", name="Look", is_required=False)
        if part is not None:
            Step.objects.create(
                operation=operation,
                position=1,
                code="PART",
                kind="SCAN",
                name="Part",
                component=part,
            )
            row = BomLine.objects.create(
                product_revision=revision,
                operation_code=station,
                component=part,
                quantity=6,
                component_revision=part_revision,
            )
            if substitute is not None:
                other, first, last = substitute
                BomSubstitute.objects.create(bom_line=row, product=other, factor=2, valid_from=first, valid_to=last)
    revision, _ = (plant.approve_and_release(one) for one in (revision, routing))
    return Line(plant, revision, station)


def checklist(plant: Plant, station: str = "20") -> None:
    """Give the station its checklist of three lines."""
    with plant.door("hiroshi"):
        for position, text in enumerate(CHECKLIST, 1):
            ClearanceItem.objects.create(station=plant.stations[station], position=position, text=text)
