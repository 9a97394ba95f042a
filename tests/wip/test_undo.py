"""Taking the last act back: what it reverses, who may, and what is in the way."""

from decimal import Decimal
from functools import partial

import pytest
from django.db.models import Sum

from equipment.models import AssetUse, PhysicalAsset
from genealogy.actions import lots
from genealogy.models import Activity, ActivityUnit, Unit
from genealogy.queries import as_built, ever_built_in
from mes.kernel.audit.models import Signature
from mes.kernel.refusals import InvalidInput, NotPermitted, Refusal
from mes.station.actions import operations
from mes.station.actions.operations import Completion, Given
from orders.models import WorkOrder
from tests.equipment.assets import asking_for_a_wrench
from tests.flow import lot_flow
from tests.lots import lot_line
from tests.motion import rods
from tests.undo import state_of, undo
from wip.actions import holds, labor
from wip.actions import lots as lots_in_process
from wip.actions.replacements import ReplacementBegun
from wip.facts import values_in_force
from wip.models import ExecutionEvent, LaborSpan, OperationExecution, ProcessException, Reading, Rework
from wip.queries import execution_at
from wip.undoing import ActIsAnother, CorrectionNeeded, NothingToUndo, OnHold, SomethingFollowed

pytestmark = pytest.mark.django_db


def started(plant, code="10", **more):
    unit = plant.unit()
    plant.start(unit, code, **more)
    return unit


def scrap(count=1):
    return Completion(scrap=Decimal(count), scrap_reason="Dropped")


# --- what each kind of act leaves behind, taken back


def test_a_start_is_taken_back_and_the_order_is_as_it_was_released(plant):
    unit = plant.unit()
    before = state_of(unit)
    plant.start(unit, "10")
    assert undo(plant, unit, "10").kind == "STARTED"
    assert state_of(unit) == before
    execution = OperationExecution.objects.get()
    assert (execution.status, execution.is_current, execution.quantity) == ("CANCELLED", False, 0)
    assert WorkOrder.objects.get().status == "RELEASED"


def test_what_is_started_anew_after_that_is_the_first_attempt(plant):
    unit = started(plant)
    undo(plant, unit, "10")
    again = plant.start(unit, "10", who="tomasz")
    assert (again.attempt, again.worked_by.username) == (1, "tomasz")
    assert execution_at(unit, "10") == again


def test_a_value_is_taken_back_and_recorded_again_without_a_reason(plant):
    unit = started(plant)
    before = state_of(unit)
    plant.report(unit, "10", Given("FIRMWARE", "4.2.1"))
    undo(plant, unit, "10")
    assert state_of(unit) == before
    void = Reading.objects.get(is_void=True)
    assert (void.value, void.corrects.value, void.reason) == ("", "4.2.1", "Taken back")
    with pytest.raises(Refusal, match="nothing to correct"):
        plant.report(unit, "10", Given("FIRMWARE", "4.2.2", reason="It was wrong"))
    plant.report(unit, "10", Given("FIRMWARE", "4.2.2"))
    (in_force,) = values_in_force({execution_at(unit, "10").pk})
    assert (in_force.value, in_force.corrects) == ("4.2.2", void)
    with pytest.raises(Refusal, match="recorded already"):
        plant.report(unit, "10", Given("FIRMWARE", "4.2.3"))


def test_a_correction_that_is_taken_back_leaves_the_value_from_before(plant):
    unit = started(plant)
    plant.report(unit, "10", Given("FIRMWARE", "4.2.1"))
    before = state_of(unit)
    plant.report(unit, "10", Given("FIRMWARE", "4.2.2", reason="Read wrong"))
    undo(plant, unit, "10")
    assert state_of(unit) == before
    plant.report(unit, "10", Given("FIRMWARE", "4.2.3", reason="Read wrong once more"))
    assert [one.value for one in values_in_force({execution_at(unit, "10").pk})] == ["4.2.3"]
    for left in (["4.2.1"], []):
        undo(plant, unit, "10")
        assert [one.value for one in values_in_force({execution_at(unit, "10").pk})] == left


