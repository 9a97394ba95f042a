"""What can be measured of the screens: contrast and names (axe, WCAG 2.2 AA), sizes of targets, no scrolling."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.acts import scan
from tests.browser.bench import Bench

pytestmark = pytest.mark.browser
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
SMALL_TARGETS = """
limit => [...document.querySelectorAll("a, button, input:not([type=hidden])")]
  .filter((element) => element.offsetParent && !element.matches("[hidden] *, .unseen"))
  .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
  .filter(([, box]) => box.width < limit || box.height < limit)
  .map(([html]) => html)
"""


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "design/"])
def test_pages_hold_to_wcag(chromium: Browser, bench: Bench, theme: str, path: str) -> None:
    # axe puts its script into the page, which our policy forbids: bypassed here only.
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme=theme, bypass_csp=True)
    page = context.new_page()
    page.goto(bench.url + path)
    assert violations(page) == []
    if path == "":
        scan(page, "HELD-1")
        page.locator("#refusal .banner").wait_for()
        assert violations(page) == []
        page.keyboard.press("F8")
        assert violations(page) == []
    context.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_a_station_fits_its_screen_with_targets_for_gloves(page: Page, bench: Bench, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(bench.url)
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size == [width, height]
    assert page.evaluate(SMALL_TARGETS, 64) == []
    primary = page.locator("[data-kind=primary]:visible").bounding_box()
    assert primary["width"] >= 88
    scan(page, "HELD-1")
    page.locator("#refusal .banner").wait_for()
    assert page.evaluate(SMALL_TARGETS, 64) == []


CARD = """
<a class="card" href="#"><header><h2 class="code">IP2-004193</h2><kbd>2</kbd></header><p class="spread">{marks}</p>
<p>{text}</p>
<footer>Placed by Priya Raghunathan, on the early shift, for quality</footer></a>"""
TEXTS = (
    "On hold: H-0045, gasket of LOT-88010 shows flash: quality looks at both units, and at the next one as well",
    '10 Main board<br><span class="when">WO-10493, <span class="whole">planned 30 Nov 10:00</span> ST-20</span>',
)
MARKS = [("On hold", "H", "held"), ("Late", "L", "caution"), ("Pinned", "P", "")]
CUT = """
() => [...document.querySelectorAll(".cards .card")].map((card) => {
  const within = card.getBoundingClientRect();
  const [text, foot] = ["p:not(.spread)", "footer"].map((part) => card.querySelector(part));
  const marks = [...card.querySelectorAll(".badge")].map((mark) => mark.getBoundingClientRect());
  return marks.some((mark) => mark.right > within.right) || card.scrollHeight > card.clientHeight
    || text.scrollWidth > text.clientWidth
    || text.getBoundingClientRect().bottom > foot.getBoundingClientRect().top;
})
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1024, 768), (1280, 800), (1920, 1080)])
def test_a_card_of_the_queue_shows_all_its_marks_and_when_it_is_planned(
    page: Page, bench: Bench, theme: str, width: int, height: int
) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": height})
    page.goto(bench.url)
    marks = [
        f'<span class="badge"{tone and f" data-tone={tone}"}><i class="mark">{letter}</i>{word}</span>'
        for word, letter, tone in MARKS
    ]
    rows = ""
    for text in TEXTS:
        cards = "".join(CARD.format(marks="".join(marks[:count]), text=text) for count in (1, 2, 3, 3))
        rows += f'<section class="stack"><h1>Ready</h1><div class="cards">{cards}</div></section>'
    page.evaluate(
        "rows => { const main = document.querySelector('main'); main.className = 'queue'; main.innerHTML = rows }", rows
    )
    assert page.evaluate(CUT) == [False] * 8


def test_a_desk_page_has_targets_of_24_pixels(page: Page, bench: Bench) -> None:
    page.goto(bench.url + "design/")
    assert page.evaluate(SMALL_TARGETS, 24) == []


def test_text_twice_as_large_is_still_all_there(page: Page, bench: Bench) -> None:
    """WCAG 1.4.10: at 640 CSS pixels (1280 at 200 %) nothing is cut off sideways."""
    page.set_viewport_size({"width": 640, "height": 400})
    for path in ("", "design/"):
        page.goto(bench.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 640
