"""Holds over REST."""

import pytest

from tests.api.conftest import api_as
from wip.models import Hold

pytestmark = pytest.mark.django_db

WHY = {"reason_code": "QUALITY", "reason": "Crack in the housing"}


def test_a_hold_is_placed_listed_and_released(plant, api):
    unit = plant.unit()
    placed = api.post("/holds", {"unit": unit.serial} | WHY)
    assert (placed.status_code, placed.json()["status"], placed.json()["unit"]) == (201, "OPEN", unit.serial)
    number = placed.json()["number"]
    assert [hold["number"] for hold in api.get("/holds").json()["results"]] == [number]
    quality = api_as(plant, "mei")
    released = quality.post(f"/holds/{number}/release", {"reason": "Housing exchanged"})
    assert (released.status_code, released.json()["released_by"]) == (200, "mei")
    assert api.get("/holds").json()["results"] == []
    assert len(api.get("/holds?status=ALL").json()["results"]) == 1
    assert quality.post(f"/holds/{number}/release", {"reason": "Again"}).status_code == 409


def test_a_repeated_post_places_one_hold(plant, api):
    body = {"unit": plant.unit().serial} | WHY
    first, again = (api.post("/holds", body, idempotency_key="h-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Hold.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (WHY, "unit"),
        ({"unit": "A", "order": "B"} | WHY, "unit"),
        ({"unit": "NO-SUCH"} | WHY, "unit"),
        ({"order": "NO-SUCH"} | WHY, "order"),
        ({"order": "X", "reason_code": "MOOD", "reason": "x"}, "reason_code"),
        ({"order": "X", "reason_code": "QUALITY", "reason": "  "}, "reason"),
        ({"order": "X", "reason_code": ["QUALITY"], "reason": "x"}, "reason_code"),
        ({"order": "X", "reason_code": "QUALITY", "reason": "two\nlines"}, "reason"),
        ({"order": {"a": 1}} | WHY, "order"),
    ],
)
def test_what_is_wrong_is_said_where(plant, api, body, where):
    refused = api.post("/holds", body)
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, where)
    assert not Hold.objects.exists()


def test_who_may_not_release_a_hold_is_refused(plant, api):
    number = api.post("/holds", {"unit": plant.unit().serial} | WHY).json()["number"]
    refused = api.post(f"/holds/{number}/release", {"reason": "It is fine"})
    assert (refused.status_code, refused.json()["code"]) == (403, "ROLE_MISSING")
    assert api_as(plant, "mei").post("/holds/H-9999/release", {"reason": "x"}).status_code == 404
