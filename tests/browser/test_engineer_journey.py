"""An engineer's way: a new revision of a routing, a limit changed, the diff and the graph looked at, approved; a second
person releases it; the next order runs on it: at the stations it is asked what the new revision asks.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from genealogy.models import Unit
from genealogy.status import UnitStatus
from orders.actions import drafts
from orders.models import BomSubstitute, Instruction, InstructionRevision, OperationEdge, Product, RoutingRevision
from orders.queries import plan_of
from tests.browser.acts import enter, scan
from tests.browser.test_looks import SMALL_TARGETS, violations
from tests.browser.test_station_journey import Operator
from tests.plant import PASSWORD, PIN
from wip.models import Reading

pytestmark = pytest.mark.browser
TEXT = """# Seam

1. Press until it **clicks**.
2. See ![seam](seam).

| Screw | N·m |
|-------|-----|
| M3    | 1.2 |
"""
SHOTS = os.environ.get("MES_SHOTS")  # a folder to look at what the pages look like


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def log_in(page: Page, url: str, name: str) -> Page:
    page.goto(f"{url}/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{url}/")
    return page


def sign(page: Page, button: str, why: str) -> None:
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("What it rests on").fill(why)
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name=button).click()


def save(page: Page, why: str) -> None:
    """Save and stay: what is added next stands on the same page."""
    page.get_by_label("Reason for change").fill(why)
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def add_a_step(page: Page, code: str, name: str, why: str) -> None:
    """A check more, last of all, on the page of an operation."""
    page.locator("#steps-group .add-row a").click()
    step = page.locator(".dynamic-steps").last
    step.locator("input[name$='-position']").fill("90")
    step.locator("input[name$='-code']").fill(code)
    step.locator("select[name$='-kind']").select_option("CHECK")
    step.locator("input[name$='-name']").fill(name)
    save(page, why)


def test_from_a_copy_to_an_order_that_runs_on_it(page: Page, chromium: Browser, committed_plant, plant_server) -> None:
    plant, url = committed_plant, plant_server.url
    log_in(page, url, "hiroshi")
    page.get_by_role("link", name="Master data").click()
    page.get_by_role("link", name="Routings", exact=True).click()
    page.get_by_role("link", name="7 released").click()
    page.get_by_role("button", name="Copy to a new draft").click()
    page.locator("dialog[open]").get_by_label("Reason").fill("CAPA-0041")
    page.locator("dialog[open]").get_by_role("button", name="Copy").click()
    expect(page.get_by_text("This is a new draft, a copy of IP2 assembly, revision 7.")).to_be_visible()
    draft = RoutingRevision.objects.get(number=8)

    page.get_by_role("link", name="Edit").click()
    shoot(page, "admin-routing")
    page.get_by_role("link", name="1 step", exact=True).last.click()
    shoot(page, "admin-operation")
    page.get_by_text("number with limits · at most 0.3 ml/h").click()
    shoot(page, "admin-operation-step")
    page.locator("#id_steps-0-upper").fill("0.25")
    page.get_by_label("Reason for change").fill("Study of May")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    page.goto(f"{url}/admin/orders/operation/{draft.operations.get(code='20').pk}/change/")
    add_a_step(page, "SEAL", "Seal is dry", "Study of May")

    page.goto(f"{url}/master-data/revisions/routing/{draft.pk}/")
    expect(page.get_by_role("row", name="step 40 LEAK")).to_contain_text("0.25")
    expect(page.locator("svg.chart")).to_contain_text("± changed")
    shoot(page, "draft")
    page.get_by_role("button", name="Approve").click()
    shoot(page, "approve")
    page.locator("dialog[open]").get_by_label("What it rests on").fill("Study of May")
    page.locator("dialog[open]").get_by_label("Your password").fill("not the password")
    page.locator("dialog[open]").get_by_role("button", name="Sign and approve").click()
    expect(page.locator("dialog[open] [data-refusal]")).to_contain_text("not right")
    sign(page, "Sign and approve", "Study of May")
    expect(page.get_by_text("another person with the quality role releases it")).to_be_visible()
    expect(page.get_by_role("button", name="Release")).to_have_count(0)

    other = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    log_in(other, url, "mei")
    other.goto(f"{url}/master-data/")
    other.get_by_role("link", name="IP2 assembly, revision 8").click()
    other.get_by_role("button", name="Release").click()
    sign(other, "Sign and release", "CAPA-0041 reviewed")
    expect(other.get_by_text("orders released from now on can pin it")).to_be_visible()
    shoot(other, "released")
    other.get_by_role("link", name="History").click()
    expect(other.get_by_text("Study of May").first).to_be_visible()
    shoot(other, "history")
    other.context.close()

    order = plant.released()
    assert order.routing_revision == draft
    assert str(plan_of(order).operation("40").step("LEAK").upper) == "0.25"
    station = chromium.new_context(viewport={"width": 1024, "height": 768}).new_page()
    made_at_the_stations(Operator(station, url), plant, order.units.get())
    station.context.close()
    order.refresh_from_db()
    assert order.status == "COMPLETED"


def made_at_the_stations(operator: Operator, plant, unit: Unit) -> None:
    """By the new revision: a step more at operation 20, and a leak refused that revision 7 let pass."""
    page, board, lot = operator.page, plant.a_board(), plant.a_lot(6)
    operator.register("10")
    operator.log_on()
    scan(page, unit.serial)
    operator.prompt("Scan Main board.")
    scan(page, board)
    operator.prompt("Firmware")
    operator.give("4.2.1")
    completed(operator, unit)

    operator.register("20")
    operator.log_on()
    scan(page, unit.serial)
    operator.prompt("Drive: look, then confirm.")
    page.keyboard.press("1")
    operator.prompt("Seal is dry: look, then confirm.")
    page.keyboard.press("F8")
    operator.refused("1 entry left")
    shoot(page, "station-new-step")
    page.keyboard.press("1")
    completed(operator, unit)

    operator.register("30")
    operator.log_on()
    scan(page, unit.serial)
    operator.prompt("Scan Screw M3 × 8.")
    scan(page, lot)
    for number, torque in ((1, "1.21"), (2, "1.19")):
        operator.prompt(f"Torque {number} of 2")
        operator.give(torque)
    operator.prompt("Seated")
    page.keyboard.press("1")
    completed(operator, unit)

    operator.register("40")
    operator.log_on()
    scan(page, unit.serial)
    operator.prompt("Leak")
    operator.give("0.27")
    operator.prompt("Out of limits.")
    page.keyboard.press("1")
    expect(page.locator("#correct")).to_be_visible()
    enter(page, "Hose was loose")
    page.locator("#correct-value").click()
    operator.give("0.24")
    operator.prompt("Sign to complete.")
    page.keyboard.press("F8")
    enter(page, PIN)
    page.keyboard.press("Enter")
    operator.toast(f"{unit} completed")

    assert Unit.objects.get(pk=unit.pk).status == UnitStatus.FINISHED
    assert Reading.objects.get(execution__unit=unit, step_code="SEAL").execution.operation_code == "20"


def completed(operator: Operator, unit: Unit) -> None:
    operator.prompt("All steps recorded.")
    operator.page.keyboard.press("F8")
    operator.toast(f"{unit} completed")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_master_data_hold_to_wcag(chromium: Browser, committed_plant, plant_server, theme: str) -> None:
    """With mistakes, warnings, a diff, a tree and a sheet on them; on a small screen nothing is cut off sideways."""
    plant, url = committed_plant, plant_server.url
    with plant.door("hiroshi", reason="CAPA-0041") as passage:
        who = {"by": passage.person, "at": passage.at}
        routing = drafts.copy_routing_revision(revision=plant.routing, **who)
        product = drafts.copy_product_revision(revision=plant.pump, **who)
        edge = OperationEdge.objects.get(routing_revision=routing, after__code="40")
        edge.minimum_time_s, edge.maximum_time_s, edge.transfer_quantity = 600, 3600, 5
        edge.save()
        routing.operations.filter(code="20").update(alternate_group="DRIVE", is_optional=True)
        BomSubstitute.objects.create(
            bom_line=product.bom_lines.get(component=plant.board),
            product=Product.objects.create(code="PCB-8", name="B"),
        )
        seam = InstructionRevision.objects.create(
            instruction=Instruction.objects.create(code="seam", name="Close the seam"),
            number=1,
            body=TEXT,
        )
    plant.order()
    plant.released()
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme=theme, bypass_csp=True)
    page = log_in(context.new_page(), url, "hiroshi")
    for name, path in {
        "in-work": "",
        "products": "products/",
        "product": f"products/{plant.pump.product_id}/",
        "routings": "routings/",
        "instructions": "instructions/",
        "routing": f"revisions/routing/{routing.pk}/",
        "bill": f"revisions/product/{product.pk}/",
        "sheet": f"revisions/instruction/{seam.pk}/",
        "changes": f"revisions/routing/{routing.pk}/history/",
    }.items():
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"{url}/master-data/{path}")
        shoot(page, f"{name}-{theme}")
        assert violations(page) == [], name
        assert page.evaluate(SMALL_TARGETS, 24) == [], name
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{url}/admin/orders/operation/{routing.operations.get(code='30').pk}/change/")
    for folded in page.locator("#operation_form summary:visible").all():
        folded.click()
    shoot(page, f"admin-operation-{theme}")
    assert violations(page) == []
    context.close()
