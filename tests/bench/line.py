"""What is measured: an operation with three values and two serial components, in the middle of a routing."""

from dataclasses import dataclass
from decimal import Decimal

from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.station.actions import operations
from mes.station.actions.operations import Completion, Given
from orders.actions import work_orders
from orders.actions.work_orders import OrderRequest
from orders.models import (
    BomLine,
    Operation,
    OperationEdge,
    Product,
    ProductRevision,
    Routing,
    RoutingRevision,
    Step,
    WorkOrder,
)
from tests.plant import NOW, Plant
from wip.actions import orders as floor_orders
from wip.models import OperationExecution

CODE = "10"
STEPS = {"LENGTH": "12.5", "WIDTH": "7.25", "LOOK": "yes"}


@dataclass(frozen=True)
class Job:
    """One started operation and the two components that go in."""

    execution: OperationExecution
    components: tuple[str, str]

    @property
    def given(self) -> list[Given]:
        values = [Given(step, value) for step, value in STEPS.items()]
        return [*values, Given("MOTOR", self.components[0]), Given("GEAR", self.components[1])]


@dataclass
class DriveLine:
    """Drives are made of a motor and a gear."""

    plant: Plant
    drive: ProductRevision
    motor: Product
    gear: Product
    received: int = 0

    def orders(self, count: int, quantity: int) -> list[WorkOrder]:
        """Draft orders."""
        requests = [
            OrderRequest(f"D-{index:06}", self.drive, Decimal(quantity), "pcs", NOW, 5, self.plant.site)
            for index in range(WorkOrder.objects.count(), WorkOrder.objects.count() + count)
        ]
        with self.plant.door("pavel") as passage:
            return work_orders.create(requests=requests, by=passage.person, at=passage.at)

    def started(self, count: int) -> list[Job]:
        """That many started jobs, ten units an order, with components that are there."""
        jobs: list[Job] = []
        for order in self.orders(-(-count // 10), 10):
            with self.plant.door("ines") as passage:
                floor_orders.release(order=order, by=passage.person, at=passage.at)
        units = Unit.objects.filter(product=self.drive.product, executions__isnull=True).order_by("serial")[:count]
        motors, gears = self._receive(self.motor, count), self._receive(self.gear, count)
        for unit, *components in zip(list(units), motors, gears, strict=True):
            with self.plant.door("amina") as passage:
                execution = operations.start(
                    unit=self.plant.fresh(unit),
                    operation_code=CODE,
                    station=self.plant.stations[CODE],
                    by=passage.person,
                    at=passage.at,
                )
            jobs.append(Job(execution, tuple(components)))
        return jobs

    def complete(self, job: Job, **door) -> OperationExecution:
        """Scan-to-complete by the verb."""
        with self.plant.door("amina", **door) as passage:
            return operations.report(
                execution=job.execution,
                given=job.given,
                completion=Completion(),
                station=self.plant.stations[CODE],
                by=passage.person,
                at=passage.at,
            )

    def _receive(self, product: Product, count: int) -> list[str]:
        self.received += count
        serials = [f"{product.code}-{number:06}" for number in range(self.received - count, self.received)]
        with self.plant.door("ines") as passage:
            Unit.objects.bulk_create(
                [
                    Unit(
                        site=self.plant.site,
                        serial=serial,
                        product=product,
                        status=UnitStatus.FINISHED,
                        quantity=1,
                        created_at=passage.at,
                        created_by=passage.person,
                    )
                    for serial in serials
                ]
            )
        return serials


def drive_line(plant: Plant) -> DriveLine:
    """Release the drive and its routing: 10 assemble (measured), then 20 test."""
    station_class = plant.stations[CODE].station_class
    with plant.door("hiroshi"):
        drive, motor, gear = (
            Product.objects.create(code=code, name=code.title()) for code in ("DRIVE", "MOTOR", "GEAR")
        )
        revision = ProductRevision.objects.create(product=drive, code="A")
        routing = RoutingRevision.objects.create(
            routing=Routing.objects.create(product=drive, site=plant.site, name="Drives"), number=1
        )
        first, second = (
            Operation.objects.create(routing_revision=routing, code=code, name=code, station_class=station_class)
            for code in (CODE, "20")
        )
        OperationEdge.objects.create(routing_revision=routing, before=first, after=second)
        kinds = {"LENGTH": "NUMBER", "WIDTH": "NUMBER", "LOOK": "CHECK", "MOTOR": "SCAN", "GEAR": "SCAN"}
        for position, (code, kind) in enumerate(kinds.items()):
            component = {"MOTOR": motor, "GEAR": gear}.get(code)
            limits = {"lower": Decimal(1), "upper": Decimal(20)} if kind == "NUMBER" else {}
            Step.objects.create(
                operation=first, position=position, code=code, kind=kind, name=code, component=component, **limits
            )
            if component:
                BomLine.objects.create(product_revision=revision, operation_code=CODE, component=component, quantity=1)
    for one in (revision, routing):
        plant.approve_and_release(one)
    return DriveLine(plant, ProductRevision.objects.get(pk=revision.pk), motor, gear)
