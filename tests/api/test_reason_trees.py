"""Reason trees over REST: drafted and written by an engineer, released by quality."""

from uuid import uuid4

import pytest

from equipment.models import Area, ReasonTree
from tests.api.conftest import api_as

pytestmark = pytest.mark.django_db
SCRAP = {"site": "NF", "kind": "SCRAP"}
OUTLINE = "DIM Dimension\n  DIM-OD Outer diameter"


@pytest.fixture
def hiroshi(plant):
    return api_as(plant, "hiroshi")


@pytest.fixture
def mei(plant):
    return api_as(plant, "mei")


def test_a_tree_is_drafted_written_and_released(hiroshi, mei):
    made = hiroshi.post("/reason-trees", SCRAP)
    assert (made.status_code, made.json()["status"], made.json()["outline"]) == (201, "DRAFT", "")
    key = made.json()["id"]
    written = hiroshi.post(f"/reason-trees/{key}/write", {"outline": OUTLINE})
    assert (written.status_code, written.json()["outline"]) == (200, OUTLINE)
    released = mei.post(f"/reason-trees/{key}/release")
    assert (released.json()["status"], released.json()["released_by"]) == ("RELEASED", "mei")
    assert [row["code"] for row in mei.get("/reasons?kind=SCRAP").json()["results"]] == ["DIM-OD", "DIM"]
    again = hiroshi.post("/reason-trees", SCRAP).json()
    assert (again["version"], again["outline"]) == (2, OUTLINE)  # a copy of what is in force
    assert [row["version"] for row in mei.get("/reason-trees?status=DRAFT&kind=SCRAP").json()["results"]] == [2]


def test_a_repeated_draft_is_one(hiroshi):
    first, again = (hiroshi.post("/reason-trees", SCRAP, idempotency_key="d-1") for _ in range(2))
    assert first.json() == again.json()
    assert ReasonTree.objects.count() == 1
    assert hiroshi.post("/reason-trees", SCRAP).json()["code"] == "DRAFT_EXISTS"


def test_what_can_not_be_read_is_named_by_its_line(hiroshi, mei):
    key = hiroshi.post("/reason-trees", SCRAP).json()["id"]
    refused = hiroshi.post(f"/reason-trees/{key}/write", {"outline": "DIM Dimension\nlow nothing"})
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "line 2")
    assert mei.post(f"/reason-trees/{key}/release").json()["code"] == "TREE_EMPTY"
    hiroshi.post(f"/reason-trees/{key}/write", {"outline": OUTLINE})
    mei.post(f"/reason-trees/{key}/release")
    assert hiroshi.post(f"/reason-trees/{key}/write", {"outline": OUTLINE}).json()["code"] == "TREE_FROZEN"


def test_an_area_has_reasons_of_its_own_and_an_unknown_place_is_named(plant, hiroshi):
    with plant.door("hiroshi"):
        Area.objects.create(site=plant.site, code="ASSY", name="Assembly")
    assert hiroshi.post("/reason-trees", SCRAP | {"area": "ASSY"}).json()["area"] == "ASSY"
    for wrong, where in (({"area": "NONE"}, "area"), ({"site": "SF"}, "site"), ({"kind": "BAD"}, "kind")):
        refused = hiroshi.post("/reason-trees", SCRAP | wrong)
        assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, where)


def test_who_may_not_is_refused_and_another_sites_are_not_there(plant, hiroshi, mei, api):
    key = hiroshi.post("/reason-trees", SCRAP).json()["id"]
    assert mei.post(f"/reason-trees/{key}/write", {"outline": OUTLINE}).status_code == 403
    assert hiroshi.post(f"/reason-trees/{key}/release").status_code == 403
    assert api.get("/reason-trees").status_code == 403
    assert hiroshi.get(f"/reason-trees/{uuid4()}").status_code == 404
    with plant.door("omar"):
        plant.people["mei"].site_access.update(site=plant.elsewhere)
    mei = api_as(plant, "mei")
    assert mei.get(f"/reason-trees/{key}").status_code == mei.post(f"/reason-trees/{key}/release").status_code == 404
    assert mei.get("/reason-trees").json()["results"] == []
