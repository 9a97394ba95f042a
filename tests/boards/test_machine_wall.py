"""The wall of machines: state, order, count and since when, of a site or one work center, for as long as it hangs."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from equipment.models import ConnectionLease, Site, Station, WorkCenter
from mes.kernel.door import open_door
from tests.machines import a_day, a_machine, connection_at, tag_at
from tests.station.pages import text

pytestmark = pytest.mark.django_db
WALL = "/wall/machines/NF/"


@pytest.fixture
def tags(plant):
    tags = a_machine(plant.stations["20"])
    a_day(tags)
    return tags


@pytest.fixture
def wall(plant) -> Client:
    client = Client()
    client.force_login(plant.people["ines"])
    return client


def test_each_machine_stands_there_with_state_since_when_order_and_count(plant, tags, wall):
    unit = plant.do(plant.unit(), "10")
    tag_at(tags["STATE"].connection, plant.stations["10"], "T", "holding:90")
    page = wall.get(WALL)
    assert 'data-density="wall"' in page.content.decode()
    assert f"{plant.stations['20']} D Down: Guard open 10:0" in text(page)
    assert "No order" in text(page)
    plant.start(unit, "20")
    assert f"{unit.work_order} 0 of" in text(wall.get(WALL))
    assert f"{plant.stations['10']} Tells no state No order" in text(wall.get(WALL))


def test_the_count_is_of_the_order_at_that_operation_whoever_made_it(plant, tags, wall):
    order = plant.released(3)
    first, second = list(order.units.order_by("serial"))[:2]
    plant.do(first, "10", "20")
    plant.start(plant.do(second, "10"), "20")
    assert f"{order} 1 of 3" in text(wall.get(WALL))


def test_the_part_that_follows_is_fetched_alone_when_state_link_or_floor_change(plant, tags, wall):
    shown = wall.get(WALL).content.decode()
    site = plant.site.pk
    assert f'data-topics="{site}/connections {site}/states {site}/floor"' in shown
    assert f'hx-get="{WALL}?part=wall"' in shown
    part = wall.get(f"{WALL}?part=wall").content.decode()
    assert "<html" not in part
    assert "Guard open" in part


def test_a_machine_that_nobody_watches_is_not_known(plant, tags, wall):
    ConnectionLease.objects.update(expires_at=None, state="LOST")
    plant_time = timezone.now() - timedelta(minutes=5)
    tags["STATE"].connection.observations.filter(ended_at=None).update(seen_until=plant_time, ended_at=plant_time)
    assert "Not known" in text(wall.get(WALL))
    assert 'data-tone="caution"' in wall.get(WALL).content.decode()


def test_a_work_center_has_a_wall_of_its_own_machines(plant, tags, wall):
    with open_door(person=None):
        other = WorkCenter.objects.create(site=plant.site, code="CELL", name="Cell")
        Station.objects.filter(pk=plant.stations["20"].pk).update(work_center=other)
    assert "Down" in text(wall.get(f"{WALL}CELL/"))
    assert "No machine here has a tag yet." in text(wall.get(f"{WALL}LINE-1/"))
    assert wall.get(f"{WALL}NONE/").status_code == 404


def choices(client: Client) -> list[tuple[str, str]]:
    """The walls that the list of machines leads to: (name, address)."""
    page = client.get("/machines/").content.decode()
    nav = re.search(r'<nav class="filters" aria-labelledby="on-the-wall">(.*?)</nav>', page, re.DOTALL)
    found = re.findall(r'<a href="([^"]*)">([^<]*)</a>', nav[1]) if nav else []
    return [(name, to) for to, name in found]


def test_the_list_of_machines_leads_to_the_wall_of_the_site_and_of_each_work_center_with_machines(plant, tags, wall):
    assert choices(wall) == [("Northfield", WALL)], "one work center alone is the site"
    with open_door(person=None):
        cell, _empty = (
            WorkCenter.objects.create(site=plant.site, code=code, name=code.title()) for code in ("CELL", "EMPTY")
        )
        Station.objects.filter(pk=plant.stations["30"].pk).update(work_center=cell)
    tag_at(tags["STATE"].connection, plant.stations["30"], "T", "holding:90")
    shown = choices(wall)
    assert shown == [("Northfield", WALL), ("Cell", f"{WALL}CELL/"), ("Line 1", f"{WALL}LINE-1/")]
    for name, to in shown:
        assert f"Machines, {name}" in wall.get(to).content.decode()


def test_of_several_sites_each_work_center_names_its_own(plant, tags, wall):
    with open_door(person=None):
        site = Site.objects.get(code="SF")
        site.people.create(person=plant.people["ines"])
    assert choices(wall) == [("Northfield", WALL)], "a site without machines has no wall"
    for number in (1, 2):
        with open_door(person=None):
            center = WorkCenter.objects.create(site=site, code=f"L-{number}", name=f"Line {number}")
            station = Station.objects.create(
                site=site,
                work_center=center,
                station_class=plant.stations["20"].station_class,
                code=f"SF-{number}",
                name="Press",
            )
        tag_at(connection_at(station, f"PLC-{number}"), station, "T", "holding:1")
    south = "/wall/machines/SF/"
    assert set(choices(wall)) == {
        ("Northfield", WALL),
        ("Southfield", south),
        ("Line 1, Southfield", f"{south}L-1/"),
        ("Line 2, Southfield", f"{south}L-2/"),
    }


def test_who_is_not_of_the_site_sees_no_wall_and_no_way_to_it(plant, tags, wall):
    with open_door(person=None):
        plant.people["ines"].site_access.all().delete()
    assert choices(wall) == []
    assert wall.get(WALL).status_code == 404
    assert wall.get("/wall/machines/SF/").status_code == 404
    assert Client().get(WALL).status_code == 302


def test_a_wall_stays_logged_in_while_it_asks_and_that_is_stored_once_a_day(plant, tags, wall, monkeypatch):
    wall.get(WALL)
    tomorrow = timezone.now() + timedelta(days=1)
    before = Session.objects.get().expire_date
    monkeypatch.setattr("mes.boards.views.machine_wall.timezone.now", lambda: tomorrow)
    wall.get(f"{WALL}?part=wall")
    after = Session.objects.get().expire_date
    assert after - before > timedelta(hours=23)
    wall.get(f"{WALL}?part=wall")
    assert Session.objects.get().expire_date == after
