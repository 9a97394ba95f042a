"""Our decoding of publish answers against the library's own: the same out of every shape that a server may send."""

from datetime import UTC, datetime
from itertools import product

import pytest
from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary
from asyncua.ua.uaerrors import UaStatusCodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from equipment.drivers.base import ValueType
from equipment.drivers.opcua.decoding import decode
from equipment.drivers.opcua.losses import UNREADABLE
from equipment.drivers.opcua.samples import change_of
from equipment.drivers.opcua.values import Misfit, read_as

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
VALUES = [
    ua.Variant(True, ua.VariantType.Boolean),
    ua.Variant(-3, ua.VariantType.SByte),
    ua.Variant(200, ua.VariantType.Byte),
    ua.Variant(-300, ua.VariantType.Int16),
    ua.Variant(65535, ua.VariantType.UInt16),
    ua.Variant(-70000, ua.VariantType.Int32),
    ua.Variant(2**32 - 1, ua.VariantType.UInt32),
    ua.Variant(-(2**63), ua.VariantType.Int64),
    ua.Variant(2**64 - 1, ua.VariantType.UInt64),
    ua.Variant(0.5, ua.VariantType.Float),
    ua.Variant(1e300, ua.VariantType.Double),
    ua.Variant("Ølkühler", ua.VariantType.String),
    ua.Variant("", ua.VariantType.String),
    ua.Variant(ua.LocalizedText("läuft", "de"), ua.VariantType.LocalizedText),
    ua.Variant(WHEN, ua.VariantType.DateTime),
    ua.Variant([1.0, 2.0], ua.VariantType.Double),
    ua.Variant(ua.Range(1.0, 2.0), ua.VariantType.ExtensionObject),
    ua.Variant(None, ua.VariantType.Null),
]


def answer(*notifications, status: int = 0, sequence: int = 5) -> bytes:
    response = ua.PublishResponse()
    response.ResponseHeader.ServiceResult = ua.StatusCode(status)
    response.Parameters.SubscriptionId = 77
    response.Parameters.AvailableSequenceNumbers = [3, 4, sequence]
    response.Parameters.NotificationMessage.SequenceNumber = sequence
    response.Parameters.NotificationMessage.PublishTime = WHEN
    response.Parameters.NotificationMessage.NotificationData = list(notifications)
    return struct_to_binary(response)


def changes(values: list[ua.DataValue]) -> ua.DataChangeNotification:
    items = [ua.MonitoredItemNotification(ClientHandle=i, Value=value) for i, value in enumerate(values)]
    return ua.DataChangeNotification(MonitoredItems=items)


def every_shape() -> list[ua.DataValue]:
    parts = product(VALUES, [None, 0, 0x808C0000], [None, WHEN], [None, WHEN], [None, 17], [None, 18])
    return [
        ua.DataValue(
            variant,
            None if status is None else ua.StatusCode(status),
            SourceTimestamp=source,
            ServerTimestamp=server,
            SourcePicoseconds=source_ps,
            ServerPicoseconds=server_ps,
        )
        for variant, status, source, server, source_ps, server_ps in parts
    ]


def test_every_shape_of_a_change_is_read_as_the_library_reads_it():
    shapes = every_shape()
    published = decode(answer(changes(shapes)))
    assert (published.subscription_id, published.sequence, published.has_data) == (77, 5, True)
    assert [change[0] for change in published.changes] == list(range(len(shapes)))
    assert [change[1:] for change in published.changes] == [change_of(shape)[1:] for shape in shapes]


def test_several_notifications_come_in_their_order():
    event = ua.EventNotificationList()
    first, second = (changes([ua.DataValue(ua.Variant(value, ua.VariantType.Int16))]) for value in (1, 2))
    published = decode(answer(first, event, second))
    assert [change[2] for change in published.changes] == [1, 2]


def test_nothing_new_is_no_data():
    published = decode(answer())
    assert (published.has_data, published.changes, published.status) == (False, [], None)


def test_the_end_of_a_subscription_is_told():
    ended = ua.StatusChangeNotification(Status=ua.StatusCode(ua.StatusCodes.BadTimeout))
    assert decode(answer(ended)).status == ua.StatusCodes.BadTimeout


