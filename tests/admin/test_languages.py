"""With a compiled catalogue the administration speaks the browser's language: names nobody gave, errors, history."""

import pytest
from django.urls import reverse

from tests.languages import speak
from tests.station.pages import text

pytestmark = pytest.mark.django_db

GERMAN = {
    "time zone": "Zeitzone",
    "name": "Name im Werk",
    "site": "Werk",
    "Equipment": "Anlagen",
    "Reason for change": "Grund der Änderung",
    "code": "Kürzel",
}


@pytest.fixture(autouse=True)
def german(tmp_path, settings) -> None:
    speak("de", GERMAN, tmp_path, settings)


@pytest.fixture
def page(client, plant):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"

    def get(who: str, name: str, *args, data=None):
        client.force_login(plant.people[who])
        address = reverse(name, args=args)
        return client.get(address) if data is None else client.post(address, data)

    return get


def test_a_form_its_errors_its_list_and_its_history_are_in_the_browsers_language(plant, page):
    change = text(page("omar", "admin:equipment_site_change", plant.site.pk))
    assert "Zeitzone" in change
    assert "Name im Werk" in change
    assert "Time zone" not in change

    wrong = page("omar", "admin:equipment_site_change", plant.site.pk, data={"code": "NF", "name": "", "reason": "x"})
    assert wrong.status_code == 200
    assert "Zeitzone" in text(wrong)
    assert "This field is required" not in text(wrong)  # Django's own catalogue says it

    given = {"code": "NF", "name": "Northfield works", "time_zone": "Europe/Vienna", "reason": "New name"}
    assert page("omar", "admin:equipment_site_change", plant.site.pk, data=given).status_code == 302
    history = text(page("omar", "admin:equipment_site_history", plant.site.pk))
    assert "Werk" in history
    assert "Grund der Änderung" in text(page("omar", "admin:equipment_site_change", plant.site.pk))
    assert "Anlagen" in text(page("omar", "admin:index"))


def test_what_is_unique_is_named_as_the_form_names_it(plant, page):
    given = {"code": plant.site.code, "name": "Else", "time_zone": "Europe/Vienna", "reason": "Another one"}
    refused = text(page("omar", "admin:equipment_site_add", data=given))
    assert "Kürzel" in refused
