"""Work at a station: start, record, complete, book, scrap, skip, take over; tools, cleared lines, permits."""

from datetime import date
from decimal import Decimal

from mes.station.actions import operations
from mes.station.actions.operations import Given
from orders.models import WorkOrder
from tests.genealogy.lots import stage, take_in
from tests.permits import BEFORE, LIMITS, YOURS, by_supervisor, grant, under
from tests.undo import undo
from tests.verbs.workshop import SCRAP, Workshop
from wip.models import OperationExecution


def scan_to_complete(shop: Workshop):
    warm, job = shop.drives.started(2)
    shop.drives.complete(warm)  # the plan of released revisions is read once a process
    return lambda: shop.drives.complete(job)


def scan_to_complete_with_a_key(shop: Workshop):
    warm, job = shop.drives.started(2)
    shop.drives.complete(warm)
    return lambda: shop.drives.complete(job, key=shop.name("KEY"), asked="something")


def start(shop: Workshop):
    shop.plant.start(shop.plant.unit(), "10")
    unit = shop.plant.unit()
    return lambda: shop.plant.start(unit, "10")


def start_on_a_running_order(shop: Workshop):
    first, second = shop.plant.released(2).units.all()
    shop.plant.start(first, "10")
    return lambda: shop.plant.start(second, "10")


def record_one_value(shop: Workshop):
    unit, _ = shop.at_work()
    return lambda: shop.plant.report(unit, "10", Given("FIRMWARE", "4.2.1"))


def record_again_what_was_taken_back(shop: Workshop):
    unit, _ = shop.at_work()
    shop.plant.report(unit, "10", Given("FIRMWARE", "4.2.1"))
    undo(shop.plant, unit, "10")
    return lambda: shop.plant.report(unit, "10", Given("FIRMWARE", "4.2.1"))


def complete_the_last_signed_operation(shop: Workshop):
    unit = shop.plant.do(shop.plant.unit(), "10", "20", "30")
    shop.plant.start(unit, "40")
    return lambda: shop.plant.report(unit, "40", Given("LEAK", "0.1"), completion=shop.plant.signed())


def scrap(shop: Workshop):
    unit, _ = shop.at_work()
    return lambda: shop.plant.report(unit, "10", completion=SCRAP)


def scrap_what_is_made_once_more(shop: Workshop):
    unit, _ = shop.at_work()
    WorkOrder.objects.filter(pk=unit.work_order_id).update(replaces_scrap=True)
    return lambda: shop.plant.report(unit, "10", completion=SCRAP)


def book_a_part_with_scrap(shop: Workshop):
    lot = shop.lot(50)
    running = shop.shafts.start(lot, "10")
    booked = {"good": Decimal(12), "scrap": Decimal(1), "scrap_reason": "Bent"}
    return shop.act(operations.book, execution=running, station=shop.plant.stations["10"], **booked)


def take_a_job_over(shop: Workshop):
    _, execution = shop.at_work()
    return shop.act(operations.take_over, "tomasz", execution=execution, station=shop.plant.stations["10"])


def skip(shop: Workshop):
    unit = shop.rods.do(shop.rods.unit(), "10", "20")
    return lambda: shop.rods.skip(unit)


def clear_a_line(shop: Workshop):
    (unit,) = shop.cleared.order(shop.name("WO"))
    return lambda: shop.cleared.clear(unit)


def start_what_asks_for_a_cleared_line(shop: Workshop):
    for running in OperationExecution.objects.filter(station=shop.plant.stations["20"], status="RUNNING"):
        shop.cleared.complete(running.unit)  # of the time before
    first, second = shop.cleared.order(shop.name("WO"), 2)
    shop.cleared.clear(first)
    shop.cleared.start(first)
    return lambda: shop.cleared.start(second)


def take_of_a_lot_that_expires(shop: Workshop):
    first, second = shop.screwed.order(shop.name("WO"), 2)
    lot = take_in(shop.plant, serial=shop.name("LOT"), expires=date(2026, 12, 24))
    stage(shop.plant, lot, "20")
    for unit in (first, second):
        shop.screwed.start(unit)
    shop.screwed.take(first, lot.serial)
    return lambda: shop.screwed.take(second, lot.serial)


def start_with_a_gauge(shop: Workshop):
    assert shop.wrench
    units = list(shop.plant.released(2).units.all())
    for unit in units:
        shop.plant.do(unit, "10", "20")
    shop.plant.start(units[0], "30")
    return lambda: shop.plant.start(units[1], "30")


def complete_with_a_gauge(shop: Workshop):
    assert shop.wrench
    return complete_without_a_gauge(shop)


def complete_without_a_gauge(shop: Workshop):
    unit = shop.plant.do(shop.plant.unit(), "10", "20")
    shop.plant.start(unit, "30")
    shop.plant.report(unit, "30", *shop.plant.entries("30"))
    return lambda: shop.plant.report(unit, "30", complete=True)


def start_under_a_permit(shop: Workshop):
    unit, permit = shop.plant.do(shop.plant.unit(), "10"), grant(shop.plant, BEFORE)
    return shop.act(
        operations.start,
        unit=shop.plant.fresh(unit),
        operation_code="30",
        station=shop.plant.stations["30"],
        overrides=[under(permit, BEFORE)],
    )


def complete_under_a_permit(shop: Workshop):
    unit, permit = shop.plant.do(shop.plant.unit(), "10", "20", "30"), grant(shop.plant, LIMITS)
    shop.plant.start(unit, "40")
    return shop.act(
        operations.report,
        execution=shop.at(unit, "40"),
        given=[Given("LEAK", "0.45")],
        completion=shop.plant.signed(),
        station=shop.plant.stations["40"],
        overrides=[under(permit)],
    )


def record_past_a_gate_by_a_supervisor(shop: Workshop):
    _, execution = shop.at_work()
    return shop.act(
        operations.report,
        "tomasz",
        execution=execution,
        given=[Given("FIRMWARE", "4.2")],
        station=shop.plant.stations["10"],
        overrides=[by_supervisor(shop.plant, YOURS)],
    )


def complete_a_lot_with_scrap(shop: Workshop):
    lot = shop.lot()
    shop.shafts.start(lot, "10")
    return lambda: shop.shafts.complete(lot, "10", scrap=3)
