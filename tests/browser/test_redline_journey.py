"""An engineer's way with an order that runs: a step and an operation more, signed by two, in effect at once."""

import pytest
from playwright.sync_api import Browser, Page, expect

from mes.station.actions.operations import Completion, Given
from orders.models import RoutingRevision
from tests.browser.test_engineer_journey import add_a_step, log_in, save, shoot, sign
from wip.models import OpenOperation

pytestmark = pytest.mark.browser
WHY = "The seal of batch 7 swells"


def waiting(unit) -> dict[str, bool]:
    return dict(OpenOperation.objects.filter(unit=unit).values_list("operation_code", "is_ready"))


def test_what_has_not_come_so_far_is_made_by_the_redline(
    page: Page, chromium: Browser, committed_plant, plant_server
) -> None:
    plant, url = committed_plant, plant_server.url
    order = plant.released(2)
    behind, ahead = order.units.order_by("serial")
    plant.do(behind, "10", "20")
    plant.do(ahead, "10", "20")
    plant.start(ahead, "30")

    log_in(page, url, "hiroshi")
    page.goto(f"{url}/orders/{order}/")
    page.get_by_role("button", name="Redline").click()
    page.locator("dialog[open]").get_by_label("Why it is changed").fill(WHY)
    page.locator("dialog[open]").get_by_role("button", name="Draft a redline").click()
    expect(page.get_by_text(f"This is a draft for {order} alone")).to_be_visible()
    draft = RoutingRevision.objects.get(redline_of=order)
    revision = f"{url}/master-data/revisions/routing/{draft.pk}/"

    page.get_by_role("link", name="Edit").click()
    insert_an_operation(page)
    page.goto(f"{url}/admin/orders/operation/{draft.operations.get(code='30').pk}/change/")
    add_a_step(page, "SEAL", "Seal is dry", WHY)
    page.goto(f"{url}/admin/orders/operation/{draft.operations.get(code='25').pk}/change/")
    add_a_step(page, "DRY", "Seal is dry", WHY)
    page.goto(f"{url}/admin/orders/routingrevision/{draft.pk}/change/")
    join(page, "20", "25")
    join(page, "25", "30")

    page.goto(revision)
    expect(page.get_by_role("row", name="step 30 SEAL")).to_contain_text("added")
    shoot(page, "redline-draft")
    page.get_by_role("button", name="Approve").click()
    sign(page, "Sign and approve", WHY)
    expect(page.get_by_text("another person with the quality role releases it")).to_be_visible()

    other = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    log_in(other, url, "mei")
    other.goto(revision)
    other.get_by_role("button", name="Release").click()
    sign(other, "Sign and release", "Looked at")
    expect(other.get_by_text("put it into effect on the order's page")).to_be_visible()
    other.goto(f"{url}/orders/{order}/")
    other.get_by_role("button", name="Put into effect").click()
    expect(other.get_by_text("what starts from now on is done by it")).to_be_visible()
    expect(other.get_by_text("Operation 25 is new")).to_be_visible()
    shoot(other, "redline-order")
    other.goto(f"{url}/orders/{order}/traveler/")
    expect(other.get_by_text(WHY)).to_be_visible()
    shoot(other, "redline-traveler")
    other.goto(f"{url}/units/{ahead}/")
    expect(other.get_by_text("Done by the plan before a redline").first).to_be_visible()
    other.context.close()

    assert waiting(ahead) == {"40": False}
    plant.report(ahead, "30", *plant.entries("30"), completion=Completion())
    assert waiting(ahead) == {"40": True}
    assert waiting(behind) == {"25": True}
    plant.stations["25"] = plant.stations["20"]
    plant.start(behind, "25")
    plant.report(behind, "25", Given("DRY", "yes"), completion=Completion())
    plant.start(behind, "30")
    plant.report(behind, "30", *plant.entries("30"), Given("SEAL", "yes"), completion=Completion())
    assert waiting(behind) == {"40": True}


def insert_an_operation(page: Page) -> None:
    page.locator("#operations-group .add-row a").click()
    row = page.locator("tr.dynamic-operations").last
    row.locator("input[name$='-code']").fill("25")
    row.locator("input[name$='-name']").fill("Dry the seal")
    row.locator("select[name$='-station_class']").select_option(label="Drive")
    save(page, WHY)


def join(page: Page, before: str, after: str) -> None:
    page.locator("#edges-group .add-row a").click()
    row = page.locator("tr.dynamic-edges").last
    for name, code in (("before", before), ("after", after)):
        options = row.locator(f"select[name$='-{name}'] option")
        label = next(text for text in options.all_inner_texts() if text.startswith(code))
        row.locator(f"select[name$='-{name}']").select_option(label=label)
    save(page, WHY)
