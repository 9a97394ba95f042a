"""The office in a real browser: dialogs, refusals where one looks, and the way from a file to a released order."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.erp.test_import_orders import file
from tests.plant import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(page: Page, committed_plant, plant_server):
    """A page on a real server, logged in by name: `desk("ines")`."""

    def log_in(name: str) -> Page:
        page.goto(f"{plant_server.url}/login/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{plant_server.url}/")
        return page

    return log_in


def test_a_file_becomes_a_released_order(desk, committed_plant, plant_server) -> None:
    page = desk("pavel")
    page.goto(f"{plant_server.url}/orders/import/")
    content = file("W-1,IP2,C,2,,2030-12-01,3,NF", "W-2,IP2,C,3,,2030-12-02,,NF")
    page.get_by_label("CSV file").set_input_files({"name": "orders.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import 2 orders").click()
    page.get_by_role("link", name="W-1").click()
    page.get_by_role("button", name="Release order").click()
    expect(page.get_by_text("Order W-1 is released.")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(3)
    assert [unit.serial for unit in committed_plant.pump.product.units.order_by("serial")] == [
        "IP2-000001",
        "IP2-000002",
    ]


def test_a_hold_is_placed_and_released_in_dialogs(desk, committed_plant, plant_server) -> None:
    order = committed_plant.released(1)
    page = desk("ines")
    page.goto(f"{plant_server.url}/orders/{order}/")
    page.get_by_role("button", name="Hold order").click()
    expect(page.get_by_label("Reason")).to_be_focused()
    page.get_by_label("Kind").select_option("PROCESS")  # a doubt about quality is for quality to release
    page.get_by_label("Reason").fill("Plating below 8 µm")
    page.get_by_role("button", name="Place the hold").click()
    expect(page.get_by_text("1 open hold")).to_be_visible()
    page.get_by_role("button", name="Release hold").click()
    page.get_by_label("Why work may go on").fill("   ")
    page.locator("dialog[open] [name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign and release").click()
    refusal = page.locator("dialog[open] [data-refusal]")
    expect(refusal).to_contain_text("Why work may go on")
    page.get_by_label("Why work may go on").fill("Measured again")
    page.get_by_role("button", name="Sign and release").click()
    expect(page.get_by_text(re.compile("Hold H-.* is released"))).to_be_visible()


def test_a_button_that_can_not_be_pressed_says_why(desk, committed_plant, plant_server) -> None:
    order = committed_plant.order()
    page = desk("mei")
    page.goto(f"{plant_server.url}/orders/{order}/")
    page.get_by_role("button", name="Release order").click(force=True)  # aria-disabled: it answers all the same
    expect(page.get_by_role("dialog")).to_contain_text("Roles that have it: Supervisor, Planner, Integration.")
