"""A machine that shows a permission which nobody gave, or which was taken away: it loses it."""

from datetime import timedelta

import pytest

from equipment.models import Observation, Tag
from mes.station.actions import operations
from tests.interlock_floor import answer, commands, interlocked, prepare, prepared, said
from tests.machine_floor import says
from wip.actions import holds
from wip.overrides import GivenOverride
from wip.tasks import withdraw_permissions

pytestmark = pytest.mark.django_db
GATE = "wip.machine_gates.machine_prepared"


@pytest.fixture
def sweep(plant, monkeypatch):
    """The sweep, a moment after the last thing that was done."""

    def swept() -> int:
        monkeypatch.setattr("wip.tasks.timezone.now", lambda: plant.clock)
        return withdraw_permissions()

    return swept


def shows(plant, value: int, quality: int = 192) -> None:
    says(Tag.objects.get(code="ENABLE"), value, at=plant.at(), quality=quality)


def test_what_nobody_gave_is_withdrawn_once(plant, sweep):
    interlocked(plant)
    shows(plant, 1)
    assert (sweep(), sweep()) == (1, 0)
    (command,) = commands(plant)
    assert (command.purpose, command.lines) == ("WITHDRAW", [{"tag": "ENABLE", "value": False}])
    assert command.reason == "The machine shows a permission that is not on record."
    answer(plant, command)
    shows(plant, 0)
    assert sweep() == 0


def test_what_comes_on_after_it_was_withdrawn_is_withdrawn_again(plant, sweep):
    interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    with plant.door("mei") as passage:
        holds.place(unit=unit, reason_code="PROCESS", reason="Crack", by=passage.person, at=passage.at)
    answer(plant, commands(plant)[-1])
    shows(plant, 1)
    assert sweep() == 1
    last = commands(plant)[-1]
    assert (last.purpose, last.units, last.subject) == ("WITHDRAW", [unit.pk], f"{unit}, 20")


def test_what_comes_on_after_a_preparation_went_wrong_is_withdrawn(plant, sweep):
    interlocked(plant)
    answer(plant, prepare(plant, plant.unit()), "MISMATCHED")
    shows(plant, 1)
    assert sweep() == 1


def test_what_is_on_record_or_is_about_to_be_stays(plant, sweep):
    interlocked(plant)
    unit = plant.unit()
    command = prepare(plant, unit)
    shows(plant, 1)
    assert sweep() == 0
    answer(plant, command)
    shows(plant, 1)
    assert sweep() == 0
    answer(plant, prepare(plant, unit), "EXPIRED")
    shows(plant, 1)
    assert sweep() == 0, "what was never sent changes nothing"
    assert [purpose for purpose, _ in said(commands(plant))] == ["PREPARE", "PREPARE"]


def test_what_was_read_before_the_machine_answered_says_nothing(plant, sweep):
    interlocked(plant)
    shows(plant, 1)
    answer(plant, prepare(plant, plant.unit()), "MISMATCHED")
    assert sweep() == 0


@pytest.mark.parametrize("unknown", ["bad", "unwatched"])
def test_what_is_not_known_is_left_alone(plant, sweep, unknown):
    connection = interlocked(plant)
    shows(plant, 1, quality=192 if unknown == "unwatched" else 8)
    if unknown == "unwatched":
        Observation.objects.filter(connection=connection).update(ended_at=plant.at())
    assert sweep() == 0


def test_work_that_a_supervisor_let_start_without_keeps_what_it_has_until_it_is_held(plant, sweep):
    interlocked(plant)
    unit = plant.unit()
    override = GivenOverride(GATE, "Machine in hand mode", plant.people["ines"])
    with plant.door() as passage:
        operations.start(
            unit=plant.fresh(unit),
            operation_code="20",
            station=plant.stations["20"],
            by=passage.person,
            at=passage.at,
            overrides=[override],
        )
    shows(plant, 1)
    assert sweep() == 0
    with plant.door("mei") as passage:
        holds.place(unit=unit, reason_code="PROCESS", reason="Crack", by=passage.person, at=passage.at)
    assert sweep() == 1


def test_a_station_without_an_interlock_keeps_its_machine_as_it_is(plant, sweep):
    interlocked(plant)
    shows(plant, 1)
    station = plant.stations["20"]
    station.interlock = station.permission_tag = ""
    station.save()
    plant.clock += timedelta(minutes=1)
    assert sweep() == 0
