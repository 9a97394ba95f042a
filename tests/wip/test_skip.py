"""Leaving an optional operation out."""

import pytest

from genealogy.status import UnitStatus
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from orders.models import Product, ProductRevision, Tracking
from orders.status import OrderStatus
from tests.motion import Rods, a_routing, rods
from wip.actions.skips import NotOptional
from wip.models import ProcessException
from wip.policies import BlockedByGates

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("tracking", [Tracking.SERIAL, Tracking.LOT])
def test_a_skipped_operation_is_over_and_the_next_one_may_begin(plant, tracking):
    line = rods(plant, tracking=tracking)
    unit = line.do(line.unit(1 if tracking == Tracking.SERIAL else 40), "10", "20")
    skipped = line.skip(unit)
    assert (skipped.status, skipped.quantity, skipped.completed_by) == ("SKIPPED", 0, plant.operator)
    event = skipped.events.get()
    assert (event.kind, event.reason, event.started) == ("SKIPPED", "No burr", 0)
    assert line.comes_next(unit) == {"31": True, "32": True}
    noted = ProcessException.objects.get()
    assert (noted.kind, noted.operation_code, noted.reason, noted.by) == ("SKIP", "25", "No burr", plant.operator)
    assert line.do(unit, "31", "40").status == UnitStatus.FINISHED


def test_only_what_is_optional_can_be_skipped_and_only_with_a_reason(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20")
    with pytest.raises(NotOptional, match="31 Press has to be done"):
        line.skip(unit, "31")
    with pytest.raises(InvalidInput, match="needs a reason"):
        line.skip(unit, reason=" ")
    with pytest.raises(RoleMissing):
        line.skip(unit, who="pavel")
    assert line.comes_next(unit) == {"25": True}


def test_an_operation_that_is_not_its_turn_or_begun_can_not_be_skipped(plant):
    line = rods(plant)
    unit = line.unit()
    with pytest.raises(BlockedByGates) as blocked:
        line.skip(unit)
    assert blocked.value.code == "PREDECESSOR_NOT_DONE"
    line.do(unit, "10", "20")
    plant.at(300)
    line.start(unit, "25")
    with pytest.raises(BlockedByGates) as blocked:
        line.skip(unit)
    assert blocked.value.code == "OPERATION_RUNNING"
    line.end(unit, "25")
    with pytest.raises(BlockedByGates) as blocked:
        line.skip(unit)
    assert blocked.value.code == "OPERATION_DONE"


def test_the_last_operation_that_is_skipped_completes_unit_and_order(plant):
    with plant.door("hiroshi"):
        product = Product.objects.create(code="PIN", name="Pin", serial_pattern="PIN-{number:04}")
        revision = ProductRevision.objects.create(product=product, code="A")
        routing = a_routing(plant, product, "25", is_optional=True)
    for one in (revision, routing):
        plant.approve_and_release(one)
    line = Rods(plant, ProductRevision.objects.get(pk=revision.pk), routing)
    unit = line.unit()
    line.skip(unit)
    unit = plant.fresh(unit)
    assert (unit.status, unit.work_order.status) == (UnitStatus.FINISHED, OrderStatus.COMPLETED)
