"""Every answer in sight and in sound, and nothing typed is lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import enter, scan, wait_until
from tests.browser.bench import Bench

pytestmark = pytest.mark.browser
HIGH, LOW = 1320, 220  # Hz


def test_accepted_is_a_green_frame_a_high_beep_and_a_word(station: Page) -> None:
    station.evaluate(
        "window.flashes = [];"
        "new MutationObserver(() => window.flashes.push([document.body.dataset.flash ?? null, performance.now()]))"
        ".observe(document.body, {attributes: true, attributeFilter: ['data-flash']})"
    )
    scan(station, "LOT-88121")
    expect(station.locator("#toast")).to_contain_text("LOT-88121 recorded")
    wait_until(station, lambda: len(station.evaluate("window.flashes")) == 2)
    (shown, began), (gone, ended) = station.evaluate("window.flashes")
    assert (shown, gone) == ("ok", None)
    assert 550 <= ended - began <= 900
    assert station.evaluate("window.tones") == [HIGH]


def test_refused_says_what_why_and_what_to_do_with_two_low_beeps(station: Page) -> None:
    scan(station, "HELD-1")
    band = station.locator("#refusal .banner")
    for words in ("HELD-1 is on hold", "Hold H-0312, plating too thin", "Put it on shelf Q-2"):
        expect(band).to_contain_text(words)
    assert station.evaluate("window.tones") == [LOW, LOW]


def test_a_refusal_stays_until_the_next_scan(station: Page) -> None:
    scan(station, "HELD-1")
    expect(station.locator("#refusal .banner")).to_be_visible()
    station.wait_for_timeout(1000)
    expect(station.locator("#refusal .banner")).to_be_visible()
    scan(station, "LOT-88121")
    expect(station.locator("#refusal .banner")).to_have_count(0)


@pytest.mark.parametrize("act", ["entry", "Escape", "Close"])
def test_a_refusal_goes_with_the_next_entry_or_when_it_is_closed(station: Page, act: str) -> None:
    scan(station, "HELD-1")
    expect(station.locator("#refusal .banner")).to_be_visible()
    if act == "entry":
        station.locator("[data-insert='1']").click()
    elif act == "Escape":
        station.keyboard.press("Escape")
    else:
        station.get_by_role("button", name="Close").click()
    expect(station.locator("#refusal .banner")).to_have_count(0)


def test_a_refused_signature_is_said_inside_its_dialog(station: Page) -> None:
    station.keyboard.press("F8")
    station.locator("#pin").fill("0000")
    station.keyboard.press("F8")
    expect(station.locator("dialog [data-refusal]")).to_contain_text("This PIN is not yours")
    expect(station.locator("#refusal .banner")).to_have_count(0)


def test_a_broken_server_is_said_and_the_page_stays(station: Page) -> None:
    enter(station, "1.2")
    scan(station, "FAIL-1")
    expect(station.locator("#refusal")).to_contain_text("The server could not do this")
    expect(station.locator("#torque")).to_have_value("1.2")


def test_an_ended_session_does_not_put_the_log_in_into_the_station(station: Page) -> None:
    scan(station, "LOGIN-1")
    expect(station.locator("#refusal")).to_contain_text("You are no longer logged on")
    expect(station.locator("#torque")).to_be_visible()


def test_an_unreachable_server_loses_nothing_and_the_retry_has_the_same_key(station: Page, bench: Bench) -> None:
    bodies: list[str] = []
    station.on("request", lambda request: bodies.append(request.post_data or "") if request.method == "POST" else None)
    enter(station, "1.21")
    station.context.set_offline(True)
    station.keyboard.press("Enter")
    expect(station.locator("#refusal")).to_contain_text("The server does not answer")
    expect(station.locator("#torque")).to_have_value("1.21")
    station.context.set_offline(False)
    station.keyboard.press("Enter")
    expect(station.locator("#last")).to_have_text("1.21")
    assert len(bench.posted) == 1
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
