"""Taking a running job over from the person who has it."""

import pytest

from equipment.models import Station
from mes.kernel.personnel.models import PersonQualification
from mes.station.actions import operations
from wip.actions import holds
from wip.models import ExecutionEvent, OperationExecution
from wip.policies import BlockedByGates
from wip.queries import execution_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(plant):
    """Amina works at operation 30 on it."""
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    return unit


def take_over(plant, unit, *, station: Station | None = None) -> OperationExecution:
    with plant.door("tomasz") as passage:
        return operations.take_over(
            execution=execution_at(unit, "30"),
            station=station or plant.stations["30"],
            by=passage.person,
            at=passage.at,
        )


def test_who_takes_a_job_over_has_it(plant, unit):
    assert take_over(plant, unit).worked_by == plant.people["tomasz"]
    assert [event.kind for event in ExecutionEvent.objects.filter(execution__operation_code="30")] == [
        "STARTED",
        "TAKEN_OVER",
    ]


def test_every_gate_that_stops_the_work_stops_the_taking_over(plant, unit):
    with plant.door("ines"):
        PersonQualification.objects.filter(person=plant.people["tomasz"]).update(level=1)
    with plant.door("mei") as passage:
        holds.place(unit=unit, reason_code="QUALITY", reason="Scratch", by=passage.person, at=passage.at)
    with pytest.raises(BlockedByGates) as refused:
        take_over(plant, unit, station=plant.stations["10"])
    assert {blocker.code for blocker in refused.value.blockers} == {
        "ON_HOLD",
        "JOB_ELSEWHERE",
        "OPERATOR_NOT_QUALIFIED",
    }
    assert execution_at(unit, "30").worked_by == plant.operator
