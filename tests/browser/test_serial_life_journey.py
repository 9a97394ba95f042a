"""The whole life of a unit in a real browser: imported, released, failed, repaired, done again, signed, on record."""

import pytest
from playwright.sync_api import Page, expect

from genealogy.models import Unit
from genealogy.queries import as_built
from genealogy.status import UnitStatus
from tests.browser.acts import enter, scan
from tests.browser.test_looks import violations
from tests.browser.test_lots_journey import log_in, shoot
from tests.browser.test_station_journey import Operator
from tests.erp.test_import_orders import file
from tests.motion import a_rework
from tests.plant import PIN, Plant
from wip.models import Rework
from wip.status import ReworkStatus

pytestmark = pytest.mark.browser
FOUND = "Thread of screw 1 is stripped"


@pytest.fixture
def plant(committed_plant: Plant) -> Plant:
    """With a way to repair pumps: R1 at ST-20."""
    with committed_plant.door("hiroshi"):
        repair = a_rework(committed_plant, committed_plant.pump.product, "R1", name="Pump repair")
    committed_plant.approve_and_release(repair)
    return committed_plant


@pytest.fixture
def amina(page: Page, plant_server) -> Operator:
    page.set_default_timeout(10_000)
    return Operator(page, plant_server.url)


def complete(operator: Operator, unit: Unit) -> None:
    operator.prompt("All steps recorded.")
    operator.page.keyboard.press("F8")
    operator.toast(f"{unit} completed")


def card(page: Page, heading: str):
    """The card of the record with this heading."""
    return page.locator(".card", has=page.get_by_role("heading", name=heading, exact=True))


def test_a_unit_fails_is_repaired_and_both_attempts_stay_on_record(amina, plant, plant_server):
    page, url = amina.page, plant_server.url
    unit = imported_and_released(page, url)
    board, first, second = plant.a_board(), plant.a_lot(6), plant.a_lot(6)

    amina.be_at("10")
    page.keyboard.press("F8")
    amina.prompt("Scan Main board.")
    scan(page, board)
    amina.prompt("Firmware")
    amina.give("4.2.1")
    complete(amina, unit)
    amina.be_at("20")
    drive(amina, unit)

    amina.be_at("30")
    scan(page, unit.serial)
    amina.prompt("Scan Screw")
    scan(page, first)
    amina.prompt("Torque 1 of 2")
    amina.give("1.42")
    amina.prompt("Out of limits.")
    page.keyboard.press("F3")
    expect(page.locator("#defect")).to_be_visible()
    page.keyboard.press("2")
    amina.prompt(f"Send {unit} back:")
    expect(page.locator("main")).to_contain_text("a supervisor or quality decides")
    shoot(page, "serial-operator-may-not")
    page.keyboard.press("F1")
    amina.prompt("Torque 2 of 2")
    page.keyboard.press("F3")
    expect(page.locator("#defect")).to_be_visible()
    shoot(page, "serial-defect")
    page.keyboard.press("3")
    expect(page.locator("#propose-reason")).to_be_focused()
    enter(page, FOUND)
    shoot(page, "serial-propose")
    page.keyboard.press("F8")
    amina.toast(f"Rework of {unit} proposed,")
    amina.prompt("Stop: on hold.")

    sent_back_by_the_supervisor(page, url, unit)
    rework = Rework.objects.get(unit=unit)

    amina.be_at("20")
    scan(page, unit.serial)
    amina.prompt("All steps recorded.")
    expect(page.locator(".job")).to_contain_text("R1 Do R1")
    complete(amina, unit)
    amina.prompt("Scan a unit,")
    drive(amina, unit)

    amina.be_at("30")
    scan(page, unit.serial)
    amina.prompt("Scan Screw")
    scan(page, second)
    for number, value in ((1, "1.22"), (2, "1.19")):
        amina.prompt(f"Torque {number} of 2")
        amina.give(value)
    amina.prompt("Seated")
    page.keyboard.press("1")
    complete(amina, unit)

    amina.be_at("40")
    page.keyboard.press("F8")
    amina.prompt("Leak")
    amina.give("0.12")
    amina.prompt("Sign to complete.")
    page.keyboard.press("F8")
    enter(page, PIN)
    page.keyboard.press("Enter")
    amina.toast(f"{unit} completed")

    rework.refresh_from_db()
    assert rework.status == ReworkStatus.DONE
    assert Unit.objects.get(pk=unit.pk).status == UnitStatus.FINISHED
    assert [link.unit.serial for link in as_built(unit)] == [board, first, second]
    both_attempts_are_on_record(page, url, unit, rework, parts=[board, first, second])


