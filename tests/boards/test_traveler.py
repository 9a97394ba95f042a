"""The traveler of an order, to print."""

import pytest

from orders.models import WorkOrder
from tests.station.pages import text


def test_a_traveler_says_the_pinned_way_and_every_unit(plant, ines) -> None:
    order = plant.released(2, reference="W-PAPER")
    page = ines.get("/orders/W-PAPER/traveler/")
    words = text(page)
    for operation in page.context["plan"].operations:
        assert f"{operation.code} {operation.name}" in words
    assert order.digest_groups in words
    serials = list(order.units.order_by("serial").values_list("serial", flat=True))
    assert [serial for serial, _ in page.context["serials"]] == serials
    for code in ("W-PAPER", *serials):
        assert f'role="img" aria-label="{code}"' in page.content.decode()


def test_of_a_large_order_the_units_are_printed_in_parts_or_all_at_once(plant, ines) -> None:
    serials = list(plant.released(130, reference="W-MANY").units.order_by("serial").values_list("serial", flat=True))
    parts = [ines.get(f"/orders/W-MANY/traveler/?page={number}") for number in (1, 2, 3)]
    assert [serial for part in parts for serial, _code in part.context["serials"]] == serials
    for part, said in zip(parts, ("1 to 60 of 130", "61 to 120 of 130", "121 to 130 of 130"), strict=True):
        assert said in text(part)
    assert b"Next units" in parts[0].content
    assert b"Next units" not in parts[2].content
    whole = ines.get("/orders/W-MANY/traveler/?page=all")
    assert [serial for serial, _code in whole.context["serials"]] == serials
    assert b"In parts" in whole.content


@pytest.mark.parametrize("page", ["", "0", "99", "x", "%00", "all"])
def test_a_bad_part_still_answers_with_a_traveler(plant, ines, page) -> None:
    plant.released(1, reference="W-ONE")
    answered = ines.get(f"/orders/W-ONE/traveler/?page={page}")
    assert len(answered.context["serials"]) == 1
    assert b"All units" not in answered.content


def test_more_than_a_browser_prints_at_once_is_printed_in_parts(plant, ines, monkeypatch) -> None:
    monkeypatch.setattr("mes.boards.views.traveler.MOST_AT_ONCE", 100)
    plant.released(101, reference="W-HUGE")
    page = ines.get("/orders/W-HUGE/traveler/?page=all")
    assert len(page.context["serials"]) == 60
    assert b"All units" not in page.content


def test_a_draft_has_no_traveler_and_says_what_to_do(plant, ines) -> None:
    order = plant.order()
    page = ines.get(f"/orders/{order}/traveler/")
    assert page.status_code == 409
    assert "Release it, then print the traveler." in text(page)
    assert "Traveler" not in text(ines.get(f"/orders/{order}/"))


def test_the_order_of_another_site_is_not_found(plant, ines) -> None:
    order = plant.released(1)
    assert "Traveler" in text(ines.get(f"/orders/{order}/"))
    WorkOrder.objects.filter(pk=order.pk).update(site=plant.elsewhere)
    assert ines.get(f"/orders/{order}/traveler/").status_code == 404


def test_it_asks_the_same_of_one_unit_and_of_many(plant, ines, django_assert_max_num_queries) -> None:
    plant.released(30, reference="W-30")
    with django_assert_max_num_queries(10):
        ines.get("/orders/W-30/traveler/")
