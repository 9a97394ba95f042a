"""Bytes to values and back, for every type in every order, against an encoder that is written another way."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.drivers.base import Point, Quality, ValueType, WordOrder
from equipment.drivers.modbus.addresses import Table, locate
from equipment.drivers.modbus.decoder import decoder_of, read_text
from equipment.drivers.modbus.encoder import encode, encode_bit
from equipment.drivers.modbus.planner import Block, Item

AT = 1_700_000_000_000_000


def integers(bits: int, signed: bool):
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else st.integers(0, 2**bits - 1)


VALUES = {
    ValueType.BOOL: st.integers(0, 1),
    ValueType.INT16: integers(16, True),
    ValueType.UINT16: integers(16, False),
    ValueType.INT32: integers(32, True),
    ValueType.UINT32: integers(32, False),
    ValueType.INT64: integers(64, True),
    ValueType.UINT64: integers(64, False),
    ValueType.FLOAT32: st.floats(width=32, allow_nan=False, allow_infinity=False),
    ValueType.FLOAT64: st.floats(allow_nan=False, allow_infinity=False),
    ValueType.TEXT: st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6),
}
WORDS = {"16": 1, "32": 2, "64": 4}
FLOAT_CODES = {ValueType.FLOAT32: ">f", ValueType.FLOAT64: ">d"}


def registers_of(point: Point, value) -> list[int]:
    """What a device's registers hold: written letter by letter from what the order's name says."""
    kind, name = point.value_type, point.order.value
    if kind == ValueType.TEXT:
        data = value.encode().ljust(point.length + point.length % 2, b"\0")
        pairs = [(data[n], data[n + 1]) for n in range(0, len(data), 2)]
        return [b << 8 | a if name.startswith(("B", "D")) else a << 8 | b for a, b in pairs]
    size = 2 * WORDS[kind.value[-2:]]
    if kind in FLOAT_CODES:
        value = int.from_bytes(struct.pack(FLOAT_CODES[kind], value), "big")
    letters = [(value >> 8 * (size - 1 - n)) & 0xFF for n in range(size)]  # A, B, C, … the highest first
    words = [letters[n : n + 2] for n in range(0, size, 2)]
    if name in ("CDAB", "DCBA"):
        words.reverse()
    if name in ("BADC", "DCBA"):
        words = [word[::-1] for word in words]
    return [high << 8 | low for high, low in words]


@st.composite
def filled_blocks(draw) -> tuple[list[Point], list, bytes]:
    """Points one behind the other with gaps, what they are to hold, and the block's bytes."""
    points, values, cells = [], [], []
    for _ in range(draw(st.integers(1, 8))):
        cells += draw(st.lists(st.integers(0, 0xFFFF), max_size=2))
        kind, order = draw(st.sampled_from(list(VALUES))), draw(st.sampled_from(list(WordOrder)))
        value = draw(VALUES[kind])
        if kind == ValueType.BOOL:
            bit = draw(st.integers(0, 15))
            points.append(Point(f"holding:{100 + len(cells)}.{bit}", kind, order))
            noise = draw(st.integers(0, 0xFFFF)) & ~(1 << bit) | value << bit
            cells += registers_of(Point("", ValueType.UINT16, order), noise)
        else:
            length = max(len(str(value).encode()), 1) + draw(st.integers(0, 3)) if kind == ValueType.TEXT else 0
            points.append(Point(f"holding:{100 + len(cells)}", kind, order, length))
            cells += registers_of(points[-1], value)
        values.append(value)
    cells += draw(st.lists(st.integers(0, 0xFFFF), max_size=2))
    return points, values, struct.pack(f">{len(cells)}H", *cells)


def block_of(points: list[Point], count: int, begin: int = 100, table: Table = Table.HOLDING) -> Block:
    """One that reads count registers from 100 on."""
    return Block((Item(table, begin, begin + count, tuple(range(len(points)))),))


