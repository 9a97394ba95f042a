"""The routing of tests/model/floor/routing.py in the test plant, by serial number and by lot; and the plant's verbs."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from genealogy.models import Unit
from mes.kernel.refusals import InvalidInput, NotFound
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
from wip.actions import labor, lots, order_changes, reworks
from wip.actions import orders as floor_orders
from wip.models import OperationExecution
from wip.queries import execution_at

STATIONS = {"10": "10", "20": "20", "30": "30", "41": "40", "42": "10", "43": "20", "50": "40"}
STATIONS |= {"45": "30", "R1": "10", "R2": "20"}  # what redlines and reworks of the model add
OPERATIONS: dict[str, dict[str, Any]] = {
    "10": {"batch_quantity": 100},
    "20": {"batch_quantity": 100, "max_attempts": 2},
    "30": {"batch_quantity": 100, "is_optional": True},
    "41": {"alternate_group": "JOIN"},
    "42": {"alternate_group": "JOIN"},
    "43": {},
    "50": {},
}
EDGES = ("10>20", "10>30", "20>41", "20>42", "42>43", "41>50", "43>50", "30>50")


@dataclass
class FloorPlant:
    plant: Plant
    by_lot: ProductRevision
    by_serial: ProductRevision
    count: int = 0

    def order(self, quantity: int, *, by_lot: bool) -> WorkOrder:
        """A released order."""
        self.count += 1
        revision, reference = self.by_lot if by_lot else self.by_serial, f"WO-FLOOR-{self.count:05}"
        request = OrderRequest(reference, revision, Decimal(quantity), "pcs", NOW, 5, self.plant.site)
        with self.plant.door("pavel") as passage:
            work_orders.create(requests=[request], by=passage.person, at=passage.at)
        with self.plant.door("ines") as passage:
            order = WorkOrder.objects.get(erp_reference=reference)
            return floor_orders.release(order=order, by=passage.person, at=passage.at)

    def unit(self, serial: str) -> Unit:
        return self.plant.fresh(Unit.objects.get(serial=serial))

    def at(self, serial: str, code: str) -> OperationExecution:
        execution = execution_at(self.unit(serial), code)
        if execution is None:
            raise NotFound(f"Nothing was begun at {code}, or it was taken back.")
        return execution

    def start(self, serial: str, code: str, who: str = "amina") -> OperationExecution:
        with self.plant.door(who) as passage:
            return operations.start(
                unit=self.unit(serial), operation_code=code, station=self._station(code), **_by(passage)
            )

    def skip(self, serial: str, code: str, who: str = "amina") -> OperationExecution:
        with self.plant.door(who) as passage:
            station = self._station(code)
            return operations.skip(
                unit=self.unit(serial), operation_code=code, station=station, reason="No burr", **_by(passage)
            )

    def record(self, serial: str, code: str, who: str = "amina", reason: str = "") -> OperationExecution:
        return self._report(serial, code, [Given("LOOK", "yes", reason=reason)], None, who)

    def complete(self, serial: str, code: str, scrap: int = 0, who: str = "amina") -> OperationExecution:
        ended = Completion(scrap=Decimal(scrap), scrap_reason="Bent" if scrap else "")
        return self._report(serial, code, [], ended, who)

    def _report(self, serial: str, code: str, given, completion, who: str) -> OperationExecution:
        with self.plant.door(who) as passage:
            return operations.report(
                execution=self.at(serial, code),
                given=given,
                completion=completion,
                station=self._station(code),
                **_by(passage),
            )

    def book(self, serial: str, code: str, good: int, scrap: int = 0, who: str = "amina") -> OperationExecution:
        with self.plant.door(who) as passage:
            return operations.book(
                execution=self.at(serial, code),
                good=Decimal(good),
                scrap=Decimal(scrap),
                scrap_reason="Bent" if scrap else "",
                station=self._station(code),
                **_by(passage),
            )

    def people(self, verb: str, serial: str, code: str, who: str) -> OperationExecution:
        """pause, resume, join or take_over."""
        act = operations.take_over if verb == "take_over" else getattr(labor, verb)
        with self.plant.door(who) as passage:
            return act(execution=self.at(serial, code), station=self._station(code), **_by(passage))

    def send_back(self, serial: str, found_in: str, return_to: str, who: str = "mei"):
        with self.plant.door(who) as passage:
            return reworks.send_back(
                unit=self.unit(serial), found_in=found_in, return_to=return_to, reason="Bent", **_by(passage)
            )

    def split(self, serial: str, quantity: int, who: str = "amina") -> Unit:
        with self.plant.door(who) as passage:
            return lots.split(unit=self.unit(serial), quantity=Decimal(quantity), reason="Trial", **_by(passage))

    def merge(self, into: str, other: str, who: str = "amina") -> Unit:
        with self.plant.door(who) as passage:
            return lots.merge(into=self.unit(into), others=[self.unit(other)], reason="Trial", **_by(passage))

    def resize(self, order: WorkOrder, quantity: int) -> None:
        """As an import does it."""
        with self.plant.door("pavel") as passage:
            locked = WorkOrder.objects.select_for_update(no_key=True).get(pk=order.pk)
            if not locked.is_open_for_work:
                raise InvalidInput("The import refuses it.")
            order_changes.resize(order=locked, quantity=Decimal(quantity), **_by(passage))

    def cancel(self, order: WorkOrder) -> WorkOrder:
        with self.plant.door("pavel") as passage:
            return order_changes.cancel(order=order, reason="Not wanted", **_by(passage))

    def _station(self, code: str):
        return self.plant.stations[STATIONS[code]]


def _by(passage) -> dict[str, Any]:
    return {"by": passage.person, "at": passage.at}


def floor_plant(plant: Plant) -> FloorPlant:
    made = [_product(plant, "PIN", Tracking.LOT), _product(plant, "GEAR", Tracking.SERIAL)]
    return FloorPlant(plant, *(ProductRevision.objects.get(pk=revision.pk) for revision in made))


def _product(plant: Plant, code: str, tracking: str) -> ProductRevision:
    with plant.door("hiroshi"):
        product = Product.objects.create(
            code=code, name=code.title(), tracking=tracking, serial_pattern=code + "-{number:05}"
        )
        revision = ProductRevision.objects.create(product=product, code="A")
        routing = RoutingRevision.objects.create(
            routing=Routing.objects.create(product=product, site=plant.site, name=f"{code} line"), number=1
        )
        made = {}
        for each, more in OPERATIONS.items():
            made[each] = Operation.objects.create(
                routing_revision=routing,
                code=each,
                name=f"Op {each}",
                station_class=plant.stations[STATIONS[each]].station_class,
                **more,
            )
            Step.objects.create(
                operation=made[each], position=1, code="LOOK", kind="CHECK", name="Look", is_required=False
            )
        for before, after in (edge.split(">") for edge in EDGES):
            OperationEdge.objects.create(
                routing_revision=routing,
                before=made[before],
                after=made[after],
                transfer_quantity=3 if (before, after) == ("10", "20") else None,
            )
    for one in (revision, routing):
        plant.approve_and_release(one)
    return revision
