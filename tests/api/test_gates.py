"""Gates and refusals over REST."""

import pytest
from django.conf import settings
from django.core.cache import cache

from tests.api.conftest import api_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(plant, api) -> str:
    """A unit on which a start at torque was refused twice, once sent again with its key."""
    cache.clear()
    unit = plant.unit()
    for key in ("k-1", "k-1", "k-2"):
        answer = api.post(f"/units/{unit.serial}/operations/30/start", {"station": "ST-30"}, idempotency_key=key)
        assert answer.status_code == 409
    return unit.serial


def test_gates_are_listed_in_their_order_with_what_they_refused(plant, refused):
    found = api_as(plant, "mei").get("/gates").json()["results"]
    assert [one["gate"] for one in found] == list(settings.MES_GATES)
    one = next(one for one in found if one["gate"] == "wip.gates.predecessors_done")
    assert (one["hooks"], one["override"], one["applies_to_count"]) == (["start", "skip"], "permit", 2)
    assert (one["refused_24_h"], one["refused_7_days"], one["refused_30_days"]) == (2, 2, 2)


def test_refusals_are_listed_newest_first_and_found_by_what_they_are(plant, refused):
    quality = api_as(plant, "mei")
    page = quality.get("/refusals?limit=1").json()
    (one,) = page["results"]
    assert (one["person"], one["site"], one["station"], one["hook"]) == ("amina", "NF", "ST-30", "start")
    assert (one["code"], one["subject"]) == ("PREDECESSOR_NOT_DONE", f"{refused}, 30 Torque")
    assert len(quality.get(page["next"].split("/api/v1")[1]).json()["results"]) == 1
    for query, count in [
        ("gate=wip.gates.predecessors_done", 2),
        ("gate=wip.gates.no_open_hold", 0),
        ("code=PREDECESSOR_NOT_DONE&person=amina&station=ST-30", 2),
        ("person=tomasz", 0),
        ("since=2999-01-01T00:00:00Z", 0),
        ("until=2999-01-01T00:00:00Z", 2),
    ]:
        assert len(quality.get(f"/refusals?{query}").json()["results"]) == count, query
    assert quality.get("/refusals?gates=x").status_code == 422


def test_refusals_of_other_sites_are_not_there(plant, refused):
    from equipment.models import SiteAccess

    SiteAccess.objects.filter(person=plant.people["mei"]).update(site=plant.elsewhere)
    quality = api_as(plant, "mei")
    assert quality.get("/refusals").json()["results"] == []
    assert {one["refused_30_days"] for one in quality.get("/gates").json()["results"]} == {0}
