"""The recipe of an operation: named where it can't be written, and pinned, copied and compared as its steps are."""

import pytest

from equipment.models import Tag
from mes.kernel.door import open_door
from orders.actions import drafts
from orders.content import parts_of
from orders.differences import differences
from orders.models import OperationSetpoint
from orders.policies import NotReleasable, mistakes_of, warnings_of
from orders.queries import plan_of
from tests.interlock_floor import interlocked, with_recipe
from tests.machine_floor import press, value
from tests.plant import NOW

pytestmark = pytest.mark.django_db


def draft_with(plant, *setpoints):
    with plant.door("hiroshi") as passage:
        draft = drafts.copy_routing_revision(revision=plant.routing, by=passage.person, at=passage.at)
        for position, (tag, text, tolerance) in enumerate(setpoints, 1):
            OperationSetpoint.objects.create(
                operation=draft.operations.get(code="20"), position=position, tag=tag, value=text, tolerance=tolerance
            )
    return draft


def said(revision):
    return [f"{mistake.where}: {mistake.what}" for mistake in mistakes_of(revision)]


@pytest.mark.parametrize(
    ("setpoint", "words"),
    [
        (("SPEED", "140", None), "SPEED = 140 at ST-20: 140 is not within its bounds."),
        (("SPEED", "fast", None), "SPEED = fast at ST-20: It takes a number."),
        (("FORCE", "1", None), "FORCE = 1 at ST-20: The station has no such tag in use."),
        (("ELSEWHERE", "1", None), "ELSEWHERE = 1 at ST-20: It is at another connection than the permission"),
        (("PROGRAM", "R-7", "1"), "PROGRAM = R-7 at ST-20: Only a number has a tolerance."),
        (("ENABLE", "yes", None), "ENABLE = yes at ST-20: It is the permission itself."),
    ],
)
def test_what_a_station_can_not_be_told_stops_the_release(plant, setpoint, words):
    interlocked(plant, recipe=True)
    value(press(plant, code="OTHER"), plant.stations["20"], "ELSEWHERE", is_writable=True)
    draft = (
        draft_with(plant, ("SPEED", "40", None), setpoint) if setpoint[0] != "SPEED" else draft_with(plant, setpoint)
    )
    (mistake,) = said(draft)
    assert mistake.startswith(f"operation 20: {words}")
    with pytest.raises(NotReleasable):
        plant.approve(draft)


def test_a_permission_that_no_tag_carries_stops_it_too(plant):
    interlocked(plant, recipe=True)
    with open_door(person=None):
        Tag.objects.filter(code="ENABLE").update(is_active=False)
    (mistake,) = said(draft_with(plant, ("SPEED", "40", None)))
    assert "has no tag ENABLE that may be written" in mistake


def test_where_nobody_takes_a_recipe_it_is_only_said(plant):
    interlocked(plant)
    draft = draft_with(plant, ("SPEED", "40", None))
    assert not said(draft)
    assert any("ST-20 takes no recipe" in warning.what for warning in warnings_of(draft, on=NOW.date()))


def test_a_recipe_is_pinned_with_the_order_and_copied_with_the_revision(plant):
    interlocked(plant, recipe=True)
    with_recipe(plant)
    pinned = plan_of(plant.released()).operation("20").setpoints
    assert [(one.tag, one.value, one.tolerance and float(one.tolerance)) for one in pinned] == [
        ("SPEED", "40", 0.5),
        ("PROGRAM", "R-7", None),
    ]
    copy = draft_with(plant)
    assert [str(one) for one in copy.operations.get(code="20").setpoints.all()] == ["SPEED = 40", "PROGRAM = R-7"]


def test_a_plan_without_a_recipe_keeps_its_digest(plant):
    assert "setpoints" not in str(plan_of(plant.released()).content)


def test_a_setpoint_that_is_changed_is_a_difference(plant):
    interlocked(plant, recipe=True)
    with_recipe(plant)
    draft = draft_with(plant)
    with plant.door("hiroshi"):
        setpoint = draft.operations.get(code="20").setpoints.get(tag="SPEED")
        setpoint.value = "45"
        setpoint.save()
    (change,) = differences(parts_of(plant.routing), parts_of(draft))
    assert (change.kind, change.name, change.within) == ("setpoint", "20 SPEED", "20")
    assert [(field.label, field.before, field.after) for field in change.fields] == [("Value", "40", "45")]
