"""A plant of an earlier version, and one whose machines are switched off again: nobody waits for what never comes."""

import asyncio
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command

from equipment.models import Station, Tag
from mes.demo.machines import interlocks
from mes.demo.machines.plan import MACHINES, MachinePlan
from mes.demo.machines.program import ENABLE, Load
from mes.demo.machines.running import places
from mes.demo.machines.serving import ModbusSeat
from mes.kernel.door import open_door


def plan_of(code: str) -> MachinePlan:
    return next(plan for plan, _ in places(MACHINES) if plan.code == code)


def parts_in(seconds: int, plan: MachinePlan) -> int:
    """What a machine makes in so many seconds, with enough to do and nobody who permits anything."""
    program = plan.program(plan.code, Random(1), lambda fact: None)
    seat = ModbusSeat(plan, program)
    program.put_in([Load(job="a", serial="S-1", operation="10", pieces=100)])

    async def work() -> None:
        for tick in range(10 * seconds):
            await seat.turn(tick / 10)

    asyncio.run(work())
    return sum(program.counts.values())


@pytest.mark.parametrize("code", ["LATHE-110", "LEAK-40"])
def test_a_machine_waits_for_permission_where_its_station_gives_it(loaded, code: str) -> None:
    interlocks.switch_on()
    plan = plan_of(code)
    assert plan.waits
    assert parts_in(60, plan) == 0


@pytest.mark.parametrize("code", ["LATHE-110", "LEAK-40"])
def test_a_plant_without_the_tags_of_an_interlock_has_machines_that_work(loaded, code: str) -> None:
    with open_door(person=None):
        for tag in Tag.objects.filter(connection__code=code, is_writable=True):
            tag.is_active = False  # as in a plant that was loaded before there were any
            tag.save()
    interlocks.switch_on()
    plan = plan_of(code)
    assert Station.objects.get(code=plan.station).interlock == ""
    assert not plan.waits
    assert parts_in(60, plan) > 0


def test_a_tag_that_nobody_writes_any_more_lets_the_machine_work_and_can_be_read(loaded) -> None:
    interlocks.switch_on()
    interlocks.switch_off()
    plan = plan_of("LEAK-40")
    assert not plan.waits
    assert parts_in(60, plan) > 0
    seat = ModbusSeat(plan, plan.program(plan.code, Random(1), lambda fact: None))
    assert not seat.machine.memory.get(plan.heard[ENABLE]), "there, and off"


def test_a_demo_without_machines_has_no_station_that_waits_for_one(loaded) -> None:
    interlocks.switch_on()
    assert set(Station.objects.exclude(interlock="").values_list("code", flat=True)) == set(interlocks.WHICH)
    call_command("run_machines", "--none", stdout=StringIO())
    assert not Station.objects.exclude(interlock="", permission_tag="").exists()
    interlocks.switch_on()
    assert Station.objects.exclude(interlock="").count() == len(interlocks.WHICH), "with machines they wait again"


def test_what_somebody_else_has_made_wait_does_so_on(loaded) -> None:
    station, other = Station.objects.get(code="ST-40"), Tag.objects.get(connection__code="LEAK-40", code="running")
    with open_door(person=None):
        other.is_writable = True
        other.save()
        station.interlock, station.permission_tag = "PERMISSION", other.code
        station.save()
    interlocks.switch_on()
    interlocks.switch_off()
    station.refresh_from_db()
    assert (station.interlock, station.permission_tag) == ("PERMISSION", "running")
    assert not plan_of("LEAK-40").waits
