"""One unit over REST: what was done, what stands against the rest, and what is to be signed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mes.station.actions.operations import Given
from tests.api.conftest import api_as
from tests.plant import PASSWORD

pytestmark = pytest.mark.django_db


def by_code(answer):
    return {operation["code"]: operation for operation in answer.json()["operations"]}


def test_a_unit_shows_its_operations_with_values_and_blockers(plant, api):
    unit = plant.do(plant.unit(), "10")
    plant.start(unit, "20")
    answer = api.get(f"/units/{unit}?station=ST-30")
    assert (answer.status_code, answer.json()["status"], answer.json()["order_status"]) == (
        200,
        "IN_PROCESS",
        "RUNNING",
    )
    operations = by_code(answer)
    assert [operations[code]["status"] for code in ("10", "20", "30")] == ["COMPLETED", "RUNNING", "WAITING"]
    assert [reading["value"] for reading in operations["10"]["readings"]][1] == "4.2.1"
    assert operations["20"]["execution"]["worked_by"] == "amina"
    assert [blocker["code"] for blocker in operations["20"]["blockers"]] == ["JOB_ELSEWHERE", "STEPS_MISSING"]
    assert [blocker["code"] for blocker in operations["30"]["blockers"]] == ["PREDECESSOR_NOT_DONE"]


def test_the_digest_of_what_is_shown_is_what_can_be_signed_and_no_longer_after_a_change(plant, api):
    unit = plant.do(plant.unit(), "10", "20", "30")
    plant.start(unit, "40")
    plant.report(unit, "40", Given("LEAK", "0.12"))
    shown = by_code(api.get(f"/units/{unit}"))["40"]["signature_digest"]
    plant.report(unit, "40", Given("LEAK", "0.13", reason="Read again"))
    body = {"station": "ST-40", "signature": {"meaning": "PERFORMED", "secret": PASSWORD, "digest": shown}}
    void = api.post(f"/units/{unit}/operations/40/complete", body)
    assert (void.status_code, void.json()["code"]) == (409, "SIGNATURE_VOID")
    body["signature"]["digest"] = by_code(api.get(f"/units/{unit}"))["40"]["signature_digest"]
    assert api.post(f"/units/{unit}/operations/40/complete", body).status_code == 200


def test_a_hold_shows_on_the_unit_and_blocks_it(plant, api):
    unit = plant.unit()
    api.post("/holds", {"order": unit.work_order.erp_reference, "reason_code": "QUALITY", "reason": "Wrong label"})
    answer = api.get(f"/units/{unit}")
    assert [hold["reason"] for hold in answer.json()["holds"]] == ["Wrong label"]
    assert by_code(answer)["10"]["blockers"][0]["code"] == "ON_HOLD"


def test_a_received_unit_has_no_operations(plant, api):
    answer = api.get(f"/units/{plant.a_lot(7)}")
    assert (answer.json()["operations"], answer.json()["quantity_left"], answer.json()["order"]) == ([], "7", None)


def test_reading_a_unit_costs_the_same_however_much_was_done_on_it(plant, api):
    units = [plant.unit(), plant.do(plant.unit(), "10", "20", "30")]
    for unit in units:
        with CaptureQueriesContext(connection) as captured:
            assert api.get(f"/units/{unit}").status_code == 200
        assert len(captured) <= 10, [query["sql"][:80] for query in captured]


def test_units_are_listed_and_filtered(plant, api):
    order = plant.released(3)
    lot = plant.a_lot()
    assert len(api.get(f"/units?order={order}&status=IN_PROCESS").json()["results"]) == 3
    assert [unit["serial"] for unit in api.get("/units?product=M3X8").json()["results"]] == [lot]


def test_a_unit_of_another_site_is_not_there(plant):
    unit = plant.unit()
    stranger = api_as(plant, "mei")
    plant.people["mei"].site_access.update(site=plant.elsewhere)
    assert stranger.get(f"/units/{unit}").status_code == 404
    assert stranger.get("/units").json()["results"] == []


def test_a_station_that_is_none_is_named(plant, api):
    refused = api.get(f"/units/{plant.unit()}?station=ST-99")
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "station")
