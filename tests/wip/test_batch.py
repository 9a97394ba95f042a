"""Several lots in one run of a station, by the verbs: all or none, recorded once, completed together."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.test import Client

from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning, Signature
from mes.kernel.refusals import InvalidInput, NotPermitted
from mes.kernel.transitions import IllegalTransition
from mes.station.actions import batches, operations
from mes.station.actions.batches import BatchEnd
from mes.station.actions.operations import Given
from orders.status import OrderStatus
from tests.flow import LotFlow, check_balances, lot_flow
from tests.permits import grant, under
from tests.races.scenes import stage
from tests.undo import state_of, undo
from wip.actions import holds
from wip.actions import lots as lots_in_process
from wip.actions.batches import shares
from wip.actions.executions import AlreadyYours
from wip.models import Batch, OperationExecution, ProcessException, Reading
from wip.overrides import PermitDoesNotCover
from wip.policies import BlockedByGates
from wip.timesheets import labor_on
from wip.undoing import CorrectionNeeded, OnHold, SomethingFollowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(plant) -> LotFlow:
    return lot_flow(plant, {("10", "20"): None}, batch={"10": 100}, steps=True)


@pytest.fixture
def lots(flow) -> list[Unit]:
    """Three lots of two orders."""
    return [flow.lot(40, "WO-A"), flow.lot(30, "WO-B"), flow.lot(20, "WO-C")]


def start(flow: LotFlow, lots, code: str = "10", who: str = "amina") -> Batch:
    with flow.plant.door(who) as passage:
        return batches.start(
            units=[flow.plant.fresh(lot) for lot in lots],
            operation_code=code,
            station=flow.plant.stations[code],
            by=passage.person,
            at=passage.at,
        )


def report(
    flow: LotFlow, batch: Batch, *given: Given, end: BatchEnd | None = None, who: str = "amina", overrides=()
) -> Batch:
    with flow.plant.door(who) as passage:
        return batches.report(
            batch=batch,
            given=given,
            end=end,
            station=flow.plant.stations["10"],
            by=passage.person,
            at=passage.at,
            overrides=overrides,
        )


def members(batch: Batch) -> list[OperationExecution]:
    return list(batch.executions.select_related("unit").order_by("unit__serial"))


def test_each_lot_has_an_execution_of_its_own_in_the_batch(flow, lots):
    batch = start(flow, lots)
    assert (batch.number[:2], batch.status, batch.started_by) == ("B-", "RUNNING", flow.plant.operator)
    assert [(one.unit, one.quantity, one.status) for one in members(batch)] == [
        (lots[0], 40, "RUNNING"),
        (lots[1], 30, "RUNNING"),
        (lots[2], 20, "RUNNING"),
    ]
    assert {flow.plant.fresh(lot).work_order.status for lot in lots} == {OrderStatus.RUNNING}


def test_what_is_recorded_once_is_on_every_execution_and_all_end_together(flow, lots):
    batch = start(flow, lots)
    report(flow, batch, Given("HEAT", "850"))
    assert Reading.objects.filter(step_code="HEAT", value="850").count() == 3
    done = report(flow, batch, end=BatchEnd())
    assert (done.status, done.completed_by) == ("COMPLETED", flow.plant.operator)
    assert {(one.status, one.quantity_open) for one in members(batch)} == {("COMPLETED", 0)}
    check_balances()


def test_one_lot_can_have_scrap_and_one_can_be_scrap(flow, lots):
    batch = start(flow, lots)
    scrap = {lots[0].serial: Decimal(4), lots[2].serial: Decimal(20)}
    report(flow, batch, Given("HEAT", "850"), end=BatchEnd(scrap, "Cracked"))
    assert [one.quantity_good for one in members(batch)] == [36, 30, 0]
    assert flow.plant.fresh(lots[2]).status == UnitStatus.SCRAPPED
    assert flow.plant.fresh(lots[2]).work_order.status == OrderStatus.COMPLETED
    check_balances()


def test_all_or_none_and_each_unit_is_named(flow, lots):
    with flow.plant.door("mei") as passage:
        holds.place(unit=lots[1], reason_code="QUALITY", reason="Crack", by=passage.person, at=passage.at)
    flow.start(lots[2], "10")
    with pytest.raises(BlockedByGates) as refused:
        start(flow, lots)
    assert [(one.code, one.evidence["unit"]) for one in refused.value.blockers] == [
        ("ON_HOLD", lots[1].serial),
        ("OPERATION_RUNNING", lots[2].serial),
    ]
    assert all(one.evidence["unit"] in one.what for one in refused.value.blockers)
    assert not Batch.objects.exists()


def test_a_batch_takes_what_the_operation_has_room_for(flow, lots):
    with pytest.raises(BlockedByGates, match="A batch of 10 Op 10 takes 100, not 101") as refused:
        start(flow, [*lots, flow.lot(11, "WO-D")])
    assert len(refused.value.blockers) == 1


def test_what_is_done_one_by_one_is_not_done_in_a_batch(flow, lots):
    for lot in lots[:2]:
        flow.start(lot, "10")
        flow.plant.report(lot, "10", Given("HEAT", "850"), complete=True)
    with pytest.raises(BlockedByGates, match="one by one"):
        start(flow, lots[:2], "20")


def test_what_is_done_another_way_goes_in_another_batch(flow, lots, plant):
    pins = lot_flow(plant, {("10", "20"): None}, batch={"10": 100}, code="PIN")
    with pytest.raises(BlockedByGates, match="not done the same way") as refused:
        start(flow, [lots[0], pins.lot(5, "WO-PIN")])
    assert refused.value.code == "BATCH_MIXED"


def test_a_batch_is_of_several_that_are_not_the_same(flow, lots):
    for chosen in ([], [lots[0], lots[0]]):
        with pytest.raises(InvalidInput, match="not the same one"):
            start(flow, chosen)


def test_what_is_in_a_batch_is_not_worked_on_by_itself(flow, lots):
    batch = start(flow, lots)
    for act in (
        lambda: flow.plant.report(lots[0], "10", Given("HEAT", "850")),
        lambda: flow.plant.report(lots[0], "10", Given("HEAT", "850"), complete=True),
        lambda: flow.book(lots[0], "10", good=1),
    ):
        with pytest.raises(BlockedByGates, match=f"SH-0001 is in batch {batch.number} at ST-10") as refused:
            act()
        assert refused.value.code == "IN_BATCH"
    with pytest.raises(BlockedByGates) as refused, flow.plant.door("tomasz") as passage:
        operations.take_over(
            execution=flow.at(lots[0], "10"),
            station=flow.plant.stations["10"],
            by=passage.person,
            at=passage.at,
        )
    assert refused.value.code == "IN_BATCH"


def test_the_gates_judge_the_whole_batch_at_its_end(flow, lots):
    batch = start(flow, lots)
    with pytest.raises(BlockedByGates) as refused:
        report(flow, batch, end=BatchEnd())
    assert [one.code for one in refused.value.blockers] == ["STEPS_MISSING"]
    report(flow, batch, Given("HEAT", "950"))
    with pytest.raises(BlockedByGates) as refused:
        report(flow, batch, end=BatchEnd())
    assert refused.value.code == "READING_OUT_OF_LIMITS"


def test_a_batch_is_taken_over_as_a_whole(flow, lots):
    batch = start(flow, lots)
    with flow.plant.door("tomasz") as passage:
        station = flow.plant.stations["10"]
        batches.take_over(batch=batch, station=station, by=passage.person, at=passage.at)
    assert {one.worked_by for one in members(batch)} == {flow.plant.people["tomasz"]}
    with pytest.raises(BlockedByGates, match="Tomasz Nowak"):
        report(flow, batch, Given("HEAT", "850"))
    report(flow, batch, Given("HEAT", "850"), who="tomasz")
    with pytest.raises(AlreadyYours), flow.plant.door("tomasz") as passage:
        batches.take_over(batch=batch, station=station, by=passage.person, at=passage.at)


def test_a_completed_batch_takes_no_more(flow, lots):
    batch = start(flow, lots)
    report(flow, batch, Given("HEAT", "850"), end=BatchEnd())
    with pytest.raises(IllegalTransition):
        report(flow, batch, Given("HEAT", "850"))


def test_scrap_of_what_is_not_in_it_is_refused_and_only_who_works_may_start(flow, lots):
    with pytest.raises(NotPermitted):
        start(flow, lots, who="ruth")
    batch = start(flow, lots[:2])
    with pytest.raises(InvalidInput, match=f"is not in {batch.number}"):
        report(flow, batch, end=BatchEnd({lots[2].serial: Decimal(1)}, "Cracked"))


def test_one_signature_is_of_the_whole_batch(plant):
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100}, signed=True)
    lots = [flow.lot(40, "WO-A"), flow.lot(30, "WO-B")]
    batch = start(flow, lots)
    end = BatchEnd(signing=Signing(plant.people["amina"], Meaning.PERFORMED))
    report(flow, batch, end=end)
    signature = Signature.objects.get(record_table="wip_batch")
    assert signature.record == batch.pk
    assert [one["unit"] for one in signature.content["shown"]["units"]] == [lot.serial for lot in lots]


def test_the_time_of_a_run_is_shared_by_quantity(flow, lots):
    parts = shares(members(start(flow, lots)))
    assert [round(parts[one.pk], 4) for one in members(Batch.objects.get())] == [
        Decimal("0.4444"),
        Decimal("0.3333"),
        Decimal("0.2222"),
    ]


def test_a_permit_has_to_last_for_the_whole_batch(flow, lots):
    batch = start(flow, lots)
    permit = grant(flow.plant, quantity=100)
    scarce = grant(flow.plant, quantity=89)  # enough for each lot, not for all of them
    with pytest.raises(PermitDoesNotCover, match=str(scarce)) as refused:
        report(flow, batch, Given("HEAT", "950"), end=BatchEnd(), overrides=[under(scarce)])
    assert "19 of 89 are left, and this takes 20" in refused.value.why
    report(flow, batch, Given("HEAT", "950"), end=BatchEnd(), overrides=[under(permit)])
    permit.refresh_from_db()
    assert permit.quantity_used == 90
    assert not any(one.is_passed for one in members(batch))


def test_a_lot_that_follows_a_rework_routing_first_is_in_no_batch_of_its_order(plant):
    scene = stage(plant).scene(by_lot=True, runs=False)
    scene.act_for("reroute")()
    with pytest.raises(BlockedByGates):
        scene.act_for("batch")()


def test_the_start_of_a_batch_is_taken_back_on_all_its_units(flow, lots):
    before = [state_of(flow.plant.fresh(lot)) for lot in lots]
    batch = start(flow, lots)
    undo(flow.plant, lots[1], "10")
    assert Batch.objects.get(pk=batch.pk).status == "CANCELLED"
    assert {one.status for one in members(batch)} == {"CANCELLED"}
    assert [state_of(flow.plant.fresh(lot)) for lot in lots] == before
    again = start(flow, lots[:2])
    assert [one.attempt for one in members(again)] == [1, 1]
    check_balances()


def test_what_was_done_in_a_batch_is_taken_back_on_all_its_units_act_by_act(flow, lots):
    def states():
        return [state_of(flow.plant.fresh(lot)) for lot in lots]

    before = [states()]
    batch = start(flow, lots)
    before.append(states())
    report(flow, batch, Given("HEAT", "850"))
    before.append(states())
    report(flow, batch, Given("HEAT", "840", reason="Read wrong"))
    before.append(states())
    with flow.plant.door("tomasz") as passage:
        here = {"station": flow.plant.stations["10"], "by": passage.person, "at": passage.at}
        batches.take_over(batch=batch, **here)
    before.append(states())
    scrap = {lots[0].serial: Decimal(4), lots[2].serial: Decimal(20)}
    report(flow, batch, end=BatchEnd(scrap, "Cracked"), who="tomasz")
    assert states() != before[-1]
    acts = []
    while before:
        lot = lots[len(before) % 3]
        acts.append(undo(flow.plant, lot, "10", who="ines", reason="Wrong furnace").kind)
        assert states() == before.pop()
        check_balances()
        batch.refresh_from_db()
        assert batch.status == ("RUNNING" if before else "CANCELLED")
    assert acts == ["COMPLETED", "TAKEN_OVER", "RECORDED", "RECORDED", "STARTED"]
    assert ProcessException.objects.filter(kind="CORRECTION").count() == 15
    assert Reading.objects.filter(is_void=True).count() == 6


def test_who_ended_a_batch_takes_it_back_at_once_and_ends_it_anew(flow, lots):
    batch = start(flow, lots)
    report(flow, batch, Given("HEAT", "850"), end=BatchEnd({lots[2].serial: Decimal(20)}, "Cracked"))
    assert flow.plant.fresh(lots[2]).work_order.status == OrderStatus.COMPLETED
    assert undo(flow.plant, lots[0], "10").kind == "COMPLETED"
    assert flow.plant.fresh(lots[2]).work_order.status == OrderStatus.RUNNING
    assert not Reading.objects.filter(corrected_by_reading__isnull=True, is_void=False).exists()
    report(flow, batch, Given("HEAT", "850"), end=BatchEnd({lots[1].serial: Decimal(1)}, "Cracked"))
    assert [one.quantity_good for one in members(batch)] == [40, 29, 20]
    assert {one.attempt for one in members(batch)} == {1}
    check_balances()


def test_once_one_unit_of_a_batch_has_gone_on_none_of_it_is_taken_back(flow, lots):
    batch = start(flow, lots)
    report(flow, batch, Given("HEAT", "850"), end=BatchEnd())
    flow.start(lots[1], "20")
    for lot in lots[:2]:
        with pytest.raises(SomethingFollowed, match=f"on {lots[1]} can't be taken back") as refused:
            undo(flow.plant, lot, "10", who="mei", reason="Wrong furnace")
        assert "20 Op 20 is begun" in refused.value.why
    undo(flow.plant, lots[1], "20")
    undo(flow.plant, lots[0], "10")
    assert {one.status for one in members(batch)} == {"RUNNING"}


def test_a_lot_that_was_divided_since_keeps_its_batch_as_it_is(flow, lots):
    batch = start(flow, lots)
    report(flow, batch, Given("HEAT", "850"), end=BatchEnd())
    with flow.plant.door("amina") as passage:
        who = {"by": passage.person, "at": passage.at}
        lots_in_process.split(unit=flow.plant.fresh(lots[2]), quantity=Decimal(5), reason="Sample", **who)
    with pytest.raises(SomethingFollowed, match=f"in {batch.number} can't be taken back") as refused:
        undo(flow.plant, lots[0], "10")
    assert f"{lots[2]}: split since" in refused.value.why
    assert Batch.objects.get(pk=batch.pk).status == "COMPLETED"


def test_what_is_split_off_later_leaves_the_shares_of_a_batch_s_time_as_they_were(flow, lots):
    batch = start(flow, lots)
    flow.plant.clock += timedelta(minutes=9)
    report(flow, batch, Given("HEAT", "850"), end=BatchEnd())

    def minutes() -> list[Fraction]:
        spent = labor_on([one.pk for one in members(batch)], now=flow.plant.clock)
        return [sum(entry.share for entry in spent[one.pk]) / 60 for one in members(batch) if one.pk in spent]

    before = minutes()
    with flow.plant.door("amina") as passage:
        who = {"by": passage.person, "at": passage.at}
        lots_in_process.split(unit=flow.plant.fresh(lots[0]), quantity=Decimal(35), reason="Sample", **who)
    assert minutes() == before
    assert before[0] * 3 == before[1] * 4 == before[2] * 6, "40, 30 and 20 pieces"


def test_what_was_built_into_each_unit_of_a_batch_comes_out_of_each(plant):
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100}, takes=plant.screws)
    lots = [flow.lot(40, "WO-A"), flow.lot(30, "WO-B")]
    screws = plant.a_lot(100)
    batch = start(flow, lots)
    before = [state_of(flow.plant.fresh(lot), screws) for lot in lots]
    report(flow, batch, Given("PART", screws))
    assert Unit.objects.get(serial=screws).quantity_left == 30
    undo(flow.plant, lots[1], "10")
    assert [state_of(flow.plant.fresh(lot), screws) for lot in lots] == before
    report(flow, batch, Given("PART", screws))
    assert Unit.objects.get(serial=screws).quantity_left == 30


def test_what_a_permit_was_used_for_in_a_batch_is_given_back(flow, lots):
    batch, permit = start(flow, lots), grant(flow.plant, quantity=100)
    report(flow, batch, Given("HEAT", "950"), end=BatchEnd(), overrides=[under(permit)])
    undo(flow.plant, lots[0], "10")
    permit.refresh_from_db()
    assert permit.quantity_used == 0
    assert {one.is_passed for one in members(batch)} == {None}


def test_a_signed_batch_is_corrected_and_its_signature_is_void(plant):
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100}, signed=True)
    lots = [flow.lot(40, "WO-A"), flow.lot(30, "WO-B")]
    batch = start(flow, lots)
    end = BatchEnd(signing=Signing(plant.people["amina"], Meaning.PERFORMED))
    report(flow, batch, end=end)
    with pytest.raises(CorrectionNeeded) as refused:
        undo(plant, lots[0], "10")
    assert refused.value.why == "It is signed."
    undo(plant, lots[0], "10", who="mei", reason="Wrong furnace")
    (signature,) = Signature.objects.filter(record_table="wip_batch")
    office = Client()
    office.force_login(plant.people["ines"])
    for page in (f"/batches/{batch.number}/", f"/units/{lots[1]}/"):
        assert "Signature void" in office.get(page).content.decode(), page
    report(flow, batch, end=end)
    assert Signature.objects.filter(record_table="wip_batch").exclude(pk=signature.pk).count() == 1
    shown = office.get(f"/batches/{batch.number}/").content.decode()
    assert shown.count("Signature void") == 1


def test_a_batch_with_a_held_unit_is_not_taken_back_in_part(flow, lots):
    batch = start(flow, lots)
    with flow.plant.door("mei") as passage:
        holds.place(unit=lots[2], reason_code="QUALITY", reason="Crack", by=passage.person, at=passage.at)
    with pytest.raises(OnHold):
        undo(flow.plant, lots[0], "10")
    assert {one.status for one in members(batch)} == {"RUNNING"}
