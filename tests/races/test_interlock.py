"""A machine is prepared while something stops it, or while somebody prepares it for something else."""

from functools import partial

import pytest

from tests.holds import signed
from tests.interlock_floor import answer, commands, interlocked, prepare, prepared, said
from tests.races.runners import at_once, done, refused
from wip.actions import holds
from wip.policies import BlockedByGates


def hold(plant, **on):
    with plant.door("mei") as passage:
        return holds.place(reason_code="PROCESS", reason="Crack", by=passage.person, at=passage.at, **on)


@pytest.mark.parametrize("on", ["unit", "order", "station"])
def test_a_hold_beside_a_preparation_stops_it_or_withdraws_it(committed_plant, on):
    plant = committed_plant
    interlocked(plant)
    for _ in range(6):
        before = len(commands(plant))
        unit = plant.unit()
        subject = {"unit": unit, "order": unit.work_order, "station": plant.stations["20"]}[on]
        first, placed = at_once(partial(prepare, plant, unit), partial(hold, plant, **{on: subject}))
        assert not isinstance(placed, Exception), placed
        made = said(commands(plant)[before:])
        if isinstance(first, Exception):
            assert isinstance(first, BlockedByGates)
            assert made == []
        else:
            assert made == [("PREPARE", "CANCELLED"), ("WITHDRAW", "QUEUED")]
        with plant.door("mei") as passage:
            holds.release(
                hold=placed,
                reason="Only dirt",
                by=passage.person,
                at=passage.at,
                signing=signed(placed, passage.person),
            )
        for command in commands(plant):
            if command.status == "QUEUED":
                answer(plant, command)


def test_a_machine_is_prepared_for_one_of_two_at_a_time(committed_plant):
    plant = committed_plant
    interlocked(plant)
    one, other = plant.unit(), plant.unit()
    answers = at_once(partial(prepare, plant, one), partial(prepare, plant, other))
    assert not refused(answers), answers
    assert said(commands(plant)) == [("PREPARE", "CANCELLED"), ("PREPARE", "QUEUED")]


def test_who_starts_beside_who_prepares_for_another_has_it_or_is_refused(committed_plant):
    plant = committed_plant
    interlocked(plant)
    one, other = plant.unit(), plant.unit()
    prepared(plant, one)
    started, told = at_once(partial(plant.start, one, "20"), partial(prepare, plant, other))
    assert len(done([started, told])) == 1, (started, told)
