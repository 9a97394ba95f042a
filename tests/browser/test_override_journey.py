"""Two gates are passed on one page: one by a supervisor, one under a permit, each with a reason of the area's tree."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.acts import scan
from tests.browser.test_looks import violations
from tests.browser.test_station_journey import SCROLLS, Operator
from tests.permits import BEFORE, grant
from tests.plant import PIN
from tests.station.test_reason_tiles import released
from wip.models import ProcessException

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("MES_SHOTS", "")
REASONS = "SHIFT-CHANGE The person went home\nTRAINING Under supervision, for training\nAGREED Agreed with quality"


def looks_right(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")
    assert page.evaluate(SCROLLS) == [page.viewport_size["width"], page.viewport_size["height"]]
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_gate_has_its_tiles_and_its_remark(chromium: Browser, plant_server, committed_plant, theme):
    plant = committed_plant
    released(plant, "OVERRIDE", REASONS)
    unit = plant.do(plant.unit(), "10")
    permit = grant(plant, BEFORE)
    plant.people["amina"].qualifications.update(level=1)
    context = chromium.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme=theme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    operator = Operator(page, plant_server.url)
    operator.register("30")
    operator.log_on()
    scan(page, unit.serial)
    operator.refused("Operation 20")
    page.keyboard.press("F9")
    operator.prompt("Pass what says no:")
    expect(page.get_by_text("Agreed with quality")).to_have_count(2)
    looks_right(page, f"override-{theme}")
    tiles = page.get_by_text("Agreed with quality")
    tiles.first.click()
    tiles.last.click()
    page.locator("[name=override_permit]:visible").fill(str(permit))
    page.locator("[name=override_badge]").fill("B-0453")
    page.locator("[name=override_pin]").fill(PIN)
    page.keyboard.press("Enter")
    operator.toast(f"{unit} started")
    kept = ProcessException.objects.filter(kind="OVERRIDE")
    assert sorted((one.reason, str(one.permit or one.approved_by)) for one in kept) == [
        ("AGREED Agreed with quality", str(permit)),
        ("AGREED Agreed with quality", "Ines Carvalho"),
    ]
