"""Tools at the station: listed with their condition, placed by a scan."""

import pytest

from tests.equipment.assets import fresh, used, wrench
from tests.station.pages import StationPage, accepted, is_refused, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(plant):
    page = StationPage(plant)
    page.log_on()
    return page


def test_a_scan_places_it_here_and_a_touch_brings_it_to_the_store(plant, page):
    tool = wrench(plant)
    used(plant, tool, 950)
    assert "No tool is here" in text(page.get("tools/"))
    answer = page.post("tools/place/", code="tw-1")
    assert accepted(answer) == "TW-1 Wrench is here"
    assert "TW-1 Wrench torque wrench" in text(answer)
    assert "50 of 1000 cycles left L Low" in text(answer)
    assert fresh(tool).station == page.station
    assert is_refused(page.post("tools/place/", code="TW-1"))
    assert accepted(page.post("tools/store/", code="TW-1")) == "TW-1 Wrench is in the store"
    assert fresh(tool).station is None


def test_what_is_no_tool_of_the_site_is_refused_and_a_badge_asks_for_the_pin(plant, page):
    assert is_refused(page.post("tools/place/", code="NOPE"), 404)
    answer = page.post("tools/place/", code=plant.people["tomasz"].badge)
    assert "Tomasz Nowak, enter your PIN" in text(answer)


def test_more_leads_there(page):
    assert 'data-key="5" href="/station/tools/"' in page.get().content.decode()
