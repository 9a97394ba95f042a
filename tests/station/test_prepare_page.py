"""The page on which a machine is prepared: a start leads to it, it says what the machine says, and then starts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from equipment.models import MachineCommand
from tests.flow import lot_flow
from tests.holds import signed
from tests.interlock_floor import answer, commands, interlocked, said, with_recipe
from tests.station.pages import StationPage, accepted, is_refused, text
from wip.actions import holds
from wip.models import OperationExecution
from wip.queries import execution_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(plant) -> StationPage:
    """ST-20, whose machine takes a recipe; its clock is the wall's."""
    plant.clock = timezone.now() - timedelta(minutes=30)
    interlocked(plant, recipe=True)
    with_recipe(plant)
    page = StationPage(plant, "20")
    page.log_on()
    return page


@pytest.fixture
def unit(plant, page):
    return plant.unit()


def where(unit, code="20") -> str:
    return f"prepare/?unit={unit}&operation={code}"


def answers(page, status="VERIFIED", **more) -> MachineCommand:
    """The machine, to the last command, now."""
    page.plant.clock = timezone.now() - timedelta(seconds=60)
    return answer(page.plant, commands(page.plant)[-1], status, **more)


def is_started(unit) -> bool:
    return OperationExecution.objects.filter(unit=unit, operation_code="20", status="RUNNING").exists()


@pytest.mark.parametrize("by", ["card", "scan"])
def test_a_start_leads_to_the_machine_and_then_begins(page, unit, by):
    def begin():
        return page.scan(unit.serial) if by == "scan" else page.post("start/", unit=unit.serial, operation="20")

    first = begin()
    assert first["HX-Replace-Url"].endswith(where(unit))
    assert "Prepare the machine, then start." in text(first)
    assert "SPEED 40 ± 0.5 – PROGRAM" in text(first)
    told = page.post("prepare/", unit=unit.serial, operation="20")
    assert "Waiting for the machine." in text(told)
    assert not is_started(unit)
    answers(
        page, answer=[{"tag": "SPEED", "before": 10, "after": 40}, {"tag": "PROGRAM", "before": "", "after": "R-7"}]
    )
    shown = text(page.get(f"prepare/state/{where(unit)[8:]}", htmx=True))
    assert "The machine is prepared. Start with F8." in shown
    assert "SPEED 40 ± 0.5 40 Right PROGRAM R-7 R-7 Right" in shown
    assert accepted(begin()) == f"{unit} started"
    assert is_started(unit)


def test_the_value_that_differs_is_shown_and_a_supervisor_may_go_on_without(page, unit):
    page.post("prepare/", unit=unit.serial, operation="20")
    read_back = [{"tag": "SPEED", "after": 38}, {"tag": "ENABLE", "after": 0}]
    answers(page, "MISMATCHED", detail="SPEED is 38, not 40", answer=read_back)
    shown = text(page.get(where(unit)))
    assert "SPEED 40 ± 0.5 38 X Differs" in shown
    assert "The machine says otherwise: SPEED is 38, not 40. It has no permission." in shown
    refused = page.post("start/", unit=unit.serial, operation="20", is_unprepared="on")
    assert is_refused(refused, 409)
    assert "Override" in text(refused)


def test_pressed_twice_it_is_one_command(page, unit):
    key = "0b5e1c1e-5f55-4a5b-9a51-0f2c7d8f6a02"
    for _ in range(2):
        page.post("prepare/", unit=unit.serial, operation="20", key=key)
    assert said(commands(page.plant)) == [("PREPARE", "QUEUED")]


def test_what_else_stops_the_start_is_said_instead(page, unit):
    with page.plant.door("mei") as passage:
        holds.place(unit=unit, reason_code="PROCESS", reason="Crack", by=passage.person, at=passage.at)
    assert "On hold" in text(page.get(where(unit)))
    assert is_refused(page.post("prepare/", unit=unit.serial, operation="20"), 409)
    assert not commands(page.plant)


def test_running_work_whose_permission_was_withdrawn_says_so_and_is_prepared_again(page, unit):
    page.post("prepare/", unit=unit.serial, operation="20")
    answers(page)
    work = page.start(unit)
    assert "The machine may not run" not in text(page.get(work))
    with page.plant.door("mei") as passage:
        placed = holds.place(unit=unit, reason_code="PROCESS", reason="Crack", by=passage.person, at=passage.at)
    with page.plant.door("mei") as passage:
        holds.release(
            hold=placed, reason="Only dirt", by=passage.person, at=passage.at, signing=signed(placed, passage.person)
        )
    answers(page)
    shown = page.get(work)
    assert "The machine may not run" in text(shown)
    assert where(unit).replace("&", "&amp;") in shown.content.decode()
    page.post("prepare/", unit=unit.serial, operation="20")
    answers(page)
    assert "The machine is prepared. Go on with F8." in text(page.get(where(unit)))
    assert "The machine may not run" not in text(page.get(work))


def test_a_batch_is_prepared_and_started_on_its_page(plant):
    plant.clock = timezone.now() - timedelta(minutes=30)
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100})
    lots = [flow.lot(quantity, order).serial for quantity, order in ((40, "WO-A"), (30, "WO-B"))]
    interlocked(plant, "10")
    page = StationPage(plant, "10")
    page.log_on()
    assert "Prepare the machine" in text(page.post("together/batch/", unit=lots))
    page.post("prepare/", unit=lots, operation="10")
    (command,) = commands(plant, "10")
    assert len(command.units) == 2
    plant.clock = timezone.now() - timedelta(seconds=60)
    answer(plant, command)
    assert "started" in accepted(page.post("together/batch/", unit=lots))


def test_a_station_without_an_interlock_has_no_such_page(plant):
    page = StationPage(plant, "10")
    page.log_on()
    assert page.get(where(plant.unit(), "10"))["Location"] == "/station/"
    unit = plant.unit()
    page.start(unit, "10")
    assert execution_at(unit, "10").is_running
