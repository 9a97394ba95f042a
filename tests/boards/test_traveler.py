"""The traveler of an order, to print."""

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


def test_of_a_large_order_the_first_units_are_printed_and_it_says_so(plant, ines) -> None:
    plant.released(61, reference="W-MANY")
    page = ines.get("/orders/W-MANY/traveler/")
    assert len(page.context["serials"]) == 60
    assert "the first 60" in text(page)


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
