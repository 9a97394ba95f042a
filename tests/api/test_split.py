"""Splitting and merging lots over REST."""

import pytest

from genealogy.models import Unit
from tests.flow import lot_flow

pytestmark = pytest.mark.django_db


@pytest.fixture
def lot(plant):
    flow = lot_flow(plant)
    return flow.do(flow.lot(100), "10")


def test_a_part_is_split_off_and_merged_again(api, lot):
    part = api.post(f"/units/{lot}/split", {"quantity": "30", "reason": "Half goes first"})
    assert part.status_code == 200, part.json()
    assert (part.json()["serial"], part.json()["quantity"], part.json()["split_from"]) == ("SH-0001-2", "30", "SH-0001")
    merged = api.post(f"/units/{lot}/merge", {"others": ["SH-0001-2"], "reason": "One box again"})
    assert (merged.status_code, merged.json()["quantity_left"]) == (200, "100")


def test_the_same_request_splits_once(api, lot):
    body = {"quantity": "30", "reason": "Half goes first"}
    first, second = (api.post(f"/units/{lot}/split", body, idempotency_key="split-one-lot") for _ in range(2))
    assert first.json() == second.json()
    assert Unit.objects.filter(split_from=lot).count() == 1


def test_what_can_not_be_split_or_merged_says_why(api, lot):
    refused = api.post(f"/units/{lot}/split", {"quantity": "100", "reason": "All"})
    assert refused.status_code == 422
    assert refused.json()["title"] == "100 of SH-0001 are left, so 100 can't be split off."
    assert api.post(f"/units/{lot}/merge", {"others": ["NOT-THERE"], "reason": "x"}).status_code == 404
