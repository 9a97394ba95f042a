"""The board in a browser: a bar is dragged to another time and station, and the form does the same by keyboard."""

import re
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.planning import line, planned, with_a_shift
from tests.plant import PASSWORD
from tests.plant_server import plant_server_on
from wip.models import PlannedJob

pytestmark = pytest.mark.browser


@pytest.fixture
def board(page: Page, committed_plant, committed_database):
    """The board of the next Monday, with one job from 8:00 on at ST-10: (page, the job)."""
    plant, center = committed_plant, with_a_shift(committed_plant)
    plant.clock = timezone.now()
    today = plant.site.local(plant.clock).date()
    day = today + timedelta(days=7 - today.weekday())
    starts_at = datetime.combine(day, time(8), plant.site.zone)
    job = planned(plant, plant.released(3), "10", starts_at, station=line(center)["10"])
    page.set_default_timeout(10_000)
    with plant_server_on(committed_database) as web:
        page.goto(f"{web.url}/login/?next=/board/NF/LINE-1/%3Fday={day}")
        page.get_by_label("Username").fill("ines")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.locator("[data-job]")).to_be_visible()
        yield page, job


def test_the_table_of_jobs_shows_all_its_columns_in_half_a_page(board):
    page, _job = board
    table = page.locator(".halves .wide").last
    expect(table.get_by_role("columnheader", name="State")).to_be_in_viewport()
    assert table.evaluate("part => part.scrollWidth <= part.clientWidth")


def drag(page: Page, dx: float, to: str) -> None:
    bar = page.locator("[data-job] rect").bounding_box()
    lane = page.locator(f"tr[data-station={to}] svg").bounding_box()
    assert bar
    assert lane
    x = bar["x"] + bar["width"] / 2
    page.mouse.move(x, bar["y"] + bar["height"] / 2)
    page.mouse.down()
    page.mouse.move(x + 8, bar["y"] + bar["height"] / 2)
    page.mouse.move(x + dx * lane["width"], lane["y"] + lane["height"] / 2, steps=5)
    page.mouse.up()


def test_a_bar_is_dragged_to_another_time_and_station(board):
    page, job = board
    drag(page, 3 / 8, "ST-20")  # the shift has eight hours
    expect(page.get_by_text("10: ST-20, 1")).to_be_visible()
    moved = PlannedJob.objects.select_related("station").get()
    assert moved.station.code == "ST-20"
    assert abs(moved.starts_at - job.starts_at - timedelta(hours=3)) <= timedelta(minutes=5)
    expect(page.get_by_text("ST-20 is not of the class Board.")).to_be_visible()


def test_a_drag_that_is_let_go_elsewhere_changes_nothing(board):
    page, job = board
    bar = page.locator("[data-job] rect").bounding_box()
    assert bar
    page.mouse.move(bar["x"] + 5, bar["y"] + 5)
    page.mouse.down()
    page.mouse.move(bar["x"] + 60, bar["y"] + 5, steps=3)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator("[data-job]")).not_to_have_attribute("transform", "")
    assert PlannedJob.objects.get().starts_at == job.starts_at


def test_the_form_moves_a_job_by_keyboard_alone(board):
    page, job = board
    page.locator("[data-job]").focus()
    page.keyboard.press("Enter")  # a bar is a link that fills in the form
    expect(page).to_have_url(re.compile("#plan$"))
    field = page.get_by_label("Begin")
    field.fill(f"{field.input_value()[:10]}T11:00")
    page.get_by_role("button", name="Plan it there").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="ST-10, 11:00 to 11:10")).to_be_visible()
    assert PlannedJob.objects.get().starts_at - job.starts_at == timedelta(hours=3)
