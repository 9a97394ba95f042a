"""The queue of a station and its pins over REST."""

import pytest

from equipment.models import Station
from equipment.status import DispatchRule
from tests.api.conftest import api_as
from wip.models import DispatchPin

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(plant):
    return [plant.unit(priority=priority) for priority in (1, 3, 5)]


def test_a_queue_comes_by_rank_with_terms_and_blockers(plant, api, units):
    Station.objects.filter(code="ST-10").update(dispatch_rule=DispatchRule.CRITICAL)
    answer = api.get("/stations/ST-10/queue").json()
    assert (answer["station"], answer["rule"], answer["next"]) == ("ST-10", "CRITICAL", None)
    first = answer["results"][0]
    assert (first["rank"], first["unit"], first["operation"]) == (1, units[0].serial, "10")
    assert (first["terms"]["work_s"], first["terms"]["left_s"]) == (200, 600)
    assert first["why"].startswith("critical ratio ")
    assert first["terms"]["waits_since"] is not None
    assert (first["pin"], first["planned"], first["blockers"]) == (None, None, [])


def test_what_is_not_ready_comes_after_it_with_what_blocks(plant, api, units):
    plant.start(units[0], "10")
    rows = api.get("/stations/ST-30/queue").json()["results"]
    assert rows == []  # 20 has not begun
    plant.do(units[0], "20")
    (row,) = api.get("/stations/ST-30/queue").json()["results"]
    assert [one["code"] for one in row["blockers"]] == ["PREDECESSOR_NOT_DONE"]
    assert row["terms"]["waits_since"] is None


def test_a_queue_is_read_in_pages(plant, api, units):
    first = api.get("/stations/ST-10/queue?limit=2").json()
    rest = api.get(first["next"].partition("/api/v1")[2]).json()
    assert [row["unit"] for row in first["results"] + rest["results"]] == [unit.serial for unit in units]
    assert [row["rank"] for row in rest["results"]] == [3]
    plant.start(units[1], "10")
    gone = api.get(first["next"].partition("/api/v1")[2])
    assert gone.status_code == 422


def test_pinning_moving_and_taking_off(plant, units):
    ines = api_as(plant, "ines")
    made = ines.post("/stations/ST-10/pins", {"unit": units[2].serial, "reason": "Truck"}, idempotency_key="k" * 8)
    again = ines.post("/stations/ST-10/pins", {"unit": units[2].serial, "reason": "Truck"}, idempotency_key="k" * 8)
    assert (made.status_code, made.json()["position"]) == (201, 1)
    assert made.json() == again.json()
    order = units[1].work_order.erp_reference
    other = ines.post("/stations/ST-10/pins", {"order": order, "reason": "Also"}).json()
    moved = ines.post(f"/pins/{other['id']}/move", {"position": 2, "reason": "After the truck"}).json()
    assert (moved["position"], moved["reason"], moved["order"]) == (2, "After the truck", order)
    row = ines.get("/stations/ST-10/queue").json()["results"][0]
    assert (row["unit"], row["pin"]["reason"], row["pin"]["by"]) == (units[2].serial, "Truck", "Ines Carvalho")
    gone = ines.post(f"/pins/{other['id']}/remove", {"reason": "Enough"}).json()
    assert (gone["position"], gone["removed_by"]) == (None, "ines")
    assert DispatchPin.objects.filter(position__isnull=False).count() == 1


def test_what_can_not_be_pinned_is_refused(plant, api, units):
    ines = api_as(plant, "ines")
    assert ines.post("/stations/ST-10/pins", {"reason": "x"}).status_code == 422
    assert ines.post("/stations/ST-10/pins", {"order": "none", "reason": "x"}).status_code == 422
    assert ines.post("/stations/ST-99/pins", {"unit": units[0].serial, "reason": "x"}).status_code == 404
    assert ines.post("/stations/ST-40/pins", {"unit": units[0].serial, "reason": "x"}).status_code == 409
    assert ines.post(f"/pins/{units[0].pk}/remove", {"reason": "x"}).status_code == 404
    assert api.post("/stations/ST-10/pins", {"unit": units[0].serial, "reason": "x"}).status_code == 403
