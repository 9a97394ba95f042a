"""The pages of machines and connections with a day of states, values and events: WCAG, and no way sideways."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from equipment.models import EventBooking, QuarantinedRow
from mes.kernel.door import open_door
from tests.browser.test_every_page import SHAPES, SIDEWAYS, log_in
from tests.browser.test_looks import violations
from tests.machines import a_day, a_machine, did
from tests.plant import Plant

pytestmark = pytest.mark.browser

PAGES = ("/machines/", "/machines/NF/ST-20/?tag=PRESSURE", "/connections/NF/PLC-1/", "/connections/NF/PLC-1/tags/")
PAGES += ("/connections/NF/PLC-1/replay/?tag=state:ST-20&since=2020-01-01T10:00&until=2020-01-01T20:00",)
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"


def a_bad_day(plant: Plant) -> None:
    """A machine that is down, with an event that was refused and a row that no table took."""
    tags = a_machine(plant.stations["20"])
    a_day(tags)
    now = timezone.now()
    refused = did(tags["GOOD"], 2, now)
    QuarantinedRow.objects.create(connection=tags["GOOD"].connection, at=now, row={"series": 7}, error="out of range")
    with open_door(person=None):
        EventBooking.objects.create(site=plant.site, event=refused, result="REFUSED", sentence="No unit runs.", at=now)


@pytest.mark.parametrize(("theme", "width", "height"), SHAPES)
def test_machines_hold_to_wcag_and_fit(
    chromium: Browser, committed_plant: Plant, plant_server, theme: str, width: int, height: int
) -> None:
    a_bad_day(committed_plant)
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    wrong = []
    around = quote(f"{timezone.now() - timedelta(minutes=30):%Y-%m-%dT%H:%M}Z")
    for path in (*PAGES, f"/machines/NF/ST-20/?tag=PRESSURE&period=10m&at={around}"):
        who = "engineer" if path.startswith("/connections/") else "supervisor"
        log_in(context, committed_plant, who, plant_server.url)
        assert page.goto(plant_server.url + path).ok
        page.evaluate(UNFOLD)
        wrong += [f"{path}: {broken}" for broken in violations(page)]
        wrong += [f"{path}: too wide"] if page.evaluate(SIDEWAYS) else []
    context.close()
    assert not wrong, "\n".join(wrong)


def test_a_printed_machine_is_white_and_without_what_is_pressed(
    chromium: Browser, committed_plant: Plant, plant_server
) -> None:
    a_bad_day(committed_plant)
    context = chromium.new_context(viewport={"width": 794, "height": 1123}, color_scheme="dark")
    page = context.new_page()
    log_in(context, committed_plant, "supervisor", plant_server.url)
    page.emulate_media(media="print")
    for path in PAGES[:2]:
        page.goto(plant_server.url + path)
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate(SIDEWAYS) == 0
        seen = "all => all.filter(one => one.offsetParent).map(one => one.outerHTML)"
        assert page.eval_on_selector_all("button, select, nav a", seen) == []
    context.close()
