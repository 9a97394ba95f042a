"""Asking for values to be written to a machine, by the verb; who writes them: tests/equipment/collection."""

from datetime import timedelta

import pytest

from equipment.actions import machine_commands
from equipment.models import MachineCommand
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.kernel.transitions import IllegalTransition
from tests.machine_floor import press, value

pytestmark = pytest.mark.django_db
R7, SLOW = {"tag": "RECIPE", "value": "R-7"}, {"tag": "SPEED", "value": 1}


@pytest.fixture
def connection(plant):
    """A press with a speed from 0 to 100 and a recipe's name that may be written, and a force that may not."""
    connection, station = press(plant), plant.stations["10"]
    value(connection, station, "SPEED", is_writable=True, write_low=0, write_high=100)
    value(connection, station, "RECIPE", value_type="TEXT", length=20, is_writable=True)
    value(connection, station, "FORCE")
    return connection


def ask(plant, connection, *lines, who="ines", wait_s=10, reason="New batch"):
    with plant.door(who) as passage:
        return machine_commands.queue(
            connection=connection, lines=lines, wait_s=wait_s, reason=reason, by=passage.person, at=passage.at
        )


def test_values_wait_to_be_written_in_their_order(plant, connection):
    lines = [{"tag": "RECIPE", "value": "R-7"}, {"tag": "SPEED", "value": 40, "expected": 0}]
    ask(plant, connection, *lines)
    stored = MachineCommand.objects.get()
    assert (stored.lines, stored.status, stored.station) == (lines, "QUEUED", plant.stations["10"])
    assert stored.deadline_at - stored.asked_at == timedelta(seconds=10)
    assert (stored.asked_by.username, stored.reason) == ("ines", "New batch")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"tag": "SPEED", "value": 101}, "SPEED: 101 is not within its bounds."),
        ({"tag": "SPEED", "value": -1}, "SPEED: -1 is not within its bounds."),
        ({"tag": "SPEED", "value": float("nan")}, "SPEED: It takes a number."),
        ({"tag": "SPEED", "value": "fast"}, "SPEED: It takes a number."),
        ({"tag": "SPEED", "value": 10**400}, "SPEED: It takes a number."),
        ({"tag": "SPEED", "value": 40, "expected": True}, "SPEED: It takes a number."),
        ({"tag": "SPEED"}, "SPEED: It has no value."),
        ({"tag": "RECIPE", "value": 7}, "RECIPE: It takes a text."),
        ({"tag": "RECIPE", "value": "R\x00"}, "RECIPE: It takes a text."),
        ({"tag": "FORCE", "value": 1}, "FORCE: It may not be written."),
        ({"tag": "NONE", "value": 1}, "NONE: The connection has no such tag in use."),
    ],
)
def test_what_may_not_be_written_is_named_and_nothing_waits(plant, connection, line, words):
    with pytest.raises(InvalidInput) as refused:
        ask(plant, connection, SLOW if line["tag"] == "RECIPE" else R7, line)
    assert [(error.where, error.what) for error in refused.value.errors] == [("lines.1", words)]
    assert not MachineCommand.objects.exists()


def test_a_tag_is_named_once(plant, connection):
    with pytest.raises(InvalidInput, match="Named twice"):
        ask(plant, connection, {"tag": "SPEED", "value": 1}, {"tag": "SPEED", "value": 2})


def test_nothing_is_no_command(plant, connection):
    with pytest.raises(InvalidInput, match="1 to 20 values"):
        ask(plant, connection)


@pytest.mark.parametrize("wait_s", [0, 301])
def test_a_command_does_not_wait_for_ever(plant, connection, wait_s):
    with pytest.raises(InvalidInput, match="1 to 300 seconds"):
        ask(plant, connection, {"tag": "SPEED", "value": 1}, wait_s=wait_s)


def test_a_command_has_a_reason(plant, connection):
    with pytest.raises(InvalidInput, match="needs a reason"):
        ask(plant, connection, {"tag": "SPEED", "value": 1}, reason=" ")


def test_an_operator_writes_nothing(plant, connection):
    with pytest.raises(RoleMissing):
        ask(plant, connection, {"tag": "SPEED", "value": 1}, who="amina")


def test_a_command_that_waits_is_cancelled_and_one_that_is_over_is_not(plant, connection):
    command = ask(plant, connection, {"tag": "SPEED", "value": 1})
    with plant.door("ines") as passage:
        cancelled = machine_commands.cancel(command=command, by=passage.person, at=passage.at)
    assert (cancelled.status, cancelled.answered_at) == ("CANCELLED", passage.at)
    with pytest.raises(IllegalTransition), plant.door("ines") as passage:
        machine_commands.cancel(command=command, by=passage.person, at=passage.at)
