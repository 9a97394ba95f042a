"""The Material page of a station: what is staged, staging by a scan, taking back."""

from datetime import timedelta

import pytest
import time_machine

from genealogy.models import Unit
from tests.genealogy.lots import quarantined, stage, take_in
from tests.holds import place
from tests.plant import NOW
from tests.station.pages import StationPage, accepted, is_refused, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(plant):
    """Amina at ST-30, on the plant's day."""
    with time_machine.travel(NOW + timedelta(hours=1)):
        station = StationPage(plant, "30")
        station.log_on()
        yield station


def test_a_scan_stages_a_lot_and_it_is_listed_with_what_is_left(plant, page):
    take_in(plant, expires=NOW.date() + timedelta(days=3))
    answer = page.post("material/stage/", code="LOT-1")
    assert accepted(answer) == "LOT-1 staged"
    assert answer["HX-Replace-Url"] == "/station/material/"
    words = text(answer)
    assert "LOT-1 100 pcs" in words
    assert "Expires in 3 d" in words
    assert Unit.objects.get().station == plant.stations["30"]


def test_a_held_lot_says_so_where_it_lies(plant, page):
    take_in(plant)
    page.post("material/stage/", code="LOT-1")
    hold = place(plant, unit=Unit.objects.get())
    assert hold.number in text(page.get("material/"))


def test_a_repeated_scan_stages_once(plant, page):
    take_in(plant)
    answers = [page.post("material/stage/", code="LOT-1", key="0b3a1f9e-5b0c-4c35-9d61-1f6f3e6f3f10") for _ in "12"]
    assert [accepted(answer) for answer in answers] == ["LOT-1 staged"] * 2


@pytest.mark.parametrize(("code", "status"), [("NOBODY", 404), ("LOT-1", 409)])
def test_what_can_not_be_staged_is_refused_in_place(plant, page, code, status):
    take_in(plant, quarantined(plant, plant.screws))
    assert is_refused(page.post("material/stage/", code=code), status)


def test_a_badge_asks_for_its_persons_pin(page):
    assert "Tomasz Nowak, enter your PIN." in text(page.post("material/stage/", code="B-0452"))


def test_what_is_staged_is_taken_back(plant, page):
    stage(plant, take_in(plant))
    assert accepted(page.post("material/unstage/", code="LOT-1")) == "LOT-1 taken back"
    assert "Nothing is staged here" in text(page.get("material/"))


def test_the_first_expiry_comes_first(plant, page):
    for serial, days in (("LATER", 9), ("SOON", 2)):
        stage(plant, take_in(plant, serial=serial, expires=NOW.date() + timedelta(days=days)))
    words = text(page.get("material/"))
    assert words.index("SOON") < words.index("LATER")


def test_nobody_logged_on_stages_nothing(plant, page):
    take_in(plant)
    page.post("log-off/")
    assert page.post("material/stage/", code="LOT-1").status_code == 401
    assert page.get("material/")["Location"].startswith("/station/log-on/")
