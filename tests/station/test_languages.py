"""With a compiled catalogue, station and API speak the language that browser and program ask for."""

from pathlib import Path

import pytest

from tests.api.conftest import api_as
from tests.languages import speak
from tests.station.pages import StationPage, text

pytestmark = pytest.mark.django_db

GERMAN = {
    "{serial} is not known at {site}.": "{site}: {serial} ist hier nicht bekannt.",
    "No badge, unit or lot of this site has this code.": "Kein Ausweis und kein Los hier hat ihn.",
    "On hold: {number}, {reason}.": "Gesperrt: {number}, {reason}.",
    "{count} entry left: {steps}.\0{count} entries left: {steps}.": "{count} fehlt: {steps}.\0{count} fehlen: {steps}.",
    "Quality doubt": "Zweifel an der Qualität",
    "This step is recorded already: correct it with a reason.": "Dieser Schritt ist schon erfasst.",
}


@pytest.fixture(autouse=True)
def german(tmp_path: Path, settings) -> None:
    speak("de", GERMAN, tmp_path, settings)


def page_in(plant, language: str) -> StationPage:
    page = StationPage(plant)
    page.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    page.log_on()
    return page


def test_a_refusal_at_the_station_is_said_in_the_browsers_language(plant):
    refused = page_in(plant, "de-CH, de;q=0.9").scan("X-1")
    assert f"{plant.site}: X-1 ist hier nicht bekannt." in text(refused)
    assert "Kein Ausweis und kein Los hier hat ihn." in text(refused)


def test_a_browser_without_a_catalogue_is_answered_in_english(plant):
    assert f"X-1 is not known at {plant.site}." in text(page_in(plant, "fr").scan("X-1"))


def test_a_label_that_was_made_at_import_is_shown_in_the_browsers_language(plant):
    page = page_in(plant, "de")
    work = page.start(plant.do(plant.unit(), "10", "20"))
    assert "Zweifel an der Qualität" in text(page.get(work))


def test_a_verdict_over_the_api_is_said_in_the_language_of_the_request(plant):
    api, unit = api_as(plant, "amina"), plant.unit()
    plant.start(unit, "10")
    complete = f"/units/{unit}/operations/10/complete"
    in_german = api.post(complete, {"station": "ST-10"}, accept_language="de").json()
    in_english = api.post(complete, {"station": "ST-10"}).json()
    assert " fehlen: " in in_german["title"]
    assert " entries left: " in in_english["title"]
    assert in_german["code"] == in_english["code"] == "STEPS_MISSING"
    assert in_german["blockers"][0]["evidence"] == in_english["blockers"][0]["evidence"]


def test_a_hold_over_the_api_keeps_its_codes_in_every_language(plant):
    api, unit = api_as(plant, "amina"), plant.unit()
    api.post("/holds", {"unit": unit.serial, "reason_code": "QUALITY", "reason": "Wrong label"}, accept_language="de")
    body = {"station": "ST-10"}
    blocked = api.post(f"/units/{unit}/operations/10/start", body, accept_language="de").json()
    (number,) = blocked["evidence"]["holds"]
    assert blocked["title"] == f"Gesperrt: {number}, Wrong label."
    assert blocked["code"] == "ON_HOLD"


def test_the_sentence_of_a_constraint_is_said_in_the_language_of_the_request(plant):
    api, unit = api_as(plant, "amina"), plant.unit()
    plant.start(unit, "10")
    step = {"steps": [{"step": "FIRMWARE", "value": "4.2.1"}], "station": "ST-10"}
    record = f"/units/{unit}/operations/10/record"
    assert api.post(record, step).status_code == 200
    assert api.post(record, step, accept_language="de").json()["title"] == "Dieser Schritt ist schon erfasst."
