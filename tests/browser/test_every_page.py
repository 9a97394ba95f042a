"""Every page that anybody can open, by the table of addresses: WCAG 2.2 AA in light and dark, and no way sideways.

The states of a station page are looked at in test_station_journey.py; here each address is opened as it comes.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from mes.station.actions.operations import Given
from tests.browser.test_looks import violations
from tests.flow import lot_flow
from tests.plant import Plant
from tests.redlines import add_a_step, drafted, insert_an_operation, redlined
from tests.station.pages import StationPage
from tests.test_authorisation import PEOPLE, pages_of, samples  # noqa: F401 - a fixture
from tests.wip.test_batch import report, start

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Wide tables of Django's administration scroll in a frame of their own; its list of filters does not wrap.
SHAPES = [("light", 1280, 800), ("dark", 390, 844)]


@pytest.fixture
def plant(committed_plant: Plant) -> Plant:
    """What the samples are made on: committed, since a server shows it."""
    return committed_plant


@pytest.fixture
def pages(plant: Plant, samples: dict) -> list[tuple[str, str]]:  # noqa: F811
    return pages_of(samples)


def log_in(context: BrowserContext, plant: Plant, role: str, url: str) -> None:
    """Give the browser the role's session, made as Django makes it."""
    context.clear_cookies()
    if PEOPLE[role]:
        client = Client()
        client.force_login(plant.people[PEOPLE[role]])
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url}])


def looked_at(page: Page, pages: list[tuple[str, str]], plant: Plant, url: str) -> Iterator[str]:
    """What is wrong, page by page."""
    logged_in = ""
    for path, role in sorted(pages, key=lambda found: found[1]):
        if role != logged_in:
            log_in(page.context, plant, role, url)
            logged_in = role
        answer = page.goto(url + path)
        if "html" not in answer.headers.get("content-type", ""):
            continue
        yield from (f"{path}: {broken}" for broken in violations(page))
        if too_wide := page.evaluate(SIDEWAYS):
            yield f"{path}: {too_wide} px too wide"


@pytest.mark.parametrize(("theme", "width", "height"), SHAPES)
def test_every_page_holds_to_wcag_and_fits(
    chromium: Browser, plant: Plant, plant_server, pages, theme: str, width: int, height: int
) -> None:
    # axe puts its script into the page, which our policy forbids: bypassed here only.
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, bypass_csp=True, reduced_motion="reduce"
    )
    assert len(pages) > 40
    wrong = list(looked_at(context.new_page(), pages, plant, plant_server.url))
    context.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("theme", "width", "height"), SHAPES)
def test_a_redline_as_form_and_card_and_a_batch_hold_to_wcag_and_fit(
    chromium: Browser, plant: Plant, plant_server, theme: str, width: int, height: int
) -> None:
    """What the pages above show of no sample: a long reason, changes, a dialog that is open, a run with its time."""
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100}, steps=True)
    batch = start(flow, [flow.lot(40, "WO-A"), flow.lot(30, "WO-B")])
    report(flow, batch, Given("HEAT", "850"))
    changed, order = plant.released(2), plant.released(1)
    redlined(plant, changed, add_a_step, insert_an_operation)
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    log_in(context, plant, "engineer", plant_server.url)
    wrong = []
    for path in (f"/orders/{changed}/", f"/orders/{changed}/traveler/", f"/batches/{batch}/", "/batches/", "/board/"):
        page.goto(plant_server.url + path)
        wrong += [f"{path}: {broken}" for broken in violations(page)]
        wrong += [f"{path}: too wide"] if page.evaluate(SIDEWAYS) else []
    page.goto(f"{plant_server.url}/orders/{order}/")
    page.get_by_role("button", name="Redline", exact=True).click()
    page.get_by_role("dialog").wait_for()
    wrong += [f"the form: {broken}" for broken in violations(page)]
    drafted(plant, order, reason="The seal of batch 7 swells, " * 7)
    page.goto(f"{plant_server.url}/orders/{order}/")
    wrong += [f"the card: {broken}" for broken in violations(page)]
    wrong += ["the card: too wide"] if page.evaluate(SIDEWAYS) else []
    context.close()
    assert not wrong, "\n".join(wrong)


def test_a_printed_page_is_white_and_without_what_is_pressed(chromium: Browser, plant: Plant, plant_server) -> None:
    unit = plant.unit()
    plant.do(unit, "10")
    context = chromium.new_context(viewport={"width": 794, "height": 1123}, color_scheme="dark")
    page = context.new_page()
    log_in(context, plant, "supervisor", plant_server.url)
    page.emulate_media(media="print")
    for path in (f"/units/{unit}/", f"/orders/{unit.work_order}/"):
        page.goto(plant_server.url + path)
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate(SIDEWAYS) == 0
        pressed = "button, input:not([type=hidden]), nav a"
        assert (
            page.eval_on_selector_all(pressed, "all => all.filter(one => one.offsetParent).map(one => one.outerHTML)")
            == []
        )
    context.close()


def test_a_station_that_nobody_is_at_can_be_looked_at(chromium: Browser, plant: Plant, plant_server) -> None:
    """A registered browser without a person, at the smallest screen it has to fit."""
    station = StationPage(plant, "30")
    context = chromium.new_context(viewport={"width": 1024, "height": 768}, bypass_csp=True)
    for name, morsel in station.client.cookies.items():
        context.add_cookies([{"name": name, "value": morsel.value, "url": plant_server.url}])
    page = context.new_page()
    page.goto(f"{plant_server.url}/station/")
    assert violations(page) == []
    assert page.evaluate(SIDEWAYS) == 0
    context.close()
