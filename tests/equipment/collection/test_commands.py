"""What is written to machines: once, within bounds, read back; never late, never twice."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from equipment.actions import machine_commands
from equipment.drivers.simulator.modbus_server import WRITES, ModbusMachine
from equipment.models import Connection, MachineCommand, Tag
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.door import open_door
from tests.equipment.collection.floor import Floor, connection_to, lease, ledger, put, samples_of, tag_of, until


@pytest.fixture
def machine(floor: Floor):
    return floor.machine()


@pytest.fixture
def connection(machine, committed_plant) -> Connection:
    return connection_to(machine, committed_plant.stations["20"])


@pytest.fixture
def pressure(machine, connection) -> Tag:
    tag = tag_of(
        connection, "pressure", "holding:40", value_type="INT16", scale=0.1, is_writable=True, write_low=0, write_high=8
    )
    put(machine, tag, 25)
    heat = tag_of(connection, "heat", "holding:50", is_writable=True, needs_signature=True, report="CHANGE")
    put(machine, heat, 900)
    return tag


def by_hand(plant, connection: Connection, *lines: dict, signs: bool = False) -> MachineCommand:
    """As the screen asks for it, on the wall's clock: the collector's."""
    signing = Signing(plant.people["ines"], Meaning.APPROVED) if signs else None
    with open_door(person=plant.people["ines"], at=timezone.now()) as passage:
        return machine_commands.queue(
            connection=connection,
            lines=lines,
            wait_s=20,
            reason="New batch",
            signing=signing,
            by=passage.person,
            at=passage.at,
        )


def command(connection: Connection, *lines: dict, seconds: float = 20, **more) -> MachineCommand:
    with open_door(person=None) as passage:
        return MachineCommand.objects.create(
            site=connection.site,
            connection=connection,
            lines=list(lines),
            deadline_at=timezone.now() + timedelta(seconds=seconds),
            asked_at=passage.at,
            **more,
        )


def answered(asked: MachineCommand) -> MachineCommand:
    def over() -> MachineCommand | None:
        now = MachineCommand.objects.get(pk=asked.pk)
        return now if now.answered_at else None

    return until(over, "an answer")


def test_a_value_is_written_and_read_back(floor, machine, connection, pressure):
    floor.collector()
    done = answered(command(connection, {"tag": "pressure", "value": 6.3, "expected": 2.5}))
    assert done.status == "VERIFIED"
    assert done.answer == [{"tag": "pressure", "before": 2.5, "after": pytest.approx(6.3)}]
    assert machine.memory.tables["holding"][40] == 63


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"tag": "pressure", "value": 9.0}, "out of its bounds"),
        ({"tag": "pressure", "value": 5.0, "expected": 1.0}, "nothing was written"),
        ({"tag": "nothing", "value": 5.0}, "no tag nothing"),
        ({"tag": "heat", "value": 5.0}, "written with a signature by now"),
    ],
)
def test_what_must_not_be_written_is_not(floor, machine, connection, pressure, line, words):
    floor.collector()
    refused = answered(command(connection, line))
    assert refused.status == "REFUSED"
    assert words in refused.detail
    assert machine.memory.tables["holding"][40] == 25


def test_what_is_asked_by_hand_and_signed_is_written_and_what_the_machine_shows_by_then_is_not_overwritten(
    floor, machine, connection, pressure, committed_plant
):
    floor.collector()
    heat = Tag.objects.get(code="heat")
    line = {"tag": "heat", "value": 930, "expected": 900}
    assert answered(by_hand(committed_plant, connection, line, signs=True)).status == "VERIFIED"
    assert machine.memory.tables["holding"][50] == 930
    put(machine, heat, 940)  # somebody at the machine
    refused = answered(
        by_hand(committed_plant, connection, {"tag": "pressure", "value": 3}, line | {"expected": 930}, signs=True)
    )
    assert (refused.status, refused.detail) == ("REFUSED", "heat is 940, not 930: nothing was written.")
    assert (machine.memory.tables["holding"][50], machine.memory.tables["holding"][40]) == (940, 25)


@pytest.mark.parametrize(("there", "status"), [(27, "VERIFIED"), (31, "REFUSED")])
def test_what_had_to_be_there_may_differ_by_the_deadband_of_what_is_on_record(
    floor, machine, connection, pressure, there, status
):
    with open_door(person=None):
        Tag.objects.filter(pk=pressure.pk).update(report="DEADBAND", deadband=0.5)
    floor.collector()
    until(lambda: samples_of(pressure), "it watches")
    put(machine, pressure, there)
    assert answered(command(connection, {"tag": "pressure", "value": 6.0, "expected": 2.5})).status == status


def test_what_is_too_late_is_never_sent(floor, machine, connection, pressure):
    late = command(connection, {"tag": "pressure", "value": 6.0}, seconds=-1)
    floor.collector()
    assert answered(late).status == "EXPIRED"
    assert machine.memory.tables["holding"][40] == 25


@pytest.mark.parametrize(("there", "status"), [(60, "VERIFIED"), (25, "MISMATCHED")])
def test_one_whose_end_nobody_saw_is_looked_at_and_not_sent_again(floor, machine, connection, pressure, there, status):
    unknown = command(connection, {"tag": "pressure", "value": 6.0}, status="WRITING")
    machine.memory.tables["holding"][40] = there
    floor.collector()
    assert answered(unknown).status == status
    assert machine.memory.tables["holding"][40] == there


@pytest.mark.parametrize(("is_done", "status"), [(True, "VERIFIED"), (False, "MISMATCHED")])
def test_a_write_that_is_not_answered_is_found_out_when_the_link_is_back(
    floor, machine, connection, pressure, is_done, status
):
    floor.collector()
    until(lambda: samples_of(pressure), "it watches")
    machine.faults.mute_to_writes = True
    asked = command(connection, {"tag": "pressure", "value": 6.0})
    until(lambda: writes_to(machine), "the write")
    if is_done:
        put(machine, pressure, 60)
    assert answered(asked).status == status
    assert lease(connection).connects == 2, "the link was given up"
    assert len(writes_to(machine)) == 1, "it was sent once"
    assert ledger(connection)["pressure"].samples


@pytest.mark.parametrize("echo", ["echoes_value", "echoes_address"])
@pytest.mark.parametrize(("is_deaf", "status"), [(False, "VERIFIED"), (True, "MISMATCHED")])
def test_a_write_that_is_answered_as_another_one_is_what_is_read_back(
    floor, machine, connection, pressure, echo, is_deaf, status
):
    floor.collector()
    until(lambda: samples_of(pressure), "it watches")
    machine.faults.deaf_to_writes = is_deaf
    setattr(machine.faults, echo, True)
    done = answered(command(connection, {"tag": "pressure", "value": 6.0}))
    said = {
        "echoes_value": "register 40 = 61 instead of register 40 = 60",
        "echoes_address": "register 41 = 60 instead of register 40 = 60",
    }[echo]
    unclear = f"Whether holding:40 was written is not known: the machine answers {said}."
    assert done.status == status
    assert done.detail == (f"pressure is 2.5, not 6.0; {unclear}" if is_deaf else unclear)
    assert done.answer == [{"tag": "pressure", "before": 2.5, "after": 2.5 if is_deaf else 6.0}]
    assert len(writes_to(machine)) == 1, "it was sent once"
    assert lease(connection).connects == 1, "the link stands"


def test_of_several_what_was_answered_oddly_and_done_is_followed_by_the_next_and_what_was_not_ends_it(
    floor, machine, connection, pressure
):
    speed = tag_of(connection, "speed", "holding:60", is_writable=True, report="CHANGE")
    put(machine, speed, 1)
    floor.collector()
    until(lambda: samples_of(pressure), "it watches")
    machine.faults.echoes_value = True
    assert answered(command(connection, *lines_of(6.0, 2))).status == "VERIFIED"
    machine.faults.deaf_to_writes = True
    done = answered(command(connection, *lines_of(7.0, 3)))
    assert (done.status, [line["after"] for line in done.answer]) == ("MISMATCHED", [6.0, 2])
    assert [number for _, number, _ in writes_to(machine)] == [40, 60, 40]


def lines_of(pressure: float, speed: int) -> list[dict]:
    return [{"tag": "pressure", "value": pressure}, {"tag": "speed", "value": speed}]


def test_where_one_of_several_is_refused_what_was_written_before_is_on_record(floor, machine, connection, pressure):
    tag_of(connection, "nowhere", "holding:900", is_writable=True, report="CHANGE")
    floor.collector()
    until(lambda: samples_of(pressure), "it watches")
    done = answered(command(connection, {"tag": "pressure", "value": 6.0}, {"tag": "nowhere", "value": 1}))
    assert (done.status, done.answer[0]) == ("MISMATCHED", {"tag": "pressure", "before": 2.5, "after": 6.0})
    assert "holding:900 was not written" in done.detail
    refused = answered(command(connection, {"tag": "nowhere", "value": 1}, {"tag": "pressure", "value": 5.0}))
    assert refused.status == "REFUSED"
    assert machine.memory.tables["holding"][40] == 60


def test_commands_wait_for_a_database_that_is_away_without_a_word_at_each_try(
    floor, machine, connection, pressure, caplog
):
    way = floor.cut()
    floor.collector(url=way.url)
    until(lambda: samples_of(pressure), "it watches")
    floor.do(way.cut())
    time.sleep(3)
    floor.do(way.mend())
    assert answered(command(connection, {"tag": "pressure", "value": 6.0})).status == "VERIFIED"
    said = [record for record in caplog.records if "commands wait for the database" in record.getMessage()]
    assert len(said) == 1


def writes_to(machine: ModbusMachine) -> list[tuple[int, int, int]]:
    return [request for request in machine.traffic.requests if request[0] in WRITES]
