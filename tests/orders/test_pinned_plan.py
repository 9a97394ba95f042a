"""A released order keeps what it was released with, names included."""

import pytest

from mes.kernel.audit.canonical import digest
from mes.kernel.door import open_door
from orders.models import PinnedPlan, Product
from orders.plans import Plan
from orders.queries import PlanAltered, pinned_plan, plan_of

pytestmark = pytest.mark.django_db


def test_the_plan_comes_back_from_its_content_as_it_was(plant):
    plan = plan_of(plant.released())
    content = PinnedPlan.objects.get().content
    assert Plan.of(content) == plan
    assert digest(content) == plan.digest


def test_a_product_renamed_later_changes_the_next_order_and_not_the_released_one(plant):
    first = plant.released()
    with plant.door("hiroshi"):
        screws = Product.objects.get(pk=plant.screws.pk)
        screws.name = "Screw M3 × 8, black"
        screws.save()
    second = plant.released()
    pinned_plan.cache_clear()
    assert plan_of(first).operation("30").step("SCREWS").component.name == "Screw M3 × 8"
    assert plan_of(second).operation("30").step("SCREWS").component.name == "Screw M3 × 8, black"
    assert first.digest != second.digest


def test_orders_released_alike_share_one_pinned_plan(plant):
    assert plant.released().plan_id == plant.released().plan_id
    assert PinnedPlan.objects.count() == 1


def test_a_plan_altered_behind_the_application_is_refused(plant):
    content = PinnedPlan.objects.get(digest=plant.released().digest).content
    content["operations"][2]["steps"][1]["upper"] = "9.99"
    with open_door(person=None):
        PinnedPlan.objects.create(digest="0" * 64, content=content)
    with pytest.raises(PlanAltered):
        pinned_plan("0" * 64)
