"""Batches and containers over REST."""

import pytest

from genealogy.models import Activity, Container, Unit
from mes.kernel.door import open_door
from tests.api.conftest import api_as
from tests.flow import LotFlow, lot_flow
from wip.models import Batch, LaborSpan, Reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(plant) -> LotFlow:
    return lot_flow(plant, {("10", "20"): None}, batch={"10": 100}, steps=True)


@pytest.fixture
def lots(flow) -> list[Unit]:
    return [flow.lot(40, "WO-A"), flow.lot(30, "WO-B")]


@pytest.fixture
def tray(plant) -> Container:
    with open_door(person=None):
        return Container.objects.create(site=plant.site, code="TRAY-1", kind="Tray")


def start(api, **body):
    return api.post("/batches", {"station": "ST-10", "operation": "10"} | body)


def test_a_batch_is_started_recorded_and_completed(api, lots):
    started = start(api, units=[lot.serial for lot in lots])
    assert started.status_code == 200, started.json()
    batch = started.json()
    assert (batch["status"], [one["unit"] for one in batch["executions"]]) == ("RUNNING", ["SH-0001", "SH-0002"])
    at = f"/batches/{batch['number']}"
    recorded = api.post(f"{at}/record", {"station": "ST-10", "steps": [{"step": "HEAT", "value": 850}]})
    assert recorded.status_code == 200, recorded.json()
    assert Reading.objects.count() == 2
    body = {"station": "ST-10", "scrap": [{"unit": "SH-0002", "quantity": 3}], "scrap_reason": "Cracked"}
    done = api.post(f"{at}/complete", body).json()
    assert (done["status"], done["completed_by"]) == ("COMPLETED", "amina")
    assert [(one["good"], one["scrap"]) for one in done["executions"]] == [("40", "0"), ("27", "3")]
    assert api.get(at).json() == done


def test_the_same_request_starts_one_batch(api, lots):
    body = {"station": "ST-10", "operation": "10", "units": [lot.serial for lot in lots]}
    first, second = (api.post("/batches", body, idempotency_key="one-batch") for _ in range(2))
    assert first.json() == second.json()
    assert Batch.objects.count() == 1


def test_a_refusal_names_each_unit(api, lots, flow):
    flow.start(lots[1], "10")
    refused = start(api, units=[lot.serial for lot in lots])
    assert refused.status_code == 409
    assert [one["evidence"]["unit"] for one in refused.json()["blockers"]] == ["SH-0002"]


def test_a_member_is_not_recorded_by_itself(api, lots):
    start(api, units=[lot.serial for lot in lots])
    refused = api.post(
        "/units/SH-0001/operations/10/record", {"station": "ST-10", "steps": [{"step": "HEAT", "value": 850}]}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "IN_BATCH")


def test_units_are_put_into_a_container_moved_and_started_by_its_code(api, lots, tray):
    loaded = api.post("/containers/TRAY-1/load", {"units": [lot.serial for lot in lots]})
    assert loaded.status_code == 200, loaded.json()
    assert [one["serial"] for one in loaded.json()["units"]] == ["SH-0001", "SH-0002"]
    assert api.post("/containers/TRAY-1/move", {"station": "ST-10"}).json()["station"] == "ST-10"
    assert api.get("/units/SH-0001").json()["container"] == "TRAY-1"
    activity = Activity.objects.get(kind="LOAD")
    assert (activity.reason, activity.units.count()) == ("TRAY-1", 2)
    assert len(start(api, container="TRAY-1").json()["executions"]) == 2
    assert api.get("/containers").json()["results"][0]["code"] == "TRAY-1"


def test_a_part_of_a_container_is_no_batch(api, lots, tray):
    api.post("/containers/TRAY-1/load", {"units": [lot.serial for lot in lots]})
    refused = start(api, units=["SH-0001"])
    assert (refused.status_code, refused.json()["code"]) == (409, "CONTAINER_INCOMPLETE")
    api.post("/containers/TRAY-1/unload", {"units": ["SH-0001"]})
    assert start(api, units=["SH-0001"]).status_code == 200


def test_a_batch_is_of_units_or_of_a_container_that_has_some(api, lots, tray):
    for body in ({}, {"units": ["SH-0001"], "container": "TRAY-1"}, {"container": "TRAY-1"}):
        assert start(api, **body).status_code == 422
    assert start(api, container="NOT-THERE").status_code == 404
    assert api.get("/batches/B-9999").status_code == 404


def test_a_running_batch_is_taken_over_as_a_whole(api, lots, plant):
    number = start(api, units=[lot.serial for lot in lots]).json()["number"]
    other = api_as(plant, "ines")
    for _ in range(2):
        taken = other.post(f"/batches/{number}/take-over", {"station": "ST-10"}, idempotency_key="take-it-over")
        assert taken.status_code == 200, taken.json()
    assert {one["worked_by"] for one in taken.json()["executions"]} == {"ines"}
    mine = other.post(f"/batches/{number}/take-over", {"station": "ST-10"})
    assert (mine.status_code, mine.json()["code"]) == (409, "ALREADY_YOURS")


def test_the_start_of_a_batch_is_taken_back_by_any_of_its_units(api, lots):
    number = start(api, units=[lot.serial for lot in lots]).json()["number"]
    undone = api.post(f"/units/{lots[1]}/operations/10/undo", {"station": "ST-10"})
    assert (undone.status_code, undone.json()["status"]) == (200, "CANCELLED"), undone.json()
    assert api.get(f"/batches/{number}").json()["status"] == "CANCELLED"


def test_the_end_of_a_batch_is_corrected_by_any_of_its_units(api, lots, plant):
    number = start(api, units=[lot.serial for lot in lots]).json()["number"]
    body = {"station": "ST-10", "steps": [{"step": "HEAT", "value": 850}]}
    assert api.post(f"/batches/{number}/complete", body).json()["status"] == "COMPLETED"
    supervisor, address = api_as(plant, "ines"), f"/units/{lots[1]}/operations/10/undo"
    assert supervisor.post(address, {"station": "ST-10"}).status_code == 422  # of another's act it says why
    undone = supervisor.post(address, {"station": "ST-10", "reason": "Wrong furnace"})
    assert (undone.status_code, undone.json()["status"]) == (200, "RUNNING"), undone.json()
    batch = api.get(f"/batches/{number}").json()
    assert (batch["status"], {one["status"] for one in batch["executions"]}) == ("RUNNING", {"RUNNING"})


def test_pausing_one_unit_pauses_the_batch(api, lots):
    number = start(api, units=[lot.serial for lot in lots]).json()["number"]
    paused = api.post(f"/units/{lots[0]}/operations/10/pause", {"station": "ST-10"})
    assert paused.status_code == 200, paused.json()
    assert not LaborSpan.objects.filter(ended_at=None).exists()
    resumed = api.post(f"/units/{lots[1]}/operations/10/resume", {"station": "ST-10"})
    assert resumed.status_code == 200, resumed.json()
    assert LaborSpan.objects.filter(execution__batch__number=number, ended_at=None).count() == 2


def test_who_takes_a_unit_of_a_batch_over_takes_the_batch_over(plant, api, lots):
    start(api, units=[lot.serial for lot in lots])
    taken = api_as(plant, "tomasz").post("/units/SH-0001/operations/10/take-over", {"station": "ST-10"})
    assert (taken.status_code, taken.json()["worked_by"]) == (200, "tomasz")
    assert {one.worked_by.username for one in Batch.objects.get().executions.all()} == {"tomasz"}
