"""Help: called with one touch, and followed at the station."""

from uuid import uuid4

import pytest

from equipment.actions import help_calls
from equipment.models import HelpCall
from equipment.topics import at_station
from tests.equipment.assets import help_call
from tests.station.pages import StationPage, accepted, is_refused, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(plant):
    page = StationPage(plant)
    page.log_on()
    return page


def take(plant, call, who="ines"):
    with plant.door(who) as passage:
        return help_calls.take(call=call, by=passage.person, at=passage.at)


def test_one_touch_calls_and_the_tile_says_what_became_of_it(plant, page):
    assert text(page.get("help/")).count("Not called") == 4
    answer = page.post("help/call/", kind="MATERIAL", note="Screws are out")
    assert accepted(answer) == "Material called"
    assert "Material ! Called just now Screws are out by Amina Yusuf" in text(answer)
    take(plant, HelpCall.objects.get())
    assert "Taken by Ines Carvalho" in text(page.get("help/"))


def test_the_button_of_every_page_shows_the_state_and_follows_it(plant, page):
    assert 'aria-label="Help"' in page.get().content.decode()
    call = help_call(plant, "QUALITY")
    HelpCall.objects.filter(pk=call.pk).update(called_at=page.plant.clock.replace(year=2020))
    for path in ("", "tools/", "help/state/"):
        shown = page.get(path).content.decode()
        assert 'hx-get="/station/help/state/" hx-trigger="freshen"' in shown
        assert f'data-topics="{at_station(plant.site.pk, page.station.pk)}"' in shown
        assert "min ago" in shown
    help_call(plant, "MATERIAL")
    assert "2 calls" in text(page.get("help/state/"))


def test_another_stations_calls_are_not_shown_and_not_ended(plant, page):
    call = help_call(plant, station="40")
    assert text(page.get("help/")).count("Not called") == 4
    assert is_refused(page.post(f"help/{call.pk}/finish/"), 404)


def test_a_repeated_touch_is_one_call_and_a_second_one_is_refused(page):
    key = str(uuid4())
    for _ in range(2):
        assert accepted(page.post("help/call/", key=key, kind="QUALITY")) == "Quality called"
    assert is_refused(page.post("help/call/", kind="QUALITY"))
    assert is_refused(page.post("help/call/", kind="COFFEE"), 422)
    assert HelpCall.objects.count() == 1


def test_who_called_settles_it_and_another_operator_sees_no_button(plant, page):
    call = help_call(plant)
    assert "It is settled" in text(page.get("help/"))
    page.log_on("tomasz")
    assert "It is settled" not in text(page.get("help/"))
    assert is_refused(page.post(f"help/{call.pk}/finish/"), 403)
    page.log_on("amina")
    assert accepted(page.post(f"help/{call.pk}/finish/")) == "Material done"
    assert HelpCall.objects.get().done_by == plant.people["amina"]
