"""Who gets a pass: the person who is logged in, for their sites; the station's browser, for its own."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from equipment.topics import help_calls
from mes.events import passes
from mes.kernel.topics import topic
from mes.people.actions import people
from tests.station.pages import StationPage

pytestmark = pytest.mark.django_db


def ask(client: Client, *topics: str):
    return client.get("/live/", {"topic": topics})


def browser(plant, who: str) -> Client:
    client = Client()
    client.force_login(plant.people[who])
    return client


def test_a_person_gets_a_pass_for_topics_of_their_site(plant):
    here = help_calls(plant.site.pk)
    answer = ask(browser(plant, "ines"), here)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    url = urlsplit(answer.json()["url"])
    assert url.path == "/events/"
    shown = passes.read(parse_qs(url.query)["pass"][0])
    assert shown.topics == {here}
    assert passes.RENEW_S < shown.left_s <= passes.LIFE_S <= 60


def test_one_topic_of_another_site_refuses_them_all(plant):
    answer = ask(browser(plant, "ines"), help_calls(plant.site.pk), help_calls(plant.elsewhere.pk))
    assert answer.status_code == 403


@pytest.mark.parametrize("topics", [[], [f"s/{n}" for n in range(passes.MOST_TOPICS + 1)]])
def test_none_and_too_many_are_refused(plant, topics):
    assert ask(browser(plant, "ines"), *topics).status_code == 422


def test_nobody_gets_none(plant):
    assert ask(Client(), help_calls(plant.site.pk)).status_code == 401


def test_a_station_hears_its_site_whoever_is_on_until_its_browser_is_removed(plant):
    page = StationPage(plant, "20")
    here = topic(plant.site.pk, "queue", page.station.station_class_id)
    assert ask(page.client, here).status_code == 200
    assert ask(page.client, help_calls(plant.elsewhere.pk)).status_code == 403
    type(page.device).objects.filter(pk=page.device.pk).update(revoked_at=plant.at(), revoked_by=plant.operator)
    assert ask(page.client, here).status_code == 401


def test_a_disabled_person_gets_no_further_pass(plant):
    client, here = browser(plant, "tomasz"), help_calls(plant.site.pk)
    assert ask(client, here).status_code == 200
    with plant.door("omar") as passage:
        people.disable(person=plant.people["tomasz"], reason="Left", by=passage.person, at=passage.at)
    assert ask(client, here).status_code == 401
