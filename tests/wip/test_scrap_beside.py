"""Scrapping on one branch while somebody works on another; holds that reach components through their order."""

from decimal import Decimal

import pytest

from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.door import open_door
from mes.station.actions.operations import Completion, Given
from wip.actions import holds
from wip.policies import BlockedByGates, WorkedOnElsewhere

pytestmark = pytest.mark.django_db

SCRAPPED = Completion(scrap=Decimal(1), scrap_reason="Dropped")


def test_a_unit_is_not_scrapped_while_somebody_else_works_on_it(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    plant.start(unit, "20", who="tomasz")
    with pytest.raises(WorkedOnElsewhere, match="Tomasz Nowak works on"):
        plant.report(unit, "10", completion=SCRAPPED)
    plant.report(unit, "20", Given("DRIVE", "yes"), who="tomasz", complete=True)
    plant.report(unit, "10", completion=SCRAPPED)
    assert plant.fresh(unit).status == UnitStatus.SCRAPPED


def test_a_component_whose_order_is_on_hold_is_refused(plant):
    host, part = plant.unit(), plant.do(plant.unit(), "10", "20", "30", "40")
    with open_door(person=None):  # stands in for a sub-assembly made by an order of its own
        Unit.objects.filter(pk=part.pk).update(product=plant.board)
    with plant.door("mei") as passage:
        holds.place(order=part.work_order, reason_code="QUALITY", reason="Solder", by=passage.person, at=passage.at)
    plant.start(host, "10")
    with pytest.raises(BlockedByGates) as refused:
        plant.report(host, "10", Given("BOARD", part.serial))
    assert refused.value.code == "COMPONENT_ON_HOLD"


def test_a_component_of_another_site_is_as_good_as_unknown(plant):
    board = plant.a_board()
    with open_door(person=None):
        Unit.objects.filter(serial=board).update(site=plant.elsewhere)
    unit = plant.unit()
    plant.start(unit, "10")
    with pytest.raises(BlockedByGates) as refused:
        plant.report(unit, "10", Given("BOARD", board))
    assert [blocker.code for blocker in refused.value.blockers] == ["COMPONENT_UNKNOWN"]


def test_a_serial_that_was_received_from_elsewhere_is_passed_over_at_release(plant):
    plant.receive(plant.board, "IP2-000002")
    order = plant.released(3)
    assert list(order.units.values_list("serial", flat=True)) == ["IP2-000001", "IP2-000003", "IP2-000004"]
