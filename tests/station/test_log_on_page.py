"""Logging on and off at a station, by its pages."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mes.kernel.personnel.models import Person
from mes.station.models import StationLogon
from mes.station.queries import logons_at
from tests.presence import active_logon
from tests.station.pages import StationPage, accepted, is_refused, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(plant):
    return StationPage(plant)


def test_a_browser_that_is_no_station_is_told_how_to_become_one(plant):
    for path in ("", "log-on/"):
        answer = Client().get(f"/station/{path}")
        assert answer.status_code == 403
        assert "not a station yet" in text(answer)


def test_a_browser_that_is_no_station_can_post_nothing(plant):
    answer = Client().post("/station/scan/", {"code": "B-0451"}, headers={"HX-Request": "true"})
    assert is_refused(answer, 403)


def test_a_made_up_cookie_is_no_station(page):
    page.client.cookies["station"] = "x" * 43
    assert page.get().status_code == 403


def test_with_nobody_on_every_page_leads_to_log_on(page):
    assert page.get()["Location"] == "/station/log-on/"
    assert "Scan your badge" in text(page.get("log-on/"))


def test_a_scanned_badge_asks_for_the_pin_of_its_owner(page):
    answer = page.scan("B-0451")
    assert "Amina Yusuf, enter your PIN." in text(answer)
    assert answer["HX-Replace-Url"] == "/station/log-on/?badge=B-0451"


def test_badge_and_pin_log_on_and_show_the_queue(page, plant):
    answer = page.log_on()
    assert accepted(answer) == "Amina Yusuf is logged on"
    assert "Nothing waits at ST-30" in text(answer)
    assert active_logon(page.device).person == plant.people["amina"]


def test_a_wrong_pin_is_refused_and_nobody_is_on(page):
    assert is_refused(page.log_on(pin="0000"), 403)
    assert active_logon(page.device) is None


def test_after_five_wrong_pins_the_right_one_is_refused_too(page, plant):
    for _ in range(5):
        page.log_on(pin="0000")
    answer = page.log_on()
    assert is_refused(answer, 403)
    assert "is locked" in text(answer)
    assert plant.people["amina"].failed_secrets == 0
    assert Person.objects.get(username="amina").locked_until


def test_an_unknown_badge_is_refused_at_once(page):
    answer = page.scan("B-9999")
    assert is_refused(answer, 404)
    assert "B-9999 is not a badge that is known here." in text(answer)


def test_somebody_whose_role_does_not_work_at_stations_is_refused(page):
    answer = page.log_on("ruth")
    assert is_refused(answer, 403)
    assert "operations.work" in text(answer)


def test_a_disabled_person_is_off_at_once(page, plant):
    page.log_on()
    Person.objects.filter(username="amina").update(is_active=False)
    assert page.get()["Location"] == "/station/log-on/"
    assert is_refused(page.log_on(), 404)


def test_another_badge_changes_the_person(page, plant):
    page.log_on()
    assert "Tomasz Nowak, enter your PIN." in text(page.scan("B-0452"))
    page.log_on("tomasz")
    assert active_logon(page.device).person == plant.people["tomasz"]
    assert [logon.person.username for logon in logons_at(page.device)] == ["amina", "tomasz"]


def test_a_second_browser_of_the_station_knows_nothing_of_who_is_on_at_the_first(page, plant):
    page.log_on()
    second = StationPage(plant)
    assert second.get()["Location"] == "/station/log-on/"
    unit = plant.do(plant.unit(), "10", "20")
    assert is_refused(second.post("start/", unit=unit.serial, operation="30"), 401)
    second.log_on("tomasz")
    second.start(unit)
    assert unit.executions.get(operation_code="30").started_by == plant.people["tomasz"]
    assert active_logon(page.device).person == plant.people["amina"]


def test_log_off_leaves_nobody_on(page):
    page.log_on()
    assert accepted(page.post("log-off/")) == "Amina Yusuf is logged off"
    assert page.get()["Location"] == "/station/log-on/"
    assert page.post("log-off/", htmx=False)["Location"] == "/station/log-on/"


def test_the_same_press_twice_logs_on_once(page):
    first, second = (page.log_on(key="0198c0de-0000-7000-8000-000000000001") for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert StationLogon.objects.count() == 1


def test_a_press_that_comes_again_after_log_off_says_that_nobody_is_on(page):
    key = "0198c0de-0000-7000-8000-000000000009"
    page.log_on(key=key)
    page.post("log-off/")
    late = page.log_on(key=key)
    assert (late.status_code, late["HX-Replace-Url"]) == (200, "/station/log-on/")
    assert "Nobody is logged on" in text(late)
    assert "HX-Trigger" not in late
    page.log_on("tomasz")
    assert accepted(page.log_on(key=key)) == "Tomasz Nowak is logged on"


def test_without_script_log_on_leads_to_the_queue(page):
    assert page.log_on(htmx=False)["Location"] == "/station/"
    assert page.get().status_code == 200


def test_a_post_without_a_key_or_with_a_broken_one_is_refused_and_says_what(page):
    answer = page.post("log-on/", key="nonsense", badge="B-0451", pin="4711")
    assert is_refused(answer, 422)
    assert "Idempotency key" in text(answer)


def test_a_zero_byte_is_refused_not_stored(page):
    assert is_refused(page.scan("B-04\x0051"), 422)


def test_the_pin_is_not_kept_with_the_key_not_even_as_a_digest(page):
    """The same press with another PIN counts as the same request: what is compared leaves the PIN out."""
    key = "0198c0de-0000-7000-8000-000000000002"
    page.log_on(key=key)
    assert is_refused(page.log_on(key=key, pin="0000"), 403)
    assert page.log_on(key=key).status_code == 200


def test_a_lock_ends_by_itself(page, plant):
    Person.objects.filter(username="amina").update(locked_until=timezone.now() - timedelta(seconds=1))
    assert page.log_on().status_code == 200
