"""Values between a server and a tag: what fits passes as it is, and nothing is cut off in silence."""

import math

import pytest
from asyncua import ua

from equipment.drivers.base import ValueType
from equipment.drivers.opcua.values import Misfit, read_as, written_as

V, T = ua.VariantType, ValueType

READ = [
    (T.BOOL, V.Boolean, True, 1),
    (T.BOOL, V.Byte, 1, 1),
    (T.INT16, V.SByte, -5, -5),
    (T.INT16, V.Int32, -32768, -32768),
    (T.UINT16, V.Byte, 255, 255),
    (T.UINT32, V.UInt32, 2**32 - 1, 2**32 - 1),
    (T.INT64, V.Int64, -(2**63), -(2**63)),
    (T.UINT64, V.UInt64, 2**64 - 1, 2**64 - 1),
    (T.FLOAT32, V.Float, 0.5, 0.5),
    (T.FLOAT64, V.Int16, 3, 3.0),
    (T.FLOAT64, V.Boolean, True, 1.0),
    (T.TEXT, V.String, "Ø", "Ø"),
    (T.TEXT, V.String, None, ""),
    (T.TEXT, V.String, "a\0b", "ab"),
    (T.TEXT, V.String, "a\udcffb", "a�b"),
    (T.TEXT, V.LocalizedText, ua.LocalizedText("läuft"), "läuft"),
]
NOT_READ = [
    (T.INT16, V.Int32, 32768),
    (T.UINT16, V.Int16, -1),
    (T.BOOL, V.Byte, 2),
    (T.INT32, V.Double, 2.0),
    (T.TEXT, V.Int16, 1),
    (T.FLOAT64, V.String, "1.5"),
    (T.FLOAT64, V.DateTime, 0),
    (T.FLOAT64, -1, [1.0]),
    (T.FLOAT64, 0, None),
]
WRITTEN = [
    (V.Boolean, 1, True),
    (V.SByte, -128, -128),
    (V.Byte, 255, 255),
    (V.Int16, 2.0, 2),
    (V.UInt64, 2**64 - 1, 2**64 - 1),
    (V.Float, 0.1, 0.1),
    (V.Double, 7, 7.0),
    (V.String, "Ø", "Ø"),
    (V.LocalizedText, "x", ua.LocalizedText("x")),
]
NOT_WRITTEN = [
    (V.Boolean, 2),
    (V.SByte, 128),
    (V.Byte, -1),
    (V.Int16, 32768),
    (V.Int32, 1.5),
    (V.Int32, math.nan),
    (V.UInt64, math.inf),
    (V.Float, 1e39),
    (V.Double, math.nan),
    (V.Double, 2**53 + 1),
    (V.String, 1),
    (V.Int16, "1"),
    (V.DateTime, 0),
]


@pytest.mark.parametrize(("value_type", "variant", "value", "read"), READ)
def test_a_value_is_read_as_the_tag_has_it(value_type, variant, value, read):
    found = read_as(value_type, variant, value)
    assert found == read
    assert type(found) is type(read)


@pytest.mark.parametrize(("value_type", "variant", "value"), NOT_READ)
def test_a_value_that_the_tag_has_no_room_for_is_none(value_type, variant, value):
    with pytest.raises(Misfit):
        read_as(value_type, variant, value)


@pytest.mark.parametrize(("variant", "value", "written"), WRITTEN)
def test_a_value_is_written_as_the_node_has_it(variant, value, written):
    found = written_as(variant, value)
    assert (found.VariantType, found.Value) == (variant, written)


@pytest.mark.parametrize(("variant", "value"), NOT_WRITTEN)
def test_a_value_that_would_change_on_the_way_is_not_written(variant, value):
    with pytest.raises(Misfit):
        written_as(variant, value)
