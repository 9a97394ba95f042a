"""Our decoding of publish answers against the library's own: the same out of every shape that a server may send."""

from datetime import UTC, datetime
from itertools import product

import pytest
from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary
from asyncua.ua.uaerrors import UaStatusCodeError

from equipment.drivers.opcua.decoding import decode
from equipment.drivers.opcua.losses import UNREADABLE
from equipment.drivers.opcua.samples import change_of

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
