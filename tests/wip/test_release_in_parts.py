"""An order released in parts: each with units of its own, all by one plan, and over when all of it is."""

from decimal import Decimal

import pytest

from genealogy.models import Activity
from mes.kernel.refusals import InvalidInput
from mes.kernel.transitions import IllegalTransition
from orders.actions import drafts
from orders.models import WorkOrder
from orders.status import OrderStatus
from tests.api.conftest import api_as
from tests.erp.test_changes_on_the_floor import sent
from tests.model.floor_plant import floor_plant
from tests.redlines import add_a_step, applied, drafted
from wip.actions.orders import release
from wip.models import OpenOperation

pytestmark = pytest.mark.django_db


def part(plant, order, quantity=None):
    with plant.door("ines") as passage:
        given = None if quantity is None else Decimal(str(quantity))
        return release(order=order, quantity=given, by=passage.person, at=passage.at)


def fresh(order) -> WorkOrder:
    return WorkOrder.objects.get(pk=order.pk)


def test_each_part_has_serial_numbers_of_its_own_and_the_last_is_all_that_is_left(plant):
    order = part(plant, plant.order(6), 2)
    assert (order.status, order.quantity_released, order.is_in_parts) == (OrderStatus.RELEASED, 2, True)
    plant.start(order.units.order_by("serial")[0], "10")
    part(plant, order, 3)
    order = part(plant, order)
    assert (fresh(order).status, order.quantity_left, order.is_in_parts) == (OrderStatus.RUNNING, 0, False)
    assert [unit.serial for unit in order.units.order_by("serial")] == [f"IP2-00000{n}" for n in range(1, 7)]
    made = Activity.objects.filter(kind="RELEASE", units__unit__work_order=order).distinct().order_by("at")
    assert [one.units.count() for one in made] == [2, 3, 1]
    assert OpenOperation.objects.filter(work_order=order, operation_code="10", is_ready=True).count() == 5
    assert [row.quantity_released for row in order.history.order_by("history_date", "history_id")] == [0, 2, 2, 5, 6]


@pytest.mark.parametrize("quantity", [0, -1, 7, 2.5])
def test_what_is_not_there_to_release_is_refused(plant, quantity):
    for order in (plant.order(6), part(plant, plant.order(8), 2)):
        with pytest.raises(InvalidInput) as caught:
            part(plant, order, quantity)
        assert caught.value.errors[0].where == "quantity"
        assert fresh(order).quantity_released == order.quantity_released


def test_an_order_that_is_released_whole_is_not_released_again(plant):
    order = part(plant, part(plant, plant.order(3), 2))
    for quantity in (None, 1):
        with pytest.raises(IllegalTransition):
            part(plant, order, quantity)


def test_it_is_completed_when_all_of_it_is_released_and_made(plant):
    order = part(plant, plant.order(2), 1)
    plant.do(order.units.get(), "10", "20", "30", "40")
    assert fresh(order).status == OrderStatus.RUNNING
    part(plant, order)
    plant.do(order.units.order_by("serial").last(), "10", "20", "30", "40")
    assert fresh(order).status == OrderStatus.COMPLETED


def test_all_parts_are_made_by_the_plan_of_the_first_whatever_was_released_since(plant):
    order = part(plant, plant.order(2), 1)
    with plant.door("hiroshi") as passage:
        draft = drafts.copy_routing_revision(revision=plant.routing, by=passage.person, at=passage.at)
    newer = plant.approve_and_release(draft)
    order = part(plant, order)
    assert order.routing_revision == plant.routing != newer
    plant.do(order.units.order_by("serial").last(), "10", "20", "30", "40")


def test_what_is_released_after_a_redline_is_made_by_it(plant):
    order = part(plant, plant.order(2), 1)
    draft = drafted(plant, order)
    add_a_step(plant, draft)
    applied(plant, order, plant.approve_and_release(draft))
    order = part(plant, order)
    assert order.routing_revision.redline_of == order
    rows = OpenOperation.objects.filter(work_order=order, operation_code="10", is_ready=True)
    assert rows.count() == 2


def test_each_part_of_what_is_counted_by_lot_is_a_lot(plant):
    by_lot, order = floor_plant(plant).by_lot, plant.order(100)
    with plant.door("pavel"):
        WorkOrder.objects.filter(pk=order.pk).update(product_revision=by_lot)
    part(plant, order, 40.5)
    part(plant, order)
    assert [unit.quantity for unit in order.units.order_by("serial")] == [Decimal("40.5"), Decimal("59.5")]


def test_the_erp_adds_to_and_takes_from_what_is_not_released_first(plant):
    order = part(plant, plant.order(5), 2)
    sent(plant, order, quantity="9")
    assert (fresh(order).quantity, fresh(order).quantity_released, order.units.count()) == (9, 2, 2)
    sent(plant, fresh(order), quantity="2")
    assert (fresh(order).quantity_left, fresh(order).status) == (0, OrderStatus.RELEASED)
    sent(plant, fresh(order), quantity="1")
    assert (fresh(order).quantity_released, order.units.filter(status="IN_PROCESS").count()) == (1, 1)
    sent(plant, fresh(order), quantity="3")  # released whole again, so more comes at once
    assert (fresh(order).quantity_released, order.units.filter(status="IN_PROCESS").count()) == (3, 3)


def test_the_erp_completes_an_order_by_taking_what_is_not_released(plant):
    order = part(plant, plant.order(2), 1)
    plant.do(order.units.get(), "10", "20", "30", "40")
    sent(plant, fresh(order), quantity="1")
    assert fresh(order).status == OrderStatus.COMPLETED


def test_an_order_is_released_in_parts_over_rest(plant):
    pavel, order = api_as(plant, "pavel"), plant.order(5)
    path = f"/work-orders/{order.erp_reference}/release"
    first, again = (pavel.post(path, {"quantity": 2}, idempotency_key="p-1") for _ in range(2))
    assert (first.status_code, first.json()["quantity_released"], again.json()) == (200, "2", first.json())
    assert order.units.count() == 2
    wrong = pavel.post(path, {"quantity": "4"})
    assert (wrong.status_code, wrong.json()["errors"][0]["where"]) == (422, "quantity")
    assert pavel.post(path, {"amount": 1}).status_code == 422
    assert pavel.post(path).json()["quantity_released"] == "5"
    assert pavel.post(path).status_code == 409
    assert api_as(plant, "amina").post(path, {"quantity": 1}).status_code == 403
