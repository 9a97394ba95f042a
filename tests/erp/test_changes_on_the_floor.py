"""What the ERP may still change of an order that is on the floor: more, less, and not at all."""

from decimal import Decimal
from uuid import uuid4

import pytest

from genealogy.models import Activity
from genealogy.status import ActivityKind, UnitStatus
from mes.erp.actions.orders import ImportRefused, import_orders
from mes.erp.imports import preview, table_of_items
from orders.models import WorkOrder
from orders.status import OrderStatus
from tests.api.conftest import api_as
from tests.lots import lot_line
from tests.model.floor_plant import floor_plant
from wip.actions import order_changes
from wip.actions.order_changes import OrderBegun
from wip.models import OpenOperation

pytestmark = pytest.mark.django_db


def asked(plant, order, **more):
    """The row that the ERP sends for an order, with what is different now."""
    return {
        "erp_reference": order.erp_reference,
        "product": order.product_revision.product.code,
        "quantity": str(order.quantity),
        "due_at": order.due_at.isoformat(),
        "site": "NF",
    } | more


def sent(plant, order, **more):
    with plant.door("pavel") as passage:
        return import_orders(table=table_of_items([asked(plant, order, **more)]), by=passage.person, at=passage.at)


def refused(plant, order, **more):
    with pytest.raises(ImportRefused) as caught:
        sent(plant, order, **more)
    (error,) = caught.value.errors
    return f"{error.what} {error.do}"


def statuses(order):
    return list(order.units.order_by("serial").values_list("status", flat=True))


def test_more_makes_further_serial_numbers_that_wait_at_the_first_stations(plant):
    order = plant.released(2)
    sent(plant, order, quantity="5")
    assert order.units.count() == 5
    assert WorkOrder.objects.get(pk=order.pk).quantity == 5
    assert OpenOperation.objects.filter(work_order=order, operation_code="10", is_ready=True).count() == 5
    plant.do(order.units.order_by("serial").last(), "10", "20", "30", "40")


def test_less_cancels_the_latest_of_those_that_nobody_has_begun(plant):
    order = plant.released(4)
    last = order.units.order_by("serial").last()
    plant.start(last, "10")
    sent(plant, order, quantity="2")
    assert statuses(order) == ["IN_PROCESS", "CANCELLED", "CANCELLED", "IN_PROCESS"]
    assert not OpenOperation.objects.filter(unit__status=UnitStatus.CANCELLED).exists()
    gone = Activity.objects.get(kind=ActivityKind.CANCEL)
    assert (gone.units.count(), gone.reason) == (2, "Less is ordered.")


def test_less_than_has_begun_is_refused_with_the_least_that_is_possible(plant):
    order = plant.released(3)
    for unit in order.units.all()[:2]:
        plant.start(unit, "10")
    assert refused(plant, order, quantity="1") == (
        f"2 pcs of {order} have begun, so it can't be reduced to 1. Ask for 2 or more, or scrap what is not wanted."
    )
    assert statuses(order) == ["IN_PROCESS"] * 3
    assert preview(table_of_items([asked(plant, order, quantity="1")]), by=plant.people["pavel"]).errors


def test_an_order_that_is_cut_to_what_is_finished_is_completed(plant):
    order = plant.released(2)
    plant.do(order.units.first(), "10", "20", "30", "40")
    sent(plant, order, quantity="1")
    assert WorkOrder.objects.get(pk=order.pk).status == OrderStatus.COMPLETED


def test_the_same_quantity_again_changes_nothing(plant):
    order = plant.released(2)
    sent(plant, order, quantity="3")
    assert sent(plant, order, quantity="3").counts["unchanged"] == 1
    assert order.units.count() == 3


def test_a_lot_that_nobody_has_begun_grows_and_shrinks(plant):
    order = lot_line(plant, quantity=50, is_started=False).unit().work_order
    sent(plant, order, quantity="80")
    assert list(order.units.values_list("quantity", flat=True)) == [80]
    sent(plant, order, quantity="30")
    assert list(order.units.values_list("quantity", flat=True)) == [30]


def test_beside_a_lot_that_has_begun_there_is_another(plant):
    order = lot_line(plant, quantity=50).unit().work_order
    sent(plant, order, quantity="70")
    assert sorted(order.units.values_list("quantity", flat=True)) == [20, 50]


def test_an_order_that_nobody_has_begun_is_cancelled_with_its_units(plant):
    order = plant.released(2)
    found = sent(plant, order, status="CANCELLED")
    assert found.counts["cancel"] == 1
    order = WorkOrder.objects.get(pk=order.pk)
    assert (order.status, order.cancelled_by) == (OrderStatus.CANCELLED, plant.people["pavel"])
    assert statuses(order) == ["CANCELLED", "CANCELLED"]
    assert sent(plant, order, status="CANCELLED").counts["unchanged"] == 1
    assert "is cancelled" in refused(plant, order)


def test_a_draft_is_cancelled_too(plant):
    order = plant.order(2)
    sent(plant, order, status="CANCELLED")
    assert WorkOrder.objects.get(pk=order.pk).status == OrderStatus.CANCELLED


def test_an_order_that_has_begun_is_not_cancelled_and_says_how_far_it_can_be_reduced(plant):
    order = plant.released(2)
    plant.start(order.units.first(), "10")
    with pytest.raises(OrderBegun) as caught, plant.door("pavel") as passage:
        order_changes.cancel(order=order, reason="The customer left", by=passage.person, at=passage.at)
    assert caught.value.evidence["least_quantity"] == "1"
    assert "have begun" in refused(plant, order, status="CANCELLED")


def test_what_was_sent_back_to_its_first_operation_has_begun(plant):
    line = floor_plant(plant)
    order = line.order(3, by_lot=False)
    last = order.units.order_by("serial").last().serial
    line.start(last, "10")
    line.send_back(last, "10", "10")
    with pytest.raises(OrderBegun):
        line.cancel(order)
    line.resize(order, 2)
    assert statuses(order) == [UnitStatus.IN_PROCESS, UnitStatus.CANCELLED, UnitStatus.IN_PROCESS]


def test_what_the_file_can_not_say_is_refused(plant):
    order = plant.released(1)
    assert "can't be asked for" in refused(plant, order, status="COMPLETED")
    assert "neither yes nor no" in refused(plant, order, replaces_scrap="perhaps")


def test_an_order_is_cancelled_over_rest_once(plant):
    order, api = plant.released(1), api_as(plant, "erp")
    for _again in range(2):
        answer = api.post(
            f"/work-orders/{order.erp_reference}/cancel", {"reason": "Double order"}, idempotency_key="once"
        )
        assert answer.status_code == 200, answer.content
        assert answer.json()["status"] == "CANCELLED"
    assert Activity.objects.filter(kind=ActivityKind.CANCEL).count() == 1


def test_the_planner_cancels_an_order_on_its_page(client, plant):
    order = plant.released(1)
    client.force_login(plant.people["pavel"])
    assert "Cancel order" in client.get(f"/orders/{order.erp_reference}/").content.decode()
    answer = client.post(
        f"/orders/{order.erp_reference}/cancel/",
        {"reason": "Double order", "idempotency_key": str(uuid4())},
        follow=True,
    )
    assert answer.status_code == 200
    assert WorkOrder.objects.get(pk=order.pk).status == OrderStatus.CANCELLED


def test_the_quantity_is_kept_with_its_history(plant):
    order = plant.released(2)
    sent(plant, order, quantity="3")
    assert [Decimal(q) for q in order.history.order_by("history_id").values_list("quantity", flat=True)][-1] == 3