def test_a_service_that_failed_is_no_answer():
    with pytest.raises(UaStatusCodeError):
        decode(answer(status=ua.StatusCodes.BadSessionIdInvalid))


@pytest.mark.parametrize("cut", range(30, 250, 7))
def test_half_an_answer_is_an_error_and_never_half_the_changes(cut):
    whole = answer(changes([ua.DataValue(variant) for variant in VALUES]))
    with pytest.raises(UNREADABLE):
        decode(whole[:-cut])


def _integers(bits: int, *, signed: bool) -> st.SearchStrategy[int]:
    low = -(2 ** (bits - 1)) if signed else 0
    return st.integers(low, low + 2**bits - 1)


V = ua.VariantType
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
OF_EACH_TYPE = {
    V.Boolean: st.booleans(),
    V.SByte: _integers(8, signed=True),
    V.Byte: _integers(8, signed=False),
    V.Int16: _integers(16, signed=True),
    V.UInt16: _integers(16, signed=False),
    V.Int32: _integers(32, signed=True),
    V.UInt32: _integers(32, signed=False),
    V.Int64: _integers(64, signed=True),
    V.UInt64: _integers(64, signed=False),
    V.Float: st.floats(width=32, allow_nan=False),
    V.Double: st.floats(allow_nan=False),
    V.String: TEXTS,
    V.LocalizedText: st.builds(ua.LocalizedText, TEXTS),
    V.DateTime: st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
}
variants = st.one_of(st.builds(ua.Variant, values, st.just(kind)) for kind, values in OF_EACH_TYPE.items()) | st.lists(
    st.floats(allow_nan=False), max_size=3
).map(lambda some: ua.Variant(some, V.Double, is_array=True))
times = st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
data_values = st.builds(
    ua.DataValue,
    st.none() | variants,
    st.none() | st.sampled_from([0, 0x00000480, 0x40900000, 0x808C0000]).map(ua.StatusCode),
    SourceTimestamp=times,
    ServerTimestamp=times,
    SourcePicoseconds=st.none() | st.integers(0, 9999),
    ServerPicoseconds=st.none() | st.integers(0, 9999),
)


@given(st.lists(data_values, max_size=12))
@settings(max_examples=50)
def test_whatever_changes_come_are_read_as_the_library_reads_them(found):
    published = decode(answer(changes(found)))
    assert [change[0] for change in published.changes] == list(range(len(found)))
    assert [change[1:] for change in published.changes] == [change_of(one)[1:] for one in found]


@given(st.lists(data_values, min_size=1, max_size=4), st.data())
@settings(max_examples=50)
def test_what_is_cut_anywhere_is_an_error_and_never_half_the_changes(found, data):
    whole = answer(changes(found))
    # Results and diagnostics stand at the end, empty: twelve bytes.
    cut = data.draw(st.integers(13, len(whole) - 24))
    with pytest.raises(UNREADABLE):
        decode(whole[:-cut])


RANGES = {
    ValueType.BOOL: (0, 1),
    **{
        ValueType(f"{sign}INT{bits}"): (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if not sign else (0, 2**bits - 1)
        for bits in (16, 32, 64)
        for sign in ("", "U")
    },
}


@pytest.mark.parametrize("kind", [kind for kind in OF_EACH_TYPE if kind != V.DateTime])
@pytest.mark.parametrize("value_type", list(ValueType))
@given(st.data())
def test_each_type_of_a_node_is_each_type_of_a_tag_unchanged_or_not_at_all(kind, value_type, data):
    value = data.draw(OF_EACH_TYPE[kind])
    is_text, is_float = kind in (V.String, V.LocalizedText), kind in (V.Float, V.Double)
    if is_text or value_type == ValueType.TEXT:
        fits = is_text and value_type == ValueType.TEXT
    elif value_type in RANGES:
        fits = not is_float and RANGES[value_type][0] <= value <= RANGES[value_type][1]
    else:
        fits = True
    if not fits:
        with pytest.raises(Misfit):
            read_as(value_type, int(kind), value)
        return
    read = read_as(value_type, int(kind), value)
    if is_text:
        assert read == str((value.Text if kind == V.LocalizedText else value) or "").replace("\0", "")
    elif value_type in RANGES:
        assert (read, type(read)) == (value, int)
    else:
        assert (read, type(read)) == (float(value), float)