def decode(points: list[Point], data: bytes) -> dict[int, tuple]:
    samples = decoder_of(block_of(points, len(data) // 2), points)(data, AT)
    assert all(at == AT for _, at, _, _ in samples)
    assert len(samples) == len(points)
    return {position: (value, quality) for position, _, value, quality in samples}


@given(filled_blocks())
def test_all_types_in_all_orders_are_read_as_they_were_written(filled):
    points, values, data = filled
    assert decode(points, data) == {n: (value, Quality.GOOD) for n, value in enumerate(values)}


@given(filled_blocks())
def test_what_is_written_is_what_a_device_would_hold(filled):
    points, values, _ = filled
    for point, value in zip(points, values, strict=True):
        if point.value_type != ValueType.BOOL:
            words = registers_of(point, value)
            assert encode(point, value) == struct.pack(f">{len(words)}H", *words)


@given(st.binary(min_size=8, max_size=8), st.lists(st.sampled_from(list(VALUES)), min_size=2, max_size=9))
def test_points_that_overlap_are_each_read_as_if_alone(data, kinds):
    points = [
        Point(f"holding:{100 + n % 2}.{n}", kind) if kind == ValueType.BOOL else Point("holding:100", kind, length=8)
        for n, kind in enumerate(kinds)
    ]
    together = decode(points, data)
    for n, point in enumerate(points):
        assert decode([point], data)[0] == together[n]


@pytest.mark.parametrize("order", list(WordOrder))
@pytest.mark.parametrize("kind", [ValueType.FLOAT32, ValueType.FLOAT64])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_has_no_value_and_spoils_no_other(value, kind, order):
    points = [Point("holding:100", kind, order), Point("holding:104", kind, order), Point("holding:108", kind, order)]
    cells = [0] * 12
    for place, held in ((0, 1.5), (4, value), (8, -2.5)):
        words = registers_of(points[0], held)
        cells[place : place + len(words)] = words
    good = int(Quality.GOOD)
    assert decode(points, struct.pack(">12H", *cells)) == {
        0: (1.5, good),
        1: (None, Quality.BAD_SENSOR_FAILURE),
        2: (-2.5, good),
    }


def test_numbers_whose_sum_is_none_are_numbers_all_the_same():
    points = [Point("holding:100", ValueType.FLOAT64), Point("holding:104", ValueType.FLOAT64)]
    data = struct.pack(">2d", 1.7e308, 1.7e308)
    assert {value for value, quality in decode(points, data).values() if quality == Quality.GOOD} == {1.7e308}


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.data())
def test_the_first_coil_is_the_lowest_bit_of_the_first_byte(coils, data):
    wanted = data.draw(st.lists(st.integers(0, len(coils) - 1), min_size=1, max_size=10))
    points = [Point(f"coil:{7 + n}", ValueType.BOOL) for n in wanted]
    answer = bytearray((len(coils) + 7) // 8)
    for n, is_on in enumerate(coils):
        answer[n // 8] |= is_on << n % 8
    samples = decoder_of(block_of(points, len(coils), begin=7, table=Table.COIL), points)(bytes(answer), AT)
    assert samples == [(n, AT, int(coils[place]), 192) for n, place in enumerate(wanted)]


def test_a_text_ends_at_its_first_zero_and_any_bytes_are_one():
    assert read_text(b"S-100\0rest") == "S-100"
    assert read_text("Größe".encode()) == "Größe"
    assert read_text(b"Gr\xf6\xdfe") == "Größe"


@pytest.mark.parametrize(
    ("point", "value"),
    [
        (Point("holding:1", ValueType.INT16), 40_000),
        (Point("holding:1", ValueType.UINT32), -1),
        (Point("holding:1", ValueType.UINT16), 1.5),
        (Point("holding:1", ValueType.UINT16), math.inf),
        (Point("holding:1", ValueType.FLOAT32), math.nan),
        (Point("holding:1", ValueType.FLOAT32), 1e39),
        (Point("holding:1", ValueType.INT64), "5"),
        (Point("holding:1", ValueType.TEXT, length=3), "four"),
        (Point("holding:1", ValueType.TEXT, length=3), "a\0b"),
        (Point("holding:1", ValueType.TEXT, length=3), 7),
    ],
)
def test_what_has_no_room_in_the_registers_is_refused(point, value):
    with pytest.raises(ValueError, match=r".+\."):
        encode(point, value)


def test_a_bit_is_zero_or_one():
    assert (encode_bit(1), encode_bit(0.0)) == (True, False)
    for value in (2, -1, "1", math.nan):
        with pytest.raises(ValueError, match="neither 0 nor 1"):
            encode_bit(value)


def test_the_encoder_of_this_test_agrees_with_the_tables_of_manuals():
    point = Point("holding:100", ValueType.UINT32)
    assert registers_of(point, 0x0A0B0C0D) == [0x0A0B, 0x0C0D]
    by_order = {order: registers_of(Point("", ValueType.UINT32, order), 0x0A0B0C0D) for order in WordOrder}
    assert by_order[WordOrder.CDAB] == [0x0C0D, 0x0A0B]
    assert by_order[WordOrder.BADC] == [0x0B0A, 0x0D0C]
    assert by_order[WordOrder.DCBA] == [0x0D0C, 0x0B0A]
    assert locate(point)[1] == 2


@pytest.mark.parametrize("order", list(WordOrder))
@pytest.mark.parametrize("kind", [kind for kind in VALUES if kind != ValueType.BOOL])
@given(st.data())
def test_each_type_in_each_order_survives_the_way_there_and_back(kind, order, data):
    value = data.draw(VALUES[kind])
    length = max(len(str(value).encode()), 1) + data.draw(st.integers(0, 3)) if kind == ValueType.TEXT else 0
    point = Point("holding:100", kind, order, length)
    words = registers_of(point, value)
    assert encode(point, value) == struct.pack(f">{len(words)}H", *words)
    found = decode([point], encode(point, value))[0]
    assert found == (value, Quality.GOOD)
    assert type(found[0]) is type(value)


@pytest.mark.parametrize("order", list(WordOrder))
@pytest.mark.parametrize("bit", range(16))
def test_each_bit_in_each_order_is_one_bit_of_the_register(bit, order):
    """The bit that an integer of the same order would show, whatever the others are."""
    point = Point(f"holding:100.{bit}", ValueType.BOOL, order)
    for noise in (0, 0xFFFF, 0xA5C3):
        for value in (0, 1):
            cells = registers_of(Point("", ValueType.UINT16, order), noise & ~(1 << bit) | value << bit)
            assert decode([point], struct.pack(">H", *cells))[0] == (value, Quality.GOOD)
