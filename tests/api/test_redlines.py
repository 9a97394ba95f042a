"""Redlines of work orders over REST."""

import pytest

from orders.models import RoutingRevision
from tests.api.conftest import api_as
from tests.redlines import REASON, add_a_step

pytestmark = pytest.mark.django_db


def test_a_redline_is_drafted_once_put_into_effect_and_listed(plant):
    order = plant.released(1)
    engineer, quality = api_as(plant, "hiroshi"), api_as(plant, "mei")
    to = f"/work-orders/{order}/redlines"
    made, again = (engineer.post(to, {"reason": REASON}, idempotency_key="redline-1") for _ in range(2))
    assert (made.status_code, made.json()["status"], made.json()["reason"]) == (201, "DRAFT", REASON)
    assert made.json() == again.json()
    draft = RoutingRevision.objects.get(redline_of=order)
    assert made.json()["revision"] == str(draft.pk)
    add_a_step(plant, draft)
    refused = quality.post(f"{to}/1/apply")
    assert (refused.status_code, refused.json()["code"]) == (409, "REDLINE_NOT_RELEASED")
    plant.approve_and_release(draft)
    applied = quality.post(f"{to}/1/apply", idempotency_key="apply-1")
    assert (applied.status_code, applied.json()["applied_by"]) == (200, "mei")
    assert quality.post(f"{to}/1/apply", idempotency_key="apply-1").json() == applied.json()
    assert quality.get(to).json()["results"] == [applied.json()]


def test_who_may_not_is_told_so(plant):
    order = plant.released(1)
    assert api_as(plant, "pavel").post(f"/work-orders/{order}/redlines", {"reason": "x"}).status_code == 403
    assert api_as(plant, "mei").post(f"/work-orders/{order}/redlines/1/apply").status_code == 404


def test_routings_are_listed_without_redlines(plant):
    order, engineer = plant.released(1), api_as(plant, "hiroshi")
    engineer.post(f"/work-orders/{order}/redlines", {"reason": REASON})
    (routing,) = (
        one for one in engineer.get("/routings").json()["results"] if one["name"] == plant.routing.routing.name
    )
    assert [one["revision"] for one in routing["revisions"]] == [str(plant.routing.number)]
