"""Who may open which administration page, and that every page opens."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.machines import a_day, a_machine

pytestmark = pytest.mark.django_db

PAGES = sorted(f"{m._meta.app_label}_{m._meta.model_name}" for m in admin.site._registry if m._meta.app_label != "auth")


@pytest.fixture
def filled(plant):
    unit = plant.do(plant.unit(), "10", "20", "30", "40")
    with plant.door("mei") as passage:
        from wip.actions import holds

        holds.place(unit=plant.unit(), reason_code="QUALITY", reason="Scratch", by=passage.person, at=passage.at)
    a_day(a_machine(plant.stations["20"]))
    plant.finished = unit
    return plant


def open_as(client, plant, who: str, name: str, *args):
    client.force_login(plant.people[who])
    return client.get(reverse(f"admin:{name}", args=args))


@pytest.mark.parametrize("page", PAGES)
def test_every_list_and_every_first_record_opens(client, filled, page) -> None:
    """The auditor sees all records but tokens' secrets, and may change none."""
    listing = open_as(client, filled, "ruth", f"{page}_changelist")
    assert listing.status_code == 200
    assert not listing.context["has_add_permission"]
    first = listing.context["cl"].result_list[:1]
    if first:
        shown = client.get(reverse(f"admin:{page}_change", args=[first[0].pk]))
        assert shown.status_code == 200
        assert b'name="_save"' not in shown.content
        assert client.get(reverse(f"admin:{page}_history", args=[first[0].pk])).status_code == 200


@pytest.mark.parametrize(
    ("who", "page", "expected"),
    [
        ("omar", "personnel_person", 200),
        ("hiroshi", "personnel_person", 403),
        ("hiroshi", "orders_routingrevision", 200),
        ("pavel", "orders_product", 200),
        ("mei", "audit_auditevent", 200),
        ("hiroshi", "audit_auditevent", 403),
        ("amina", "orders_product", 302),
        ("erp", "equipment_site", 302),
    ],
)
def test_pages_open_for_the_roles_that_need_them(client, plant, who, page, expected) -> None:
    assert open_as(client, plant, who, f"{page}_changelist").status_code == expected


@pytest.mark.parametrize(
    ("who", "page", "expected"),
    [
        ("hiroshi", "orders_product", 200),
        ("mei", "orders_product", 403),
        ("omar", "personnel_person", 200),
        ("ines", "personnel_person", 403),
        ("ines", "genealogy_unit", 200),
        ("hiroshi", "genealogy_unit", 403),
        ("omar", "equipment_station", 200),
        ("omar", "wip_reading", 403),
        ("omar", "audit_auditevent", 403),
    ],
)
def test_adding_is_for_the_roles_that_may(client, plant, who, page, expected) -> None:
    assert open_as(client, plant, who, f"{page}_add").status_code == expected


def test_records_of_other_sites_are_not_shown(client, plant) -> None:
    from equipment.models import SiteAccess
    from mes.kernel.door import open_door

    plant.unit()
    with open_door(person=None):
        SiteAccess.objects.filter(person=plant.people["ruth"]).delete()
    for page in ("genealogy_unit", "equipment_station", "orders_routingrevision", "orders_routing"):
        listing = open_as(client, plant, "ruth", f"{page}_changelist")
        assert listing.context["cl"].result_count == 0, page


def test_nor_is_their_history(client, plant) -> None:
    station = plant.stations["10"]
    address = reverse("admin:equipment_station_history", args=[station.pk])
    client.force_login(plant.people["ruth"])
    assert client.get(address).status_code == 200
    with plant.door("omar"):
        station.site.people.filter(person=plant.people["ruth"]).delete()
    assert client.get(address).status_code == 404
    assert client.get(f"{address}{station.history.get().pk}/").status_code == 404


def test_an_old_state_is_shown_and_can_not_be_posted_back(client, plant) -> None:
    station = plant.stations["10"]
    old = station.history.get()
    with plant.door("omar"):
        station.name = "Boards"
        station.save()
    address = reverse("admin:equipment_station_simple_history", args=[station.pk, old.pk])
    client.force_login(plant.people["omar"])
    form = client.get(address).context["adminform"].form
    assert client.post(address, {**form.initial, "reason": "As it was"}).status_code == 403
    station.refresh_from_db()
    assert station.name == "Boards"


def test_nothing_is_deleted_here(client, plant) -> None:
    client.force_login(plant.people["omar"])
    site = plant.site
    assert client.post(reverse("admin:equipment_site_delete", args=[site.pk]), {"post": "yes"}).status_code == 403


def test_times_are_those_of_the_plant(client, filled) -> None:
    page = open_as(client, filled, "ruth", "wip_hold_changelist").content.decode()
    assert "23 Nov 2026, 09:" in page
    assert "Times in Europe/Vienna" in page


def test_times_are_utc_where_the_sites_differ(client, filled) -> None:
    filled.elsewhere.people.create(person=filled.people["ruth"])
    page = open_as(client, filled, "ruth", "wip_hold_changelist").content.decode()
    assert "23 Nov 2026, 08:" in page
    assert "Times in UTC" in page
