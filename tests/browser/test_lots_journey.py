"""A supplier's lot in a real browser: received by its label, released by quality, staged and built in at the line."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from genealogy.models import Unit
from tests.browser.acts import enter, scan
from tests.browser.test_looks import violations
from tests.browser.test_station_journey import Operator
from tests.genealogy.lots import quarantined, supplier
from tests.material import checklist, line
from tests.plant import PASSWORD, PIN

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("MES_SHOTS", "")


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page, in light and dark, where MES_SHOTS names a folder."""
    if not SHOTS:
        return
    for look in ("light", "dark"):
        page.emulate_media(color_scheme=look)
        page.screenshot(path=Path(SHOTS) / f"{name}-{look}.png", full_page=True, caret="initial")
    page.emulate_media(color_scheme="light")


def log_in(page: Page, url: str, name: str, path: str) -> None:
    page.context.clear_cookies(name="sessionid")
    page.goto(url + path)
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".topbar strong")).to_be_visible()


@pytest.fixture
def plant(committed_plant):
    """Screws go into quarantine; valves of the line at ST-20 take six, once it is cleared for their order."""
    quarantined(committed_plant, committed_plant.screws)
    supplier(committed_plant)
    checklist(committed_plant)
    return committed_plant


def test_a_lot_goes_from_its_suppliers_label_into_a_unit(page, plant, plant_server):
    page.set_default_timeout(10_000)
    expires = date.today() + timedelta(days=10)
    label = f"]C10109521234543213{17}{expires:%y%m%d}10AB-12"
    valves = line(plant, "VALVE", is_cleared=True, part=plant.screws)
    (unit,) = valves.order("WO-1")

    log_in(page, plant_server.url, "ines", "/stock/receive/")
    scan(page, label)
    expect(page.locator("[name=supplier_lot]")).to_have_value("AB-12")
    expect(page.locator("[name=expires_date]")).to_have_value(expires.isoformat())
    page.fill("#id_product", "M3X8")
    page.fill("#id_quantity", "500")
    page.select_option("#id_supplier", label="bossard Bossard")
    page.fill("#id_certificate_number", "3.1-5521")
    assert violations(page) == []
    shoot(page, "receive")
    page.get_by_role("button", name="Receive", exact=True).click()
    expect(page.locator(".label svg")).to_be_visible()
    expect(page.locator("main")).to_contain_text("is received into quarantine.")
    lot = Unit.objects.get(product=plant.screws)
    assert violations(page) == []
    shoot(page, "label")

    log_in(page, plant_server.url, "mei", "/stock/?show=quarantine")
    shoot(page, "quarantine")
    page.get_by_role("button", name=f"Release {lot}").click()
    page.locator("dialog[open] [name=reason]").fill("Certificate and sample checked")
    page.locator("dialog[open] [name=password]").fill(PASSWORD)
    assert violations(page) == []
    shoot(page, "release")
    page.get_by_role("button", name="Sign and release").click()
    expect(page.locator("main")).to_contain_text("Nothing is in quarantine")
    page.goto(f"{plant_server.url}/stock/?show=store")
    shoot(page, "store")
    page.get_by_role("button", name=f"Return {lot} to its supplier").click()
    expect(page.locator("dialog[open]")).to_contain_text("Why it is sent back")
    assert violations(page) == []
    shoot(page, "return")
    page.locator("dialog[open]").get_by_role("button", name="Not now").click()

    operator = Operator(page, plant_server.url)
    page.context.clear_cookies(name="sessionid")
    operator.register("20")
    operator.log_on()
    page.keyboard.press("F3")
    operator.prompt("Scan a lot to stage it here.")
    scan(page, lot.serial)
    operator.toast(f"{lot} staged")
    assert violations(page) == []
    shoot(page, "material")
    page.keyboard.press("F1")

    operator.prompt("Nothing is ready here.")
    scan(page, unit.serial)
    operator.refused("ST-20 is not cleared for WO-1.")
    shoot(page, "not-cleared")
    page.keyboard.press("F6")
    operator.prompt("Clear the line for WO-1.")
    for item in page.locator(".choice input").all():
        item.check()
    assert violations(page) == []
    shoot(page, "clearance")
    page.locator("#pin").click()
    enter(page, PIN)
    page.keyboard.press("Enter")
    operator.toast("ST-20 cleared for WO-1")
    scan(page, unit.serial)
    operator.prompt("Scan Screw M3 × 8.")
    scan(page, lot.serial)
    operator.toast(f"{lot} recorded")
    assert Unit.objects.get(pk=lot.pk).quantity_consumed == 6

    log_in(page, plant_server.url, "ines", "/stock/")
    expect(page.locator("main")).to_contain_text("494 pcs")
    expect(page.locator("main")).to_contain_text("Expires in 10 d")
    assert violations(page) == []
    shoot(page, "stock")
    page.goto(f"{plant_server.url}/units/{lot}/")
    assert violations(page) == []
    shoot(page, "unit")
