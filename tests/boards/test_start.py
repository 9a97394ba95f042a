"""The start page and the box that finds things."""

from datetime import timedelta

import pytest
from django.utils import timezone

from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.boards.start.panel import Panel
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Role
from orders.actions.drafts import copy_routing_revision
from orders.models import WorkOrder
from tests.equipment.assets import wrench
from tests.holds import place as hold_on
from tests.wip.test_cascades import taken_lot
from wip.actions import holds


def cards(page) -> dict[str, Panel]:
    return {panel.title: panel for panel in page.context["panels"]}


def words(panel: Panel) -> list[str]:
    return [line.word for line in panel.lines]


def test_a_supervisor_sees_stations_late_orders_holds_and_orders_to_release(plant, ines) -> None:
    draft, late = plant.order(), plant.released(reference="W-LATE", due_in_days=-400)
    unit = late.units.get()
    plant.start(unit, "10")
    with plant.door("mei") as passage:
        hold = holds.place(unit=unit, reason_code="QUALITY", reason="Rattles", by=passage.person, at=passage.at)
    page = ines.get("/")
    found = cards(page)
    assert [words(found[title]) for title in ("Orders to release", "Late orders", "Open holds")] == [
        [draft.erp_reference],
        ["W-LATE"],
        [hold.number],
    ]
    at_work = next(line for line in found["Stations"].lines if line.to == f"/units/{unit}/")
    assert f"{unit}, 10, " in at_work.text
    assert f"{unit}: Rattles" in page.content.decode()
    assert "Nothing here is late" not in page.content.decode()


def test_holds_on_anything_are_listed_once_with_how_many_inherited_them(plant, ines) -> None:
    lot, pumps = taken_lot(plant)
    hold_on(plant, station=plant.stations["10"], reason="Oil on the floor")
    hold_on(plant, unit=lot, reason="Burrs")
    shown = [line.text for line in cards(ines.get("/"))["Open holds"].lines]
    assert shown == [f"{lot} (+{len(pumps)}): Burrs", f"{plant.stations['10']}: Oil on the floor"]


def test_a_calm_plant_says_so(plant, ines) -> None:
    assert "Nothing here is late, held or calling." in ines.get("/").content.decode()


@pytest.mark.parametrize(
    ("role", "first"),
    [
        ("amina", "Stations"),
        ("ines", "Stations"),
        ("mei", "In quarantine"),
        ("hiroshi", "Drafts"),
        ("pavel", "Orders to release"),
        ("ruth", "Latest in the ledger"),
        ("omar", "People to look after"),
        ("erp", "Your API tokens"),
    ],
)
def test_each_role_sees_first_what_it_came_for(plant, desk_of, role, first) -> None:
    assert next(iter(cards(desk_of(role).get("/")))) == first


def test_of_two_roles_each_card_is_shown_once(plant, desk_of) -> None:
    person = plant.people["ines"]
    person.roles = [Role.SUPERVISOR, Role.PLANNER]
    person.save()
    titles = [panel.title for panel in desk_of("ines").get("/").context["panels"]]
    assert len(titles) == len(set(titles))
    assert {"Stations", "Due next"} <= set(titles)


def test_a_card_shows_eight_and_says_how_many_there_are(plant, desk_of) -> None:
    for number in range(10):
        plant.order(reference=f"W-{number}")
    page = desk_of("pavel").get("/")
    waiting = cards(page)["Orders to release"]
    assert (len(waiting.lines), waiting.count) == (8, 10)
    assert "All 10" in page.content.decode()


def test_quality_finds_the_lots_in_quarantine(plant, desk_of) -> None:
    lot = plant.receive(plant.screws, "LOT-Q")
    Unit.objects.filter(pk=lot.pk).update(status=UnitStatus.QUARANTINED)
    assert words(cards(desk_of("mei").get("/"))["In quarantine"]) == ["LOT-Q"]


def test_an_engineer_finds_drafts_and_quality_what_is_approved(plant, desk_of) -> None:
    with plant.door("hiroshi") as passage:
        draft = copy_routing_revision(revision=plant.routing, by=passage.person, at=passage.at)
    assert str(draft) in words(cards(desk_of("hiroshi").get("/"))["Drafts"])
    assert words(cards(desk_of("mei").get("/"))["Revisions to release"]) == []


def test_an_administrator_finds_who_is_locked_out(plant, desk_of) -> None:
    Person.objects.filter(username="tomasz").update(locked_until=timezone.now() + timedelta(hours=1))
    line = next(line for line in cards(desk_of("omar").get("/"))["People to look after"].lines if "Tom" in line.word)
    assert (line.text, line.letter) == ("locked out", "!")


def test_an_auditor_sees_the_ledger_and_what_came_from_outside(plant, desk_of) -> None:
    with plant.door("pavel"):
        plant.order(reference="W-SEEN")
    assert "Pavel" in " ".join(line.text for line in cards(desk_of("ruth").get("/"))["Latest in the ledger"].lines)


@pytest.mark.parametrize("name", ["amina", "ines", "mei", "hiroshi", "pavel", "ruth", "omar", "erp"])
def test_the_start_page_asks_the_same_of_a_large_plant(plant, desk_of, name, django_assert_max_num_queries) -> None:
    desk = desk_of(name)
    desk.get("/")
    for number in range(12):
        plant.released(reference=f"W-{number}", due_in_days=-number)
    with django_assert_max_num_queries(20):
        desk.get("/")


def test_somebody_without_a_role_gets_in_nowhere(plant, desk_of) -> None:
    Person.objects.filter(username="ines").update(roles=[])
    plant.people["ines"].refresh_from_db()
    assert desk_of("ines").get("/").status_code == 403


@pytest.mark.parametrize("role", ["amina", "ines", "mei", "hiroshi", "pavel", "ruth", "omar", "erp"])
def test_everybody_has_a_start_page_with_their_own_navigation(plant, desk_of, role) -> None:
    page = desk_of(role).get("/")
    labels = [entry.label for entry in page.context["nav"]]
    assert labels[:2] == ["Orders", "Holds"]
    assert "Stations" in labels
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
    assert [row.name for row in page.context["orders"]] == [order.erp_reference]
    assert [row.name for row in page.context["units"]] == [lot.serial]
    assert "more than one" in page.content.decode()


def test_what_is_not_found_is_said_with_what_comes_near(plant, ines) -> None:
    unit = plant.unit()
    page = ines.get("/find", data={"q": "IP2-0"})
    assert [row.name for row in page.context["units"]] == [unit.serial]
    for text in ("", "nosuch", "\0", "<b>", "x" * 1000):
        assert ines.get("/find", data={"q": text}).status_code == 200


def test_products_tools_and_people_are_found_by_code_or_name(plant, ines, desk_of) -> None:
    tool = wrench(plant)
    for asked, place in [
        (tool.code.lower(), f"/assets/{tool.pk}/"),
        ("pcb-7", f"/master-data/products/{plant.board.pk}/"),
        (plant.operator.full_name, f"/people/{plant.operator.username}/"),
    ]:
        assert ines.get("/find", data={"q": asked}).url == place
    near = ines.get("/find", data={"q": plant.operator.full_name[:4]}).content.decode()
    assert f"/people/{plant.operator.username}/" in near
    unseen = desk_of("amina").get("/find", data={"q": plant.operator.full_name})
    assert unseen.status_code == 200
    assert "/people/" not in unseen.content.decode()


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
