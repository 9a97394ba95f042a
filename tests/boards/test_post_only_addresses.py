"""An address that only takes a POST, opened by GET: a page that says so and leads back, never an empty one."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.api.conftest import api_as
from tests.test_authorisation import addresses, samples  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
BACK = re.compile(r'<a class="button" data-kind="primary" href="([^"]*)">')


@pytest.fixture
def post_only(samples) -> dict[str, str]:  # noqa: F811
    """The path of each address that answers GET with 405, by name."""
    paths = {}
    for name, parameters in addresses():
        values = samples | samples.get(name, {})
        if not name.startswith("/") and not name.startswith("admin:"):
            paths[name] = reverse(name, kwargs={parameter: values[parameter] for parameter in parameters})
    nobody = Client()
    return {name: path for name, path in paths.items() if nobody.get(path).status_code == 405}


def test_every_address_for_posts_alone_says_so_and_leads_back(plant, post_only, desk_of):
    assert len(post_only) > 60
    browser, leads_to, wrong = desk_of("ines"), {}, []
    for name, path in post_only.items():
        for client in (browser, Client()):
            answer = client.get(path)
            page = answer.content.decode()
            is_said = "There is no page at this address" in page and "Go back to the page" in page
            if (answer.status_code, is_said) != (405, True) or "POST" not in answer["Allow"]:
                wrong.append(f"{name}: {answer.status_code}, {answer.headers.get('Allow')}")
        (leads_to[name],) = BACK.findall(page)
        back = browser.get(leads_to[name])
        if back.status_code == 405:  # one such address below another: one step more
            back = browser.get(*BACK.findall(back.content.decode()))
        if back.status_code == 405:
            wrong.append(f"{name} leads back to {leads_to[name]}, and to no page")
    assert not wrong, "\n".join(wrong)
    assert (leads_to["labor_enter"], leads_to["order_release"].startswith("/orders/WO-")) == ("/labor/", True)


def test_a_part_of_a_page_gets_a_band_and_the_api_a_problem(plant, client):
    part = client.get("/labor/enter/", headers={"HX-Request": "true"})
    assert (part.status_code, part["Allow"], part["HX-Retarget"]) == (405, "POST", "#refusal")
    assert "<html" not in part.content.decode()
    answer = api_as(plant, "ines").get("/batches")
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert "POST" in answer["Allow"]
    assert answer.json()["code"] == "METHOD_NOT_ALLOWED"


def test_a_page_that_is_posted_to_says_that_it_only_shows(plant, desk_of):
    answer = desk_of("ines").post("/orders/")
    assert (answer.status_code, "GET" in answer["Allow"]) == (405, True)
    assert "This address only shows something." in answer.content.decode()


def test_whoever_logs_in_again_on_the_way_is_led_back(plant, client):
    """The log-in ran out; the form is posted; after the log-in the browser opens its address."""
    sent = client.post("/labor/enter/", {"minutes": "5"})
    assert (sent.status_code, sent["Location"]) == (302, "/login/?next=/labor/enter/")
    client.force_login(plant.people["ines"])
    page = client.get("/labor/enter/").content.decode()
    assert 'href="/labor/"' in page
