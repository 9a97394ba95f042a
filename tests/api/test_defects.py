"""Defects over REST: named beside the reason of scrap and of rework, and left out by who does not know them."""

import pytest

from tests.api.conftest import api_as
from tests.defects import release_defects
from tests.lots import lot_line
from tests.motion import rods
from wip.models import ExecutionEvent, Rework

pytestmark = pytest.mark.django_db

SCRAP = {"station": "ST-10", "good": "0", "scrap": "1", "scrap_reason": "Leaks"}
BACK = {"found_in": "40", "return_to": "31", "reason": "Drips"}


def test_a_unit_is_scrapped_with_a_defect(plant, api):
    release_defects(plant)
    unit = plant.unit()
    plant.start(unit, "10")
    path = f"/units/{unit}/operations/10/complete"
    refused = api.post(path, SCRAP | {"defect": "NOPE"})
    assert (refused.status_code, refused.json()["code"]) == (422, "REASON_UNKNOWN")
    assert [one["where"] for one in refused.json()["errors"]] == ["defect"]
    assert api.post(path, SCRAP | {"defect": "M-LEAK"}).status_code == 200
    event = ExecutionEvent.objects.get(scrap=1)
    assert (event.defect_code, event.defect_name) == ("M-LEAK", "Leak")


def test_who_knows_no_defects_goes_on_as_before(plant, api):
    release_defects(plant)
    unit = plant.unit()
    plant.start(unit, "10")
    assert api.post(f"/units/{unit}/operations/10/complete", SCRAP).status_code == 200
    assert ExecutionEvent.objects.get(scrap=1).defect_code == ""


def test_a_part_of_a_lot_is_booked_with_a_defect(plant, api):
    release_defects(plant)
    line = lot_line(plant, quantity=50)
    path = f"/units/{line.unit()}/operations/10/book"
    body = {"station": "ST-10", "good": "10", "scrap": "2", "scrap_reason": "Bent"}
    assert api.post(path, body | {"defect": "MECH"}).status_code == 422
    assert api.post(path, body | {"defect": "L-SCRATCH"}).status_code == 200
    assert ExecutionEvent.objects.get(scrap=2).defect_code == "L-SCRATCH"
    nothing = api.post(path, {"station": "ST-10", "good": "1", "defect": "L-SCRATCH"})
    assert (nothing.status_code, nothing.json()["errors"][0]["where"]) == (422, "defect")


def test_a_unit_is_sent_back_for_a_defect(plant):
    release_defects(plant)
    line, quality = rods(plant), api_as(plant, "mei")
    unit = line.do(line.unit(), "10", "20", "25", "31")
    refused = quality.post(f"/units/{unit}/rework", BACK | {"defect": "NOPE"})
    assert (refused.status_code, refused.json()["code"]) == (422, "REASON_UNKNOWN")
    assert not Rework.objects.exists()
    sent = quality.post(f"/units/{unit}/rework", BACK | {"defect": "M-NOISE"})
    assert (sent.status_code, sent.json()["defect"]) == (201, "M-NOISE")
    assert quality.get(f"/units/{unit}/rework").json()["results"][0]["defect"] == "M-NOISE"


def test_a_rework_is_proposed_for_a_defect(plant, api):
    release_defects(plant)
    line = rods(plant)
    unit = line.do(line.unit(), "10")
    body = {"unit": str(unit), "reason_code": "REWORK", "reason": "Drips"}
    assert api.post("/holds", body | {"defect": "NOPE"}).status_code == 422
    placed = api.post("/holds", body | {"defect": "M-LEAK"})
    assert (placed.status_code, placed.json()["defect"]) == (201, "M-LEAK")
