"""Skips and reworks over REST: the floor's verbs by another door."""

import pytest

from tests.api.conftest import api_as
from tests.motion import rods
from wip.models import OperationExecution, Rework

pytestmark = pytest.mark.django_db

BACK = {"found_in": "40", "return_to": "31", "reason": "Bent"}


def test_an_optional_operation_is_skipped_once(plant, api):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20")
    body = {"station": "ST-20", "reason": "No burr"}
    first, again = (api.post(f"/units/{unit}/operations/25/skip", body, idempotency_key="skip-1") for _ in range(2))
    assert (first.status_code, first.json()["status"], first.json()["quantity"]) == (200, "SKIPPED", "0")
    assert first.json() == again.json()
    assert OperationExecution.objects.filter(unit=unit, operation_code="25").count() == 1
    refused = api.post(f"/units/{unit}/operations/31/skip", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_OPTIONAL")
    assert api.post(f"/units/{unit}/operations/25/skip", {"station": "ST-20"}).status_code == 422


def test_a_unit_is_sent_back_listed_and_the_decision_cancelled(plant):
    line, quality = rods(plant), api_as(plant, "mei")
    unit = line.do(line.unit(), "10", "20", "25", "31")
    sent = quality.post(f"/units/{unit}/rework", BACK | {"routing": "Rod repair"}, idempotency_key="back-1")
    assert sent.status_code == 201, sent.json()
    answer = sent.json()
    assert (answer["status"], answer["routing"], answer["decided_by"]) == ("OPEN", "Rod repair", "mei")
    assert (
        quality.post(f"/units/{unit}/rework", BACK | {"routing": "Rod repair"}, idempotency_key="back-1").json()
        == answer
    )
    assert Rework.objects.count() == 1
    listed = quality.get(f"/units/{unit}/rework").json()["results"]
    assert [one["number"] for one in listed] == [answer["number"]]
    cancelled = quality.post(f"/reworks/{answer['number']}/cancel", {"reason": "Looked again"})
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "CANCELLED")
    assert quality.post(f"/reworks/{answer['number']}/cancel", {"reason": "Again"}).status_code == 409
    assert quality.post("/reworks/R-9999/cancel", {"reason": "Again"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"found_in": "40"}, 422),
        (BACK | {"routing": "No such"}, 422),
        (BACK | {"return_to": "99"}, 409),
        (BACK | {"reason": ""}, 422),
    ],
)
def test_what_is_wrong_is_said(plant, body, status):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25", "31")
    assert api_as(plant, "mei").post(f"/units/{unit}/rework", body).status_code == status


def test_an_operator_repeats_an_operation_and_decides_nothing_more(plant, api):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25", "31")
    assert api.post(f"/units/{unit}/rework", BACK).status_code == 403
    assert api.post(f"/units/{unit}/rework", BACK | {"found_in": "31"}).status_code == 201


def test_a_unit_shows_what_it_goes_through_in_rework(plant, api):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25", "31")
    line.send_back(unit, "40", "31", routing_revision=line.rework)
    line.do(unit, "R1")
    states = {one["code"]: one["status"] for one in api.get(f"/units/{unit}").json()["operations"]}
    assert states == {"R1": "COMPLETED", "R2": "WAITING"}