def test_a_component_comes_out_again_with_its_balance_status_and_genealogy(plant):
    unit, board = started(plant), plant.a_board()
    before = state_of(unit, board)
    plant.report(unit, "10", Given("BOARD", board))
    undo(plant, unit, "10")
    assert state_of(unit, board) == before
    assert not as_built(unit).exists()
    (removed,) = Activity.objects.filter(kind="REMOVE")
    came_out = removed.units.get(direction="OUTPUT")
    assert (came_out.unit.serial, came_out.step_code, came_out.quantity) == (board, "BOARD", 1)
    assert removed.reverses == ever_built_in(unit).get().activity


def test_what_came_out_can_be_built_in_elsewhere(plant):
    unit, other, board = started(plant), started(plant), plant.a_board()
    plant.report(unit, "10", Given("BOARD", board))
    undo(plant, unit, "10")
    plant.report(other, "10", Given("BOARD", board))
    assert as_built(other).get().unit.serial == board
    assert Unit.objects.get(serial=board).status == "CONSUMED"


def test_a_part_of_a_lot_that_was_booked_is_open_again(plant):
    line = lot_line(plant, quantity=50)
    before = state_of(line.unit())
    line.book(12, 3)
    undo(plant, line.unit(), line.execution().operation_code)
    assert state_of(line.unit()) == before
    event = ExecutionEvent.objects.get(kind="REVERSED")
    assert (event.good, event.scrap, event.reverses.kind) == (-12, -3, "BOOKED")


def test_a_completion_is_taken_back_and_the_operation_runs_again(plant):
    unit = started(plant)
    plant.report(unit, "10", *plant.entries("10"))
    before = state_of(unit)
    plant.report(unit, "10", complete=True)
    undo(plant, unit, "10")
    assert state_of(unit) == before
    plant.report(unit, "10", complete=True)
    assert execution_at(unit, "10").status == "COMPLETED"


def test_what_came_with_a_completion_goes_with_it(plant):
    unit = started(plant)
    before = state_of(unit)
    plant.report(unit, "10", *plant.entries("10"), complete=True)
    undo(plant, unit, "10")
    assert state_of(unit)["readings"] == before["readings"] == set()
    assert not as_built(unit).exists()


def test_a_scrapped_unit_is_restored_and_its_order_goes_on(plant):
    unit = started(plant)
    before = state_of(unit)
    plant.report(unit, "10", completion=scrap())
    assert WorkOrder.objects.get().status == "COMPLETED"
    undo(plant, unit, "10")
    assert state_of(unit) == before
    assert list(Activity.objects.filter(units__unit=unit).order_by("sequence").values_list("kind", flat=True)) == [
        "RELEASE",
        "SCRAP",
        "RESTORE",
    ]


def test_what_was_to_replace_a_scrapped_unit_is_not_made(plant):
    order = plant.released(1)
    WorkOrder.objects.filter(pk=order.pk).update(replaces_scrap=True)
    unit = order.units.get()
    plant.start(unit, "10")
    before = state_of(unit)
    for _ in range(2):
        plant.report(unit, "10", completion=scrap())
        made = Unit.objects.get(replaces=unit)
        undo(plant, unit, "10")
        assert state_of(unit) == before
        made.refresh_from_db()
        assert made.status == "CANCELLED"
    plant.report(unit, "10", completion=scrap())
    plant.start(Unit.objects.get(replaces=unit), "10")
    with pytest.raises(ReplacementBegun):
        undo(plant, unit, "10")


def test_a_finished_unit_is_reopened_by_a_correction_of_its_signed_end(plant):
    unit = plant.do(plant.unit(), "10", "20", "30")
    plant.start(unit, "40")
    before = state_of(unit)
    plant.report(unit, "40", Given("LEAK", "0.12"), completion=plant.signed())
    with pytest.raises(CorrectionNeeded, match="signed"):
        undo(plant, unit, "40")
    undo(plant, unit, "40", who="ines", reason="Wrong pump on the bench")
    assert state_of(unit) == before
    correction = ProcessException.objects.get()
    assert (correction.kind, correction.reason, correction.by.username) == (
        "CORRECTION",
        "Wrong pump on the bench",
        "ines",
    )


