"""Whatever is wrong with a request, the answer is a problem that says what, where and what to do."""

import pytest
from django.test import Client

from tests.api.conftest import api_as
from wip.models import OperationExecution

pytestmark = pytest.mark.django_db


def assert_problem(response, status):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    members = response.json()
    assert members["status"] == status
    assert members["title"]
    assert members["code"]
    return members


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"station": NaN}',
        b'{"station": "ST-20", "station": "ST-10"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"station": ' + b"9" * 5000 + b"}",
        rb'{"station": "\ud800"}',
        rb'{"\udfff": "ST-20"}',
    ],
)
def test_a_body_that_is_not_json_is_refused(plant, api, body):
    assert_problem(api.post(f"/units/{plant.unit()}/operations/20/start", body), 400)
    assert not OperationExecution.objects.exists()


def test_a_character_of_two_escapes_is_read(plant, api):
    answer = api.post("/holds", rb'{"unit": "\ud83d\ude00", "reason_code": "QUALITY", "reason": "x"}')
    assert "\N{GRINNING FACE}" in assert_problem(answer, 422)["title"]


def test_a_body_that_is_too_large_is_refused(plant, api):
    assert_problem(api.post("/holds", b" " * 2_700_000), 413)


def test_another_content_type_is_refused(plant, api):
    response = Client().post("/api/v1/holds", {"unit": "x"}, headers={"authorization": f"Bearer {api.token}"})
    assert_problem(response, 415)


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer"}, {"authorization": "Basic YTpi"}]
)
def test_nobody_is_told_to_send_a_token(plant, headers):
    response = Client().get("/api/v1/holds", headers=headers)
    assert_problem(response, 401)
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_token_may_do_no_more_than_its_scopes(plant):
    narrow = api_as(plant, "erp", "orders.view")
    assert narrow.get("/work-orders").status_code == 200
    assert assert_problem(narrow.post("/work-orders", {}), 403)["code"] == "ROLE_MISSING"


@pytest.mark.parametrize("path", ["/holds/x", "/nothing", "/units/a%00b", "/units/a%0Ab/operations/10/start"])
def test_an_address_without_anything_is_a_problem_too(plant, api, path):
    assert_problem(api.get(path), 404)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_a_method_that_is_not_there_is_refused(plant, api, method):
    response = getattr(Client(), method)("/api/v1/holds", headers={"authorization": f"Bearer {api.token}"})
    assert_problem(response, 405)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "station"),
        ({"station": 20}, "station"),
        ({"station": "ST-20", "stations": "ST-10"}, "stations"),
        ({"station": "ST-20", "steps": {}}, "steps"),
        ({"station": "ST-20", "steps": [{"step": "DRIVE"}]}, "steps.0.value"),
        ({"station": "ST-20", "steps": [{"step": "DRIVE", "value": None}]}, "steps.0.value"),
        ({"station": "ST-20", "steps": [{"step": "DRIVE", "value": ["yes"]}]}, "steps.0"),
        ({"station": "ST-20", "steps": [{"step": "DRIVE", "value": "yes", "sample": "x"}]}, "steps.0.sample"),
        ({"station": "ST-20", "good": True}, "good"),
        ({"station": "ST-20", "scrap": "NaN"}, "scrap"),
        ({"station": "ST-20", "signature": {"meaning": "PERFORMED"}}, "signature.secret"),
    ],
)
def test_each_wrong_field_of_a_completion_is_named(plant, api, body, where):
    unit = plant.unit()
    plant.start(unit, "20")
    members = assert_problem(api.post(f"/units/{unit}/operations/20/complete", body), 422)
    assert where in [error["where"] for error in members["errors"]]
