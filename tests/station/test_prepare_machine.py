"""Preparing a machine at its station: what is asked of it, when the start is free, and when its permission goes."""

from datetime import timedelta

import pytest

from equipment.actions import machine_commands
from equipment.actions.interlocks import CantBeTold, NoInterlock
from equipment.models import MachineCommand, Observation, SiteAccess, Tag
from equipment.policies import SiteNotYours
from mes.kernel.door import open_door
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.station.actions import batches, operations
from mes.station.actions.batches import BatchEnd
from tests.flow import lot_flow
from tests.holds import signed
from tests.interlock_floor import answer, commands, interlocked, prepare, prepared, said, with_recipe
from tests.machine_floor import value
from wip.actions import holds, order_changes
from wip.actions.undo import undo
from wip.models import Hold
from wip.overrides import GivenOverride
from wip.policies import BlockedByGates, MachineInUse
from wip.queries import why_not
from wip.queues import queue_at
from wip.tasks import withdraw_permissions

pytestmark = pytest.mark.django_db
GATE = "wip.machine_gates.machine_prepared"


def refusal(plant, unit, code="20"):
    with pytest.raises(BlockedByGates) as refused:
        plant.start(unit, code)
    assert [blocker.code for blocker in refused.value.blockers] == ["MACHINE_NOT_PREPARED"]
    return refused.value


def hold(plant, **on) -> Hold:
    with plant.door("mei") as passage:
        return holds.place(reason_code="PROCESS", reason="Crack", by=passage.person, at=passage.at, **on)


def test_a_start_waits_until_the_machine_has_permission(plant):
    interlocked(plant)
    unit = plant.unit()
    refused = refusal(plant, unit)
    assert refused.what == f"The machine at ST-20 is not prepared for {unit}."
    assert (refused.why, refused.do) == ("Nobody has prepared it yet.", "Press Prepare machine.")
    command = prepare(plant, unit)
    plant.clock -= timedelta(seconds=55)
    assert refusal(plant, unit).why == "The machine has not answered yet."
    answer(plant, command)
    assert plant.start(unit, "20").is_running


def test_recipe_comes_before_permission_in_one_command(plant):
    interlocked(plant, recipe=True)
    with_recipe(plant)
    unit = plant.unit()
    command = prepare(plant, unit)
    assert command.lines == [
        {"tag": "SPEED", "value": 40, "tolerance": 0.5},
        {"tag": "PROGRAM", "value": "R-7"},
        {"tag": "ENABLE", "value": True, "enables": True},
    ]
    assert (command.subject, command.units, command.operation_code) == (f"{unit}, 20", [unit.pk], "20")
    assert command.deadline_at - command.asked_at == timedelta(seconds=15)
    answer(plant, command)
    assert plant.start(unit, "20").is_running


def test_where_permission_is_enough_the_recipe_is_not_written(plant):
    interlocked(plant)
    with_recipe(plant)
    unit = plant.unit()
    assert [line["tag"] for line in prepared(plant, unit).lines] == ["ENABLE"]
    assert plant.start(unit, "20").is_running


@pytest.mark.parametrize(
    ("status", "detail", "words"),
    [
        ("EXPIRED", "", "Nobody could tell it in time, so it was not told at all."),
        ("MISMATCHED", "SPEED is 38, not 40", "The machine says otherwise: SPEED is 38, not 40."),
        ("REFUSED", "Illegal address", "The machine refused: Illegal address"),
    ],
)
def test_what_the_machine_did_not_do_keeps_the_start_shut_and_is_said(plant, status, detail, words):
    interlocked(plant)
    unit = plant.unit()
    answer(plant, prepare(plant, unit), status, detail=detail)
    assert words in refusal(plant, unit).why
    prepared(plant, unit)
    assert plant.start(unit, "20").is_running


def test_a_machine_that_says_otherwise_is_not_said_to_be_off_unless_it_was_read_back(plant):
    interlocked(plant)
    unit = plant.unit()
    read_back = [{"tag": "ENABLE", "before": False, "after": True}]
    more = {"detail": "SPEED is 38, not 40", "answer": read_back}
    answer(plant, prepare(plant, unit), "MISMATCHED", **more)
    assert refusal(plant, unit).why == "The machine says otherwise: SPEED is 38, not 40. It may still run."
    read_back[0]["after"] = False
    answer(plant, prepare(plant, unit), "MISMATCHED", **more)
    assert refusal(plant, unit).why == "The machine says otherwise: SPEED is 38, not 40. It has no permission."


