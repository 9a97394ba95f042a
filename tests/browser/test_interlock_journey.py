"""A machine is prepared at its station, in a real browser, with a real collector and a device over a socket."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from equipment.drivers.simulator.modbus_server import ModbusMachine
from mes.kernel.door import open_door
from tests.browser.acts import scan
from tests.browser.test_live import live
from tests.browser.test_looks import violations
from tests.browser.test_station_journey import SCROLLS, Operator
from tests.equipment.collection.floor import Floor, connection_to, floor_on
from tests.equipment.collection.told import Told, give_tags, on_time, watched
from tests.holds import signed
from tests.interlock_floor import commands, with_recipe
from wip.actions import holds

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("MES_SHOTS", "")
__all__ = ["live"]


@pytest.fixture
def floor(committed_plant, committed_database: str, tmp_path: Path) -> Iterator[Floor]:
    with floor_on(committed_database, tmp_path / "spool") as floor:
        yield floor


@pytest.fixture
def told(committed_plant, floor: Floor) -> Told:
    """ST-20 takes a recipe, and a collector watches it."""
    machine: ModbusMachine = floor.machine()
    with_recipe(committed_plant)
    connection = connection_to(machine, committed_plant.stations["20"])
    give_tags(committed_plant, connection, machine)
    with open_door(person=None):
        for code, name, unit in (("SPEED", "Spindle speed", "1/min"), ("PROGRAM", "NC program", "")):
            tag = connection.tags.get(code=code)
            tag.name, tag.quantity_unit = name, unit
            tag.save()
    floor.collector()
    watched(connection)
    return Told(machine)


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def looks_right(page: Page) -> None:
    assert page.evaluate(SCROLLS) == [page.viewport_size["width"], page.viewport_size["height"]]
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_machine_is_prepared_and_the_start_is_free_when_it_has_answered(
    chromium: Browser, live, committed_plant, told, theme
):
    plant = committed_plant
    unit, other = plant.unit(), plant.unit()
    context = chromium.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme=theme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    operator = Operator(page, live[0])
    operator.register("20")
    operator.log_on()
    scan(page, unit.serial)
    operator.prompt("Prepare the machine, then start.")
    expect(page.get_by_role("row", name="Spindle speed")).to_contain_text("40 1/min")
    shot(page, f"prepare-{theme}")
    looks_right(page)

    told.machine.faults.slow_s = 0.15
    page.keyboard.press("F8")
    operator.prompt("Waiting for the machine.")
    shot(page, f"prepare-waiting-{theme}")
    operator.prompt("The machine is prepared. Start with F8.")  # said by the collector: nobody asked
    told.machine.faults.slow_s = 0
    expect(page.get_by_role("row", name="Spindle speed")).to_contain_text("Right")
    shot(page, f"prepare-done-{theme}")
    looks_right(page)
    assert told.may_run
    page.keyboard.press("F8")
    operator.toast(f"{unit} started")

    with on_time(plant).door("mei") as passage:
        placed = holds.place(unit=unit, reason_code="PROCESS", reason="Crack", by=passage.person, at=passage.at)
    with plant.door("mei") as passage:
        holds.release(
            hold=placed, reason="Only dirt", by=passage.person, at=passage.at, signing=signed(placed, passage.person)
        )
    page.reload()
    operator.prompt("The machine may not run.")
    shot(page, f"prepare-again-{theme}")
    looks_right(page)
    page.keyboard.press("F6")
    operator.prompt("Prepare the machine, then go on.")
    page.keyboard.press("F8")
    operator.prompt("The machine is prepared. Go on with F8.")
    page.keyboard.press("F8")
    operator.prompt("Drive")
    page.get_by_role("button", name="Yes, confirm").click()
    operator.prompt("All steps recorded.")
    page.keyboard.press("F8")
    operator.toast("completed")

    told.then[60, int.from_bytes(b"R-", "big")] = lambda: told.machine.memory.tables["holding"].update({50: 38})
    scan(page, other.serial)
    operator.prompt("Prepare the machine, then start.")
    page.keyboard.press("F8")
    operator.prompt("The machine is not prepared.")
    expect(page.get_by_role("row", name="Spindle speed")).to_contain_text("38 1/min")
    expect(page.locator("main")).to_contain_text("SPEED is 38, not 40. It has no permission.")
    shot(page, f"prepare-differs-{theme}")
    looks_right(page)
    assert not told.may_run
    page.keyboard.press("F7")
    operator.refused("is not prepared")
    expect(page.get_by_role("button", name="Override")).to_be_visible()
    assert [command.status for command in commands(plant)][-1] == "MISMATCHED"
    context.close()
