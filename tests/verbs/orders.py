"""Orders on the floor: release, more, less, cancel, redlines, pins, planned jobs."""

from datetime import timedelta
from decimal import Decimal

from orders.actions import redlines as drafting
from orders.models import WorkOrder
from tests.plant import NOW
from tests.redlines import add_a_step, drafted
from tests.verbs.workshop import Workshop
from wip.actions import closings, order_changes, pins, redlines, schedules
from wip.actions import orders as floor_orders
from wip.models import DispatchPin, PlannedJob


def create_an_order(shop: Workshop):
    return lambda: shop.plant.order(5) and None


def release_an_order_of_100(shop: Workshop):
    return release_an_order(shop, 100)


def release_an_order(shop: Workshop, size: int = 3):
    shop.plant.unit()
    return shop.act(floor_orders.release, "ines", order=shop.plant.order(size))


def release_more(shop: Workshop, size: int = 3):
    order = shop.plant.order(2 + size)
    shop.do(floor_orders.release, "ines", order=order, quantity=Decimal(2))
    return shop.act(floor_orders.release, "ines", order=order)


def order_more_of_what_is_released_in_parts(shop: Workshop):
    order = shop.plant.order(5)
    shop.do(floor_orders.release, "ines", order=order, quantity=Decimal(2))
    return _resize(shop, order, 9)


def order_more(shop: Workshop, size: int = 3):
    return _resize(shop, shop.plant.released(2), 2 + size)


def order_less(shop: Workshop, size: int = 3):
    return _resize(shop, shop.plant.released(2 + size), 2)


def order_more_of_a_lot(shop: Workshop):
    return _resize(shop, shop.lot(100).work_order, 130)


def order_less_of_a_lot(shop: Workshop):
    return _resize(shop, shop.lot(100).work_order, 70)


def cancel_an_order(shop: Workshop, size: int = 3):
    return shop.act(order_changes.cancel, "pavel", order=shop.plant.released(size), reason="Not wanted")


def _resize(shop: Workshop, order: WorkOrder, quantity: int):
    def resize():
        with shop.plant.door("pavel") as passage:
            locked = WorkOrder.objects.select_for_update(no_key=True).get(pk=order.pk)
            order_changes.resize(order=locked, quantity=Decimal(quantity), by=passage.person, at=passage.at)

    return resize


def close_an_order(shop: Workshop, size: int = 1):
    order = shop.plant.released(size)
    for unit in order.units.all():
        shop.plant.do(unit, "10", "20", "30", "40")
    return shop.act(closings.close, "mei", order=order, reason="Reviewed")


def draft_a_redline(shop: Workshop, size: int = 3):
    return shop.act(drafting.draft, "hiroshi", order=shop.plant.released(size), reason="The seal swells")


def apply_a_redline(shop: Workshop, size: int = 3):
    order = shop.plant.released(size)
    shop.plant.start(order.units.order_by("serial")[0], "10")
    draft = drafted(shop.plant, order)
    add_a_step(shop.plant, draft)
    return shop.act(redlines.apply, "mei", order=order, revision=shop.plant.approve_and_release(draft))


def pin_an_order(shop: Workshop, size: int = 3):
    for left in DispatchPin.objects.filter(position__isnull=False).select_related("station"):
        shop.do(pins.unpin, "ines", pin=left, reason="Done elsewhere")
    return _pin(shop, size)


def move_a_pin(shop: Workshop):
    return shop.act(pins.move, "ines", pin=_the_first_of_two(shop), position=2, reason="The truck is here")


def take_a_pin_off(shop: Workshop):
    return shop.act(pins.unpin, "ines", pin=_the_first_of_two(shop), reason="Done elsewhere")


def _the_first_of_two(shop: Workshop) -> DispatchPin:
    pin_an_order(shop)()
    return _pin(shop, 1)()


def _pin(shop: Workshop, size: int):
    order = shop.plant.released(size)
    return shop.act(pins.pin, "ines", station=shop.plant.stations["10"], order=order, reason="The customer waits")


def plan_a_job(shop: Workshop, size: int = 3):
    when = {"operation_code": "10", "station": shop.plant.stations["10"], "starts_at": NOW + timedelta(hours=2)}
    return shop.act(schedules.plan, "ines", order=shop.plant.released(size), **when)


def take_a_job_off_the_plan(shop: Workshop):
    job: PlannedJob = plan_a_job(shop)()
    return lambda: _take_off(shop, job)


def _take_off(shop: Workshop, job: PlannedJob) -> None:
    with shop.plant.door("ines") as passage:
        schedules.take_off(job=job, by=passage.person)