def test_what_nobody_sends_is_over_after_its_deadline_though_nobody_says_so(plant):
    interlocked(plant)
    unit = plant.unit()
    prepare(plant, unit)
    plant.at(60)
    assert "not told at all" in refusal(plant, unit).why


def test_a_preparation_is_for_one_unit_and_operation(plant):
    interlocked(plant)
    one, other = plant.unit(), plant.unit()
    prepared(plant, one)
    assert refusal(plant, other).why == f"It was prepared for {one}, 20."


def test_another_recipe_since_is_another_preparation(plant):
    interlocked(plant, recipe=True)
    with_recipe(plant)
    unit = plant.unit()
    command = prepared(plant, unit)
    with open_door(person=None):
        changed = [{**line, "value": 41} if line["tag"] == "SPEED" else line for line in command.lines]
        MachineCommand.objects.filter(pk=command.pk).update(lines=changed)
    assert "other values than the routing asks for" in refusal(plant, unit).why


def test_a_lost_connection_since_asks_again(plant):
    connection = interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    Observation.objects.filter(connection=connection).update(ended_at=plant.at())
    Observation.objects.create(
        connection=connection, epoch=2, began_at=plant.at(), seen_until=plant.clock + timedelta(hours=1)
    )
    assert refusal(plant, unit).why == "The connection to the machine was lost since."


def test_a_connection_that_nobody_watches_asks_again(plant):
    connection = interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    Observation.objects.filter(connection=connection).update(seen_until=plant.clock - timedelta(minutes=5))
    assert refusal(plant, unit).why == "The connection to the machine was lost since."


def test_what_was_written_by_hand_since_asks_again(plant):
    connection = interlocked(plant, recipe=True)
    with_recipe(plant)
    unit = plant.unit()
    prepared(plant, unit)
    with plant.door("ines") as passage:
        by_hand = [{"tag": "SPEED", "value": 12}]
        machine_commands.queue(
            connection=connection, lines=by_hand, wait_s=10, reason="Try", by=passage.person, at=passage.at
        )
    assert refusal(plant, unit).why == "SPEED was written by hand since."


def test_what_was_written_by_hand_under_another_code_asks_again(plant):
    connection = interlocked(plant, recipe=True)
    value(connection, None, "RAW", value_type="UINT32", address="holding:49", is_writable=True)
    with_recipe(plant)
    unit = plant.unit()
    prepared(plant, unit)
    with plant.door("ines") as passage:
        by_hand = [{"tag": "RAW", "value": 12}]
        more = {"wait_s": 10, "reason": "Try", "by": passage.person, "at": passage.at}
        command = machine_commands.queue(connection=connection, lines=by_hand, **more)
    assert command.station == plant.stations["20"]
    assert refusal(plant, unit).why == "SPEED was written by hand since."


@pytest.mark.parametrize("code", ["ENABLE", "SAME"])
def test_nobody_gives_the_permission_by_hand_under_whichever_code(plant, code):
    connection = interlocked(plant)
    value(connection, plant.stations["30"], "SAME", value_type="BOOL", address="coil:5", is_writable=True)
    said = {"ENABLE": "ENABLE is the permission", "SAME": "SAME lies where ENABLE does, the permission"}[code]
    with pytest.raises(InvalidInput, match=said), plant.door("ines") as passage:
        machine_commands.queue(
            connection=connection,
            lines=[{"tag": code, "value": True}],
            wait_s=10,
            reason="Hurry",
            by=passage.person,
            at=passage.at,
        )


def test_a_supervisor_lets_a_start_pass_without(plant):
    interlocked(plant)
    unit = plant.unit()
    override = GivenOverride(GATE, "Machine in hand mode", plant.people["ines"])
    with plant.door() as passage:
        started = operations.start(
            unit=plant.fresh(unit),
            operation_code="20",
            station=plant.stations["20"],
            by=passage.person,
            at=passage.at,
            overrides=[override],
        )
    assert started.is_running
    assert not commands(plant)


def test_what_is_in_the_way_of_the_start_is_in_the_way_of_the_permission(plant):
    interlocked(plant, "30")
    unit = plant.unit()
    with pytest.raises(BlockedByGates) as refused:
        prepare(plant, unit, code="30")
    assert "PREDECESSOR_NOT_DONE" in [blocker.code for blocker in refused.value.blockers]
    assert not commands(plant, "30")


def test_while_something_else_runs_there_the_machine_is_not_prepared(plant):
    interlocked(plant)
    one, other = plant.unit(), plant.unit()
    prepared(plant, one)
    plant.start(one, "20")
    with pytest.raises(MachineInUse, match=f"works on {one}"):
        prepare(plant, other)


