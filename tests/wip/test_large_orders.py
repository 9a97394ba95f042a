"""The last unit of a large order, and the last pieces of a large lot, cost what the first ones cost."""

from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.holds import build_in, lift, place
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


def test_pieces_that_overlap_take_as_many_statements_at_the_end_of_a_large_lot(plant):
    line = floor_plant(plant)
    (lot,) = _serials(line, 10_000, by_lot=True)
    line.start(lot, "10")
    line.book(lot, "10", 10)
    line.start(lot, "20")
    first = [_statements(lambda code=code: line.book(lot, code, 10)) for code in ("10", "20")]
    for _ in range(30):
        for code in ("10", "20"):
            line.book(lot, code, 100)
    assert [_statements(lambda code=code: line.book(lot, code, 10)) for code in ("10", "20")] == first


@pytest.mark.slow
def test_the_last_hundred_units_of_a_thousand_take_as_long_as_the_first(committed_plant):
    """Every tenth is done again from its first operation."""
    line = floor_plant(committed_plant)
    took = [_took(partial(_to_its_end, line, serial, i % 10 == 0)) for i, serial in enumerate(_serials(line, 1000))]
    assert median(took[-100:]) / median(took[:100]) <= 1.3  # medians: what else the machine does counts little
    reworked = took[::10]
    assert median(reworked[-20:]) / median(reworked[:20]) <= 1.3


def _to_its_end(line: FloorPlant, serial: str, is_reworked: bool) -> None:
    _do(line, serial, "10", "20")
    if is_reworked:
        line.send_back(serial, "20", "10")
        _do(line, serial, "10", "20")
    _do(line, serial, "41")
    line.skip(serial, "30")
    _do(line, serial, "50")


def _do(line: FloorPlant, serial: str, *codes: str) -> None:
    for code in codes:
        line.start(serial, code)
        line.complete(serial, code)


def _took(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


@pytest.mark.slow
def test_the_last_hundred_bookings_of_ten_thousand_pieces_take_as_long_as_the_first(committed_plant):
    """Two operations overlap: what the first makes, the second takes at once."""
    line = floor_plant(committed_plant)
    (lot,) = _serials(line, 10_000, by_lot=True)
    line.start(lot, "10")
    line.book(lot, "10", 10)
    line.start(lot, "20")
    took = [_took(lambda: [line.book(lot, code, 10) for code in ("10", "20")]) for _ in range(998)]
    assert median(took[-100:]) / median(took[:100]) <= 1.3


@pytest.mark.slow
def test_a_hold_that_reaches_a_thousand_units_takes_no_longer_for_each_than_one_that_reaches_a_hundred(committed_plant):
    plant = committed_plant
    each = {}
    for reach in (10, 100, 1000):  # the first is for what is read once a process
        lot = plant.receive(plant.screws, f"LOT-{reach}", 10_000)
        for pump in plant.released(reach).units.order_by("serial"):
            build_in(plant, lot, pump, 6)
        lot = type(lot).objects.get(pk=lot.pk)
        holds = []
        placing = _took(lambda lot=lot, holds=holds: holds.append(place(plant, kind="PROCESS", unit=lot)))
        assert holds[0].heirs.count() == reach
        each[reach] = (placing + _took(lambda holds=holds: lift(plant, holds[0]))) / reach
    assert each[1000] <= 1.3 * each[100]
