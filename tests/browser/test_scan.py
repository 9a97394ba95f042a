"""Scanners type like a keyboard; the page tells them from people, wherever the focus is."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import enter, scan, wait_until
from tests.browser.bench import Bench

pytestmark = pytest.mark.browser


def test_a_scan_is_posted_once_with_a_key_of_its_own(station: Page, bench: Bench) -> None:
    scan(station, "LOT-88121")
    expect(station.locator("#last")).to_have_text("LOT-88121")
    [posted] = bench.posted
    assert posted["code"] == "LOT-88121"
    assert len(posted["idempotency_key"]) == 36


def test_nothing_of_a_scan_stays_in_the_focused_field(station: Page) -> None:
    enter(station, "1.2")
    scan(station, "HELD-1")
    expect(station.locator("#refusal")).to_contain_text("HELD-1 is on hold")
    expect(station.locator("#torque")).to_have_value("1.2")


def test_typing_by_hand_is_no_scan(station: Page, bench: Bench) -> None:
    enter(station, "1.25")
    station.keyboard.press("Enter")
    expect(station.locator("#last")).to_have_text("1.25")
    assert [posted["value"] for posted in bench.posted] == ["1.25"]


def test_three_characters_are_no_scan(station: Page, bench: Bench) -> None:
    station.locator("#torque").blur()
    scan(station, "ABC")
    station.wait_for_timeout(200)
    assert bench.posted == []


def test_the_same_code_within_two_seconds_says_so_and_asks_nobody(station: Page, bench: Bench) -> None:
    scan(station, "LOT-88121")
    expect(station.locator("#last")).to_have_text("LOT-88121")
    scan(station, "LOT-88121")
    expect(station.locator("#toast")).to_contain_text("Already scanned: LOT-88121")
    assert len(bench.posted) == 1


def test_a_scan_made_while_an_answer_is_on_its_way_waits_for_the_page_that_comes(station: Page, bench: Bench) -> None:
    scan(station, "SLOW-1")
    scan(station, "NEXT-2")
    expect(station.locator("#last")).to_have_text("NEXT-2")
    assert [posted["code"] for posted in bench.posted] == ["SLOW-1", "NEXT-2"]
    assert bench.posted[0]["idempotency_key"] != bench.posted[1]["idempotency_key"]


def test_digits_of_a_scan_press_no_button(station: Page, bench: Bench) -> None:
    station.evaluate("() => { document.getElementById('third').onclick = () => { window.pressed = true } }")
    station.locator("#torque").blur()
    scan(station, "3333")
    wait_until(station, lambda: len(bench.posted) == 1)
    station.wait_for_timeout(100)
    assert station.evaluate("window.pressed") is None


def test_with_a_prefix_even_a_slow_scanner_is_one(station: Page, bench: Bench) -> None:
    station.evaluate("document.body.dataset.scanPrefix = '~'")
    station.keyboard.type("~AB", delay=100)
    station.keyboard.press("Enter")
    wait_until(station, lambda: bool(bench.posted))
    assert bench.posted[0]["code"] == "AB"
    expect(station.locator("#torque")).to_have_value("")


def test_in_an_open_dialog_the_scan_is_its_field(station: Page, bench: Bench) -> None:
    station.keyboard.press("F8")
    scan(station, "BADGE-77")
    expect(station.locator("#badge")).to_have_value("BADGE-77")
    expect(station.locator("#pin")).to_be_focused()
    assert bench.posted == []


def test_group_separators_of_a_gs1_code_are_kept(station: Page, bench: Bench) -> None:
    scan(station, "0104012345678901\u001d10LOT7")
    wait_until(station, lambda: bool(bench.posted))
    assert bench.posted[0]["code"] == "0104012345678901\u001d10LOT7"