def test_pressed_again_it_is_asked_anew_and_what_waited_is_not_sent(plant):
    interlocked(plant)
    unit = plant.unit()
    prepare(plant, unit)
    prepare(plant, unit)
    assert said(commands(plant)) == [("PREPARE", "CANCELLED"), ("PREPARE", "QUEUED")]


def test_a_batch_is_prepared_as_a_whole(plant):
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100})
    lots = [plant.fresh(flow.lot(quantity, order)) for quantity, order in ((40, "WO-A"), (30, "WO-B"))]
    interlocked(plant, "10")

    def start():
        with plant.door() as passage:
            here = {"station": plant.stations["10"], "by": passage.person, "at": passage.at}
            return batches.start(units=lots, operation_code="10", **here)

    prepared(plant, lots[0], code="10")
    with pytest.raises(BlockedByGates, match="not prepared"):
        start()
    prepared(plant, *lots, code="10")
    batch = start()
    with plant.door() as passage:
        end = BatchEnd()
        batches.report(batch=batch, end=end, station=plant.stations["10"], by=passage.person, at=passage.at)
    assert [purpose for purpose, _ in said(commands(plant, "10"))] == ["PREPARE", "PREPARE", "WITHDRAW"]


def test_a_station_without_an_interlock_is_not_prepared(plant):
    with pytest.raises(NoInterlock):
        prepare(plant, plant.unit())


def test_what_the_machine_can_not_be_told_is_named_and_nothing_is_sent(plant):
    interlocked(plant, recipe=True)
    with_recipe(plant)
    unit = plant.unit()
    with open_door(person=None):
        Tag.objects.filter(code="SPEED").update(write_high=30)
        Tag.objects.filter(code="PROGRAM").update(is_writable=False)
    with pytest.raises(CantBeTold) as refused:
        prepare(plant, unit)
    assert [error.what for error in refused.value.errors] == [
        "SPEED = 40 at ST-20: 40 is not within its bounds.",
        "PROGRAM = R-7 at ST-20: It may not be written.",
    ]
    assert not commands(plant)


def test_the_same_unit_twice_is_no_run(plant):
    interlocked(plant)
    unit = plant.unit()
    with pytest.raises(InvalidInput):
        prepare(plant, unit, unit)


def test_who_does_not_work_prepares_nothing(plant):
    interlocked(plant)
    unit = plant.unit()
    with pytest.raises(RoleMissing):
        prepare(plant, unit, who="pavel")
    SiteAccess.objects.filter(person=plant.people["tomasz"]).delete()
    with pytest.raises(SiteNotYours):
        prepare(plant, unit, who="tomasz")


def test_the_permission_goes_with_the_end_of_the_work(plant):
    interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    plant.do(unit, "20")
    last = commands(plant)[-1]
    assert (last.purpose, last.status, last.reason, last.units) == ("WITHDRAW", "QUEUED", "Completed", [unit.pk])
    assert last.lines == [{"tag": "ENABLE", "value": False}]


def test_the_permission_goes_with_the_start_that_is_taken_back(plant):
    interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    execution = plant.start(unit, "20")
    with plant.door() as passage:
        undo(execution=execution, by=passage.person, at=passage.at)
    assert said(commands(plant))[-1] == ("WITHDRAW", "QUEUED")
    assert refusal(plant, unit).why == "Its permission was withdrawn."


@pytest.mark.parametrize("on", ["unit", "order", "station", "operation"])
@pytest.mark.parametrize("started", [True, False])
def test_a_hold_on_what_it_is_for_withdraws_it_in_the_same_act(plant, on, started):
    interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    if started:
        plant.start(unit, "20")
    placed = hold(
        plant,
        **{
            "unit": {"unit": unit},
            "order": {"order": unit.work_order},
            "station": {"station": plant.stations["20"]},
            "operation": {"unit": unit, "operation_code": "20"},
        }[on],
    )
    last = commands(plant)[-1]
    assert (last.purpose, last.cause, last.reason) == ("WITHDRAW", placed.pk, f"On hold: {placed.number}")
    assert last.asked_by == plant.people["mei"]


def test_a_hold_on_something_else_leaves_it(plant):
    interlocked(plant)
    unit, other = plant.unit(), plant.unit()
    prepared(plant, unit)
    for on in ({"unit": other}, {"unit": unit, "operation_code": "30"}, {"station": plant.stations["30"]}):
        hold(plant, **on)
    assert said(commands(plant)) == [("PREPARE", "VERIFIED")]


