"""The list of stations, making a browser one of them, and the pictures of steps."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from equipment.models import SiteAccess
from mes.station.models import StationDevice
from tests.station.pages import StationPage, is_refused, text

pytestmark = pytest.mark.django_db


def office(plant, name: str) -> Client:
    client = Client()
    client.force_login(plant.people[name])
    return client


def register(client: Client, station, **more):
    return client.post(f"/station/stations/{station.pk}/register/", {"idempotency_key": str(uuid4())}, **more)


def test_nobody_is_led_to_the_log_in(plant):
    assert "/login" in Client().get("/station/stations/")["Location"]
    assert "/login" in register(Client(), plant.stations["30"])["Location"]


def test_the_list_shows_the_stations_of_ones_sites_with_what_runs(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    shown = text(office(plant, "ruth").get("/station/stations/"))
    assert f"ST-10 Board Line 1 {unit.serial} 10, Amina Yusuf" in shown
    assert "Use this browser" not in shown


def test_a_supervisor_makes_the_browser_a_station_by_a_cookie_that_no_script_reads(plant):
    client = office(plant, "ines")
    answer = register(client, plant.stations["30"])
    assert answer["Location"] == "/station/"
    cookie = answer.cookies["station"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 400 * 24 * 3600)
    device = StationDevice.objects.get()
    assert device.station == plant.stations["30"]
    assert cookie.value not in device.token_hash
    assert client.get("/station/")["Location"] == "/station/log-on/"


def test_a_browser_that_is_made_another_station_is_the_first_no_more(plant):
    client = office(plant, "ines")
    register(client, plant.stations["10"])
    register(client, plant.stations["30"])
    assert StationDevice.objects.get(revoked_at=None).station == plant.stations["30"]


def test_the_list_shows_the_browsers_of_a_station_and_who_is_on_there(plant):
    first, _ = StationPage(plant), StationPage(plant)
    first.log_on()
    shown = text(office(plant, "ines").get("/station/stations/"))
    assert "registered Mon 23 Nov, 09:01 by Ines Carvalho, Amina Yusuf is on" in shown
    assert "by Ines Carvalho, nobody is on" in shown
    assert shown.count("Remove") == 2
    assert "2 registered" in text(office(plant, "ruth").get("/station/stations/"))


def test_a_browser_is_removed_once_however_often_it_is_pressed(plant):
    page, client = StationPage(plant), office(plant, "ines")
    page.log_on()
    press = {"idempotency_key": str(uuid4())}
    path = f"/station/browsers/{page.device.pk}/remove/"
    assert client.post(path, press)["Location"] == "/station/stations/"
    assert page.get().status_code == 403
    assert client.post(path, press).status_code == 302
    assert client.post(path, {"idempotency_key": str(uuid4())}).status_code == 409
    shown = text(client.get("/station/stations/"))
    assert "The browser is ST-30 no more." in shown
    assert "Remove" not in shown


@pytest.mark.parametrize("name", ["amina", "pavel", "mei", "ruth"])
def test_who_may_not_register_stations_removes_no_browser(plant, name):
    page = StationPage(plant)
    path = f"/station/browsers/{page.device.pk}/remove/"
    assert office(plant, name).post(path, {"idempotency_key": str(uuid4())}).status_code == 403
    assert page.get().status_code == 302


def test_a_browser_of_another_site_is_not_there(plant):
    page = StationPage(plant)
    with plant.door("omar"):
        SiteAccess.objects.filter(person=plant.people["ines"]).update(site=plant.elsewhere)
    path = f"/station/browsers/{page.device.pk}/remove/"
    assert office(plant, "ines").post(path, {"idempotency_key": str(uuid4())}).status_code == 404


@pytest.mark.parametrize("name", ["amina", "pavel", "mei", "ruth"])
def test_who_may_not_register_stations_is_refused(plant, name):
    assert register(office(plant, name), plant.stations["30"]).status_code == 403
    assert not StationDevice.objects.exists()


def test_an_unknown_station_is_refused(plant):
    answer = office(plant, "ines").post(f"/station/stations/{uuid4()}/register/", {"idempotency_key": str(uuid4())})
    assert answer.status_code == 404


def test_a_station_that_was_taken_out_of_use_is_none_any_more(plant):
    page = StationPage(plant)
    page.log_on()
    with plant.door("omar"):
        type(page.station).objects.filter(pk=page.station.pk).update(is_active=False)
    assert page.get().status_code == 403


class TestPictures:
    @pytest.fixture(autouse=True)
    def uploads(self, settings, tmp_path):
        settings.MEDIA_ROOT = str(tmp_path / "media")
        folder = Path(settings.MEDIA_ROOT, "steps")
        folder.mkdir(parents=True)
        (folder / "torque.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
        (folder / "notes.html").write_text("<script>alert(1)</script>")
        (tmp_path / "secret.svg").write_text("<svg/>")

    def test_a_station_sees_them_and_they_can_do_nothing(self, plant):
        answer = StationPage(plant).get("pictures/steps/torque.svg")
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/svg+xml"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        answer.close()

    def test_who_is_logged_in_sees_them_and_nobody_else(self, plant):
        answer = office(plant, "hiroshi").get("/station/pictures/steps/torque.svg")
        assert answer.status_code == 200
        answer.close()
        assert Client().get("/station/pictures/steps/torque.svg").status_code == 404

    @pytest.mark.parametrize(
        "path", ["steps/missing.svg", "steps/notes.html", "../secret.svg", "%2e%2e/secret.svg", "steps"]
    )
    def test_anything_else_is_not_there(self, plant, path):
        assert StationPage(plant).get(f"pictures/{path}").status_code == 404


def test_a_browser_that_wrong_pins_locked_is_shown_and_unlocked_by_a_supervisor(plant):
    page = StationPage(plant)
    for name in ("amina", "tomasz"):
        for _ in range(5):
            page.log_on(name, pin="0000")
    refused = page.log_on("ines")
    assert is_refused(refused, 403)
    assert "Log-on is locked at this station." in text(refused)
    path = f"/station/browsers/{page.device.pk}/unlock/"
    assert "Log-on locked until" in text(office(plant, "ines").get("/station/stations/"))
    assert office(plant, "amina").post(path, {"idempotency_key": str(uuid4())}).status_code == 403
    assert office(plant, "ines").post(path, {"idempotency_key": str(uuid4())}).status_code == 302
    assert "Log-on locked until" not in text(office(plant, "ines").get("/station/stations/"))
    assert page.log_on("ines").status_code == 200
