"""The start page and the box that finds things."""

import pytest

from genealogy.models import Unit
from orders.models import WorkOrder
from wip.actions import holds


def test_the_start_page_shows_what_waits_by_role(plant, desk_of, ines) -> None:
    draft, late = plant.order(), plant.released(reference="W-LATE", due_in_days=-400)
    unit = late.units.get()
    plant.start(unit, "10")
    with plant.door("mei") as passage:
        holds.place(unit=unit, reason_code="QUALITY", reason="x", by=passage.person, at=passage.at)
    page = ines.get("/").context
    assert page["drafts"]["rows"] == [draft]
    assert page["late"]["rows"] == [late]
    assert [e.unit for e in page["running"]["rows"]] == [unit]
    assert page["holds"]["count"] == 1
    assert "drafts" not in desk_of("ruth").get("/").context


@pytest.mark.parametrize("role", ["amina", "ines", "mei", "hiroshi", "pavel", "ruth", "omar", "erp"])
def test_everybody_has_a_start_page_with_their_own_navigation(plant, desk_of, role) -> None:
    page = desk_of(role).get("/")
    labels = [entry.label for entry in page.context["nav"]]
    assert labels[:3] == ["Orders", "Holds", "Stations"]
    assert ("Records" in labels) == (role in {"mei", "ruth", "omar"})
    assert "Northfield" in page.content.decode()


def test_one_box_leads_to_whatever_has_the_number(plant, ines) -> None:
    unit, lot = plant.unit(), plant.a_lot()
    order = unit.work_order
    with plant.door("mei") as passage:
        hold = holds.place(order=order, reason_code="QUALITY", reason="x", by=passage.person, at=passage.at)
    for asked, place in [
        (unit.serial.lower(), f"/units/{unit}/"),
        (lot, f"/units/{lot}/"),
        (f" {order} ", f"/orders/{order}/"),
        (str(hold), f"/orders/{order}/"),
    ]:
        assert ines.get("/find", data={"q": asked}).url == place


def test_of_names_that_differ_in_case_alone_the_one_that_was_typed_is_found(plant, ines) -> None:
    plant.order(reference="WO-a", priority=5), plant.order(reference="WO-A", priority=1)
    for name in ("WO-a", "WO-A"):
        assert ines.get("/find", data={"q": name}).url == f"/orders/{name}/"


def test_of_several_that_only_come_near_none_is_chosen(plant, ines) -> None:
    order, lot = plant.order(reference="X-1"), plant.receive(plant.screws, "X-1")
    page = ines.get("/find", data={"q": "x-1"})
    assert page.status_code == 200
    assert (list(page.context["orders"]), list(page.context["units"])) == ([order], [lot])
    assert "more than one" in page.content.decode()


def test_what_is_not_found_is_said_with_what_comes_near(plant, ines) -> None:
    unit = plant.unit()
    page = ines.get("/find", data={"q": "IP2-0"})
    assert list(page.context["units"]) == [unit]
    for text in ("", "nosuch", "\0", "<b>", "x" * 1000):
        assert ines.get("/find", data={"q": text}).status_code == 200


def test_what_belongs_to_another_site_is_not_found(plant, ines) -> None:
    unit = plant.unit()
    Unit.objects.filter(pk=unit.pk).update(site=plant.elsewhere)
    WorkOrder.objects.filter(pk=unit.work_order_id).update(site=plant.elsewhere)
    for text in (unit.serial, unit.work_order.erp_reference):
        page = ines.get("/find", data={"q": text})
        assert page.status_code == 200
        assert not page.context["units"]
        assert not page.context["orders"]


def test_everybody_who_is_logged_in_sees_the_components_and_nobody_else(plant, desk_of, client) -> None:
    assert "Marks and badges" in desk_of("amina").get("/design/").content.decode()
    assert client.get("/design/").url == "/login/?next=/design/"
