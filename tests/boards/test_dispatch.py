"""The queue of a station on the desk: its rule, each row's terms, and what is pinned."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from wip.models import DispatchPin
from wip.queues import queue_at

PAGE = "/dispatch/NF/ST-10/"
QUERIES = 9  # session, person, sites, station, two of the queue, two of facts, the pins


@pytest.fixture
def units(plant):
    return [plant.unit(priority=priority) for priority in (1, 3, 5)]


def queue(plant):
    return [one.job.unit for one in queue_at(plant.stations["10"], plant.operator).ready]


def test_stations_are_listed_with_their_rule_and_pins(plant, ines, units):
    ines.post(f"{PAGE}pin/", act=f"unit {units[2].serial}", reason="Truck waits")
    page = ines.get("/dispatch/").content.decode()
    assert "Priority, then due date" in page
    assert units[2].serial in page


def test_the_queue_says_each_rows_terms(plant, ines, units):
    page = ines.get(PAGE).content.decode()
    assert page.index(units[0].serial) < page.index(units[1].serial) < page.index(units[2].serial)
    assert "Priority 3, " in page
    assert "Ranked by: Priority, then due date." in page


def test_a_unit_is_pinned_moved_and_taken_off_by_buttons_with_a_reason(plant, ines, units):
    for unit in (units[1], units[2]):
        ines.post(f"{PAGE}pin/", act=f"unit {unit.serial}", reason="Truck waits")
    assert queue(plant) == [units[2], units[1], units[0]]
    page = ines.get(PAGE).content.decode()
    assert "Ines Carvalho: Truck waits." in page
    pin = DispatchPin.objects.get(unit=units[1])
    ines.post(f"{PAGE}pin/", act=f"up {pin.pk}", reason="Its truck is first")
    assert queue(plant) == [units[1], units[2], units[0]]
    ines.post(f"{PAGE}pin/", act=f"down {pin.pk}", reason="No")
    assert queue(plant) == [units[2], units[1], units[0]]
    ines.post(f"{PAGE}pin/", act=f"off {DispatchPin.objects.get(unit=units[2]).pk}", reason="Truck left")
    assert queue(plant) == [units[1], units[0], units[2]]


def test_an_order_is_pinned_by_a_row_of_it(plant, ines, units):
    first, second = plant.released(2, priority=9).units.order_by("serial")
    ines.post(f"{PAGE}pin/", act=f"order {second.serial}", reason="All of it")
    assert queue(plant)[:2] == [first, second]


@pytest.mark.parametrize("act", ["", "up", "sideways 1", "up 1", "off 0198c0de-0000-7000-8000-000000000003"])
def test_what_is_no_button_is_refused(plant, ines, act):
    assert ines.post(f"{PAGE}pin/", act=act, reason="x").status_code == 422


def test_who_may_not_pin_sees_no_buttons(plant, desk_of, units):
    amina = desk_of("amina")
    assert "Unit first" not in amina.get(PAGE).content.decode()
    assert amina.post(f"{PAGE}pin/", act=f"unit {units[0].serial}", reason="x").status_code == 403


def test_a_station_elsewhere_is_not_there(plant, ines):
    assert ines.get("/dispatch/SF/ST-10/").status_code == 404


def test_the_live_part_is_the_tables_alone(plant, ines, units):
    part = ines.get(f"{PAGE}?part=queue").content.decode()
    assert "<html" not in part
    assert units[0].serial in part


def test_a_page_takes_as_many_statements_whatever_waits(plant, ines, units):
    ines.get(PAGE)
    plant.released(5)
    with CaptureQueriesContext(connection) as queries:
        ines.get(PAGE)
    assert len(queries) == QUERIES
