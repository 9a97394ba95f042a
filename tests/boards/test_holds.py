"""The list of holds."""

import pytest

from wip.actions import holds
from wip.models import Hold


def placed(plant, **on) -> Hold:
    with plant.door("mei") as passage:
        return holds.place(reason_code="QUALITY", reason="Plating", by=passage.person, at=passage.at, **on)


def test_open_holds_are_listed_and_released_ones_on_demand(plant, ines) -> None:
    open_, released = placed(plant, unit=plant.unit()), placed(plant, order=plant.released())
    ines.post(f"/holds/{released}/release/", reason="Measured again")
    page = ines.get("/holds/").content.decode()
    assert str(open_) in page
    assert "Measured again" in ines.get("/holds/?status=RELEASED").content.decode()
    assert len(ines.get("/holds/?status=all").context["page"].object_list) == 2


def test_a_hold_is_placed_from_the_list_by_number(plant, desk_of) -> None:
    amina, order, unit = desk_of("amina"), plant.released(), plant.unit()
    amina.post("/holds/place/", subject=str(order).lower(), reason_code="PROCESS", reason="x")
    amina.post("/holds/place/", subject=unit.serial, reason_code="PROCESS", reason="x")
    assert {hold.subject for hold in Hold.objects.all()} == {str(order), unit.serial}
    assert amina.post("/holds/place/", subject="nosuch", reason_code="PROCESS", reason="x").status_code == 404


def test_a_hold_is_placed_on_what_was_typed_and_on_nothing_that_only_comes_near(plant, ines) -> None:
    plant.order(reference="WO-a", priority=5), plant.order(reference="WO-A", priority=1)
    plant.order(reference="X-1"), plant.receive(plant.screws, "X-1")
    ines.post("/holds/place/", subject="WO-a", reason_code="PROCESS", reason="x")
    refused = ines.post("/holds/place/", subject="x-1", reason_code="PROCESS", reason="x")
    assert refused.status_code == 422
    assert "There are work order X-1 and unit X-1." in refused.content.decode()
    assert [hold.subject for hold in Hold.objects.all()] == ["WO-a"]


def test_an_operator_places_and_may_not_release(plant, desk_of) -> None:
    hold, amina = placed(plant, unit=plant.unit()), desk_of("amina")
    page = amina.get("/holds/").content.decode()
    assert "Roles that have it: Supervisor, Quality." in page
    assert amina.post(f"/holds/{hold}/release/", reason="x").status_code == 403
    assert desk_of("pavel").post("/holds/place/", subject="x", reason_code="PROCESS", reason="x").status_code == 403


def test_a_hold_of_another_site_is_not_there(plant, ines) -> None:
    hold = placed(plant, unit=plant.unit())
    Hold.objects.filter(pk=hold.pk).update(site=plant.elsewhere)
    assert ines.post(f"/holds/{hold}/release/", reason="x").status_code == 404
    assert ines.get("/holds/").context["page"].object_list.count() == 0


@pytest.mark.parametrize("count", [2, 20])
def test_the_list_costs_the_same_for_any_number_of_holds(plant, ines, count, django_assert_num_queries) -> None:
    for unit in plant.released(count).units.all():
        placed(plant, unit=unit)
    with django_assert_num_queries(5):  # session, person, sites, count, holds
        ines.get("/holds/")
