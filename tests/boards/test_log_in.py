"""Logging in and out of the office."""

import pytest
from django.test import Client

from tests.plant import PASSWORD


def logged_in(client: Client, password: str = PASSWORD, next_: str = "", username: str = "ines"):
    return client.post("/login/", {"username": username, "password": password, "next": next_})


def test_the_right_password_leads_to_what_was_asked_for(plant, client) -> None:
    assert logged_in(client, next_="/orders/").url == "/orders/"
    assert client.get("/").context["user"] == plant.people["ines"]
    assert client.post("/logout/").url == "/login/"
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("next_", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_the_way_on_stays_with_us(plant, client, next_) -> None:
    assert logged_in(client, next_=next_).url == "/"


@pytest.mark.parametrize("username", ["ines", "nobody"])
def test_a_wrong_password_and_an_unknown_name_look_alike(plant, client, username) -> None:
    page = logged_in(client, "wrong", username=username)
    assert page.status_code == 200
    assert "User name or password is not right." in page.content.decode()


def test_a_locked_person_learns_for_how_long(plant, client) -> None:
    for _ in range(5):
        logged_in(client, "wrong")
    page = logged_in(client).content.decode()
    assert "Ines Carvalho is locked." in page
    assert "Wait 15 min" in page
