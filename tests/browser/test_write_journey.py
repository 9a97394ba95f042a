"""Values are written to a machine by hand and signed, in a real browser, with a real collector and a device behind a
socket.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from equipment.models import MachineCommand
from tests.browser.test_live import live
from tests.browser.test_looks import violations
from tests.browser.test_machine_journey import log_in
from tests.equipment.collection.floor import Floor, connection_to, floor_on, point, put, samples_of, tag_of, until
from tests.plant import PASSWORD

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("MES_SHOTS", "")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
__all__ = ["live"]


@pytest.fixture
def floor(committed_plant, committed_database: str, tmp_path: Path) -> Iterator[Floor]:
    with floor_on(committed_database, tmp_path / "spool") as floor:
        yield floor


def looks_right(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
    assert page.evaluate(SIDEWAYS) == 0
    assert violations(page) == []


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_a_value_is_written_signed_and_read_back_and_one_that_waits_is_taken_back(
    chromium: Browser, live, committed_plant, floor, theme, width
):
    plant, machine = committed_plant, floor.machine()
    press = connection_to(machine, plant.stations["20"], code="FURNACE")
    place = {"station": plant.stations["20"], "is_writable": True, "report": "CHANGE"}
    heat = tag_of(
        press,
        "HOLD",
        "holding:40",
        name="Hold temperature",
        value_type="FLOAT32",
        quantity_unit="°C",
        write_low=20,
        write_high=950,
        needs_signature=True,
        **place,
    )
    fan = tag_of(press, "FAN", "holding:50", quantity_unit="%", **place)
    put(machine, heat, 900.0)
    put(machine, fan, 40)
    floor.collector()
    until(lambda: samples_of(fan), "it is watched")
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme=theme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    log_in(page, live[0], "ines", "/machines/NF/ST-20/")
    page.get_by_role("link", name="Write values").click()
    expect(page.get_by_role("row", name="Hold temperature")).to_contain_text("900 °C")
    looks_right(page, f"write-0-form-{theme}")

    page.get_by_label("HOLD Hold temperature").fill("960")
    page.get_by_label("Reason").fill("Alloy of the new supplier")
    page.get_by_role("button", name="See what is written").click()
    expect(page.get_by_text("960 is not within its bounds.")).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_value("Alloy of the new supplier")
    looks_right(page, f"write-1-mistake-{theme}")
    page.get_by_label("HOLD Hold temperature").fill("930,5")
    page.get_by_role("button", name="See what is written").click()
    expect(page.get_by_role("row", name="Hold temperature")).to_contain_text("930.5")
    looks_right(page, f"write-2-check-{theme}")
    page.get_by_label("Your password").fill("not this one")
    page.get_by_role("button", name="Sign and write").click()
    expect(page.get_by_text("The password is not right.")).to_be_visible()
    looks_right(page, f"write-3-password-{theme}")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign and write").click()
    commands = page.locator("#commands")
    expect(commands).to_contain_text("Written and read back")  # said by the collector: nobody asked
    expect(commands).to_contain_text("signed: I approve this, Ines")
    assert machine.memory.get(point(heat)) == 930.5
    looks_right(page, f"write-4-done-{theme}")

    put(machine, fan, 55)  # somebody at the machine, after the page was shown
    until(lambda: samples_of(fan)[-1][1] == 55, "it is on record")
    page.get_by_role("link", name="Write values").click()
    page.get_by_label("FAN").fill("60")
    page.get_by_label("Reason").fill("More air")
    page.get_by_role("button", name="See what is written").click()
    expect(page.get_by_role("row", name="FAN")).to_contain_text("55")
    put(machine, fan, 70)
    page.get_by_role("button", name="Write", exact=True).click()
    expect(commands).to_contain_text("FAN is 70, not 55: nothing was written.")
    assert machine.memory.tables["holding"][50] == 70

    floor.stop_all()
    page.get_by_role("link", name="Write values").click()
    page.get_by_label("FAN").fill("60")
    page.get_by_label("Reason").fill("More air")
    page.get_by_label("Send it within").fill("300")
    page.get_by_role("button", name="See what is written").click()
    page.get_by_role("button", name="Write", exact=True).click()
    expect(commands).to_contain_text("Waits to be sent")
    looks_right(page, f"write-5-waits-{theme}")
    page.get_by_role("button", name="Take it back").click()
    expect(commands).to_contain_text("Cancelled")
    assert MachineCommand.objects.order_by("sequence").last().status == "CANCELLED"
    context.close()
