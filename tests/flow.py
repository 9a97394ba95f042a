"""Lots that go through several operations without steps: what parts, splits, merges and batches are tried on."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from genealogy.models import ActivityUnit, Direction, Unit
from mes.kernel.audit.models import Meaning
from mes.station.actions import operations
from mes.station.actions.operations import Completion
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
    Tracking,
    WorkOrder,
)
from tests.plant import NOW, Plant
from wip.actions import orders as floor_orders
from wip.models import ExecutionEvent, OperationExecution
from wip.queries import execution_at

Edges = Mapping[tuple[str, str], int | None]
LINE: Edges = {("10", "20"): None, ("20", "30"): None}


@dataclass
class LotFlow:
    """A product that is counted by lot, and its way through the plant's stations."""

    plant: Plant
    revision: ProductRevision

    def lot(self, quantity: int = 100, reference: str = "WO-SHAFT") -> Unit:
        """The lot of a released order."""
        request = OrderRequest(reference, self.revision, Decimal(quantity), "pcs", NOW, 5, self.plant.site)
        with self.plant.door("pavel") as passage:
            work_orders.create(requests=[request], by=passage.person, at=passage.at)
        with self.plant.door("ines") as passage:
            order = WorkOrder.objects.get(erp_reference=reference)
            floor_orders.release(order=order, by=passage.person, at=passage.at)
        return self.plant.fresh(order.units.get())

    def start(self, lot: Unit, code: str, who: str = "amina") -> OperationExecution:
        return self.plant.start(lot, code, who)

    def book(self, lot: Unit, code: str, good: int = 0, scrap: int = 0, who: str = "amina") -> OperationExecution:
        with self.plant.door(who) as passage:
            return operations.book(
                execution=self.at(lot, code),
                good=Decimal(good),
                scrap=Decimal(scrap),
                scrap_reason="Bent" if scrap else "",
                station=self.plant.stations[code],
                by=passage.person,
                at=passage.at,
            )

    def complete(self, lot: Unit, code: str, scrap: int = 0, who: str = "amina") -> OperationExecution:
        ended = Completion(scrap=Decimal(scrap), scrap_reason="Bent" if scrap else "")
        return self.plant.report(lot, code, completion=ended, who=who)

    def do(self, lot: Unit, *codes: str) -> Unit:
        for code in codes:
            self.start(lot, code)
            self.complete(lot, code)
        return self.plant.fresh(lot)

    def at(self, lot: Unit, code: str) -> OperationExecution:
        execution = execution_at(lot, code)
        assert execution is not None
        return execution


def lot_flow(
    plant: Plant,
    edges: Edges = LINE,
    *,
    batch: Mapping[str, int] | None = None,
    steps: bool = False,
    takes: Product | None = None,
    signed: bool = False,
    code: str = "SHAFT",
) -> LotFlow:
    """edges: with the quantity that is enough to go on. batch: what a run takes, by operation; steps: one number.

    takes: one of this is built into each piece at 10.
    """
    with plant.door("hiroshi"):
        shaft = Product.objects.create(
            code=code, name=code.title(), tracking=Tracking.LOT, serial_pattern=code[:2] + "-{number:04}"
        )
        revision = ProductRevision.objects.create(product=shaft, code="A")
        routing = RoutingRevision.objects.create(
            routing=Routing.objects.create(product=shaft, site=plant.site, name=f"{code} line"), number=1
        )
        operations_by_code = {
            each: Operation.objects.create(
                routing_revision=routing,
                code=each,
                name=f"Op {each}",
                station_class=plant.stations[each].station_class,
                batch_quantity=(batch or {}).get(each),
                signature_meaning=Meaning.PERFORMED if signed else "",
            )
            for each in sorted({each for edge in edges for each in edge})
        }
        for (before, after), transfer in edges.items():
            OperationEdge.objects.create(
                routing_revision=routing,
                before=operations_by_code[before],
                after=operations_by_code[after],
                transfer_quantity=transfer,
            )
        if takes is not None:
            BomLine.objects.create(product_revision=revision, operation_code="10", component=takes, quantity=1)
            part = {"code": "PART", "kind": "SCAN", "name": "Part", "component": takes}
            Step.objects.create(operation=operations_by_code["10"], position=2, **part)
        for operation in operations_by_code.values() if steps else ():
            Step.objects.create(
                operation=operation, position=1, code="HEAT", kind="NUMBER", name="Heat", upper=900, quantity_unit="°C"
            )
    revision, routing = (plant.approve_and_release(one) for one in (revision, routing))
    return LotFlow(plant, revision)


def check_balances() -> None:
    """Every balance is the sum of its rows: of executions their events, of units their activities."""
    for execution in OperationExecution.objects.all():
        added = execution.events.aggregate(started=Sum("started"), good=Sum("good"), scrap=Sum("scrap"))
        kept = (execution.quantity, execution.quantity_good, execution.quantity_scrapped)
        assert kept == (added["started"], added["good"], added["scrap"]), execution
    for unit in Unit.objects.all():
        restored = _moved(unit, Direction.OUTPUT, "RESTORE")
        assert unit.quantity_scrapped == _moved(unit, Direction.INPUT, "SCRAP", "REJECT") - restored
        assert unit.quantity_split == _moved(unit, Direction.INPUT, "SPLIT", "MERGE")
        assert unit.quantity == _moved(unit, Direction.OUTPUT, "RELEASE", "RECEIVE", "SPLIT", "MERGE")
    assert not ExecutionEvent.objects.filter(execution__isnull=True).exists()


def _moved(unit: Unit, direction: str, *kinds: str) -> Decimal:
    rows = ActivityUnit.objects.filter(unit=unit, direction=direction, activity__kind__in=kinds)
    return rows.aggregate(sum=Sum("quantity"))["sum"] or Decimal(0)
