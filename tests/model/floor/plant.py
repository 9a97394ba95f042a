"""The routing of tests/model/floor/routing.py in the test plant: by serial number and by lot, with its rework."""

from dataclasses import dataclass
from typing import Any

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
)
from tests.model.floor.routing import ENOUGH, LINE, MOST_DRILLS, REPAIR, ROOM, TAKES
from tests.model.floor_plant import STATIONS
from tests.plant import Plant

MORE: dict[str, dict[str, Any]] = {
    "20": {"max_attempts": MOST_DRILLS},
    "30": {"is_optional": True},
    "41": {"alternate_group": "JOIN"},
    "42": {"alternate_group": "JOIN"},
}


@dataclass
class Made:
    """Released master data, by lot and by serial number; part: what GRIND takes."""

    products: dict[bool, ProductRevision]
    repairs: dict[bool, RoutingRevision]
    part: Product


def master_data(plant: Plant) -> Made:
    with plant.door("hiroshi"):
        part = Product.objects.create(code="PEG", name="Peg", tracking=Tracking.LOT)
    products, repairs = {}, {}
    for by_lot in (True, False):
        revision, repairs[by_lot] = _product(plant, part, by_lot=by_lot)
        products[by_lot] = ProductRevision.objects.select_related("product").get(pk=revision.pk)
    return Made(products, repairs, part)


def _product(plant: Plant, part: Product, *, by_lot: bool) -> tuple[ProductRevision, RoutingRevision]:
    code, tracking = ("PIN", Tracking.LOT) if by_lot else ("GEAR", Tracking.SERIAL)
    with plant.door("hiroshi"):
        product = Product.objects.create(
            code=code, name=code.title(), tracking=tracking, serial_pattern=code + "-{number:05}"
        )
        revision = ProductRevision.objects.create(product=product, code="A")
        BomLine.objects.create(product_revision=revision, operation_code=TAKES, component=part, quantity=1)
        line = _routing(plant, product, f"{code} line", LINE)
        Step.objects.create(
            operation=line.operations.get(code=TAKES),
            position=2,
            code="PEG",
            kind="SCAN",
            name="Peg",
            component=part,
        )
        repair = _routing(plant, product, f"{code} repair", REPAIR, is_rework=True)
    revision, _, repair = (plant.approve_and_release(one) for one in (revision, line, repair))
    return revision, RoutingRevision.objects.select_related("routing").get(pk=repair.pk)


def _routing(plant: Plant, product: Product, name: str, waits: dict[str, str], **more: bool) -> RoutingRevision:
    routing = Routing.objects.create(product=product, site=plant.site, name=name, **more)
    revision = RoutingRevision.objects.create(routing=routing, number=1)
    made = {code: an_operation(plant, revision, code) for code in waits}
    for after, words in waits.items():
        for before in words.split():
            OperationEdge.objects.create(
                routing_revision=revision,
                before=made[before],
                after=made[after],
                transfer_quantity=ENOUGH if (before, after) == ("10", "20") else None,
            )
    return revision


def an_operation(plant: Plant, revision: RoutingRevision, code: str) -> Operation:
    station = plant.stations[STATIONS[code]]
    made = Operation.objects.create(
        routing_revision=revision,
        code=code,
        name=f"Op {code}",
        station_class=station.station_class,
        batch_quantity=ROOM.get(code),
        **MORE.get(code, {}),
    )
    Step.objects.create(operation=made, position=1, code="LOOK", kind="TEXT", name="Look", is_required=False)
    return made
