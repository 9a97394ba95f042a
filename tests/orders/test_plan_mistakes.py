"""What a routing takes and what the bill of materials says have to fit before an order is released."""

import pytest

from mes.kernel.door import open_door
from orders.models import BomLine, ProductRevision, Step
from orders.policies import NotReleasable, plan_mistakes
from orders.queries import read_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(plant):
    """A draft of both, copied small: one operation that scans a board."""
    from orders.models import Operation, RoutingRevision

    with open_door(person=plant.people["hiroshi"]):
        routing = RoutingRevision.objects.create(routing=plant.routing.routing, number=8)
        operation = Operation.objects.create(
            routing_revision=routing, code="10", name="Board", station_class=plant.stations["10"].station_class
        )
        step = Step.objects.create(
            operation=operation, position=1, code="BOARD", kind="SCAN", name="Board", component=plant.board
        )
        revision = ProductRevision.objects.create(product=plant.pump.product, code="D")
        line = BomLine.objects.create(product_revision=revision, operation_code="10", component=plant.board, quantity=1)
    return routing, revision, step, line


def mistakes(routing, revision):
    return [f"{m.where}: {m.what}" for m in plan_mistakes(read_plan(routing, revision), revision)]


def change(thing, **values):
    with open_door(person=None):
        for name, value in values.items():
            setattr(thing, name, value)
        thing.save()


def test_one_required_scan_step_for_a_board_fits(draft):
    routing, revision, _, _ = draft
    assert mistakes(routing, revision) == []


@pytest.mark.parametrize(
    ("what", "values", "said"),
    [
        ("step", {"samples": 2}, "each scan takes 0.5"),
        ("step", {"samples": 3}, "can't be shared among 3 scans"),
        ("step", {"is_required": False}, "Its scan step is not required."),
        ("line", {"quantity": 2}, "each scan takes 2"),
        ("line", {"operation_code": "99"}, "no such operation"),
    ],
)
def test_a_step_that_does_not_take_what_the_bill_says_is_named(draft, what, values, said):
    routing, revision, step, line = draft
    change(step if what == "step" else line, **values)
    assert any(said in mistake for mistake in mistakes(routing, revision))


def test_a_component_scanned_by_two_steps_is_named(plant, draft):
    routing, revision, step, _ = draft
    with open_door(person=None):
        Step.objects.create(
            operation=step.operation, position=2, code="AGAIN", kind="SCAN", name="Again", component=plant.board
        )
    assert any("2 steps scan it" in mistake for mistake in mistakes(routing, revision))


def test_an_order_is_not_released_with_what_does_not_fit(plant, draft):
    routing, revision, step, _ = draft
    change(step, is_required=False)
    for one in (routing, revision):
        plant.approve_and_release(one)
    plant.pump = ProductRevision.objects.get(pk=revision.pk)
    with pytest.raises(NotReleasable) as refused:
        plant.released()
    assert refused.value.errors[0].where.startswith("operation 10")
