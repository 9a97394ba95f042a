"""Data changes out of a PublishResponse, without making an object of each.

The library decodes any message of the standard field by field; that is most of the time a subscription takes. Of this
one message we know the shape: a few compiled structs read it, and the library reads what is rare. Part 6, 5.2.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
from struct import Struct, unpack_from
from typing import Any, NamedTuple

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import nodeid_from_binary, struct_from_binary, variant_from_binary

# One change: (client handle, number of the built-in type, value, status code, source time), the time in ticks of 100 ns
# since 1601, 0 for none. Type 0: no value; -1: a list.
Change = tuple[int, int, Any, int, int]

_DATA_CHANGES = ua.ObjectIds.DataChangeNotification_Encoding_DefaultBinary
_STATUS_CHANGE = ua.ObjectIds.StatusChangeNotification_Encoding_DefaultBinary
_SCALARS = {1: "?", 2: "b", 3: "B", 4: "h", 5: "H", 6: "i", 7: "I", 8: "q", 9: "Q", 10: "f", 11: "d"}
_STRING = 12
_HAS_VALUE, _HAS_STATUS, _HAS_SOURCE, _HAS_SERVER, _HAS_SOURCE_PS, _HAS_SERVER_PS = 1, 2, 4, 8, 16, 32
# What follows the value, in this order; the picoseconds and the server's time are not looked at.
_REST = ((_HAS_STATUS, "I"), (_HAS_SOURCE, "q"), (_HAS_SOURCE_PS, "2x"), (_HAS_SERVER, "8x"), (_HAS_SERVER_PS, "2x"))


@dataclass(frozen=True, slots=True)
class Published:
    """What a server answered to a publish request. status: of the subscription, where it ended or moved."""

    subscription_id: int
    sequence: int
    has_data: bool
    changes: list[Change]
    status: int | None


class _Shape(NamedTuple):
    unpack: Any
    size: int
    has_status: bool
    has_source: bool


def _shapes() -> dict[bytes, _Shape]:
    """By the two bytes that tell what a change is made of: which parts there are, and the type of its value."""
    shapes = {}
    for mask, (kind, letter) in product(range(1, 64, 2), _SCALARS.items()):
        struct = Struct("<IxB" + letter + "".join(letters for bit, letters in _REST if mask & bit))
        known = _Shape(struct.unpack_from, struct.size, bool(mask & _HAS_STATUS), bool(mask & _HAS_SOURCE))
        shapes[bytes((mask, kind))] = known
    return shapes


_SHAPES = _shapes()


def decode(data: bytes) -> Published:
    """Raises UaStatusCodeError where the server answered that it can't, and struct.error, IndexError or UaError for
    what is no answer.
    """
    head = Buffer(data)
    nodeid_from_binary(head)
    struct_from_binary(ua.ResponseHeader, head).ServiceResult.check()
    at = head.cur_pos
    subscription_id, available = unpack_from("<Ii", data, at)
    at += 8 + 4 * max(available, 0) + 1
    sequence, count = unpack_from("<I8xi", data, at)
    at += 16
    changes: list[Change] = []
    status = None
    for _ in range(count):
        kind, at, end = _extension(data, at)
        if kind == _DATA_CHANGES:
            changes += _changes(data, at)
        elif kind == _STATUS_CHANGE:
            (status,) = unpack_from("<I", data, at)
        at = end
    return Published(subscription_id, sequence, count > 0, changes, status)


def _extension(data: bytes, at: int) -> tuple[int, int, int]:
    """An extension object's type, where its body begins, and where it ends."""
    buffer = Buffer(data, at)
    kind = nodeid_from_binary(buffer).Identifier
    at = buffer.cur_pos
    if data[at] == 0:
        return kind, at + 1, at + 1
    (length,) = unpack_from("<i", data, at + 1)
    return kind, at + 5, at + 5 + max(length, 0)


def _changes(data: bytes, at: int) -> list[Change]:
    (count,) = unpack_from("<i", data, at)
    at += 4
    found: list[Change] = []
    add, shapes = found.append, _SHAPES
    for _ in range(count):
        shape = shapes.get(data[at + 4 : at + 6])
        if shape is None:
            change, at = _rare(data, at)
            add(change)
            continue
        unpack, size, has_status, has_source = shape
        fields = unpack(data, at)
        at += size
        if has_status:
            add(fields if has_source else (*fields, 0))
        elif has_source:
            handle, kind, value, ticks = fields
            add((handle, kind, value, 0, ticks))
        else:
            add((*fields, 0, 0))
    return found


def _rare(data: bytes, at: int) -> tuple[Change, int]:
    """A change with a text, a list, a structure or no value in it, and where the next one begins."""
    handle, mask = unpack_from("<IB", data, at)
    at += 5
    kind, value = 0, None
    if mask & _HAS_VALUE:
        if data[at] == _STRING:
            kind, (length,) = _STRING, unpack_from("<i", data, at + 1)
            end = at + 5 + max(length, 0)
            value, at = data[at + 5 : end].decode("utf-8", "replace"), end
        else:
            buffer = Buffer(data, at)
            variant = variant_from_binary(buffer)
            kind, value, at = int(variant.VariantType.value), variant.Value, buffer.cur_pos
            kind = -1 if variant.is_array else kind
    layout = _rest(mask)
    rest = layout.unpack_from(data, at)
    status = rest[0] if mask & _HAS_STATUS else 0
    ticks = rest[-1] if mask & _HAS_SOURCE else 0
    return (handle, kind, value, status, ticks), at + layout.size


@cache
def _rest(mask: int) -> Struct:
    return Struct("<" + "".join(letters for bit, letters in _REST if mask & bit))
