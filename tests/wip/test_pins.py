"""Pinning to the front of a queue: whatever the rule says, with a reason, one after the other."""

import pytest

from equipment.models import Station
from equipment.status import DispatchRule
from mes.kernel.personnel.policies import NotPermitted
from mes.kernel.refusals import InvalidInput
from wip.actions import pins
from wip.actions.pins import NothingWaits, PinGone
from wip.models import DispatchPin
from wip.queues import queue_at

pytestmark = pytest.mark.django_db


def pin(plant, who="ines", code="10", reason="The customer waits", **what):
    with plant.door(who, reason=reason) as passage:
        return pins.pin(station=plant.stations[code], by=passage.person, at=passage.at, reason=reason, **what)


def queue(plant, code="10"):
    return [candidate.job.unit.serial for candidate in queue_at(plant.stations[code], plant.operator).ready]


@pytest.fixture
def units(plant):
    """Four units of one rank each: 0 comes first, 3 last."""
    return [plant.unit(priority=priority) for priority in (1, 3, 5, 7)]


def serials(units, *places):
    return [units[place].serial for place in places]


@pytest.mark.parametrize("rule", DispatchRule)
def test_what_is_pinned_comes_first_by_every_rule(plant, units, rule):
    Station.objects.filter(code="ST-10").update(dispatch_rule=rule)
    plant.stations["10"].dispatch_rule = rule
    pin(plant, unit=units[2])
    waiting = queue_at(plant.stations["10"], plant.operator).ready
    assert [one.job.unit for one in waiting] == [units[2], units[0], units[1], units[3]]
    assert (waiting[0].pin.by, waiting[0].pin.reason) == ("Ines Carvalho", "The customer waits")
    assert waiting[1].pin is None


def test_the_next_pin_goes_before_those_that_are_there_unless_it_says_otherwise(plant, units):
    pin(plant, unit=units[2])
    pin(plant, unit=units[3])
    assert queue(plant) == serials(units, 3, 2, 0, 1)
    pin(plant, unit=units[1], position=2)
    assert queue(plant) == serials(units, 3, 1, 2, 0)


def test_pinning_again_moves(plant, units):
    first = pin(plant, unit=units[2])
    pin(plant, unit=units[3])
    again = pin(plant, unit=units[2], reason="Still")
    assert (again.pk, again.reason) == (first.pk, "Still")
    assert queue(plant) == serials(units, 2, 3, 0, 1)
    assert DispatchPin.objects.count() == 2


def test_an_order_is_pinned_with_all_its_units_and_a_unit_of_it_can_go_before(plant, units):
    order = plant.released(2, priority=9)
    one, other = order.units.order_by("serial")
    pin(plant, order=order)
    assert queue(plant) == [one.serial, other.serial, *serials(units, 0, 1, 2, 3)]
    pin(plant, unit=other)
    assert queue(plant)[:2] == [other.serial, one.serial]


def test_pins_are_moved_and_taken_off_with_a_reason(plant, units):
    last, _middle, first = (pin(plant, unit=units[place]) for place in (3, 2, 1))
    with plant.door("ines") as passage:
        pins.move(pin=last, position=1, reason="Truck is here", by=passage.person, at=passage.at)
    assert queue(plant) == serials(units, 3, 1, 2, 0)
    with plant.door("ines") as passage:
        gone = pins.unpin(pin=first, reason="Done elsewhere", by=passage.person, at=passage.at)
    assert queue(plant) == serials(units, 3, 2, 0, 1)
    assert (gone.position, gone.removed_by, gone.remove_reason) == (None, plant.people["ines"], "Done elsewhere")
    assert sorted(DispatchPin.objects.filter(position__isnull=False).values_list("position", flat=True)) == [1, 2]
    assert last.history.count() > 1
    with plant.door("ines") as passage, pytest.raises(PinGone):
        pins.move(pin=gone, position=1, reason="Again", by=passage.person, at=passage.at)


def test_a_pin_whose_unit_waits_no_more_is_taken_off_by_the_next(plant, units):
    started = pin(plant, unit=units[0])
    plant.start(units[0], "10")
    pin(plant, unit=units[1])
    started.refresh_from_db()
    assert started.position is None
    assert started.remove_reason == "Nothing of it waits here any more."
    assert DispatchPin.objects.get(position=1).unit == units[1]


def test_a_pin_counts_at_its_station_alone(plant, units):
    pin(plant, unit=units[3])
    assert queue(plant, "20") == serials(units, 0, 1, 2, 3)


def test_only_what_waits_at_the_station_is_pinned(plant, units):
    with pytest.raises(NothingWaits, match=r"Nothing of .* waits at ST-40"):
        pin(plant, code="40", unit=units[0])


def test_who_may_not_pin_is_told(plant, units):
    with pytest.raises(NotPermitted):
        pin(plant, "amina", unit=units[0])


def test_a_pin_needs_a_reason(plant, units):
    with pytest.raises(InvalidInput, match="needs a reason"):
        pin(plant, unit=units[0], reason="  ")
