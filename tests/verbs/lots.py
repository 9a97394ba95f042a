"""Lots and what they move in: split, merge, batches, containers, what was received."""

from decimal import Decimal

from genealogy.actions import containers, units
from genealogy.models import Container, Unit
from mes.station.actions import batches
from mes.station.actions.batches import BatchEnd
from mes.station.actions.operations import Given
from tests.genealogy.lots import quarantined, release, signing, stage, take_in
from tests.verbs.workshop import Workshop
from wip.actions import lots
from wip.models import Batch


def split_a_lot(shop: Workshop):
    lot = shop.shafts.do(shop.lot(), "10")
    return shop.act(lots.split, unit=lot, quantity=Decimal(30), reason="Half")


def merge_two_lots(shop: Workshop):
    lot = shop.shafts.do(shop.lot(), "10")
    part = shop.do(lots.split, unit=lot, quantity=Decimal(30), reason="Half")
    return shop.act(lots.merge, into=lot, others=[part], reason="One box")


def start_a_batch(shop: Workshop, count: int = 3):
    charge = [shop.lot(40, shop.charges) for _ in range(count)]
    return shop.act(batches.start, units=charge, operation_code="10", station=shop.plant.stations["10"])


def record_in_a_batch(shop: Workshop, count: int = 3):
    return _on(shop, _running(shop, count), given=[Given("HEAT", "850")])


def complete_a_batch(shop: Workshop, count: int = 3):
    batch = _running(shop, count)
    _on(shop, batch, given=[Given("HEAT", "850")])()
    return _on(shop, batch, end=BatchEnd())


def take_a_batch_over(shop: Workshop, count: int = 3):
    batch = _running(shop, count)
    return shop.act(batches.take_over, "tomasz", batch=batch, station=shop.plant.stations["10"])


def _running(shop: Workshop, count: int) -> Batch:
    return start_a_batch(shop, count)()


def _on(shop: Workshop, batch: Batch, **more):
    return shop.act(batches.report, batch=batch, station=shop.plant.stations["10"], **more)


def load_a_container(shop: Workshop, count: int = 3):
    return shop.act(containers.load, container=shop.container(), units=_pumps(shop, count))


def unload_a_container(shop: Workshop, count: int = 3):
    container, inside = _loaded(shop, count)
    return shop.act(containers.unload, container=container, units=inside)


def move_a_container(shop: Workshop, count: int = 3):
    container, _ = _loaded(shop, count)
    return shop.act(containers.move, container=container, station=shop.plant.stations["20"])


def _pumps(shop: Workshop, count: int) -> list[Unit]:
    return list(shop.plant.released(count).units.order_by("serial"))


def _loaded(shop: Workshop, count: int) -> tuple[Container, list[Unit]]:
    container, inside = shop.container(), _pumps(shop, count)
    return shop.do(containers.load, container=container, units=inside), inside


def receive(shop: Workshop):
    plant = shop.plant
    what = {"site": plant.site, "product": plant.board, "serial": shop.name("X"), "quantity": Decimal(1)}
    return shop.act(units.receive, "ines", **what)


def stage_a_lot(shop: Workshop):
    lot = take_in(shop.plant, serial=shop.name("LOT"))
    return lambda: stage(shop.plant, lot)


def release_a_lot(shop: Workshop):
    lot = take_in(shop.plant, quarantined(shop.plant, shop.plant.screws), serial=shop.name("LOT"))
    signed = signing(shop.plant, lot)
    return lambda: release(shop.plant, lot, signed=signed)