def imported_and_released(page: Page, url: str) -> Unit:
    """The one unit of an order that the planner imports and releases."""
    log_in(page, url, "pavel", "/orders/import/")
    content = file("WO-7001,IP2,C,1,,2030-12-01,3,NF")
    page.get_by_label("CSV file").set_input_files({"name": "week.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import 1 order").click()
    page.get_by_role("link", name="WO-7001").click()
    page.get_by_role("button", name="Release order").click()
    expect(page.get_by_text("Order WO-7001 is released.")).to_be_visible()
    return Unit.objects.get(work_order__erp_reference="WO-7001")


def drive(operator: Operator, unit: Unit) -> None:
    """Start the first card of ST-20, and do its one step."""
    operator.page.keyboard.press("F8")
    operator.prompt("Drive: look, then confirm.")
    operator.page.keyboard.press("1")
    complete(operator, unit)


def sent_back_by_the_supervisor(page: Page, url: str, unit: Unit) -> None:
    """As proposed: found in 30; through the repair, then on from 20."""
    log_in(page, url, "ines", "/holds/")
    proposal = page.locator("tr", has_text=FOUND)
    expect(proposal).to_contain_text("Rework proposed")
    shoot(page, "serial-proposed")
    proposal.get_by_role("link", name="H-").click()
    page.get_by_role("link", name="Send it back, from its record").click()
    page.get_by_role("button", name="Send back").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Found in").select_option("30")
    dialog.get_by_label("Goes on in").select_option("20")
    dialog.get_by_label("Rework routing first").select_option(label="Pump repair")
    dialog.get_by_label("What was found").fill(FOUND)
    assert violations(page) == []
    shoot(page, "serial-send-back")
    dialog.get_by_role("button", name="Send back").click()
    expect(page.get_by_text(f"{unit} goes back,")).to_be_visible()
    expect(card(page, "Open holds")).to_contain_text("None")


def both_attempts_are_on_record(page: Page, url: str, unit: Unit, rework: Rework, parts: list[str]) -> None:
    log_in(page, url, "mei", f"/units/{unit}/")
    torque = page.locator(".card", has=page.get_by_role("heading", name="30 Torque", exact=True))
    expect(torque.get_by_role("heading", name="30 Torque, attempt 2")).to_be_visible()
    expect(torque).to_contain_text(f"Set aside, {rework}")
    expect(torque).to_contain_text("not passed")
    expect(torque.get_by_role("row", name="Torque 1 1.42")).to_contain_text("Out of limits")
    expect(torque.get_by_role("row", name="Torque 1 1.22")).to_be_visible()
    expect(page.get_by_role("heading", name="20 Drive, attempt 2")).to_be_visible()
    expect(page.get_by_role("heading", name="R1 Do R1 Pump repair")).to_be_visible()
    repair = card(page, "Rework")
    expect(repair).to_contain_text("from 30 back to 20")
    expect(repair).to_contain_text("through Pump repair")
    expect(repair).to_contain_text(FOUND)
    built = card(page, "Built in here")
    for serial in parts:
        expect(built.get_by_role("link", name=serial)).to_be_visible()
    expect(card(page, "Signatures")).to_contain_text("Amina Yusuf")
    assert violations(page) == []
    shoot(page, "serial-record")
    page.goto(f"{url}/units/{parts[1]}/")
    expect(card(page, "Built into").get_by_role("link", name=unit.serial)).to_be_visible()
    page.goto(f"{url}/orders/{unit.work_order}/")
    expect(page.locator("main")).to_contain_text(FOUND)
    assert violations(page) == []
    shoot(page, "serial-order")
