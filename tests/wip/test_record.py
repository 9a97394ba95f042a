"""Recording values for steps."""

from decimal import Decimal

import pytest

from mes.kernel.refusals import InvalidInput, Refusal
from mes.kernel.transitions import IllegalTransition
from mes.station.actions.operations import Given
from wip.actions import holds
from wip.facts import values_in_force
from wip.models import Reading
from wip.policies import BlockedByGates
from wip.queries import execution_at

pytestmark = pytest.mark.django_db


def test_a_value_is_kept_with_its_person_time_station_and_limits(plant):
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    plant.report(unit, "30", Given("TORQUE", "1,21", 2))
    reading = Reading.objects.get(step_code="TORQUE")
    assert (reading.value, str(reading.number), reading.sample) == ("1.21", "1.210000", 2)
    assert (reading.by, reading.at, reading.station_code) == (plant.operator, plant.clock, "ST-30")
    assert (reading.lower, reading.upper, reading.quantity_unit) == (Decimal("1.1"), Decimal("1.3"), "N·m")


def test_nothing_is_recorded_on_a_completed_operation(plant):
    unit = plant.do(plant.unit(), "10")
    for given in (Given("FIRMWARE", "9.9.9", reason="Second thoughts"), Given("FIRMWARE", "9.9.9")):
        with pytest.raises(IllegalTransition, match="completed"):
            plant.report(unit, "10", given)
    assert [r.value for r in Reading.objects.filter(step_code="FIRMWARE")] == ["4.2.1"]


def test_what_was_signed_does_not_change_afterwards(plant):
    unit = plant.do(plant.unit(), "10", "20", "30", "40")
    with pytest.raises(Refusal):
        plant.report(unit, "40", Given("LEAK", "0.01", reason="Looks better"))
    assert len(values_in_force({execution_at(unit, "40").pk})) == 1


def test_a_correction_keeps_the_original_and_only_the_last_is_in_force(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    plant.report(unit, "10", Given("FIRMWARE", "4.2.1"))
    plant.report(unit, "10", Given("FIRMWARE", "4.2.2", reason="Read the label wrong"))
    plant.report(unit, "10", Given("FIRMWARE", "4.2.3", reason="And again"))
    assert Reading.objects.count() == 3
    (in_force,) = values_in_force({execution_at(unit, "10").pk})
    assert (in_force.value, in_force.corrects.value) == ("4.2.3", "4.2.2")


def test_a_correction_of_nothing_is_refused(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    with pytest.raises(Refusal, match="nothing to correct"):
        plant.report(unit, "10", Given("FIRMWARE", "4.2.1", reason="Just so"))


def test_two_values_for_one_sample_in_one_request_are_refused(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    with pytest.raises(Refusal, match="given twice"):
        plant.report(unit, "10", Given("FIRMWARE", "4.2.1"), Given("FIRMWARE", "4.2.2"))
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("code", "given", "sentence"),
    [
        ("10", Given("NO_STEP", "1"), "has no step NO_STEP"),
        ("10", Given("FIRMWARE", "1", sample=2), "no sample 2"),
        ("10", Given("FIRMWARE", "  "), "is empty"),
        ("10", Given("FIRMWARE", "a\x00b"), "printable"),
        ("10", Given("FIRMWARE", "x" * 201), "up to 200"),
        ("10", Given("FIRMWARE", ["4.2.1"]), "takes a text"),
        ("20", Given("DRIVE", "perhaps"), "confirmed with yes"),
        ("20", Given("DRIVE", False), "confirmed with yes"),
    ],
)
def test_what_has_the_wrong_shape_is_refused_by_step(plant, code, given, sentence):
    unit = plant.unit()
    plant.start(unit, code)
    with pytest.raises(InvalidInput, match=sentence):
        plant.report(unit, code, given)
    assert not Reading.objects.exists()


def test_a_component_can_not_be_exchanged_by_a_correction(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    plant.report(unit, "10", Given("BOARD", plant.a_board()))
    with pytest.raises(InvalidInput, match="can't be exchanged"):
        plant.report(unit, "10", Given("BOARD", plant.a_board(), reason="Wrong one"))


def test_a_component_on_hold_is_refused_and_names_the_hold(plant):
    board = plant.receive(plant.board, "PCB-HELD")
    with plant.door("mei") as passage:
        hold = holds.place(by=passage.person, at=passage.at, reason_code="MATERIAL", reason="Batch doubt", unit=board)
    unit = plant.unit()
    plant.start(unit, "10")
    with pytest.raises(BlockedByGates, match="PCB-HELD is on hold") as refused:
        plant.report(unit, "10", Given("BOARD", "PCB-HELD"))
    assert hold.number in refused.value.why
