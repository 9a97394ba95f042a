"""Releasing an order to the floor."""

from decimal import Decimal

import pytest

from genealogy.models import Activity, Unit
from genealogy.status import UnitStatus
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput, NotPermitted
from mes.kernel.transitions import IllegalTransition
from orders.actions import revisions
from orders.models import ProductRevision, RoutingRevision, WorkOrder
from orders.queries import plan_of
from orders.status import OrderStatus
from wip.actions.orders import NoReleasedRouting, RevisionNotReleased, release, release_many

pytestmark = pytest.mark.django_db


def released_by(plant, who, order):
    with plant.door(who) as passage:
        return release(order=order, by=passage.person, at=passage.at)


def test_it_pins_the_revisions_and_makes_numbered_units(plant):
    order = released_by(plant, "pavel", plant.order(3))
    assert (order.status, order.released_by, order.released_at) == (
        OrderStatus.RELEASED,
        plant.people["pavel"],
        plant.clock,
    )
    assert order.routing_revision == plant.routing
    assert order.digest == plan_of(order).digest
    units = list(order.units.order_by("serial"))
    assert [unit.serial for unit in units] == ["IP2-000001", "IP2-000002", "IP2-000003"]
    assert {unit.status for unit in units} == {UnitStatus.IN_PROCESS}
    assert Activity.objects.get(kind="RELEASE").units.count() == 3


def test_the_next_order_goes_on_with_the_numbers(plant):
    released_by(plant, "pavel", plant.order(2))
    assert released_by(plant, "pavel", plant.order(1)).units.get().serial == "IP2-000003"


def test_an_order_is_released_once(plant):
    order = released_by(plant, "ines", plant.order())
    with pytest.raises(IllegalTransition):
        released_by(plant, "ines", order)
    assert Unit.objects.filter(work_order=order).count() == 1


@pytest.mark.parametrize("who", ["amina", "mei", "hiroshi", "ruth", "omar"])
def test_who_may_not_release_is_refused(plant, who):
    with pytest.raises(RoleMissing):
        released_by(plant, who, plant.order())


def test_an_order_of_another_site_is_refused(plant):
    with plant.door("omar"):
        plant.people["pavel"].site_access.all().delete()
    order = plant.order()
    plant.people["pavel"].__dict__.pop("_sites", None)
    with pytest.raises(NotPermitted):
        released_by(plant, "pavel", order)


def test_a_revision_that_was_retired_meanwhile_is_refused(plant):
    order = plant.order()
    with plant.door("mei") as passage:
        revisions.retire(revision=ProductRevision.objects.get(pk=plant.pump.pk), by=passage.person, at=passage.at)
    with pytest.raises(RevisionNotReleased, match="obsolete"):
        released_by(plant, "ines", order)


def test_without_a_released_routing_it_is_refused(plant):
    order = plant.order()
    with plant.door("mei") as passage:
        revisions.retire(revision=RoutingRevision.objects.get(pk=plant.routing.pk), by=passage.person, at=passage.at)
    with pytest.raises(NoReleasedRouting):
        released_by(plant, "ines", order)


def test_half_a_serial_number_is_refused_and_nothing_is_released(plant):
    order = plant.order()
    with plant.door("pavel"):
        WorkOrder.objects.filter(pk=order.pk).update(quantity=Decimal("1.5"))
    with pytest.raises(InvalidInput, match="whole number"):
        released_by(plant, "ines", order)
    assert WorkOrder.objects.get(pk=order.pk).status == OrderStatus.DRAFT
    assert not order.units.exists()


def test_orders_in_flight_keep_what_they_pinned(plant):
    first = released_by(plant, "ines", plant.order())
    with plant.door("mei") as passage:
        revisions.retire(revision=RoutingRevision.objects.get(pk=plant.routing.pk), by=passage.person, at=passage.at)
    unit = plant.do(first.units.get(), "10", "20", "30", "40")
    assert unit.status == UnitStatus.FINISHED


def test_many_orders_are_released_at_once_with_numbers_in_their_order(plant, django_assert_max_num_queries):
    plant.released(1)  # the plan is read once a process
    orders = [plant.order(2) for _ in range(20)]
    with django_assert_max_num_queries(22), plant.door("ines") as passage:
        released = release_many(orders=orders, by=passage.person, at=passage.at)
    assert [order.erp_reference for order in released] == [order.erp_reference for order in orders]
    serials = [
        serial for order in released for serial in order.units.order_by("serial").values_list("serial", flat=True)
    ]
    assert serials == [f"IP2-{n:06}" for n in range(2, 42)]
    assert Activity.objects.filter(kind="RELEASE").count() == 21
    assert WorkOrder.history.filter(status=OrderStatus.RELEASED, history_user=plant.people["ines"]).count() == 21


def test_one_order_that_can_not_be_released_keeps_all_of_them(plant):
    first, second = plant.order(), plant.released()
    with pytest.raises(IllegalTransition, match=second.erp_reference), plant.door("ines") as passage:
        release_many(orders=[first, second], by=passage.person, at=passage.at)
    assert WorkOrder.objects.get(pk=first.pk).status == OrderStatus.DRAFT
