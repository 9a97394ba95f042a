"""Holds over REST."""

import pytest

from orders.models import ProductRevision
from tests.api.conftest import api_as
from tests.equipment.assets import wrench
from tests.plant import PASSWORD
from tests.wip.test_cascades import made_and_built_in, of_a_revision, taken_lot
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
    assert quality.post(f"/holds/{number}/release", {"reason": "Fine"}).json()["code"] == "SIGNATURE_MISSING"
    released = quality.post(f"/holds/{number}/release", {"reason": "Housing exchanged"} | signature(placed.json()))
    assert (released.status_code, released.json()["released_by"]) == (200, "mei")
    assert api.get("/holds").json()["results"] == []
    assert len(api.get("/holds?status=ALL").json()["results"]) == 1
    assert quality.post(f"/holds/{number}/release", {"reason": "Again"}).status_code == 409


def signature(hold):
    return {"signature": {"meaning": "RELEASED", "secret": PASSWORD, "digest": hold["release_digest"]}}


def test_a_lot_holds_what_it_went_into_and_single_units_are_released(plant, api):
    lot, (first, second) = taken_lot(plant)
    seen = api.get(f"/holds/preview?unit={lot}").json()
    assert (seen["in_process"], [one["serial"] for one in seen["units"]]) == (2, [first.serial, second.serial])
    due = {"owner": "mei", "due_at": "2099-01-31T12:00:00Z"}
    placed = api.post("/holds", {"unit": lot.serial, "reason_code": "MATERIAL", "reason": "Bad"} | due).json()
    assert (placed["heir_count"], placed["owner"]) == (2, "mei")
    heirs = api.get(f"/holds?origin={placed['number']}").json()["results"]
    assert {heir["unit"] for heir in heirs} == {first.serial, second.serial}
    quality = api_as(plant, "mei")
    body = {"reason": "Screws exchanged", "units": [first.serial]} | signature(placed)
    assert quality.post(f"/holds/{placed['number']}/release", body).json()["heir_count"] == 1


def test_an_order_holds_what_its_units_went_into(plant, api):
    made, third, hosts = made_and_built_in(plant)
    seen = api.get(f"/holds/preview?order={made}").json()
    assert [one["serial"] for one in seen["units"]] == [host.serial for host in hosts]
    assert api.get(f"/holds/preview?order={made}&unit={third}").status_code == 422
    assert api.get("/holds/preview").status_code == 422
    placed = api.post("/holds", {"order": made.erp_reference} | WHY).json()
    assert placed["heir_count"] == 2
    quality = api_as(plant, "mei")
    body = {"reason": "Looked at", "units": [hosts[0].serial, third.serial]} | signature(placed)
    assert quality.post(f"/holds/{placed['number']}/release", body).json()["heir_count"] == 1


def test_a_revision_holds_what_its_lots_went_into(plant, api):
    revision, pumps = of_a_revision(plant)
    of = {"product": revision.product.code, "revision": "B"}
    seen = api.get(f"/holds/preview?product={of['product']}&revision=B&site=NF").json()
    assert [one["serial"] for one in seen["units"]] == [pump.serial for pump in pumps]
    assert api.get(f"/holds/preview?product={of['product']}").status_code == 422
    assert api.get(f"/holds/preview?product={of['product']}&revision=Z").status_code == 422
    assert api.post("/holds", of | WHY).json()["heir_count"] == 2


@pytest.mark.parametrize("on", [{"station": "ST-10"}, {"asset": "TW-1"}, {"product": "PCB-7", "revision": "B"}])
def test_station_tool_and_revision_are_held(plant, api, on):
    wrench(plant)
    ProductRevision.objects.create(product=plant.board, code="B")
    placed = api.post("/holds", on | WHY)
    assert (placed.status_code, {name: placed.json()[name] for name in on}) == (201, on)


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
        ({"station": "ST-99"} | WHY, "station"),
        ({"asset": "NO-SUCH"} | WHY, "asset"),
        ({"product": "PCB-7"} | WHY, "revision"),
        ({"product": "PCB-7", "revision": "Z"} | WHY, "revision"),
        ({"station": "ST-10", "operation": "10"} | WHY, "operation"),
        ({"station": "ST-10", "site": "SF"} | WHY, "site"),
        ({"station": "ST-10", "owner": "nobody"} | WHY, "owner"),
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


def test_a_rework_is_proposed_of_a_unit_in_process_alone(plant, api):
    proposal = {"reason_code": "REWORK", "reason": "Seat worn"}
    unit, received = plant.unit(), plant.receive(plant.screws, "LOT-1", 10)
    wrong = [{"station": "ST-10"}, {"unit": received.serial}, {"unit": unit.serial, "operation": "10"}]
    assert {api.post("/holds", on | proposal).status_code for on in wrong} == {422}
    assert api.post("/holds", {"unit": unit.serial} | proposal).status_code == 201
