"""An interlock over a real socket: never permission before the recipe is right, and none where nobody knows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pymodbus.constants import ExcCodes

from equipment.actions import interlocks
from equipment.drivers.base import ValueType
from equipment.drivers.simulator.modbus_server import Faults, ModbusMachine
from equipment.drivers.simulator.opcua_server import OpcUaServer, Variable
from equipment.models import Connection, HelpCall, MachineCommand, Tag
from mes.kernel.door import open_door
from tests.equipment.collection.floor import Floor, ask, connection_to, lease, put, tag_of, until
from tests.equipment.collection.told import R_7, Told, answered, give_tags, on_time, watched
from tests.interlock_floor import commands, prepare, with_recipe
from tests.plant import Plant
from wip.actions import holds, preparations
from wip.models import Hold
from wip.policies import BlockedByGates


@pytest.fixture
def machine(floor: Floor) -> ModbusMachine:
    return floor.machine()


@pytest.fixture
def told(machine: ModbusMachine) -> Told:
    return Told(machine)


@pytest.fixture
def connection(machine: ModbusMachine, committed_plant: Plant) -> Connection:
    """Of ST-20, whose machine takes a recipe and permission."""
    plant = committed_plant
    with_recipe(plant)
    made = connection_to(machine, plant.stations["20"])
    give_tags(plant, made, machine)
    return made


def hold(plant: Plant, **on: Any) -> Hold:
    with on_time(plant).door("mei") as passage:
        return holds.place(reason_code="PROCESS", reason="Crack", by=passage.person, at=passage.at, **on)


def test_the_recipe_is_written_and_read_back_before_the_permission_and_the_start_is_free(
    floor, committed_plant, connection, told
):
    plant, unit = committed_plant, committed_plant.unit()
    floor.collector()
    watched(connection)
    done = answered(prepare(on_time(plant), unit))
    assert (done.status, done.detail) == ("VERIFIED", "")
    assert told.writes == [(5, 0), (50, 40), (60, R_7), (5, 1)]
    assert {line["tag"]: line["after"] for line in done.answer} == {"SPEED": 40, "PROGRAM": "R-7", "ENABLE": 1}
    assert on_time(plant).start(unit, "20").is_running


def test_a_recipe_is_written_unsigned_where_a_hand_would_sign_because_its_routing_was(
    floor, committed_plant, connection, told
):
    with open_door(person=None):
        Tag.objects.filter(connection=connection, code__in=["SPEED", "ENABLE"]).update(needs_signature=True)
    floor.collector()
    watched(connection)
    plant = on_time(committed_plant)
    assert answered(prepare(plant, plant.unit())).status == "VERIFIED"
    hold(plant, station=plant.stations["20"])
    assert answered(commands(plant)[-1]).status == "VERIFIED"
    assert not told.may_run


def test_a_value_that_is_read_back_otherwise_leaves_the_permission_off_and_the_start_shut(
    floor, committed_plant, connection, told
):
    plant, unit = committed_plant, committed_plant.unit()
    told.then[60, R_7] = lambda: told.machine.memory.tables["holding"].update({50: 38})
    floor.collector()
    watched(connection)
    done = answered(prepare(on_time(plant), unit))
    assert (done.status, done.detail) == ("MISMATCHED", "SPEED is 38, not 40")
    assert (5, 1) not in told.writes
    assert not told.may_run
    with pytest.raises(BlockedByGates) as refused:
        on_time(plant).start(unit, "20")
    assert refused.value.why == "The machine says otherwise: SPEED is 38, not 40. It has no permission."


def test_a_permission_of_before_is_off_while_the_recipe_changes(floor, committed_plant, connection, told):
    plant, unit = committed_plant, committed_plant.unit()
    told.machine.memory.tables["coil"][5] = 1
    seen: list[bool] = []
    told.then[50, 40] = lambda: seen.append(told.may_run)
    floor.collector()
    watched(connection)
    assert answered(prepare(on_time(plant), unit)).status == "VERIFIED"
    assert seen == [False]


def test_a_recipe_that_changes_with_the_permission_takes_it_away_again(floor, committed_plant, connection, told):
    plant, unit = committed_plant, committed_plant.unit()
    told.then[5, 1] = lambda: told.machine.memory.tables["holding"].update({50: 12})
    floor.collector()
    watched(connection)
    done = answered(prepare(on_time(plant), unit))
    assert (done.status, done.detail) == ("MISMATCHED", "SPEED is 12, not 40")
    assert told.writes[-2:] == [(5, 1), (5, 0)]


def test_a_value_within_its_tolerance_is_right(floor, committed_plant, connection, told):
    plant = committed_plant
    with_recipe(plant, ("SPEED", "40", "2"), ("PROGRAM", "R-7", None))
    unit = plant.unit()
    told.then[60, R_7] = lambda: told.machine.memory.tables["holding"].update({50: 38})
    floor.collector()
    watched(connection)
    assert answered(prepare(on_time(plant), unit)).status == "VERIFIED"
    assert told.may_run


def test_a_hold_takes_the_permission_from_the_machine_that_runs(floor, committed_plant, connection, told):
    plant, unit = committed_plant, committed_plant.unit()
    floor.collector()
    watched(connection)
    answered(prepare(on_time(plant), unit))
    on_time(plant).start(unit, "20")
    assert told.may_run
    hold(plant, order=unit.work_order)
    assert answered(commands(plant)[-1]).status == "VERIFIED"
    assert not told.may_run


@pytest.mark.parametrize(("at", "status"), [((50, 40), "MISMATCHED"), ((5, 1), "VERIFIED")])
def test_a_collector_that_is_killed_between_leaves_a_whole_recipe_or_no_permission(
    floor, committed_plant, connection, told, at, status
):
    plant, unit = committed_plant, committed_plant.unit()
    process = floor.process()
    watched(connection)
    told.then[at] = process.kill
    command = prepare(on_time(plant), unit)
    process.wait(30)
    told.then.clear()
    assert MachineCommand.objects.get(pk=command.pk).status == "WRITING"
    floor.collector()
    assert answered(command).status == status
    assert told.may_run == (status == "VERIFIED")
    assert told.writes.count((50, 40)) == 1  # nothing of a recipe is written again


def test_a_withdrawal_whose_end_nobody_saw_is_written_again(floor, committed_plant, connection, told):
    plant, unit = committed_plant, committed_plant.unit()
    process = floor.process()
    watched(connection)
    answered(prepare(on_time(plant), unit))
    told.machine.faults.mute = True  # it takes the request and does nothing
    told.writes.clear()
    hold(plant, unit=unit)
    withdrawn = commands(plant)[-1]
    until(lambda: MachineCommand.objects.get(pk=withdrawn.pk).status == "WRITING", "it is being written")
    process.kill()
    assert told.may_run
    told.machine.faults.mute = False
    floor.collector()
    assert answered(withdrawn).status == "VERIFIED"
    assert not told.may_run


@pytest.mark.parametrize(
    ("refusing", "status"),
    [
        ({"exception_to_writes": ExcCodes.ILLEGAL_VALUE}, "REFUSED"),
        ({"deaf_to_writes": True, "echoes_value": True}, "MISMATCHED"),
        ({"deaf_to_writes": True, "echoes_address": True}, "MISMATCHED"),
    ],
    ids=["by an exception", "by another value", "by another address"],
)
def test_a_machine_that_refuses_to_lose_its_permission_is_asked_ever_more_seldom_until_it_follows(
    floor, committed_plant, connection, told, refusing, status
):
    plant, unit, faults = committed_plant, committed_plant.unit(), told.machine.faults
    floor.collector()
    watched(connection)
    answered(prepare(on_time(plant), unit))
    told.machine.faults = replace(faults, **refusing)
    hold(plant, unit=unit)

    def asked_after(seconds: float) -> int:
        refused = answered(commands(plant)[-1])
        then = refused.answered_at + timedelta(seconds=seconds)
        with open_door(person=None, at=then):
            preparations.call_where_refused(site=plant.site.pk, at=then)
            return preparations.withdraw_ended(site=plant.site.pk, by=None, at=then)

    for wait_s in (20, 40, 80):
        refused = answered(commands(plant)[-1])
        assert (refused.purpose, refused.status, told.may_run) == ("WITHDRAW", status, True)
        assert asked_after(wait_s - 1) == 0
        assert asked_after(wait_s) == 1
    answered(commands(plant)[-1])
    told.machine.faults = faults
    assert asked_after(160) == 1
    assert answered(commands(plant)[-1]).status == "VERIFIED"
    assert not told.may_run
    assert asked_after(400) == 0
    assert HelpCall.objects.get().kind == "MAINTENANCE"
    assert lease(connection).connects == 1, "whoever refuses is watched all the same"


@pytest.mark.parametrize(("is_deaf", "status"), [(False, "VERIFIED"), (True, "MISMATCHED")])
def test_a_machine_that_answers_a_recipe_as_other_writes_has_permission_where_all_is_read_back_as_asked(
    floor, committed_plant, connection, told, is_deaf, status
):
    plant, unit = committed_plant, committed_plant.unit()
    told.machine.faults = Faults(deaf_to_writes=is_deaf, echoes_value=True)
    floor.collector()
    watched(connection)
    assert answered(prepare(on_time(plant), unit)).status == status
    assert told.may_run == (not is_deaf)


def test_what_nobody_could_send_in_time_is_never_sent(floor, committed_plant, connection, told, monkeypatch):
    plant, unit = committed_plant, committed_plant.unit()
    floor.collector()
    watched(connection)
    floor.do(told.machine.unplug())
    until(lambda: ask("SELECT 1 FROM equipment_connectionlease WHERE state = 'LOST'"), "the loss")
    monkeypatch.setattr(interlocks, "SENT_WITHIN", timedelta(seconds=0.3))
    done = answered(prepare(on_time(plant), unit))
    floor.do(told.machine.plug_in())
    until(lambda: ask("SELECT 1 FROM equipment_connectionlease WHERE state = 'GOOD'"), "the link")
    assert (done.status, told.writes) == ("EXPIRED", [])
    with pytest.raises(BlockedByGates, match="not prepared") as refused:
        on_time(plant).start(unit, "20")
    assert "Nobody could tell it in time" in refused.value.why


def test_a_withdrawal_waits_for_the_link_and_so_does_the_gate(floor, committed_plant, connection, told):
    plant, unit = committed_plant, committed_plant.unit()
    floor.collector()
    watched(connection)
    answered(prepare(on_time(plant), unit))
    floor.do(told.machine.unplug())
    until(lambda: ask("SELECT 1 FROM equipment_connectionlease WHERE state = 'LOST'"), "the loss")
    with pytest.raises(BlockedByGates) as refused:
        on_time(plant).start(unit, "20")
    assert refused.value.why == "The connection to the machine was lost since."
    hold(plant, unit=unit)
    floor.do(told.machine.plug_in())
    assert answered(commands(plant)[-1]).status == "VERIFIED"
    assert not told.may_run


def test_no_machine_waits_for_another_that_does_not_answer(floor, committed_plant, connection, told):
    plant, unit = committed_plant, committed_plant.unit()
    silent = floor.machine()
    other = connection_to(silent, plant.stations["10"], code="PLC-2", timeout_ms=30_000, period_ms=60_000)
    slow = tag_of(other, "SLOW", "holding:1", is_writable=True)
    put(silent, slow, 0)
    floor.collector()
    watched(connection)
    watched(other)
    silent.faults.mute = True
    with open_door(person=None):
        stuck = MachineCommand.objects.create(
            site=plant.site,
            connection=other,
            lines=[{"tag": "SLOW", "value": 1}],
            deadline_at=timezone.now() + timedelta(seconds=60),
            asked_at=timezone.now(),
        )
    until(lambda: MachineCommand.objects.get(pk=stuck.pk).status == "WRITING", "it waits for the silent one")
    assert answered(prepare(on_time(plant), unit)).status == "VERIFIED"
    assert MachineCommand.objects.get(pk=stuck.pk).status == "WRITING"


def test_an_opc_ua_server_is_told_in_the_same_way(floor, committed_plant):
    plant = committed_plant
    with_recipe(plant, ("SPEED", "40.5", None))
    speed = Variable("Press/Speed", 1.5, is_writable=True)
    enable = Variable("Press/Enable", value=False, value_type=ValueType.BOOL, is_writable=True)
    with OpcUaServer([speed, enable]) as server:
        made = connection_to(server, plant.stations["20"], kind="OPCUA", timeout_ms=10_000)
        for name, variable in (("SPEED", speed), ("ENABLE", enable)):
            tag_of(
                made,
                name,
                variable.address,
                value_type=variable.value_type,
                station=plant.stations["20"],
                is_writable=True,
            )
        with open_door(person=None):
            plant.stations["20"].interlock, plant.stations["20"].permission_tag = "RECIPE", "ENABLE"
            plant.stations["20"].save()
        unit = plant.unit()
        floor.collector()
        watched(made)
        done = answered(prepare(on_time(plant), unit))
        assert (done.status, done.detail) == ("VERIFIED", "")
        assert (server.value("Press/Speed"), server.value("Press/Enable")) == (40.5, True)
        assert on_time(plant).start(unit, "20").is_running
        hold(plant, unit=unit)
        assert answered(commands(plant)[-1]).status == "VERIFIED"
        assert server.value("Press/Enable") is False
        floor.stop_all()


def test_the_values_are_polled_and_shown_as_any_other(floor, committed_plant, connection, told):
    plant, unit = committed_plant, committed_plant.unit()
    floor.collector()
    watched(connection)
    answered(prepare(on_time(plant), unit))
    permission = Tag.objects.get(code="ENABLE")
    until(lambda: permission.series.get().latest.value == 1, "its value")
