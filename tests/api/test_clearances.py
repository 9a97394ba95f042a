"""Line clearance over REST."""

import pytest

from tests.material import CHECKLIST, checklist, line
from tests.plant import PASSWORD
from wip.models import LineClearance

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(plant) -> dict:
    """A request that clears ST-20 for the first valve of WO-1."""
    checklist(plant)
    (unit,) = line(plant, "VALVE", is_cleared=True).order("WO-1")
    signature = {"meaning": "VERIFIED", "secret": PASSWORD}
    return {"station": "ST-20", "unit": unit.serial, "ticked": [1, 2, 3], "signature": signature}


def test_a_station_is_cleared_and_work_begins(api, asked):
    start = f"/units/{asked['unit']}/operations/20/start"
    refused = api.post(start, {"station": "ST-20"})
    assert (refused.status_code, refused.json()["code"]) == (409, "LINE_NOT_CLEARED")
    answer = api.post("/line-clearances", asked)
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["station"], said["order"], said["items"], said["by"]) == ("ST-20", "WO-1", CHECKLIST, "amina")
    assert api.post(start, {"station": "ST-20"}).status_code == 200
    assert api.get("/line-clearances?station=ST-20").json()["results"] == [said]
    assert api.get("/line-clearances?order=WO-2").json()["results"] == []


def test_the_same_key_clears_once(api, asked):
    answers = [api.post("/line-clearances", asked, idempotency_key="clear-1") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert LineClearance.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"ticked": [1, 2]}, 422, "INVALID_INPUT"),
        ({"ticked": "all"}, 422, "INVALID_INPUT"),
        ({"station": "NONE"}, 422, "INVALID_INPUT"),
        ({"unit": "NOBODY"}, 404, "NOT_FOUND"),
        ({"signature": {"meaning": "VERIFIED", "secret": "guess"}}, 403, "SECRET_WRONG"),
        ({"signature": {"meaning": "RELEASED", "secret": PASSWORD}}, 409, "SIGNATURE_REFUSED"),
        ({"signature": None}, 422, "INVALID_INPUT"),
    ],
)
def test_what_is_not_right_clears_nothing(api, asked, wrong, status, code):
    answer = api.post("/line-clearances", asked | wrong)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not LineClearance.objects.exists()
