"""Pages that change while one looks at them: because somebody else acted, without a load, and nothing typed is lost."""

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from equipment.actions import help_calls
from equipment.status import CallKind
from mes.embedded.broker import free_port
from tests.browser.test_station_journey import Operator
from tests.events.listening import EventsServer, events_server_on
from tests.plant import PASSWORD
from tests.plant_server import plant_server_on
from wip.actions import holds

pytestmark = pytest.mark.browser
SHOTS = Path(os.environ.get("MES_SHOTS", ""))
LISTENING = "html[data-live=stream]"
ENTRIES = "[data-topics] :is(input:not([type=hidden]), textarea, select)"


@pytest.fixture
def live(committed_database, monkeypatch):
    """Web and events program on the test's database, as in the demo: (url, events program)."""
    port = free_port()
    monkeypatch.setenv("MES_EVENTS_URL", f"http://127.0.0.1:{port}/events/")
    with events_server_on(committed_database, port=port) as events, plant_server_on(committed_database) as web:
        yield web.url, events


@pytest.fixture
def operator(page: Page, live, committed_plant) -> Operator:
    page.set_default_timeout(10_000)
    return Operator(page, live[0])


@pytest.fixture
def desk(page: Page, live, committed_plant):
    def see(path: str) -> Page:
        page.goto(f"{live[0]}/login/?next={path}")
        page.get_by_label("Username").fill("ines")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.locator(LISTENING)).to_be_attached()
        assert page.locator(ENTRIES).count() == 0
        page.evaluate("window.unloaded = false")
        return page

    return see


def is_the_same_page(page: Page) -> bool:
    return page.evaluate("window.unloaded === false")


def call(plant, kind=CallKind.QUALITY, code="20"):
    with plant.door("amina") as passage:
        return help_calls.call(station=plant.stations[code], kind=kind, by=passage.person, at=passage.at)


def hold(plant, unit):
    with plant.door("mei") as passage:
        about = {"reason_code": "PROCESS", "reason": "Plating too thin", "unit": unit}
        return holds.place(by=passage.person, at=passage.at, **about)


def shot(page: Page, name: str) -> None:
    if SHOTS.name:
        page.screenshot(path=SHOTS / f"live-{name}.png")


def test_a_call_appears_on_the_board_and_on_the_start_page(desk, committed_plant):
    page = desk("/help-calls/")
    expect(page.get_by_text("Nobody calls")).to_be_visible()
    call(committed_plant)
    expect(page.get_by_role("row", name="ST-20")).to_be_visible()
    assert is_the_same_page(page)
    page = desk("/")
    expect(page.get_by_text("What needs somebody carries a mark.")).to_be_visible()
    shot(page, "start")
    call(committed_plant, code="10", kind=CallKind.MATERIAL)
    expect(page.get_by_text("Material, nobody has taken it")).to_be_visible(timeout=12_000)
    assert is_the_same_page(page)


def test_an_order_follows_its_units_and_keeps_what_is_typed(desk, committed_plant):
    plant = committed_plant
    unit = plant.unit()
    page = desk(f"/orders/{unit.work_order}/")
    shot(page, "order")
    running = page.locator("td[data-is=running]")
    expect(running).to_have_count(0)
    page.get_by_role("button", name="Hold order").click()
    page.get_by_label("Reason").fill("I am still typ")
    plant.start(unit, "10")
    expect(running).to_have_count(1)
    expect(page.locator("#order-badges")).to_contain_text("Running")
    expect(page.get_by_label("Reason")).to_have_value("I am still typ")
    expect(page.get_by_label("Reason")).to_be_focused()
    assert is_the_same_page(page)


def test_the_list_of_holds_follows_and_what_is_typed_into_a_release_stays(desk, committed_plant):
    plant = committed_plant
    first, second = plant.unit(), plant.unit()
    hold(plant, first)
    page = desk("/holds/")
    shot(page, "holds")
    rows = page.locator("#holds tbody tr")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Release hold").click()
    reason = page.locator("dialog[open] input[name=reason]")
    reason.fill("Measured ag")
    hold(plant, second)
    expect(rows).to_have_count(2)
    expect(reason).to_have_value("Measured ag")
    page.keyboard.press("Escape")
    row = rows.filter(has_text=second.serial)
    expect(page.locator("#release-dialogs dialog")).to_have_count(2)  # the one that came has its own, too
    row.get_by_role("button", name="Release hold").click()
    reason.fill("Measured again")
    page.locator("dialog[open] [name=password]").fill(PASSWORD)
    page.locator("dialog[open]").get_by_role("button", name="Sign and release").click()
    expect(page.get_by_text("is released")).to_be_visible()
    assert second.holds.get().release_reason == "Measured again"


def test_a_queue_follows_the_work_elsewhere_and_keeps_the_focus(operator, committed_plant):
    plant, page = committed_plant, operator.page
    first, second = plant.unit(), plant.unit()
    plant.do(first, "10", "20")
    operator.register("30")
    operator.log_on()
    expect(page.locator(LISTENING)).to_be_attached()
    cards = page.locator("#queue .card:not([aria-disabled])")
    expect(cards).to_have_count(1)
    assert page.locator(ENTRIES).count() == 0
    cards.first.focus()
    shot(page, "queue")
    places = "[...document.querySelectorAll('.bands > *')].map((part) => part.getBoundingClientRect().y)"
    before = page.evaluate(places)
    plant.do(second, "10", "20")
    expect(cards).to_have_count(2)
    expect(page.locator("#job")).to_contain_text("2 ready")
    expect(page.locator(f"#card-{first}-30")).to_be_focused()
    assert page.evaluate(places)[:3] == before[:3]  # heading, prompt and cards begin where they began
    call(plant, code="30")
    expect(page.locator("#help")).to_contain_text("Called")
    hold(plant, first)
    expect(cards).to_have_count(1)
    page.keyboard.press("1")  # a card that came live starts its unit
    operator.prompt("Scan Screw")
    expect(page.locator(".job")).to_contain_text(second.serial)


def test_without_the_program_pages_ask_by_themselves_and_say_nothing_of_it(desk, live, committed_plant):
    page, events = desk("/help-calls/"), live[1]
    stop(events)
    expect(page.locator(LISTENING)).not_to_be_attached()
    call(committed_plant)
    expect(page.get_by_role("row", name="ST-20")).to_be_visible(timeout=20_000)
    assert page.locator("#refusal *").count() == 0
    assert is_the_same_page(page)


def stop(events: EventsServer) -> None:
    os.kill(events.process.pid, signal.SIGTERM)
    events.process.wait(10)
