"""Deviation permits and exceptions over REST."""

import pytest

from mes.station.actions.operations import Given
from tests.api.conftest import api_as
from tests.permits import LIMITS, YOURS
from tests.plant import PASSWORD, PIN

pytestmark = pytest.mark.django_db

SIGNED = {"signature": {"meaning": "APPROVED", "secret": PASSWORD}}
ASKED = {"site": "NF", "gate": LIMITS, "reason": "Customer accepts", "quantity_limit": "3"}


@pytest.fixture
def quality(plant):
    return api_as(plant, "mei")


def test_a_permit_is_granted_seen_used_and_closed(plant, api, quality):
    granted = quality.post("/permits", ASKED | SIGNED, idempotency_key="p-1")
    number = granted.json()["number"]
    assert (granted.status_code, granted.json()["quantity_limit"], granted.json()["status"]) == (201, "3", "OPEN")
    assert quality.post("/permits", ASKED | SIGNED, idempotency_key="p-1").json() == granted.json()
    unit = plant.do(plant.unit(), "10", "20", "30")
    plant.start(unit, "40")
    body = {
        "station": "ST-40",
        "steps": [{"step": "LEAK", "value": "0.4"}],
        "signature": {"meaning": "PERFORMED", "secret": PASSWORD},
    }
    address = f"/units/{unit}/operations/40/complete"
    assert api.post(address, body).json()["blockers"][0]["override"] == "permit"
    under = {"overrides": [{"gate": "READING_OUT_OF_LIMITS", "reason": "Accepted", "permit": number}]}
    assert api.post(address, body | under).json()["status"] == "COMPLETED"
    assert api.get(f"/permits/{number}").json()["quantity_used"] == "1"
    (line,) = api.get(f"/exceptions?unit={unit}&kind=OVERRIDE").json()["results"]
    assert (line["permit"], line["gate"], line["reason"], line["by"]) == (number, LIMITS, "Accepted", "amina")
    assert api.get("/exceptions?kind=SKIP").json()["results"] == []
    closed = quality.post(f"/permits/{number}/close", {"reason": "Done"})
    assert (closed.json()["status"], closed.json()["closed_by"]) == ("CLOSED", "mei")
    assert api.get("/permits").json()["results"] == []
    assert [one["number"] for one in api.get("/permits?status=ALL").json()["results"]] == [number]


def test_a_supervisor_passes_a_gate_with_badge_and_pin(plant, api):
    unit = plant.unit()
    plant.start(unit, "10", "tomasz")
    body = {"station": "ST-10", "steps": [{"step": "FIRMWARE", "value": "4.2"}]}
    address = f"/units/{unit}/operations/10/record"
    assert api.post(address, body).json()["code"] == "JOB_OF_ANOTHER"

    def passed(badge, pin=PIN):
        return api.post(address, body | {"overrides": [{"gate": YOURS, "reason": "Lunch", "badge": badge, "pin": pin}]})

    assert passed("B-0453", "0000").json()["code"] == "SECRET_WRONG"
    assert passed("B-0452").json()["code"] == "ROLE_MISSING"
    assert passed("B-0453").status_code == 200
    (line,) = api.get("/exceptions").json()["results"]
    assert (line["approved_by"], line["station"]) == ("ines", "ST-10")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (ASKED | {"site": "SF"} | SIGNED, "site"),
        (ASKED | {"gate": "x"} | SIGNED, "gate"),
        (ASKED | {"order": "NO-SUCH"} | SIGNED, "order"),
        (ASKED | {"product": "NO-SUCH"} | SIGNED, "product"),
        (ASKED, "signature"),
    ],
)
def test_what_is_wrong_with_a_permit_is_said_where(quality, body, where):
    refused = quality.post("/permits", body)
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, where)


def test_who_may_not_grant_is_refused_and_what_is_not_there_is_missing(api, quality):
    assert api.post("/permits", ASKED | SIGNED).status_code == 403
    assert quality.get("/permits/D-9999").status_code == 404
    assert quality.post("/permits/D-9999/close", {"reason": "x"}).status_code == 404


def test_an_override_needs_a_permit_or_a_person(plant, api):
    unit = plant.unit()
    plant.start(unit, "10", "tomasz")
    plant.report(unit, "10", Given("FIRMWARE", "1"), who="tomasz")
    body = {"station": "ST-10", "overrides": [{"gate": YOURS, "reason": "x"}]}
    refused = api.post(f"/units/{unit}/operations/10/complete", body)
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "overrides.0.permit")