def test_what_was_signed_is_signed_again_after_it_was_taken_back(plant):
    unit = plant.do(plant.unit(), "10", "20", "30")
    plant.start(unit, "40")
    for reason in ("Wrong pump on the bench", ""):
        plant.report(unit, "40", Given("LEAK", "0.12"), completion=plant.signed())
        if reason:
            undo(plant, unit, "40", who="ines", reason=reason)
    assert plant.fresh(unit).status == "FINISHED"
    first, second = Signature.objects.filter(record_table="wip_operationexecution")
    assert first.shown_digest == second.shown_digest


def test_a_job_that_was_taken_over_goes_back(plant):
    unit = started(plant)
    with plant.door("tomasz") as passage:
        operations.take_over(
            execution=execution_at(unit, "10"), station=plant.stations["10"], by=passage.person, at=passage.at
        )
    assert undo(plant, unit, "10", who="tomasz").kind == "TAKEN_OVER"
    assert execution_at(unit, "10").worked_by == plant.operator


def crew(unit, code="10"):
    return {span.person.username for span in LaborSpan.objects.filter(ended_at__isnull=True, execution__unit=unit)}


def people(plant, verb, unit, who):
    with plant.door(who) as passage:
        verb(execution=execution_at(unit, "10"), station=plant.stations["10"], by=passage.person, at=passage.at)


@pytest.mark.parametrize(
    ("before", "on"),
    [
        ([], {"amina"}),
        ([("join", "tomasz")], {"amina", "tomasz"}),
        ([("pause", "amina")], set()),
        ([("join", "tomasz"), ("pause", "tomasz"), ("pause", "amina")], set()),
    ],
)
def test_whoever_was_on_a_job_before_it_was_taken_over_is_on_it_again(plant, before, on):
    unit = started(plant)
    for verb, who in before:
        people(plant, getattr(labor, verb), unit, who)
    people(plant, operations.take_over, unit, "tomasz")
    assert "tomasz" in crew(unit)
    undo(plant, unit, "10", who="tomasz")
    assert crew(unit) == on


def test_who_took_a_job_over_and_gave_it_back_may_go_on_with_it(plant):
    unit = started(plant)
    people(plant, operations.take_over, unit, "tomasz")
    undo(plant, unit, "10", who="tomasz")
    people(plant, labor.resume, unit, "tomasz")
    assert crew(unit) == {"amina", "tomasz"}
    assert execution_at(unit, "10").worked_by == plant.operator


def test_the_life_of_a_tool_is_given_back_once(plant):
    wrench = asking_for_a_wrench(plant)
    unit = plant.do(plant.released(1).units.get(), "10", "20")
    plant.start(unit, "30")
    plant.report(unit, "30", *plant.entries("30"))

    def used():
        asset = PhysicalAsset.objects.get(pk=wrench.pk)
        return asset.cycles, asset.hours

    before = used()
    for _ in range(2):
        plant.report(unit, "30", complete=True)
        assert used() != before
        undo(plant, unit, "30")
        assert used() == before
    sums = AssetUse.objects.aggregate(cycles=Sum("cycles"), hours=Sum("hours"))
    assert (sums["cycles"], sums["hours"]) == before


def test_each_undo_goes_one_act_further_back(plant):
    unit = plant.unit()
    states = [state_of(unit)]
    for act in (
        partial(plant.start, unit, "10"),
        partial(plant.report, unit, "10", Given("FIRMWARE", "4.2.1")),
        partial(plant.report, unit, "10", Given("FIRMWARE", "4.2.2", reason="Read wrong")),
        partial(plant.report, unit, "10", Given("BOARD", plant.a_board())),
        partial(plant.report, unit, "10", complete=True),
    ):
        act()
        states.append(state_of(unit))
    for before in reversed(states[:-1]):
        undo(plant, unit, "10")
        assert state_of(unit) == before
    with pytest.raises(NothingToUndo):
        undo(plant, unit, "10", execution=OperationExecution.objects.get())


