"""Values as a server has them, and as a tag has them: what fits, and what does not."""

import math

from asyncua import ua

from equipment.drivers.base import Value, ValueType

_T = ua.VariantType
# The built-in types that a tag can be, and which ValueType has room for all their values.
VALUE_TYPES = {
    _T.Boolean: ValueType.BOOL,
    _T.SByte: ValueType.INT16,
    _T.Int16: ValueType.INT16,
    _T.Byte: ValueType.UINT16,
    _T.UInt16: ValueType.UINT16,
    _T.Int32: ValueType.INT32,
    _T.UInt32: ValueType.UINT32,
    _T.Int64: ValueType.INT64,
    _T.UInt64: ValueType.UINT64,
    _T.Float: ValueType.FLOAT32,
    _T.Double: ValueType.FLOAT64,
    _T.String: ValueType.TEXT,
    _T.LocalizedText: ValueType.TEXT,
}
_RANGES = {
    ValueType.BOOL: (0, 1),
    ValueType.INT16: (-(1 << 15), (1 << 15) - 1),
    ValueType.UINT16: (0, (1 << 16) - 1),
    ValueType.INT32: (-(1 << 31), (1 << 31) - 1),
    ValueType.UINT32: (0, (1 << 32) - 1),
    ValueType.INT64: (-(1 << 63), (1 << 63) - 1),
    ValueType.UINT64: (0, (1 << 64) - 1),
}
_BUILT_IN_RANGES = {_T.SByte: (-128, 127), _T.Byte: (0, 255)}
_LARGEST_FLOAT32 = 3.4028234663852886e38
_FLOATS = (ValueType.FLOAT32, ValueType.FLOAT64)


class Misfit(Exception):
    """The value is not of the type the tag has, or not of the node's."""


def read_as(value_type: ValueType, variant_type: int, value: object) -> Value:
    """A value that was read, as a tag of this type has it. NaN and infinity pass. Raises Misfit.

    variant_type: the built-in type's number; -1 for a list. A wider type than the tag's is taken as long as the value
    fits in.
    """
    natural = VALUE_TYPES.get(ua.VariantType(variant_type)) if variant_type in _NUMBERS else None
    if natural is None:
        raise Misfit(f"The node holds {_shown(variant_type)}, which no tag can be.")
    if (natural == ValueType.TEXT) != (value_type == ValueType.TEXT):
        raise Misfit(f"The node holds {_shown(variant_type)}, the tag is {value_type}.")
    if natural == ValueType.TEXT:
        return _text(value)
    assert isinstance(value, (bool, int, float)), "every other type was sorted out"
    if value_type in _FLOATS:
        return float(value)
    if natural in _FLOATS:
        raise Misfit(f"The node holds {_shown(variant_type)}, the tag is {value_type}.")
    low, high = _RANGES[value_type]
    if not low <= value <= high:
        raise Misfit(f"{value} has no room in {value_type}.")
    return int(value)


def written_as(variant_type: ua.VariantType, value: Value) -> ua.Variant:
    """A value for a node of this built-in type. Nothing is cut off or rounded but the last digits of a Float.

    Raises Misfit.
    """
    natural = VALUE_TYPES.get(variant_type)
    if natural is None:
        raise Misfit(f"The node holds {_shown(variant_type)}, which no tag can be.")
    if (natural == ValueType.TEXT) != isinstance(value, str):
        raise Misfit(f"The node holds {_shown(variant_type)}, {value!r} is none.")
    if isinstance(value, str):
        text = ua.LocalizedText(value) if variant_type == _T.LocalizedText else value
        return ua.Variant(text, variant_type)
    if natural in _FLOATS:
        return ua.Variant(_as_float(value, variant_type), variant_type)
    return ua.Variant(_as_integer(value, variant_type, natural), variant_type)


def _as_float(value: float, variant_type: ua.VariantType) -> float:
    if not math.isfinite(value):
        raise Misfit(f"{value} is no number.")
    if variant_type == _T.Float and abs(value) > _LARGEST_FLOAT32:
        raise Misfit(f"{value} has no room in Float.")
    if isinstance(value, int) and value != float(value):
        raise Misfit(f"{value} has more digits than {_shown(variant_type)}.")
    return float(value)


def _as_integer(value: float, variant_type: ua.VariantType, natural: ValueType) -> int | bool:
    low, high = _BUILT_IN_RANGES.get(variant_type, _RANGES[natural])
    if value != value or value in (math.inf, -math.inf) or int(value) != value or not low <= value <= high:
        raise Misfit(f"{value} has no room in {_shown(variant_type)}.")
    return bool(value) if variant_type == _T.Boolean else int(value)


def _text(value: object) -> str:
    text = value.Text if isinstance(value, ua.LocalizedText) else value
    # What is no UTF-8 came as lone surrogates, and a text of the database has no zero.
    return str(text or "").encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "")


_NUMBERS = frozenset(int(member) for member in ua.VariantType)


def _shown(variant_type: int) -> str:
    return ua.VariantType(variant_type).name if variant_type in _NUMBERS else "a list"