def test_a_hold_takes_back_what_was_not_sent_yet(plant):
    interlocked(plant)
    unit = plant.unit()
    prepare(plant, unit)
    hold(plant, unit=unit)
    assert said(commands(plant)) == [("PREPARE", "CANCELLED"), ("WITHDRAW", "QUEUED")]


@pytest.mark.parametrize("status", ["EXPIRED", "REFUSED", "MISMATCHED"])
@pytest.mark.parametrize("end", ["hold", "completion"])
def test_pressed_again_in_vain_the_permission_of_before_still_goes_with_its_work(plant, status, end):
    interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    plant.start(unit, "20")
    answer(plant, prepare(plant, unit), status)
    if end == "hold":
        hold(plant, unit=unit)
    else:
        plant.report(unit, "20", *plant.entries("20"), complete=True)
    assert said(commands(plant)) == [("PREPARE", "VERIFIED"), ("PREPARE", status), ("WITHDRAW", "QUEUED")]


def test_while_a_preparation_for_another_unit_waits_the_permission_of_before_still_goes_with_its_hold(plant):
    interlocked(plant)
    one, other = plant.unit(), plant.unit()
    prepared(plant, one)
    prepare(plant, other)
    hold(plant, unit=one)
    assert said(commands(plant))[1:] == [("PREPARE", "CANCELLED"), ("WITHDRAW", "QUEUED")]


def test_what_was_begun_to_be_written_and_went_wrong_is_withdrawn_with_the_hold(plant):
    interlocked(plant)
    unit = plant.unit()
    answer(plant, prepare(plant, unit), "MISMATCHED")
    hold(plant, unit=unit)
    assert said(commands(plant))[-1] == ("WITHDRAW", "QUEUED")


@pytest.mark.parametrize("status", ["REFUSED", "MISMATCHED", "EXPIRED"])
def test_a_withdrawal_that_the_machine_did_not_follow_is_asked_for_again_until_it_does(plant, monkeypatch, status):
    interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    hold(plant, unit=unit)
    answer(plant, commands(plant)[-1], status)
    monkeypatch.setattr("wip.tasks.timezone.now", lambda: plant.clock + timedelta(seconds=20))
    assert (withdraw_permissions(), withdraw_permissions()) == (1, 0)
    answer(plant, commands(plant)[-1])
    assert withdraw_permissions() == 0
    assert said(commands(plant)) == [("PREPARE", "VERIFIED"), ("WITHDRAW", status), ("WITHDRAW", "VERIFIED")]


def test_after_the_hold_the_running_work_is_prepared_again(plant):
    interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    plant.start(unit, "20")
    placed = hold(plant, unit=unit)
    with pytest.raises(BlockedByGates, match="On hold"):
        prepare(plant, unit)
    with plant.door("mei") as passage:
        holds.release(
            hold=placed, reason="Only dirt", by=passage.person, at=passage.at, signing=signed(placed, passage.person)
        )
    assert prepare(plant, unit).status == "QUEUED"


def test_a_cancelled_order_withdraws_it(plant):
    interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    with plant.door("pavel") as passage:
        order_changes.cancel(order=unit.work_order, reason="Not wanted", by=passage.person, at=passage.at)
    assert said(commands(plant))[-1] == ("WITHDRAW", "QUEUED")


def test_what_nobody_begins_is_withdrawn_by_the_sweep_once(plant, monkeypatch):
    interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    monkeypatch.setattr("wip.tasks.timezone.now", lambda: plant.clock + timedelta(minutes=14))
    assert withdraw_permissions() == 0
    monkeypatch.setattr("wip.tasks.timezone.now", lambda: plant.clock + timedelta(minutes=16))
    assert (withdraw_permissions(), withdraw_permissions()) == (1, 0)
    last = commands(plant)[-1]
    assert (last.purpose, last.reason) == ("WITHDRAW", "Nobody has begun within 15 min.")


def test_work_that_runs_keeps_it_however_long(plant, monkeypatch):
    interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    plant.start(unit, "20")
    monkeypatch.setattr("wip.tasks.timezone.now", lambda: plant.clock + timedelta(hours=5))
    assert withdraw_permissions() == 0


def test_a_queue_is_not_blocked_by_what_comes_with_the_start(plant):
    interlocked(plant)
    unit = plant.unit()
    waiting = queue_at(plant.stations["20"], plant.operator)
    assert [candidate.job.unit for candidate in waiting.ready] == [unit]


def test_why_not_says_it(plant):
    interlocked(plant)
    said_of = why_not(plant.unit(), person=plant.operator, station=plant.stations["20"])
    assert "MACHINE_NOT_PREPARED" in [verdict.code for verdict in said_of["20"]]
