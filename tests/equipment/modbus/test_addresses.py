"""How a point of a Modbus device is written, and what is refused with which words."""

import pytest

from equipment.drivers.base import InvalidAddress, Point, ValueType, WordOrder
from equipment.drivers.modbus.addresses import Address, Table, locate, parse
from equipment.drivers.modbus.driver import check_address, overlap


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("holding:100", Address(Table.HOLDING, 100)),
        ("input:3", Address(Table.INPUT, 3)),
        ("coil:0", Address(Table.COIL, 0)),
        ("discrete:65535", Address(Table.DISCRETE, 65535)),
        ("holding:100.3", Address(Table.HOLDING, 100, 3)),
        ("input:7.15", Address(Table.INPUT, 7, 15)),
    ],
)
def test_an_address_is_a_table_and_a_number_from_zero(text, address):
    assert parse(text) == address


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("40001", "no Modbus address"),
        ("holding:-1", "no Modbus address"),
        ("Holding:1", "no Modbus address"),
        ("holding:1 ", "no Modbus address"),
        ("holding:٣", "no Modbus address"),
        ("holding:65536", "highest address is 65535"),
        ("holding:1.16", "0 to 15"),
        ("coil:1.0", "one bit already"),
    ],
)
def test_what_is_no_address_is_refused_with_what_one_looks_like(text, said):
    with pytest.raises(InvalidAddress, match=said):
        parse(text)


@pytest.mark.parametrize(
    ("text", "value_type", "said"),
    [
        ("coil:1", ValueType.UINT16, "can only be BOOL"),
        ("holding:1.2", ValueType.INT16, "can only be BOOL"),
        ("holding:1", ValueType.BOOL, "which bit"),
        ("holding:65535", ValueType.FLOAT32, "beyond the highest"),
        ("input:65533", ValueType.UINT64, "beyond the highest"),
    ],
)
def test_a_type_that_does_not_fit_is_refused(text, value_type, said):
    with pytest.raises(InvalidAddress, match=said):
        check_address(text, value_type)


def test_what_just_fits_is_taken():
    check_address("holding:65532", ValueType.FLOAT64)
    check_address("holding:65535.15", ValueType.BOOL)
    check_address("discrete:65535", ValueType.BOOL)
    check_address("holding:9", ValueType.TEXT)


def test_a_text_needs_a_length_that_one_request_can_read():
    assert locate(Point("holding:10", ValueType.TEXT, length=5)) == (Address(Table.HOLDING, 10), 3)
    with pytest.raises(InvalidAddress, match="needs its length"):
        locate(Point("holding:10", ValueType.TEXT))
    with pytest.raises(InvalidAddress, match="250 bytes at most"):
        locate(Point("holding:10", ValueType.TEXT, length=251))


REGISTER, WIDE = Point("holding:10", ValueType.UINT16), Point("holding:9", ValueType.UINT32)
BIT, SWAPPED = Point("holding:10.3", ValueType.BOOL), Point("holding:10.11", ValueType.BOOL, WordOrder.BADC)


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        (REGISTER, REGISTER, True),
        (REGISTER, WIDE, True),
        (REGISTER, BIT, True),
        (BIT, SWAPPED, True),
        (BIT, Point("holding:10.4", ValueType.BOOL), False),
        (REGISTER, Point("holding:11", ValueType.UINT16), False),
        (REGISTER, Point("input:10", ValueType.UINT16), False),
        (WIDE, Point("holding:6", ValueType.TEXT, length=5), False),
        (WIDE, Point("holding:6", ValueType.TEXT, length=7), True),
    ],
)
def test_two_points_overlap_where_a_write_of_one_shows_in_the_other(one, other, is_shared):
    assert overlap(one, other, 1) is overlap(other, one, 1) is is_shared
