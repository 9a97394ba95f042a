"""Ways back: rework and its end, and taking back an act of each kind."""

from mes.station.actions import operations
from mes.station.actions.operations import Given
from tests.undo import undo
from tests.verbs.lots import complete_a_batch, record_in_a_batch
from tests.verbs.workshop import SCRAP, Workshop


def send_back(shop: Workshop):
    line = shop.rods
    unit = line.do(line.unit(), "10", "20", "25", "31")
    return lambda: line.send_back(unit, "40", "31")


def do_an_operation_again(shop: Workshop):
    line = shop.rods
    unit = line.do(line.unit(), "10", "20", "25", "31")
    return lambda: line.send_back(unit, "31", "31", "ines")


def send_back_through_a_rework_routing(shop: Workshop):
    line = shop.rods
    warm, unit = (line.do(line.unit(), "10", "20", "25", "31") for _ in range(2))
    line.send_back(warm, "40", "31", routing_revision=line.rework)
    line.start(unit, "40")
    return lambda: line.send_back(unit, "40", "31", routing_revision=line.rework)


def complete_what_ends_a_rework(shop: Workshop):
    line = shop.rods
    unit = line.do(line.unit(), "10", "20", "25", "31")
    line.send_back(unit, "31", "31")
    line.start(unit, "31")
    return lambda: line.end(unit, "31")


def cancel_a_rework(shop: Workshop):
    line = shop.rods
    unit = line.do(line.unit(), "10", "20", "25", "31")
    rework = line.send_back(unit, "40", "31")
    return lambda: line.cancel(rework)


def take_a_start_back(shop: Workshop):
    unit, _ = shop.at_work()
    return _undo(shop, unit)


def take_values_back(shop: Workshop):
    unit, _ = shop.at_work()
    shop.plant.report(unit, "10", Given("FIRMWARE", "4.2.1"))
    return _undo(shop, unit)


def take_a_component_back(shop: Workshop):
    unit, _ = shop.at_work()
    shop.plant.report(unit, "10", Given("BOARD", shop.plant.a_board()))
    return _undo(shop, unit)


def take_a_booking_back(shop: Workshop):
    lot = shop.lot(50)
    shop.shafts.start(lot, "10")
    shop.shafts.book(lot, "10", good=12, scrap=1)
    return _undo(shop, lot)


def take_a_take_over_back(shop: Workshop):
    unit, execution = shop.at_work()
    shop.do(operations.take_over, "tomasz", execution=execution, station=shop.plant.stations["10"])
    return _undo(shop, unit, who="tomasz")


def take_a_completion_back(shop: Workshop):
    return _undo(shop, shop.plant.do(shop.plant.unit(), "10"))


def take_a_scrap_back(shop: Workshop):
    unit, _ = shop.at_work()
    shop.plant.report(unit, "10", completion=SCRAP)
    return _undo(shop, unit)


def take_a_skip_back(shop: Workshop):
    unit = shop.rods.do(shop.rods.unit(), "10", "20")
    shop.rods.skip(unit)
    return _undo(shop, unit, "25")


def take_values_of_a_batch_back(shop: Workshop, count: int = 3):
    batch = record_in_a_batch(shop, count)()
    return _undo(shop, batch.executions.select_related("unit").all()[0].unit)


def take_the_end_of_a_batch_back(shop: Workshop, count: int = 3):
    batch = complete_a_batch(shop, count)()
    return _undo(shop, batch.executions.select_related("unit").all()[0].unit)


def correct_what_another_did(shop: Workshop):
    return _undo(shop, shop.plant.do(shop.plant.unit(), "10"), who="ines", reason="Wrong board")


def _undo(shop: Workshop, unit, code: str = "10", **more):
    execution = shop.at(unit, code)
    return lambda: undo(shop.plant, unit, code, execution=execution, **more)