# --- who may, and until when


def test_after_the_set_time_it_takes_a_correction(plant, settings):
    unit = started(plant)
    plant.at(settings.MES_UNDO_SECONDS)
    with pytest.raises(CorrectionNeeded, match="more than 10 min ago"):
        undo(plant, unit, "10")
    with pytest.raises(InvalidInput, match="needs a reason"):
        undo(plant, unit, "10", who="ines")
    undo(plant, unit, "10", who="ines", reason="Started at the wrong bench")
    assert ProcessException.objects.get().what.startswith("Taken back: started of 23 Nov")


def test_what_somebody_else_did_takes_a_correction(plant):
    unit = started(plant)
    with pytest.raises(CorrectionNeeded, match="Amina"):
        undo(plant, unit, "10", who="tomasz")


def test_who_may_neither_work_nor_correct_is_refused(plant):
    unit = started(plant)
    with pytest.raises(NotPermitted):
        undo(plant, unit, "10", who="pavel")


def test_own_undo_leaves_no_exception_and_keeps_what_was_said(plant):
    unit = started(plant)
    undo(plant, unit, "10", reason="Wrong unit")
    assert not ProcessException.objects.exists()
    assert ExecutionEvent.objects.get(kind="REVERSED").reason == "Wrong unit"


def test_another_act_than_the_one_shown_is_not_taken_back(plant):
    unit = started(plant)
    shown = undo(plant, unit, "10").at
    plant.start(unit, "10")
    with pytest.raises(ActIsAnother, match="started"):
        undo(plant, unit, "10", done_at=shown)


# --- what is in the way


def test_nothing_is_taken_back_once_a_later_operation_is_begun(plant):
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    with pytest.raises(SomethingFollowed, match="30 Torque is begun"):
        undo(plant, unit, "10")
    undo(plant, unit, "30")
    undo(plant, unit, "10")
    assert execution_at(unit, "10").is_running


def test_a_parallel_operation_is_not_in_the_way(plant):
    unit = started(plant)
    plant.start(unit, "20", who="tomasz")
    undo(plant, unit, "10")
    assert execution_at(unit, "10") is None
    assert WorkOrder.objects.get().status == "RUNNING"


def test_nothing_is_taken_back_on_hold(plant):
    unit = started(plant)
    with plant.door("mei") as passage:
        holds.place(unit=plant.fresh(unit), reason_code="QUALITY", reason="Doubt", by=passage.person, at=passage.at)
    with pytest.raises(OnHold, match="Doubt"):
        undo(plant, unit, "10")


def test_what_was_rejected_since_does_not_come_back(plant):
    unit, lot = plant.do(plant.unit(), "10", "20"), plant.a_lot(10)
    plant.start(unit, "30")
    plant.report(unit, "30", Given("SCREWS", lot))
    found = Unit.objects.get(serial=lot)
    with plant.door("mei") as passage:
        lots.reject(unit=found, reason="Wrong alloy", by=passage.person, at=passage.at)
    with pytest.raises(Refusal, match="scrapped"):
        undo(plant, unit, "30")
    assert Unit.objects.get(serial=lot).quantity_consumed == 6


def test_sums_of_events_are_the_balances(plant):
    line = lot_line(plant, quantity=50)
    unit, code = line.unit(), line.execution().operation_code
    line.book(12, 3)
    undo(plant, unit, code)
    line.book(5, 1)
    execution = line.execution()
    sums = ExecutionEvent.objects.filter(execution=execution).aggregate(Sum("started"), Sum("good"), Sum("scrap"))
    assert tuple(sums.values()) == (execution.quantity, execution.quantity_good, execution.quantity_scrapped)
    went = ActivityUnit.objects.filter(unit=unit)
    scrapped = went.filter(activity__kind="SCRAP").aggregate(sum=Sum("quantity"))["sum"]
    restored = went.filter(activity__kind="RESTORE").aggregate(sum=Sum("quantity"))["sum"]
    assert scrapped - restored == line.unit().quantity_scrapped == 1


