"""Many use one deviation permit at the same moment: it lasts for as much as it says."""

from functools import partial

import pytest

from mes.station.actions import operations
from mes.station.actions.operations import Given
from tests.permits import close, grant, under
from tests.races.runners import at_once, done, refused
from wip.models import ProcessException
from wip.overrides import PermitDoesNotCover
from wip.queries import execution_at


def leaks(plant, unit, permit):
    """End the leak test with a rate out of its limits."""
    with plant.door() as passage:
        return operations.report(
            execution=execution_at(unit, "40"),
            given=[Given("LEAK", "0.45")],
            completion=plant.signed(),
            station=plant.stations["40"],
            by=passage.person,
            at=passage.at,
            overrides=[under(permit)],
        )


def in_the_leak_test(plant):
    unit = plant.do(plant.unit(), "10", "20", "30")
    plant.start(unit, "40")
    return unit


@pytest.mark.parametrize("quantity", [1, 3])
def test_a_permit_for_so_many_is_used_by_one_more_at_once(committed_plant, quantity):
    plant = committed_plant
    units, permit = [in_the_leak_test(plant) for _ in range(quantity + 1)], grant(plant, quantity=quantity)
    answers = at_once(*(partial(leaks, plant, unit, permit) for unit in units))
    assert len(done(answers)) == quantity, answers
    assert {type(answer) for answer in refused(answers)} == {PermitDoesNotCover}
    permit.refresh_from_db()
    assert permit.quantity_used == ProcessException.objects.filter(permit=permit).count() == quantity


def test_a_permit_is_closed_while_it_is_used(committed_plant):
    plant = committed_plant
    for _ in range(3):
        unit, permit = in_the_leak_test(plant), grant(plant, quantity=5)
        answers = at_once(partial(close, plant, permit), partial(leaks, plant, unit, permit))
        assert answers[0] in done(answers), answers
        permit.refresh_from_db()
        assert (permit.status, permit.quantity_used) == ("CLOSED", len(done(answers)) - 1)
