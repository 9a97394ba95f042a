"""What the desk shows of an interlock: what a machine may run by, and whether it has confirmed that it stops."""

import pytest
from django.test import Client

from tests.interlock_floor import answer, commands, interlocked, prepare, prepared
from tests.station.pages import text
from wip.actions import holds

pytestmark = pytest.mark.django_db


def desk(plant, path: str) -> str:
    client = Client()
    client.force_login(plant.people["mei"])
    return text(client.get(path))


def test_a_machine_page_says_what_the_machine_may_run_by(plant):
    interlocked(plant)
    page = "/machines/NF/ST-20/"
    assert "May not run" in desk(plant, page)
    unit = plant.unit()
    command = prepare(plant, unit)
    assert f"Being prepared {unit}, 20" in desk(plant, page)
    answer(plant, command)
    assert f"May run {unit}, 20" in desk(plant, page)
    assert f"To prepare it for work {unit}, 20" in desk(plant, page)


def test_until_the_machine_confirms_it_page_and_hold_say_so(plant):
    interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    with plant.door("mei") as passage:
        hold = holds.place(unit=unit, reason_code="PROCESS", reason="Crack", by=passage.person, at=passage.at)
    assert f"The machine has not confirmed that it may not run any more ({unit}, 20)." in desk(
        plant, "/machines/NF/ST-20/"
    )
    assert "ST-20 Drive S Not confirmed" in desk(plant, f"/holds/{hold.number}/")
    answer(plant, commands(plant)[-1])
    assert "May not run" in desk(plant, "/machines/NF/ST-20/")
    assert "ST-20 Drive Stopped" in desk(plant, f"/holds/{hold.number}/?part=machines")
    with plant.door("mei") as passage:
        other = holds.place(unit=unit, reason_code="PROCESS", reason="Dent", by=passage.person, at=passage.at)
    assert "Machines ST-20" not in desk(plant, f"/holds/{other.number}/")