# --- with what others do to the unit


PARALLEL = {("10", "30"): None, ("20", "30"): None}


def test_what_scrap_took_off_other_operations_is_there_again(plant):
    flow = lot_flow(plant, PARALLEL)
    lot = flow.lot(10)
    flow.start(lot, "10")
    flow.start(lot, "20", who="tomasz")
    before = state_of(lot)
    flow.book(lot, "10", scrap=3)
    assert flow.at(lot, "20").quantity == 7
    undo(plant, lot, "10")
    assert state_of(lot) == before


def test_no_piece_goes_round_what_began_beside_it_with_less(plant):
    flow = lot_flow(plant, PARALLEL)
    lot = flow.lot(10)
    flow.start(lot, "10")
    flow.book(lot, "10", scrap=3)
    flow.start(lot, "20", who="tomasz")
    with pytest.raises(SomethingFollowed, match="20 was started with what was left"):
        undo(plant, lot, "10")
    undo(plant, lot, "20", who="tomasz")
    undo(plant, lot, "10")
    assert flow.at(lot, "10").quantity_scrapped == 0


def test_a_lot_that_was_divided_since_is_left_as_it_is(plant):
    flow = lot_flow(plant)
    lot = flow.do(flow.lot(10), "10")
    with plant.door("ines") as passage:
        part = lots_in_process.split(
            unit=lot, quantity=Decimal(4), reason="Two cells", by=passage.person, at=passage.at
        )
    for one in (lot, part):
        with pytest.raises(SomethingFollowed, match="divided"):
            undo(plant, one, "10", who="ines", reason="Wrong lot")


def test_a_skipped_operation_is_to_be_done_again(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20")
    before = state_of(unit)
    line.skip(unit, "25")
    undo(plant, unit, "25", execution=OperationExecution.objects.get(status="SKIPPED"))
    assert state_of(unit) == before


def test_a_completion_that_a_rework_followed_is_left_as_it_is(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20")
    line.send_back(unit, found_in="20", return_to="20")
    with pytest.raises(SomethingFollowed, match="set aside"):
        undo(plant, unit, "20", who="ines", reason="Wrong rod")
    with pytest.raises(SomethingFollowed, match="rework was decided"):
        undo(plant, unit, "10", who="ines", reason="Wrong rod")


@pytest.mark.parametrize("completion", [None, scrap()])
def test_a_rework_that_an_act_ended_goes_on_when_it_is_taken_back(plant, completion):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20")
    line.send_back(unit, found_in="20", return_to="20")
    line.start(unit, "20")
    line.end(unit, "20", completion)
    assert Rework.objects.get().status == ("CANCELLED" if completion else "DONE")
    undo(plant, unit, "20")
    rework = Rework.objects.get()
    assert (rework.status, rework.ended_at) == ("OPEN", None)
    line.end(unit, "20")
    assert Rework.objects.get().status == "DONE"


def test_what_a_unit_has_left_its_rework_routing_by_is_left_as_it_is(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20")
    line.send_back(unit, found_in="20", return_to="20", routing_revision=line.rework)
    unit = line.do(unit, "R1", "R2")
    for code in ("R1", "R2"):
        with pytest.raises(SomethingFollowed, match="goes another way since"):
            undo(plant, unit, code)
    assert line.comes_next(unit) == {"20": True}


def test_nobody_is_on_a_job_whose_start_was_taken_back(plant):
    unit = started(plant)
    undo(plant, unit, "10")
    assert not LaborSpan.objects.filter(ended_at__isnull=True).exists()


def test_whoever_had_a_completed_job_is_on_it_again(plant):
    unit = started(plant, "20")
    plant.report(unit, "20", *plant.entries("20"), complete=True)
    undo(plant, unit, "20")
    assert LaborSpan.objects.get(ended_at__isnull=True).person == plant.operator
