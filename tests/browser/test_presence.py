"""Several people at one station, in a real browser: changing the active person, and the lock of an idle page."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from mes.station.models import LastAct, StationDevice, StationLogon
from tests.browser.acts import enter, scan
from tests.browser.test_looks import SMALL_TARGETS, violations
from tests.browser.test_station_journey import SCROLLS, Operator, operator  # noqa: F401 - a fixture
from tests.kinds import kinds_line
from tests.plant import PIN
from tests.presence import active_logon
from wip.models import Reading

pytestmark = pytest.mark.browser
SHOTS = Path(os.environ.get("MES_SHOTS", ""))


def shot(page, name: str) -> None:
    """Keep a picture where MES_SHOTS says, to be looked at."""
    if SHOTS.name:
        page.screenshot(path=SHOTS / f"{name}.png", caret="initial")


def give_pin(page) -> None:
    expect(page.locator("input:focus")).to_have_count(1)
    enter(page, PIN)
    page.keyboard.press("Enter")


def let_time_pass(minutes: int) -> None:
    """As if everybody had done nothing for so long."""
    back = timedelta(minutes=minutes)
    for logon in StationLogon.objects.all():
        StationLogon.objects.filter(pk=logon.pk).update(logged_on_at=logon.logged_on_at - back, confirmed_at=None)
    LastAct.objects.all().delete()


def let_the_page_alone(page) -> None:
    """The page covers itself after 10 minutes: here after a second.

    Not by a clock put into the page: by that, a scanner's characters are as far apart as this machine is slow.
    """
    assert page.locator("#lock").get_attribute("data-idle-s") == "600"
    page.locator("#lock").evaluate("dialog => { dialog.dataset.idleS = '1'; }")
    expect(page.locator("#lock")).to_be_visible()
    page.locator("#lock").evaluate("dialog => { dialog.dataset.idleS = '600'; }")


def test_two_people_share_a_station_and_change_by_a_tap_and_a_pin(operator, committed_plant):  # noqa: F811
    plant, page = committed_plant, operator.page
    plant.do(plant.unit(), "10", "20")
    operator.register("30")
    operator.log_on()
    scan(page, "B-0452")  # a badge, anywhere on the page
    operator.prompt("Tomasz Nowak, enter your PIN.")
    give_pin(page)
    operator.toast("Tomasz Nowak is logged on")
    face = page.get_by_role("navigation", name="Change person").get_by_role("link", name="Amina Yusuf")
    box = face.bounding_box()
    assert box["width"] >= 64
    assert box["height"] >= 64
    shot(page, "faces")
    page.keyboard.press("1")
    operator.prompt("Scan Screw M3 × 8.")
    for size in ((1024, 768), (1280, 800)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert page.evaluate(SCROLLS) == list(size)
        shot(page, f"faces-work-{size[0]}")
    face.click()
    operator.prompt("Amina Yusuf, enter your PIN.")
    shot(page, "faces-pin")
    assert page.evaluate(SMALL_TARGETS, 64) == []
    give_pin(page)
    operator.prompt("Tomasz Nowak has this job.")  # the same work is on screen, and stays his
    device = StationDevice.objects.get()
    assert active_logon(device).person == plant.operator
    assert StationLogon.objects.filter(logged_off_at=None).count() == 2


def test_an_idle_page_asks_for_the_pin_and_keeps_what_was_typed(operator, committed_plant):  # noqa: F811
    plant, page = committed_plant, operator.page
    plant.do(plant.unit(), "10", "20")
    operator.register("30")
    operator.log_on()
    page.keyboard.press("1")
    operator.prompt("Scan Screw M3 × 8.")
    scan(page, plant.a_lot(6))
    operator.prompt("Torque 1 of 2")
    enter(page, "1.21")
    let_time_pass(minutes=11)
    page.keyboard.press("Enter")
    expect(page.locator("#lock")).to_be_visible()
    expect(page.locator("#unlock-pin")).to_be_focused()
    shot(page, "locked-dialog")
    assert not Reading.objects.filter(step_code="TORQUE").exists()
    enter(page, "0000")
    page.keyboard.press("Enter")
    expect(page.locator("#lock [data-refusal] .banner")).to_contain_text("Badge or secret is not right.")
    page.locator("#unlock-pin").fill("")
    give_pin(page)
    expect(page.locator("#lock")).to_be_hidden()
    operator.prompt("Torque 2 of 2")
    assert Reading.objects.filter(step_code="TORQUE").count() == 1
    let_time_pass(minutes=11)
    page.reload()
    operator.prompt("Locked. Amina Yusuf, enter your PIN.")
    shot(page, "locked-page")
    give_pin(page)
    operator.prompt("Torque 2 of 2")


def test_a_page_that_nobody_touches_covers_itself(operator, committed_plant):  # noqa: F811
    plant, page = committed_plant, operator.page
    operator.register("30")
    operator.log_on()
    expect(page.locator("#lock")).to_be_hidden()
    let_the_page_alone(page)
    give_pin(page)
    expect(page.locator("#lock")).to_be_hidden()
    let_the_page_alone(page)
    scan(page, "B-0452")  # another badge goes on, over the dialog
    operator.prompt("Tomasz Nowak, enter your PIN.")
    assert StationLogon.objects.filter(person=plant.operator, logged_off_at=None).exists()


def test_a_badge_over_the_lock_is_whose_it_is_and_no_answer_to_the_step_below(operator, committed_plant):  # noqa: F811
    line, page = kinds_line(committed_plant), operator.page
    operator.register("10")
    operator.log_on()
    page.goto(f"{operator.url}/station/work/{line.execution().pk}/?step=HELPER")
    operator.prompt("Helper: scan a badge")
    let_the_page_alone(page)  # the page alone: by the server's clock it is not locked yet
    scan(page, "B-0452")
    operator.prompt("Tomasz Nowak, enter your PIN.")
    assert not Reading.objects.exists()


def test_faces_and_lock_hold_to_wcag(chromium, committed_plant, plant_server):
    # axe puts its script into the page, which our policy forbids: bypassed here only.
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    person = Operator(page, plant_server.url)
    person.register("30")
    person.log_on()
    scan(page, "B-0452")
    give_pin(page)
    person.toast("Tomasz Nowak is logged on")
    found = {}
    for look in ("queue", "dialog", "locked"):
        if look == "dialog":
            page.locator("#lock").evaluate("dialog => dialog.showModal()")
        if look == "locked":
            let_time_pass(minutes=11)
            page.reload()
            person.prompt("Locked. Tomasz Nowak")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            shot(page, f"{look}-{scheme}")
            if broken := violations(page):
                found[look, scheme] = broken
    context.close()
    assert found == {}
