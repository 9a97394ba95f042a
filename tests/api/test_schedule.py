"""The board over REST."""

import pytest

from tests.api.conftest import api_as
from tests.planning import at, with_a_shift
from tests.wip.test_pins import pin
from wip.models import PlannedJob

pytestmark = pytest.mark.django_db

DAY = "/schedule?work_center=LINE-1&day=2026-11-23"


@pytest.fixture(autouse=True)
def shift(plant, time_machine_at):
    time_machine_at(at("09:00"))
    return with_a_shift(plant)


def test_a_job_is_planned_shown_moved_and_taken_off(plant):
    ines, order = api_as(plant, "ines"), plant.released(3)
    move = {
        "order": order.erp_reference,
        "operation": "30",
        "station": "ST-30",
        "starts_at": "2026-11-23T10:00:00+01:00",
    }
    made = ines.post("/schedule/moves", move).json()
    assert (made["station"], made["planned_by"]) == ("ST-30", "ines")
    answer = ines.get(DAY).json()
    (job,) = answer["jobs"]
    assert (job["order"], job["quantity"], job["work_s"], job["is_running"]) == (order.erp_reference, "3", 600, False)
    assert {one["code"] for one in answer["conflicts"]} == {"CLOSED", "NOT_PLANNED"}
    ines.post("/schedule/moves", move | {"starts_at": "2026-11-23T11:00:00+01:00"})
    assert PlannedJob.objects.get().starts_at == at("11:00")
    gone = {"order": order.erp_reference, "operation": "30"}
    assert ines.post("/schedule/removals", gone).status_code == 204
    assert ines.post("/schedule/removals", gone).status_code == 404


def test_a_proposal_is_seen_and_applied_once(plant):
    ines, order = api_as(plant, "ines"), plant.released(3)
    made = ines.get(DAY.replace("schedule", "schedule/proposal", 1)).json()
    assert [(one["order"], one["change"]) for one in made["changes"]] == [(order.erp_reference, "NEW")] * 4
    body = {"work_center": "LINE-1", "day": "2026-11-23", "as_of": made["as_of"], "digest": made["digest"]}
    for _ in range(2):
        applied = ines.post("/schedule/proposal", body, idempotency_key="k" * 8)
        assert applied.status_code == 200
    assert (len(applied.json()["jobs"]), applied.json()["conflicts"]) == (4, [])
    assert ines.post("/schedule/proposal", body).status_code == 409


def test_a_proposal_says_what_a_pin_put_first(plant):
    ines, order = api_as(plant, "ines"), plant.released(3)
    pin(plant, order=order)
    made = ines.get(DAY.replace("schedule", "schedule/proposal", 1)).json()
    first, *others = (one["pin"] for one in made["changes"])
    assert (first["by"], first["reason"], first["position"]) == ("Ines Carvalho", "The customer waits", 1)
    assert others == [None] * 3


def test_what_is_not_there_is_said(plant):
    ines, order = api_as(plant, "ines"), plant.released(3)
    assert ines.get("/schedule?work_center=NONE").status_code == 404
    body = {"order": order.erp_reference, "operation": "10", "starts_at": "2026-11-23T10:00:00+01:00"}
    assert ines.post("/schedule/moves", body | {"station": "ST-99"}).status_code == 422
    assert ines.post("/schedule/moves", body | {"station": "ST-10", "order": "none"}).status_code == 422
    assert api_as(plant, "amina").post("/schedule/moves", body | {"station": "ST-10"}).status_code == 403
