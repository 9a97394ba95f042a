"""A mistake is taken back: at once by who made it, by key or by touch; later by the supervisor, with a reason."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import scan
from tests.browser.test_looks import violations
from tests.browser.test_lots_journey import log_in, shoot
from tests.browser.test_station_journey import SCROLLS, Operator
from tests.plant_server import PlantServer, plant_server_on
from wip.models import ExecutionEvent, ProcessException
from wip.queries import execution_at

pytestmark = pytest.mark.browser

BANDS = """
[...document.querySelectorAll("#job, #prompt, main, #station > footer, #station > footer > *")]
  .map((band) => band.getBoundingClientRect()).map(({x, y, width, height}) => [x, y, width, height])
"""
# Of everything that can be pressed: what something else lies over, at its middle or near a corner.
COVERED = """
[...document.querySelectorAll("a, button, input:not([type=hidden])")]
  .filter((element) => element.checkVisibility() && !element.matches(".unseen"))
  .filter((element) => {
    const {left, right, top, bottom} = element.getBoundingClientRect();
    const places = [[(left + right) / 2, (top + bottom) / 2], [left + 6, top + 6], [right - 6, top + 6],
      [left + 6, bottom - 6], [right - 6, bottom - 6]];
    return !places.every(([x, y]) => {
      const hit = document.elementFromPoint(x, y);
      return hit && (element.contains(hit) || hit.contains(element));
    });
  }).map((element) => element.outerHTML.slice(0, 90))
"""


@pytest.fixture
def page(page: Page) -> Page:
    """The smallest screen that a station has to fit."""
    page.set_viewport_size({"width": 1024, "height": 768})
    page.set_default_timeout(10_000)
    return page


@pytest.fixture
def hasty_server(committed_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlantServer]:
    """A plant where a mistake is one's own for a second only."""
    monkeypatch.setenv("MES_UNDO_SECONDS", "1")
    with plant_server_on(committed_database) as server:
        yield server


def begin(page: Page, url: str, code: str) -> Operator:
    """Amina at a station."""
    operator = Operator(page, url)
    operator.register(code)
    operator.log_on()
    return operator


def test_a_completion_is_taken_back_by_key_and_by_touch_and_the_record_says_so(page, committed_plant, plant_server):
    plant = committed_plant
    unit = plant.unit()
    operator = begin(page, plant_server.url, "20")
    scan(page, unit.serial)
    operator.prompt("Drive: look, then confirm.")
    page.keyboard.press("1")
    operator.prompt("All steps recorded.")
    page.keyboard.press("F8")
    operator.toast(f"{unit} completed")
    page.keyboard.press("Enter")  # a stray Enter takes nothing back
    operator.prompt("Nothing is ready here.")
    page.keyboard.press("F11")
    operator.prompt("All steps recorded.")
    operator.toast(f"{unit}: taken back, completed")
    assert execution_at(unit, "20").is_running

    page.keyboard.press("F8")
    operator.toast(f"{unit} completed")
    page.get_by_role("button", name="Undo").click()
    operator.prompt("All steps recorded.")
    page.keyboard.press("F8")
    operator.toast(f"{unit} completed")
    kinds = ExecutionEvent.objects.filter(execution__unit=unit).order_by("sequence").values_list("kind", flat=True)
    assert list(kinds) == ["STARTED", *["COMPLETED", "REVERSED"] * 2, "COMPLETED"]

    log_in(page, plant_server.url, "ines", f"/units/{unit}/")
    operation = page.locator(".card", has=page.get_by_role("heading", name="20 Drive"))
    expect(operation.locator(".badge", has_text="Taken back")).to_have_count(2)
    expect(operation.locator("del", has_text="Completed")).to_have_count(2)
    expect(operation.locator(".badge", has_text="Done")).to_be_visible()
    shoot(page, "undo-record")


def test_the_bar_covers_nothing_moves_nothing_and_holds_to_wcag(chromium, committed_plant, plant_server):
    plant = committed_plant
    unit = plant.do(plant.unit(), "10", "20")
    # axe puts its script into the page, which our policy forbids: bypassed here only.
    context = chromium.new_context(viewport={"width": 1024, "height": 768}, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000)
    operator = begin(page, plant_server.url, "30")
    scan(page, unit.serial)
    operator.prompt("Scan Screw")
    scan(page, plant.a_lot(6))
    operator.prompt("Torque 1")
    expect(page.locator("#undo .button")).to_be_visible()
    shown = page.evaluate(BANDS)
    assert page.evaluate(COVERED) == []
    button = page.locator("#undo .button").bounding_box()
    assert button["height"] >= 64
    assert button["width"] >= 88
    assert page.evaluate(SCROLLS) == [1024, 768]
    for look in ("light", "dark"):
        page.emulate_media(color_scheme=look)
        assert violations(page) == []
    page.emulate_media(color_scheme="light")
    shoot(page, "undo-bar")
    scan(page, "LOT-NOWHERE")
    operator.refused("LOT-NOWHERE is not known at Northfield.")
    expect(page.locator("#undo .button")).not_to_be_visible()  # the refusal has the lane
    page.keyboard.press("Escape")
    expect(page.locator("#undo .button")).to_be_visible()
    expect(page.locator("#undo .button")).to_have_count(0, timeout=12_000)
    assert page.evaluate(BANDS) == shown
    context.close()


def test_after_its_time_an_act_is_taken_back_by_the_supervisor_with_a_reason(page, committed_plant, hasty_server):
    plant, url = committed_plant, hasty_server.url
    unit = plant.unit()
    operator = begin(page, url, "20")
    scan(page, unit.serial)
    operator.prompt("Drive: look, then confirm.")
    page.keyboard.press("1")
    operator.prompt("All steps recorded.")
    page.keyboard.press("F8")
    operator.toast(f"{unit} completed")
    page.wait_for_timeout(1500)
    page.keyboard.press("F11")
    operator.refused("You can't take this back: completed.")
    operator.refused("Ask the supervisor to take it back, with a reason.")
    shoot(page, "undo-too-late")
    assert not execution_at(unit, "20").is_running

    log_in(page, url, "ines", f"/units/{unit}/")
    page.get_by_role("button", name="Take back last act").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("completed")
    dialog.get_by_label("Reason").fill("The belt was not looked at")
    shoot(page, "undo-correction")
    dialog.get_by_role("button", name="Take back", exact=True).click()
    expect(page.get_by_text(f"Taken back on {unit}: completed.")).to_be_visible()
    expect(page.locator(".card", has=page.get_by_role("heading", name="Went another way"))).to_contain_text(
        "The belt was not looked at"
    )
    assert execution_at(unit, "20").is_running
    assert ProcessException.objects.get(unit=unit).kind == "CORRECTION"

    page.goto(f"{url}/station/")
    operator.prompt(f"Go on with {unit},")
    page.keyboard.press("F8")
    operator.prompt("All steps recorded.")
