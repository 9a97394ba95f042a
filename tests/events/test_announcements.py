"""What each act tells live pages, and that it is told once, with the commit, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from equipment.actions import assets, help_calls
from equipment.status import CallKind
from equipment.topics import at_station
from equipment.topics import help_calls as help_at
from mes.kernel.door import announce, open_door
from mes.kernel.refusals import InvalidInput, Refusal
from mes.kernel.topics import CHANNEL, site_of, topic
from orders.topics import one_order
from orders.topics import orders as all_orders
from tests import databases
from tests.equipment.assets import wrench
from tests.holds import signed
from wip.actions import holds
from wip.actions import orders as floor_orders
from wip.topics import floor, queue
from wip.topics import holds as holds_at


@contextmanager
def told(database: str) -> Iterator[set[str]]:
    """What was notified while the block ran. Fails when the same was told twice."""
    with psycopg.connect(databases.url_of(database), autocommit=True) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        topics: set[str] = set()
        yield topics
        notices = [notice.payload for notice in connection.notifies(timeout=0.2)]
        assert len(notices) == len(set(notices))
        topics.update(notices)


def test_work_tells_its_order_its_floor_its_queue_and_those_that_wait_for_it(committed_plant, committed_database):
    plant = committed_plant
    site, classes = plant.site.pk, {code: one.station_class_id for code, one in plant.stations.items()}
    unit = plant.unit()
    order = {one_order(site, unit.work_order_id), floor(site)}
    begun = {all_orders(site)}
    with told(committed_database) as topics:
        plant.start(unit, "10")
    assert topics == order | begun | {queue(site, classes["10"]), queue(site, classes["30"])}
    with told(committed_database) as topics:
        plant.report(unit, "10", *plant.entries("10"))
    assert topics == set()  # a value changes no queue
    with told(committed_database) as topics:
        plant.report(unit, "10", complete=True)
    assert topics == order | {queue(site, classes["10"]), queue(site, classes["30"])}


def test_an_order_is_told_when_it_is_made_and_released_with_the_queues_it_comes_to(committed_plant, committed_database):
    plant, site = committed_plant, committed_plant.site.pk
    with told(committed_database) as topics:
        plant.order()
    assert topics == {all_orders(site)}
    order = plant.order()
    with told(committed_database) as topics, plant.door("ines") as passage:
        floor_orders.release(order=order, by=passage.person, at=passage.at)
    first = {queue(site, plant.stations[code].station_class_id) for code in ("10", "20")}
    assert topics == {all_orders(site), one_order(site, order.pk)} | first


def test_a_hold_is_told_to_its_site_and_its_order(committed_plant, committed_database):
    plant, site = committed_plant, committed_plant.site.pk
    unit = plant.unit()
    wanted = {holds_at(site), one_order(site, unit.work_order_id)}
    with told(committed_database) as topics, plant.door("mei") as passage:
        about = {"reason_code": "PROCESS", "reason": "Doubt", "unit": unit}
        hold = holds.place(by=passage.person, at=passage.at, **about)
    assert topics == wanted
    with told(committed_database) as topics, plant.door("mei") as passage:
        holds.release(
            hold=hold, reason="Checked", by=passage.person, at=passage.at, signing=signed(hold, passage.person)
        )
    assert topics == wanted


def test_help_and_tools_are_told_to_their_station(committed_plant, committed_database):
    plant = committed_plant
    station = plant.stations["20"]
    here = at_station(station.site_id, station.pk)
    with told(committed_database) as topics, plant.door("amina") as passage:
        help_calls.call(station=station, kind=CallKind.QUALITY, by=passage.person, at=passage.at)
    assert topics == {here, help_at(station.site_id)}
    tool, other = wrench(plant), plant.stations["10"]
    there = at_station(other.site_id, other.pk)
    with plant.door("ines") as passage:
        assets.place(asset=tool, station=other, by=passage.person, at=passage.at)
    with told(committed_database) as topics, plant.door("ines") as passage:
        assets.place(asset=tool, station=station, by=passage.person, at=passage.at)
    assert topics == {here, there}


def test_a_refused_act_tells_nothing_and_a_repeated_one_nothing_again(committed_plant, committed_database):
    plant, name = committed_plant, topic(committed_plant.site.pk, "floor")

    def act(refuse=False):
        with open_door(person=plant.operator, key="k-12345678", asked="a") as passage:
            if not passage.replayed:
                announce(name, name)
            if refuse:
                raise InvalidInput("No.")

    with told(committed_database) as topics, pytest.raises(Refusal):
        act(refuse=True)
    assert topics == set()
    with told(committed_database) as topics:
        act()
    assert topics == {name}
    with told(committed_database) as topics:
        act()
    assert topics == set()


def test_without_a_door_nothing_is_told(committed_database):
    with told(committed_database) as topics:
        announce("a/floor")
    assert topics == set()


@pytest.mark.parametrize("name", ["", "/", "floor", "//x"])
def test_what_is_no_topic_belongs_to_no_site(name):
    assert site_of(name) in {"", "floor"}
