"""The operator's one request, by the verb."""

from decimal import Decimal

import pytest

from genealogy.models import Unit
from genealogy.queries import as_built
from genealogy.status import UnitStatus
from mes.kernel.audit.models import Signature
from mes.kernel.refusals import InvalidInput, Refusal
from mes.station.actions import operations
from mes.station.actions.operations import Completion, Given
from orders.status import OrderStatus
from wip.models import ExecutionEvent, Reading
from wip.policies import BlockedByGates
from wip.queries import execution_at

pytestmark = pytest.mark.django_db


def test_a_unit_goes_through_its_whole_routing_and_ends_its_order(plant):
    unit = plant.do(plant.unit(), "10", "20", "30", "40")
    assert unit.status == UnitStatus.FINISHED
    assert unit.work_order.status == OrderStatus.COMPLETED
    assert [link.unit.product.code for link in as_built(unit)] == ["PCB-7", "M3X8"]
    assert Signature.objects.get(meaning="PERFORMED").record == execution_at(unit, "40").pk
    assert ExecutionEvent.objects.filter(execution__unit=unit).count() == 8


def test_steps_can_be_recorded_one_at_a_time(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    plant.report(unit, "10", Given("FIRMWARE", "4.2.1"))
    plant.report(unit, "10", Given("BOARD", plant.a_board()))
    assert plant.report(unit, "10", complete=True).quantity_good == 1


def test_completing_without_a_required_step_is_refused_and_names_it(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    plant.report(unit, "10", Given("FIRMWARE", "4.2.1"))
    with pytest.raises(BlockedByGates) as refused:
        plant.report(unit, "10", complete=True)
    assert refused.value.code == "STEPS_MISSING"
    assert "Board" in refused.value.what
    assert execution_at(unit, "10").is_running


def test_a_number_outside_its_limits_is_recorded_and_stops_a_good_end_until_corrected(plant):
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    entries = plant.entries("30")
    entries[1] = Given("TORQUE", "1,42", 1)
    plant.report(unit, "30", *entries)
    with pytest.raises(BlockedByGates) as refused:
        plant.report(unit, "30", complete=True)
    assert refused.value.code == "READING_OUT_OF_LIMITS"
    plant.report(unit, "30", Given("TORQUE", "1.22", 1, reason="Wrench slipped, tightened again"))
    assert plant.report(unit, "30", complete=True).completed_by == plant.operator
    values = Reading.objects.filter(step_code="TORQUE", sample=1).order_by("id").values_list("value", flat=True)
    assert list(values) == ["1.42", "1.22"]


def test_a_second_value_without_a_reason_is_refused(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    plant.report(unit, "10", Given("FIRMWARE", "4.2.1"))
    with pytest.raises(Refusal, match="recorded already"):
        plant.report(unit, "10", Given("FIRMWARE", "4.2.2"))
    assert Reading.objects.get(step_code="FIRMWARE").value == "4.2.1"


def test_scrapping_a_unit_ends_it_and_needs_a_reason(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    with pytest.raises(Refusal, match="reason"):
        plant.report(unit, "10", completion=Completion(scrap=Decimal(1)))
    plant.report(unit, "10", completion=Completion(scrap=Decimal(1), scrap_reason="Board dropped"))
    unit = plant.fresh(unit)
    assert (unit.status, unit.quantity_left) == (UnitStatus.SCRAPPED, 0)
    assert unit.work_order.status == OrderStatus.COMPLETED


def test_a_component_built_in_elsewhere_is_refused_and_says_where(plant):
    board = plant.a_board()
    first, second = plant.unit(), plant.unit()
    plant.start(first, "10")
    plant.report(first, "10", Given("BOARD", board))
    plant.start(second, "10")
    with pytest.raises(BlockedByGates) as refused:
        plant.report(second, "10", Given("BOARD", board))
    assert refused.value.code == "COMPONENT_CONSUMED"
    assert first.serial in refused.value.why


def test_a_lot_is_consumed_by_the_quantity_of_the_bill_of_materials(plant):
    unit = plant.do(plant.unit(), "10", "20")
    lot = plant.a_lot(10)
    plant.start(unit, "30")
    plant.report(unit, "30", Given("SCREWS", lot))
    assert Unit.objects.get(serial=lot).quantity_left == 4
    other = plant.do(plant.unit(), "10", "20")
    plant.start(other, "30")
    with pytest.raises(BlockedByGates, match="4 pcs are left, 6 are needed"):
        plant.report(other, "30", Given("SCREWS", lot))


@pytest.mark.parametrize("scanned", ["NOT-THERE", "LOT"])
def test_an_unknown_or_wrong_component_is_refused_and_nothing_is_recorded(plant, scanned):
    unit = plant.unit()
    plant.start(unit, "10")
    with pytest.raises(BlockedByGates) as refused:
        plant.report(unit, "10", Given("FIRMWARE", "1"), Given("BOARD", plant.a_lot() if scanned == "LOT" else scanned))
    assert refused.value.code == ("COMPONENT_WRONG_PART" if scanned == "LOT" else "COMPONENT_UNKNOWN")
    assert not Reading.objects.exists()


def test_the_second_person_is_told_who_has_the_unit(plant):
    unit = plant.unit()
    plant.start(unit, "20")
    with pytest.raises(BlockedByGates) as refused:
        plant.start(unit, "20", who="tomasz")
    assert refused.value.what == f"Amina Yusuf has {unit} at ST-20."
    with pytest.raises(BlockedByGates, match="Amina Yusuf has"):
        plant.report(unit, "20", Given("DRIVE", "yes"), who="tomasz")


@pytest.mark.parametrize("reason", ["", "Wrench slipped"])
def test_one_place_is_given_once_in_a_request(plant, reason):
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    plant.report(unit, "30", Given("TORQUE", "1.2", 1))
    with pytest.raises(InvalidInput, match="Torque, sample 1, is given twice") as refused:
        plant.report(unit, "30", Given("TORQUE", "1.21", 1, reason), Given("TORQUE", "1.22", 1, reason))
    assert [error.where for error in refused.value.errors] == ["TORQUE.1"]
    assert Reading.objects.get(step_code="TORQUE").value == "1.2"


def test_a_job_is_worked_on_where_it_runs(plant):
    unit = plant.unit()
    execution = plant.start(unit, "20")
    for completion in (None, Completion()):
        with pytest.raises(BlockedByGates) as refused, plant.door() as passage:
            operations.report(
                execution=execution,
                given=[Given("DRIVE", "yes")],
                completion=completion,
                station=plant.stations["40"],
                by=passage.person,
                at=passage.at,
            )
        assert refused.value.code == "JOB_ELSEWHERE"
        assert refused.value.what == f"20 Drive on {unit} runs at ST-20, not at ST-40."
    assert not Reading.objects.filter(execution=execution).exists()


@pytest.mark.parametrize(
    "value", ["", "NaN", "Infinity", "1e308", "1e-30", "１", "1.2.3", "1,000.5", True, [], None, "9" * 40, "0x1"]
)
def test_what_is_no_number_is_refused_and_never_stored(plant, value):
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    with pytest.raises(Refusal) as refused:
        plant.report(unit, "30", Given("TORQUE", value))
    assert 400 <= refused.value.status < 500
    assert not Reading.objects.filter(step_code="TORQUE").exists()
