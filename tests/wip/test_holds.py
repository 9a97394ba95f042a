"""Placing and releasing holds."""

import pytest

from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.kernel.transitions import IllegalTransition
from mes.station.actions.operations import Given
from wip.actions import holds
from wip.models import Hold
from wip.policies import BlockedByGates

pytestmark = pytest.mark.django_db


def place(plant, who="mei", reason="Leak doubtful", kind="QUALITY", **on):
    with plant.door(who) as passage:
        return holds.place(by=passage.person, at=passage.at, reason_code=kind, reason=reason, **on)


def lift(plant, hold, who="mei", reason="Checked"):
    with plant.door(who) as passage:
        return holds.release(hold=hold, reason=reason, by=passage.person, at=passage.at)


@pytest.mark.parametrize("on", ["unit", "order"])
def test_a_hold_stops_start_record_and_complete_until_it_is_released(plant, on):
    unit = plant.unit()
    plant.start(unit, "10")
    hold = place(plant, **({"unit": unit} if on == "unit" else {"order": unit.work_order}))
    for act in (
        lambda: plant.start(unit, "20"),
        lambda: plant.report(unit, "10", Given("FIRMWARE", "1")),
        lambda: plant.report(unit, "10", *plant.entries("10"), complete=True),
    ):
        with pytest.raises(BlockedByGates, match=hold.number):
            act()
    released = lift(plant, hold)
    assert (released.released_by, released.release_reason) == (plant.people["mei"], "Checked")
    plant.start(unit, "20")


def test_several_can_be_open_and_each_has_to_be_released(plant):
    unit = plant.unit()
    first, second = place(plant, unit=unit), place(plant, unit=unit, kind="MATERIAL")
    lift(plant, first)
    with pytest.raises(BlockedByGates, match=second.number):
        plant.start(unit, "10")


def test_a_hold_is_released_once(plant):
    hold = place(plant, unit=plant.unit())
    lift(plant, hold)
    with pytest.raises(IllegalTransition):
        lift(plant, hold)


def test_an_operator_may_place_but_not_release(plant):
    hold = place(plant, "amina", unit=plant.unit())
    with pytest.raises(RoleMissing):
        lift(plant, hold, "amina")


@pytest.mark.parametrize("who", ["pavel", "ruth", "omar"])
def test_who_may_not_place_is_refused(plant, who):
    with pytest.raises(RoleMissing):
        place(plant, who, unit=plant.unit())


@pytest.mark.parametrize(("kind", "reason"), [("QUALITY", "  "), ("WHIM", "Because"), ("", "Because")])
def test_a_hold_has_a_kind_and_a_reason(plant, kind, reason):
    with pytest.raises(InvalidInput):
        place(plant, unit=plant.unit(), kind=kind, reason=reason)
    assert not Hold.objects.exists()


def test_releasing_needs_a_reason(plant):
    hold = place(plant, unit=plant.unit())
    with pytest.raises(InvalidInput, match="reason"):
        lift(plant, hold, reason=" ")
