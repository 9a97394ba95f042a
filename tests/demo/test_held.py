"""Simulated people, and the hands at the machines, leave alone what is on hold, whatever the hold is on."""

from datetime import timedelta
from random import Random

import pytest

from equipment.models import Site
from mes.demo.held import held_among
from mes.demo.operators import Operators
from mes.kernel.audit.models import RefusedAttempt
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from orders.models import ProductRevision
from tests.demo.conftest import NOW
from tests.holds import lift, lift_for, place
from wip.actions import holds
from wip.models import ExecutionEvent, OperationExecution


def held(*units):
    running = OperationExecution.objects.filter(unit__in=units).select_related("unit", "work_order", "station")
    found = list(running)
    return {one.unit for one in found if one.pk in held_among(found)}


@pytest.mark.django_db
def test_what_is_stopped_by_any_hold_is_left_alone(plant):
    unit, other = plant.unit(), plant.unit()
    for each in (unit, other):
        plant.start(each, "10")
    assert held(unit, other) == set()
    for on, stopped in (
        ({"unit": unit}, {unit}),
        ({"order": unit.work_order}, {unit}),
        ({"order": unit.work_order, "operation_code": "10"}, {unit}),
        ({"order": unit.work_order, "operation_code": "20"}, set()),
        ({"station": plant.stations["10"]}, {unit, other}),
        ({"product_revision": plant.pump, "site": plant.site}, {unit, other}),
    ):
        placed = place(plant, **on)
        assert held(unit, other) == stopped, on
        lift(plant, placed)
    placed = place(plant, order=unit.work_order)
    lift_for(plant, placed, unit)
    assert held(unit, other) == set()


def test_nobody_knocks_at_what_a_held_revision_stops(loaded):
    quality, site = Person.objects.get(username="quality"), Site.objects.get(code="NORTHFIELD")
    operators = Operators(Random(7), pace=3)
    operators.look(NOW)
    for revision in ProductRevision.objects.filter(status="RELEASED"):
        with open_door(person=quality, at=NOW + timedelta(seconds=1)) as passage:
            holds.place(
                by=quality,
                at=passage.at,
                reason_code="QUALITY",
                reason="Drawing is wrong",
                product_revision=revision,
                site=site,
            )
    events, refused = ExecutionEvent.objects.count(), RefusedAttempt.objects.count()
    for look in range(1, 21):
        operators.look(NOW + timedelta(seconds=30 * look))
    assert ExecutionEvent.objects.count() == events
    assert RefusedAttempt.objects.count() == refused
