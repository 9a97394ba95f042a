"""Received lots over REST."""

import pytest

from genealogy.models import Delivery, Unit
from tests.api.conftest import Api, api_as
from tests.genealogy.lots import quarantined, stage, supplier, take_in
from tests.plant import PASSWORD

pytestmark = pytest.mark.django_db
LABEL = "]C10109521234543213172701311" + "0AB-12"


@pytest.fixture
def ines(plant) -> Api:
    return api_as(plant, "ines")


@pytest.fixture
def mei(plant) -> Api:
    return api_as(plant, "mei")


def delivery(**more):
    return {"site": "NF", "product": "M3X8", "quantity": "2500"} | more


def test_a_lot_is_received_with_what_its_label_says(plant, ines):
    supplier(plant)
    answer = ines.post("/lots", delivery(supplier="bossard", label=LABEL, certificate_number="3.1"))
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["serial"], said["status"], said["quantity_left"]) == ("M3X8-000001", "FINISHED", "2500")
    assert (said["supplier"], said["supplier_lot"], said["expires"]) == ("bossard", "AB-12", "2027-01-31")
    assert Delivery.objects.get().label == LABEL
    assert ines.get("/lots/M3X8-000001").json() == said


def test_a_request_with_the_same_key_receives_once(ines):
    answers = [ines.post("/lots", delivery(), idempotency_key="delivery-17") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert Unit.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"site": "SF"}, "site"),
        ({"product": "NONE"}, "product"),
        ({"supplier": "nobody"}, "supplier"),
        ({"revision": "Z"}, "revision"),
        ({"quantity": 0}, "quantity"),
        ({"expires": "2026-01-01"}, "expires_date"),
        ({"expires": "31.1.2027"}, "expires"),
        ({"label": "010952123454321417270131"}, "label"),
        ({"lot": "7"}, "lot"),
    ],
)
def test_wrong_input_is_named_and_nothing_is_received(ines, wrong, where):
    answer = ines.post("/lots", delivery(**wrong))
    assert answer.status_code == 422
    assert [error["where"] for error in answer.json()["errors"]] == [where]
    assert not Unit.objects.exists()


def test_quality_releases_by_the_digest_it_was_shown_and_rejects(plant, mei):
    take_in(plant, quarantined(plant, plant.screws))
    take_in(plant, serial="LOT-2")
    _, shown = mei.get("/lots?status=QUARANTINED").json()["results"]
    signature = {"meaning": "RELEASED", "secret": PASSWORD, "digest": shown["release_digest"]}
    old = mei.post("/lots/LOT-1/release", {"reason": "Measured", "signature": signature | {"digest": "0" * 64}})
    assert (old.status_code, old.json()["code"]) == (409, "SIGNATURE_VOID")
    done = mei.post("/lots/LOT-1/release", {"reason": "Measured", "signature": signature})
    assert (done.json()["status"], done.json()["release_digest"]) == ("FINISHED", "")
    assert mei.post("/lots/LOT-2/reject", {"reason": "Bent"}).json()["status"] == "SCRAPPED"


def test_quality_returns_what_is_left_of_a_lot_to_its_supplier(plant, mei, api):
    take_in(plant)
    assert api.post("/lots/LOT-1/return", {"reason": "Bent"}).status_code == 403
    done = mei.post("/lots/LOT-1/return", {"reason": "Bent"}).json()
    assert (done["status"], done["quantity_left"]) == ("RETURNED", "0")


def test_a_lot_is_staged_and_taken_back(plant, api):
    take_in(plant)
    assert api.post("/lots/LOT-1/stage", {"station": "ST-30"}).json()["station"] == "ST-30"
    again = api.post("/lots/LOT-1/stage", {"station": "ST-30"})
    assert (again.status_code, again.json()["code"]) == (409, "STAGED_HERE")
    assert api.post("/lots/LOT-1/stage", {"station": "NONE"}).status_code == 422
    assert api.post("/lots/LOT-1/unstage").json()["station"] is None
    assert api.post("/lots/LOT-1/unstage").json()["code"] == "NOT_STAGED"


def test_the_list_is_narrowed(plant, api):
    from datetime import date

    stage(plant, take_in(plant, serial="SOON", expires=date(2026, 12, 1)))
    take_in(plant, serial="LATER", expires=date(2027, 6, 1))
    take_in(plant, plant.board, serial="PCB-1", quantity="1")
    plant.unit()  # made here: no lot of this list

    def serials(query: str) -> list[str]:
        return [lot["serial"] for lot in api.get(f"/lots?{query}").json()["results"]]

    assert serials("") == ["PCB-1", "LATER", "SOON"]
    assert serials("product=M3X8") == ["LATER", "SOON"]
    assert serials("station=ST-30") == ["SOON"]
    assert serials("expires_before=2026-12-02") == ["SOON"]
    assert serials("expires_before=2026-12-01") == []
    assert api.get("/lots?expires_before=soon").status_code == 422


def test_what_was_made_here_is_staged_and_taken_back_as_at_the_station(plant, api):
    unit = plant.unit()
    early = api.post(f"/lots/{unit.serial}/stage", {"station": "ST-30"})
    assert (early.status_code, early.json()["code"]) == (409, "NOT_USABLE")
    plant.do(unit, "10", "20", "30", "40")
    staged = api.post(f"/lots/{unit.serial}/stage", {"station": "ST-30"})
    assert (staged.status_code, staged.json()["station"]) == (200, "ST-30")
    assert api.post(f"/lots/{unit.serial}/unstage").json()["station"] is None


def test_what_is_elsewhere_is_not_found_and_what_was_made_here_is_no_lot(plant, api):
    assert api.get("/lots/NONE").status_code == 404
    assert api.get(f"/lots/{plant.unit().serial}").status_code == 404
    assert api.post("/lots/NONE/stage", {"station": "ST-30"}).status_code == 404
