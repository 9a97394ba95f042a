"""Work orders over REST: the same use case as the CSV import, named by index and field."""

import pytest

from orders.models import WorkOrder
from orders.status import OrderStatus
from tests.api.conftest import api_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def erp(plant):
    return api_as(plant, "erp")


def wanted(reference="WO-1", **changes):
    return {"erp_reference": reference, "product": "IP2", "quantity": 2, "due_at": "2026-11-30", "site": "NF"} | changes


def test_one_order_is_created_and_seen(plant, erp):
    made = erp.post("/work-orders", wanted())
    assert made.status_code == 201, made.json()
    assert made.json()["outcome"] == "created"
    seen = erp.get("/work-orders/WO-1").json()
    assert (seen["product"], seen["revision"], seen["quantity"], seen["status"]) == ("IP2", "C", "2", "DRAFT")
    assert seen["due_at"] == "2026-11-30T22:59:59Z"  # the end of that day in Vienna


def test_the_same_orders_again_change_nothing_and_say_so(plant, erp):
    many = [wanted("WO-1"), wanted("WO-2")]
    assert erp.post("/work-orders", many).status_code == 201
    again = erp.post("/work-orders", many)
    assert again.status_code == 200
    assert [line["outcome"] for line in again.json()] == ["unchanged", "unchanged"]


def test_a_changed_order_names_what_changed(plant, erp):
    erp.post("/work-orders", wanted())
    changed = erp.post("/work-orders", wanted(quantity="3", priority=1))
    assert (changed.status_code, changed.json()["outcome"]) == (200, "changed")
    assert set(changed.json()["changed"]) == {"quantity", "priority"}


def test_mistakes_are_named_by_index_and_field_and_nothing_is_applied(plant, erp):
    refused = erp.post("/work-orders", [wanted("WO-1"), wanted("WO-2", quantity="-1"), wanted("WO-3", product="NO")])
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")
    assert [error["where"] for error in refused.json()["errors"]] == ["1.quantity", "2.product"]
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"quantity": True}, "0.quantity"),
        ({"quantity": [1]}, "0.quantity"),
        ({"quantity": "1e3"}, "0.quantity"),
        ({"quantity": 99999999999}, "0.quantity"),
        ({"erp_reference": 7}, "0.erp_reference"),
        ({"erp_reference": "a\u0000b"}, "0.erp_reference"),
        ({"due_at": "soon"}, "0.due_at"),
        ({"due_at": None}, "0.due_at"),
        ({"priority": 0}, "0.priority"),
        ({"site": "SF"}, "0.site"),
        ({"colour": "red"}, "0.colour"),
        ({"revision": "Z"}, "0.revision"),
    ],
)
def test_what_is_wrong_in_a_field_is_said_there(plant, erp, changes, where):
    refused = erp.post("/work-orders", [wanted(**changes)])
    assert refused.status_code == 422
    assert [error["where"] for error in refused.json()["errors"]] == [where]
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize("body", [[], [[]], "text", 7, None, [None], {}])
def test_what_is_no_order_is_refused(plant, erp, body):
    refused = erp.post("/work-orders", b"null" if body is None else body)
    assert refused.status_code == 422, refused.content
    assert refused.json()["errors"]


def test_release_makes_units_and_pins_the_digest_once(plant, erp):
    erp.post("/work-orders", wanted())
    released = erp.post("/work-orders/WO-1/release", idempotency_key="r-1")
    again = erp.post("/work-orders/WO-1/release", idempotency_key="r-1")
    assert (released.status_code, released.json()["status"]) == (200, OrderStatus.RELEASED)
    assert (again.status_code, again.json()) == (200, released.json())
    assert len(released.json()["digest"]) == 64
    assert len(erp.get("/units?order=WO-1").json()["results"]) == 2
    second = erp.post("/work-orders/WO-1/release")
    assert (second.status_code, second.json()["code"]) == (409, "ILLEGAL_TRANSITION")


def test_a_replayed_post_answers_with_the_same_status(plant, erp):
    first = erp.post("/work-orders", wanted(), idempotency_key="o-1")
    again = erp.post("/work-orders", wanted(), idempotency_key="o-1")
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")
    assert first.json() == again.json()


def test_the_list_is_paged_newest_first_and_filtered(plant, erp):
    erp.post("/work-orders", [wanted(f"WO-{number}") for number in range(5)])
    first = erp.get("/work-orders?limit=3").json()
    assert [order["erp_reference"] for order in first["results"]] == ["WO-4", "WO-3", "WO-2"]
    rest = erp.get(first["next"].partition("/api/v1")[2]).json()
    assert [order["erp_reference"] for order in rest["results"]] == ["WO-1", "WO-0"]
    assert rest["next"] is None
    for query, count in [("text=wo-3", 1), ("status=RELEASED", 0), ("site=NF", 5), ("product=IP2", 5), ("site=SF", 0)]:
        assert len(erp.get(f"/work-orders?{query}").json()["results"]) == count, query


@pytest.mark.parametrize(
    ("query", "where"),
    [("limit=0", "limit"), ("cursor=x", "cursor"), ("status=GONE", "status"), ("page=2", "page"), ("text=%00", "text")],
)
def test_a_query_that_is_not_understood_is_refused(plant, erp, query, where):
    refused = erp.get(f"/work-orders?{query}")
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, where)


def test_an_order_of_another_site_is_not_there(plant, erp):
    plant.order(reference="WO-9")
    WorkOrder.objects.filter(erp_reference="WO-9").update(site=plant.elsewhere)
    assert erp.get("/work-orders/WO-9").status_code == 404
    assert erp.post("/work-orders/WO-9/release").status_code == 404
    assert erp.get("/work-orders").json()["results"] == []
