"""A scrapped piece that is made once more, where the order says so."""

from decimal import Decimal

import pytest

from genealogy.models import Activity, Unit
from genealogy.status import UnitStatus
from mes.station.actions.operations import Completion
from orders.models import WorkOrder
from orders.status import OrderStatus
from tests.lots import lot_line
from wip.actions import replacements
from wip.actions.replacements import ReplacementBegun
from wip.models import OpenOperation
from wip.overview import least_quantities

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(plant):
    order = plant.released(1)
    WorkOrder.objects.filter(pk=order.pk).update(replaces_scrap=True)
    return order


def scrap(plant, unit, code="10"):
    plant.start(unit, code)
    plant.report(unit, code, completion=Completion(scrap=Decimal(1), scrap_reason="Dropped"))
    return plant.fresh(unit)


def take_back(plant, unit):
    with plant.door("ines") as passage:
        locked = plant.fresh(unit)
        replacements.take_back(unit=locked, by=passage.person, at=passage.at)


def test_the_last_unit_is_made_again_and_the_order_goes_on(plant, order):
    unit = scrap(plant, order.units.get())
    replacement = unit.replacement
    assert (unit.status, replacement.status, replacement.serial) == ("SCRAPPED", "IN_PROCESS", "IP2-000002")
    assert set(OpenOperation.objects.filter(unit=replacement).values_list("operation_code", "is_ready")) == {
        ("10", True),
        ("20", True),
    }
    assert plant.fresh(unit).work_order.status == OrderStatus.RUNNING
    made = Activity.objects.filter(kind="RELEASE").latest("sequence")
    assert made.reason == f"Replaces {unit}."
    assert plant.do(replacement, "10", "20", "30", "40").work_order.status == OrderStatus.COMPLETED


def test_a_replacement_that_is_scrapped_is_replaced_too(plant, order):
    first = scrap(plant, order.units.get())
    second = scrap(plant, first.replacement)
    assert second.replacement.replaces.replaces == first
    assert least_quantities([order]) == {}


def test_other_orders_end_with_their_scrap(plant, order):
    other = plant.released(1)
    unit = scrap(plant, other.units.get())
    assert not Unit.objects.filter(replaces=unit).exists()
    assert unit.work_order.status == OrderStatus.COMPLETED


def test_lots_are_not_replaced(plant):
    line = lot_line(plant, quantity=50)
    WorkOrder.objects.update(replaces_scrap=True)
    line.complete(Completion(scrap=Decimal(50), scrap_reason="Bent"))
    assert line.unit().status == UnitStatus.SCRAPPED
    assert not Unit.objects.filter(replaces__isnull=False).exists()


def test_what_replaces_it_is_not_made_when_the_scrap_is_taken_back(plant, order):
    unit = scrap(plant, order.units.get())
    replacement = unit.replacement
    take_back(plant, unit)
    replacement.refresh_from_db()
    assert (replacement.status, replacement.replaces) == (UnitStatus.CANCELLED, None)
    assert not OpenOperation.objects.filter(unit=replacement).exists()
    assert Activity.objects.latest("sequence").reason == f"{unit} is not scrapped after all."


def test_a_replacement_that_has_begun_stays(plant, order):
    unit = scrap(plant, order.units.get())
    plant.start(unit.replacement, "10")
    with pytest.raises(ReplacementBegun):
        take_back(plant, unit)


def test_a_unit_without_replacement_has_nothing_to_take_back(plant):
    unit = plant.unit()
    take_back(plant, unit)
    assert plant.fresh(unit).status == UnitStatus.IN_PROCESS
