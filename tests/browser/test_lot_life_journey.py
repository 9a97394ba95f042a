"""The whole life of a lot in a real browser: parts booked, overlapped, split, held, merged; nothing is lost."""

import pytest
from playwright.sync_api import Page, expect

from genealogy.models import Unit
from genealogy.status import UnitStatus
from tests.browser.acts import scan
from tests.browser.test_looks import violations
from tests.browser.test_lots_journey import log_in, shoot
from tests.browser.test_station_journey import Operator
from tests.flow import LotFlow, check_balances, lot_flow
from tests.plant import PASSWORD
from wip.models import Hold
from wip.overview import progress_of

pytestmark = pytest.mark.browser
WHY = "Thirty look dull"


@pytest.fixture
def flow(committed_plant) -> LotFlow:
    """Shafts: 10, and on forty of them 20; then 30."""
    return lot_flow(committed_plant, {("10", "20"): 40, ("20", "30"): None})


@pytest.fixture
def amina(page: Page, plant_server) -> Operator:
    page.set_default_timeout(10_000)
    return Operator(page, plant_server.url)


def book(page: Page, good: int, scrap: int = 0) -> None:
    """Fill in what is booked as a part, and book it."""
    page.keyboard.press("F10")
    page.keyboard.press("1")
    dialog = page.locator("#book")
    expect(dialog).to_be_visible()
    dialog.locator("#book-good").fill(str(good))
    if scrap:
        dialog.locator("#book-scrap").fill(str(scrap))
        dialog.locator("#book-reason").fill("Bent")
    page.keyboard.press("F8")


def complete(operator: Operator, lot: str, *, good: int) -> None:
    page = operator.page
    page.keyboard.press("F8")
    expect(page.locator("#complete-good")).to_have_value(str(good))
    page.keyboard.press("F8")
    operator.toast(f"{lot} completed")


def choose(page: Page, *lots: str) -> None:
    """On the page of several units."""
    page.keyboard.press("F10")
    page.keyboard.press("6")
    for lot in lots:
        page.locator(".choice", has_text=lot).filter(has=page.locator(f"input[value='{lot}']")).click()


def test_a_lot_is_overlapped_split_held_and_merged_and_its_quantities_stay(amina, flow, plant_server):
    page, url = amina.page, plant_server.url
    lot = flow.lot(100)
    part = f"{lot}-2"

    amina.be_at("20")
    scan(page, lot.serial)
    amina.refused("Operation 10 Op 10 is not done yet")
    amina.be_at("10")
    scan(page, lot.serial)
    amina.prompt("All steps recorded.")
    book(page, good=60)
    amina.toast(f"60 good booked on {lot}")
    expect(page.locator(".job")).to_contain_text("booked 60 of 100")
    shoot(page, "lot-part-booked")

    amina.be_at("20")
    scan(page, lot.serial)
    amina.prompt("All steps recorded.")
    book(page, good=61)
    expect(page.locator("#book [data-refusal]")).to_contain_text(f"Only 60 of {lot} may be booked here now, not 61")
    shoot(page, "lot-not-past-upstream")
    page.locator("#book-good").fill("50")
    page.keyboard.press("F8")
    amina.toast(f"50 good booked on {lot}")

    amina.be_at("10")
    scan(page, lot.serial)
    amina.prompt("All steps recorded.")
    book(page, good=0, scrap=2)
    amina.toast(f"2 scrap booked on {lot}")
    complete(amina, lot.serial, good=38)
    amina.be_at("20")
    scan(page, lot.serial)
    amina.prompt("All steps recorded.")
    complete(amina, lot.serial, good=48)

    amina.be_at("30")
    choose(page, lot.serial)
    page.locator("#quantity").fill("30")
    page.locator("#reason").fill(WHY)
    page.keyboard.press("F6")
    amina.toast(f"30 of {lot} are {part} now")
    shoot(page, "lot-split")

    hold = held_and_released(page, url, amina, part)
    page.goto(f"{url}/station/")
    choose(page, lot.serial, part)
    page.locator("#reason").fill("Polished, one box again")
    shoot(page, "lot-before-merge")
    page.keyboard.press("F7")
    amina.toast(f"Merged into {lot}")
    page.keyboard.press("F1")
    amina.prompt("Scan a unit,")
    scan(page, lot.serial)
    amina.prompt("All steps recorded.")
    complete(amina, lot.serial, good=98)

    check_balances()
    done = Unit.objects.get(pk=lot.pk)
    assert (done.status, done.quantity_left, done.quantity_scrapped) == (UnitStatus.FINISHED, 98, 2)
    progress = progress_of([done.work_order])[done.work_order_id]
    assert (progress.finished, progress.scrapped) == (98, 2)
    the_record_says_so(page, url, lot.serial, part, hold)


def held_and_released(page: Page, url: str, operator: Operator, part: str) -> Hold:
    """The supervisor stops the part, its station says so, and lets it go on."""
    log_in(page, url, "ines", f"/units/{part}/")
    page.get_by_role("button", name="Hold unit").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Kind").select_option("PROCESS")
    dialog.get_by_label("Reason").fill(WHY)
    dialog.get_by_role("button", name="Place the hold").click()
    expect(page.get_by_text(f"{part} is on hold,")).to_be_visible()
    hold = Hold.objects.get(unit__serial=part)

    page.goto(f"{url}/station/")
    expect(page.locator(".card", has_text=part)).to_contain_text("On hold")
    scan(page, part)
    operator.refused(f"On hold: {hold}")
    shoot(page, "lot-part-held")

    log_in(page, url, "ines", f"/units/{part}/")
    page.get_by_role("button", name="Release hold").click()
    page.get_by_label("Why work may go on").fill("Polished")
    page.locator("dialog[open] [name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign and release").click()
    expect(page.get_by_text(f"Hold {hold} on {part} is released.")).to_be_visible()
    return hold


def the_record_says_so(page: Page, url: str, lot: str, part: str, hold: Hold) -> None:
    log_in(page, url, "mei", f"/units/{lot}/")
    family = page.locator(".card", has=page.get_by_role("heading", name="Split and merged", exact=True))
    expect(family).to_contain_text(f"Split off: {part}, 30")
    expect(family).to_contain_text(f"Merged with {part}, 30")
    expect(page.locator("main")).to_contain_text("98 good of 98")
    assert violations(page) == []
    shoot(page, "lot-record")
    family.get_by_role("link", name=part).first.click()
    expect(page.get_by_role("heading", name=f"{part} Merged")).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"Hold {hold}")
    assert violations(page) == []
    shoot(page, "lot-part-record")
