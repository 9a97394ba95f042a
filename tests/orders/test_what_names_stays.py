"""What other records know a thing by does not change behind them."""

import pytest

from mes.kernel.constraints import RuleOfTheRecord
from orders.models import Product

pytestmark = pytest.mark.django_db


def test_the_code_of_a_product_stays(plant):
    with pytest.raises(RuleOfTheRecord, match="known by their code"), plant.door("hiroshi"):
        Product.objects.filter(pk=plant.board.pk).update(code="PCB-8")


def test_the_code_of_a_qualification_stays(plant):
    plant.torque.code = "torque-2"
    with pytest.raises(RuleOfTheRecord, match="known by their code"), plant.door("omar"):
        plant.torque.save()


@pytest.mark.parametrize("change", [{"tracking": "LOT"}, {"quantity_unit": "kg"}])
def test_how_a_product_is_counted_stays_once_there_are_units(plant, change):
    with plant.door("hiroshi"):
        Product.objects.filter(pk=plant.board.pk).update(**change)
        Product.objects.filter(pk=plant.board.pk).update(tracking="SERIAL", quantity_unit="pcs")
    plant.a_board()
    with pytest.raises(RuleOfTheRecord, match="how it is counted stays"), plant.door("hiroshi"):
        Product.objects.filter(pk=plant.board.pk).update(**change)
