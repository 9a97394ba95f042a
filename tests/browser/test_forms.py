"""One press, one effect; keys beside every button; the focus never where a stray Enter confirms."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import enter, scan, wait_until
from tests.browser.bench import Bench

pytestmark = pytest.mark.browser


def test_a_second_press_is_ignored_and_the_word_says_why(station: Page, bench: Bench) -> None:
    station.locator("#entry [name=code]").evaluate("field => { field.value = 'SLOW' }")
    enter(station, "1.25")
    record = station.locator(".record")
    record.dblclick()
    expect(record).to_have_text("Saving …")
    expect(record).to_have_attribute("aria-busy", "true")
    expect(station.locator("#last")).to_have_text("SLOW")
    station.wait_for_timeout(300)
    assert len(bench.posted) == 1


def test_a_second_press_is_ignored_without_htmx_too(station: Page, bench: Bench) -> None:
    button = station.locator("#plain button").element_handle()
    button.evaluate("button => { button.click(); setTimeout(() => button.click(), 100) }")
    expect(station.locator("#last")).to_have_text("SLOW-PLAIN")
    station.wait_for_timeout(300)
    assert len(bench.posted) == 1


def test_another_content_has_another_key(station: Page, bench: Bench) -> None:
    for code in ("HELD-1", "HELD-1", "HELD-2"):
        station.locator("#entry [name=code]").evaluate(f"field => {{ field.value = '{code}' }}")
        before = len(bench.posted)
        station.locator("#torque").fill("1.2")
        station.locator(".record").click()
        wait_until(station, lambda before=before: len(bench.posted) == before + 1)
        expect(station.locator("#entry")).not_to_have_attribute("aria-busy", "true")
    first, again, other = (posted["idempotency_key"] for posted in bench.posted)
    assert first == again
    assert first != other


def test_without_script_the_form_works_and_the_refusal_is_a_page(chromium, bench: Bench) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(bench.url)
    page.locator("#torque").fill("1.2")
    page.locator(".record").click()
    expect(page.locator("#last")).to_have_text("1.2")
    context.close()


def test_a_press_on_a_page_that_changes_under_it_is_not_done_and_says_so(station: Page, bench: Bench) -> None:
    scan(station, "SLOW-HELD")
    station.locator("#torque").fill("1.2")
    station.locator(".record").click()
    wait_until(station, lambda: len(bench.posted) >= 1)
    expect(station.locator("#last")).to_have_text("SLOW-HELD")
    expect(station.locator("#toast")).to_contain_text("Not done: the page changed before your press")
    station.wait_for_timeout(200)
    assert [posted["code"] for posted in bench.posted] == ["SLOW-HELD"]


def test_after_an_answer_the_next_empty_field_has_the_focus(station: Page) -> None:
    station.locator(".record").focus()
    scan(station, "LOT-88121")
    expect(station.locator("#last")).to_have_text("LOT-88121")
    expect(station.locator("#torque")).to_be_focused()


def test_enter_never_presses_complete_and_f8_does(station: Page) -> None:
    station.locator("#complete").focus()
    station.keyboard.press("Enter")
    station.wait_for_timeout(100)
    assert station.locator("dialog[open]").count() == 0
    station.keyboard.press("F8")
    expect(station.locator("dialog[open]")).to_be_visible()
    station.keyboard.press("F1")
    expect(station.locator("dialog[open]")).to_have_count(0)


def test_a_digit_presses_its_button_outside_fields_only(station: Page) -> None:
    station.evaluate(
        "() => { window.pressed = 0; document.getElementById('third').onclick = () => { window.pressed++ } }"
    )
    enter(station, "3")
    expect(station.locator("#torque")).to_have_value("3")
    station.wait_for_timeout(200)
    assert station.evaluate("window.pressed") == 0
    station.locator("#torque").blur()
    station.keyboard.press("3")
    wait_until(station, lambda: station.evaluate("window.pressed") == 1)


@pytest.mark.parametrize(
    ("typed", "word", "tone"),
    [
        ("1.2", "in limits", None),
        ("1,2", "in limits", None),
        ("1.1", "in limits", None),
        ("1.31", "above 1.3", "alarm"),
        ("0.9", "below 1.1", "alarm"),
        ("-1", "below 1.1", "alarm"),
        ("1..2", "not a number", "caution"),
        ("", "waiting", None),
    ],
)
def test_the_limits_follow_what_is_entered(station: Page, typed: str, word: str, tone: str | None) -> None:
    station.locator("#torque").fill("9")
    station.locator("#torque").fill(typed)
    expect(station.locator("[data-judges]")).to_contain_text(word)
    assert station.locator(".limits").get_attribute("data-tone") == tone


def test_the_pad_writes_and_deletes_at_the_caret(station: Page) -> None:
    for key in "127":
        station.locator(f"[data-insert='{key}']").click()
    station.locator("[data-erase=one]").click()
    station.locator("[data-insert='.']").click()
    station.locator("[data-insert='5']").click()
    expect(station.locator("#torque")).to_have_value("12.5")
    expect(station.locator("#torque")).to_be_focused()


def test_the_cycle_ticks_from_the_servers_clock(station: Page) -> None:
    cycle = station.locator("time[data-since]")
    expect(cycle).to_have_text("1:43")
    expect(cycle).to_have_text("1:44")
