"""Machines and their connections over REST."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from tests.api.conftest import api_as
from tests.machines import a_day, a_machine

pytestmark = pytest.mark.django_db


@pytest.fixture
def tags(plant):
    tags = a_machine(plant.stations["20"])
    a_day(tags)
    return tags


def test_machines_are_listed_with_what_they_do_now(plant, tags):
    (one,) = api_as(plant, "ines").get("/machines?site=NF").json()["results"]
    assert (one["station"], one["site"], one["state"], one["detail"]) == ("ST-20", "NF", "DOWN", "Guard open")
    assert one["connections"] == ["PLC-1"]
    assert api_as(plant, "ines").get("/machines?site=XX").json()["results"] == []


def test_a_machine_shows_its_values(plant, tags):
    values = {one["tag"]: one for one in api_as(plant, "ines").get("/machines/NF/ST-20").json()["values"]}
    assert (values["GOOD"]["value"], values["GOOD"]["quality"]) == (417.0, 192)
    assert (values["RECIPE"]["text"], values["RECIPE"]["value"]) == ("A-17", None)
    pressure = values["PRESSURE"]
    assert (pressure["is_writable"], pressure["write_high"], pressure["needs_signature"]) == (True, 80, True)
    assert api_as(plant, "ines").get("/machines/NF/ST-30").status_code == 404


def test_its_states_say_when_nobody_knows(plant, tags):
    states = api_as(plant, "ines").get("/machines/NF/ST-20/states").json()["results"]
    assert [one["state"] for one in states] == [None, "RUNNING", None, "RUNNING", "DOWN"]
    for before, after in pairwise(states):
        assert before["ends_at"] == after["begins_at"]
    far = (timezone.now() - timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert api_as(plant, "ines").get(f"/machines/NF/ST-20/states?since={far}").status_code == 422
    first_day = "0001-01-01T00:00:00Z"
    assert api_as(plant, "ines").get(f"/machines/NF/ST-20/states?until={first_day}").status_code == 422


def test_a_value_is_told_sample_by_sample_and_of_a_long_time_put_together(plant, tags):
    api, since = api_as(plant, "ines"), (timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    short = api.get(f"/machines/NF/ST-20/trend?tag=PRESSURE&since={since}").json()
    assert (short["tag"], short["quantity_unit"], short["width_s"]) == ("PRESSURE", "kPa", 0)
    assert [one["mean"] for one in short["results"]] == [30 + n % 7 / 2 for n in range(50, 0, -1)]
    assert all((one["samples"], one["good"]) == (1, 1) for one in short["results"])
    day = api.get("/machines/NF/ST-20/trend?tag=PRESSURE").json()
    assert day["width_s"] >= 60
    assert sum(one["samples"] for one in day["results"]) == 50
    assert (min(one["least"] for one in day["results"]), max(one["most"] for one in day["results"])) == (30, 33)


def test_a_trend_is_of_a_number_that_the_machine_has(plant, tags):
    api = api_as(plant, "ines")
    for query, status, words in (
        ("", 422, "tag"),
        ("?tag=NOTHING", 404, "no such tag"),
        ("?tag=RECIPE", 422, "RECIPE is a text"),
        ("?tag=PRESSURE&since=2019-01-01T00:00:00Z", 422, "31 days"),
    ):
        answer = api.get(f"/machines/NF/ST-20/trend{query}")
        assert (answer.status_code, words in answer.text) == (status, True), answer.text


def test_a_connection_shows_how_it_stands_and_its_gaps(plant, tags):
    (one,) = api_as(plant, "hiroshi").get("/connections").json()["results"]
    assert (one["connection"], one["state"], one["address"]) == ("PLC-1", "GOOD", "127.0.0.1:1")
    found = api_as(plant, "hiroshi").get("/connections/NF/PLC-1").json()
    assert [gap["reason"] for gap in found["gaps"]] == ["The cable was pulled.", ""]
    assert len(found["values"]) == 4
    assert api_as(plant, "hiroshi").get("/connections/NF/PLC-9").status_code == 404
