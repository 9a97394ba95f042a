"""An engineer takes plant files over in a browser: mistakes, preview, import, download."""

import os

import pytest
from playwright.sync_api import Browser, Page

from mes.plantfiles.folders import read_zip, zip_of
from orders.models import Product
from tests.browser.test_every_page import SIDEWAYS, log_in
from tests.browser.test_looks import violations

pytestmark = pytest.mark.browser

VALVE = b"""code: VALVE
name: Valve
revisions:
  - code: A
    status: RELEASED
    approved_by: hiroshi
    released_by: mei
    bom_lines:
      - operation_code: 10
        component: PCB-7
        quantity: 1
"""
RIGHT = {"plant.yaml": b"format: 1\n", "products/VALVE.yaml": VALVE}
WRONG = RIGHT | {"products/CAP.yaml": b"code: CAP\nname: Cap\ntracking: NOSE\nrevisions:\n  - kode: A\n"}


def looked_at(page: Page, name: str) -> None:
    assert violations(page) == []
    assert page.evaluate(SIDEWAYS) == 0
    if folder := os.environ.get("MES_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def choose(page: Page, files: dict[str, bytes]) -> None:
    page.set_input_files("#file", {"name": "plant.zip", "mimeType": "application/zip", "buffer": zip_of(files)})
    page.get_by_role("button", name="Preview").click()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_mistakes_then_preview_then_import(chromium: Browser, committed_plant, plant_server, theme, width):
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=theme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(8000)
    log_in(context, committed_plant, "engineer", plant_server.url)
    page.goto(f"{plant_server.url}/plant-files/")
    looked_at(page, f"plant-files-{theme}")
    choose(page, WRONG)
    page.get_by_text("products/CAP.yaml:3").wait_for()
    looked_at(page, f"plant-files-mistakes-{theme}")
    choose(page, RIGHT)
    page.get_by_text("new product VALVE").wait_for()
    page.get_by_text("is to be approved by hiroshi").wait_for()
    looked_at(page, f"plant-files-preview-{theme}")
    assert not Product.objects.filter(code="VALVE").exists()
    page.get_by_role("button", name="Make 1 change").click()
    page.get_by_role("heading", name="Imported: plant.zip").wait_for()
    looked_at(page, f"plant-files-done-{theme}")
    assert Product.objects.get(code="VALVE").revisions.get().status == "DRAFT"
    page.goto(f"{plant_server.url}/plant-files/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the plant").click()
    with open(download.value.path(), "rb") as file:
        assert b"status: DRAFT" not in read_zip(file.read())["products/VALVE.yaml"]
    context.close()
