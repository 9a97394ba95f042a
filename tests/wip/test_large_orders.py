"""The last unit of a large order, and the last pieces of a large lot, cost what the first ones cost."""

from statistics import median
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.model.floor_plant import FloorPlant, floor_plant


def through(line: FloorPlant, serial: str) -> dict[str, int]:
    """Take a unit through all of its operations; the statements that each verb sent."""
    acts = {
        "start": lambda: line.start(serial, "10"),
        "record": lambda: line.record(serial, "10"),
        "pause": lambda: line.people("pause", serial, "10", "amina"),
        "resume": lambda: line.people("resume", serial, "10", "amina"),
        "take over": lambda: line.people("take_over", serial, "10", "tomasz"),
        "complete": lambda: line.complete(serial, "10", who="tomasz"),
        "skip": lambda: line.skip(serial, "30"),
        "start another": lambda: line.start(serial, "20"),
        "complete another": lambda: line.complete(serial, "20"),
        "send back": lambda: line.send_back(serial, "20", "20"),
        "start again": lambda: line.start(serial, "20"),
        "complete again": lambda: line.complete(serial, "20"),
        "start an alternate": lambda: line.start(serial, "41"),
        "complete an alternate": lambda: line.complete(serial, "41"),
        "start the last": lambda: line.start(serial, "50"),
        "complete the last": lambda: line.complete(serial, "50"),
    }
    return {name: _statements(act) for name, act in acts.items()}


def _statements(act) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def _serials(line: FloorPlant, quantity: int, *, by_lot: bool = False) -> list[str]:
    order = line.order(quantity, by_lot=by_lot)
    return list(order.units.order_by("serial").values_list("serial", flat=True))


def test_the_last_unit_of_a_large_order_takes_as_many_statements_as_that_of_a_small_one(plant):
    line = floor_plant(plant)
    small, large = _serials(line, 3), _serials(line, 60)
    through(line, small[0])  # the first start begins the order; what is read once a process is read
    through(line, large[0])
    among_few = through(line, small[1])
    assert through(line, large[1]) == among_few
    for serial in large[2:-2:8]:
        through(line, serial)
    assert through(line, large[-2]) == among_few


def test_the_last_pieces_of_a_large_lot_take_as_many_statements_as_the_first(plant):
    line = floor_plant(plant)
    (lot,) = _serials(line, 10_000, by_lot=True)
    line.start(lot, "10")
    line.book(lot, "10", 10, 1)  # enough for the next operation to begin, which its queue is told once
    first = _statements(lambda: line.book(lot, "10", 100, 1))
    for _ in range(30):
        line.book(lot, "10", 100, 1)
    assert _statements(lambda: line.book(lot, "10", 6000, 1)) == first


def test_the_tenth_part_of_a_lot_takes_as_many_statements_as_the_first(plant):
    line = floor_plant(plant)
    (lot,) = _serials(line, 10_000, by_lot=True)
    line.start(lot, "10")
    line.complete(lot, "10")
    line.split(lot, 10)
    first = _statements(lambda: line.split(lot, 10))
    for _ in range(7):
        line.split(lot, 10)
    assert _statements(lambda: line.split(lot, 10)) == first


def test_a_part_of_a_part_of_a_part_takes_as_many_statements_as_a_part(plant):
    line = floor_plant(plant)
    (lot,) = _serials(line, 10_000, by_lot=True)
    part = line.split(lot, 1000).serial
    first = _statements(lambda: line.split(part, 500))
    for quantity in (400, 300, 200):
        part = line.split(part, quantity).serial
    assert _statements(lambda: line.split(part, 100)) == first


@pytest.mark.slow
def test_the_last_hundred_units_of_a_thousand_take_as_long_as_the_first(committed_plant):
    line = floor_plant(committed_plant)
    took = []
    for serial in _serials(line, 1000):
        began = perf_counter()
        for code in ("10", "20", "41", "50"):
            if code == "41":
                line.skip(serial, "30")
            line.start(serial, code)
            line.complete(serial, code)
        took.append(perf_counter() - began)
    assert median(took[-100:]) / median(took[:100]) <= 1.3  # medians: what else the machine does counts little


@pytest.mark.slow
def test_the_last_hundred_bookings_of_ten_thousand_pieces_take_as_long_as_the_first(committed_plant):
    line = floor_plant(committed_plant)
    (lot,) = _serials(line, 10_000, by_lot=True)
    line.start(lot, "10")
    took = []
    for _ in range(999):
        began = perf_counter()
        line.book(lot, "10", 10)
        took.append(perf_counter() - began)
    assert median(took[-100:]) / median(took[:100]) <= 1.3
