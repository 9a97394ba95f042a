"""A machine at a station of the small plant: a connection, tags, and rows as a collector would have written them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database
from django.utils import timezone

from equipment.models import (
    Connection,
    ConnectionLease,
    EquipmentState,
    LatestValue,
    MachineEvent,
    Observation,
    Series,
    StateCondition,
    StateTerm,
    Station,
    Tag,
)
from mes.kernel.door import open_door


def connection_at(station: Station, code: str = "PLC-1", **more: Any) -> Connection:
    """A connection to nothing: who asks it is told so at once."""
    given = {"kind": "MODBUS", "address": "127.0.0.1:1", "name": "Press", "timeout_ms": 300} | more
    with open_door(person=None):
        return Connection.objects.create(site=station.site, code=code, **given)


def tag_at(connection: Connection, station: Station | None, code: str, address: str, **more: Any) -> Tag:
    given = {"value_type": "UINT16", "quantity_unit": ""} | more
    with open_door(person=None):
        return Tag.objects.create(
            site=connection.site, connection=connection, station=station, code=code, address=address, **given
        )


def tells_state(tag: Tag, *states: str) -> None:
    """The tag's numbers from 0 on are these states of its station."""
    with open_door(person=None):
        for number, state in enumerate(states):
            condition = StateCondition.objects.create(
                site=tag.site, station=tag.station, connection=tag.connection, rank=number + 1, state=state
            )
            StateTerm.objects.create(site=tag.site, condition=condition, tag=tag, comparison="EQ", value=number)


_PRESSURE = {"value_type": "FLOAT32", "quantity_unit": "kPa"}
_PRESSURE |= {"is_writable": True, "write_high": 80, "needs_signature": True}


def a_machine(station: Station) -> dict[str, Tag]:
    """A machine whose states are told by a tag, with a pressure, a recipe's name and a counter."""
    connection = connection_at(station)
    tags = {
        "STATE": tag_at(connection, station, "STATE", "holding:0"),
        "PRESSURE": tag_at(connection, station, "PRESSURE", "holding:2", **_PRESSURE),
        "RECIPE": tag_at(connection, station, "RECIPE", "holding:10", value_type="TEXT", length=20),
        "GOOD": tag_at(connection, station, "GOOD", "holding:8", role="COUNTER", books="PART_DONE"),
    }
    tells_state(tags["STATE"], "IDLE", "RUNNING", "DOWN")
    return tags


def watched(connection: Connection, since: datetime, until: datetime, reason: str = "") -> None:
    """It was watched; without a reason it is so still."""
    ended = until if reason else None
    Observation.objects.create(
        connection=connection, epoch=1, began_at=since, seen_until=until, ended_at=ended, reason=reason
    )
    if not reason:
        ConnectionLease.objects.filter(connection=connection).update(
            state="GOOD", owner="collector-1", epoch=1, expires_at=until + timedelta(minutes=1), state_since=since
        )


def was(station: Station, state: str, since: datetime, until: datetime | None = None, detail: str = "") -> None:
    EquipmentState.objects.create(
        site=station.site, station=station, state=state, detail=detail, began_at=since, ended_at=until
    )


def showed(tag: Tag, *values: tuple[datetime, Any, int]) -> None:
    """Samples of the tag (at, value, quality), the last of which it shows."""
    series = Series.objects.filter(tag=tag).latest("pk")
    rows = [
        (series.pk, at, None if isinstance(value, str) else value, value if isinstance(value, str) else None, quality)
        for at, value, quality in values
    ]
    with database.cursor() as cursor:
        days = [row[1].date() for row in rows]
        cursor.execute("SELECT equipment_make_partitions(%s, %s)", [min(days), max(days)])
        cursor.executemany(
            "INSERT INTO equipment_sample (series_id, at, value, text, quality) VALUES (%s, %s, %s, %s, %s)", rows
        )
    _series, at, value, text, quality = rows[-1]
    LatestValue.objects.update_or_create(
        series=series, defaults={"at": at, "value": value, "text": text, "quality": quality}
    )


def did(tag: Tag, number: int, at: datetime, quantity: int = 1) -> MachineEvent:
    return MachineEvent.objects.create(
        site=tag.site, station=tag.station, tag=tag, number=number, books=tag.books, at=at, quantity=quantity
    )


def a_day(tags: dict[str, Tag], now: datetime | None = None) -> None:
    """What the machine did of late: ran from four hours ago, nobody watched for half an hour, down for ten minutes."""
    now = now or timezone.now()
    station, connection = tags["STATE"].station, tags["STATE"].connection

    def ago(**span: float) -> datetime:
        return now - timedelta(**span)

    watched(connection, ago(hours=4), ago(hours=2), "The cable was pulled.")
    watched(connection, ago(hours=1, minutes=30), now)
    was(station, "RUNNING", ago(hours=4), ago(hours=2))
    was(station, "RUNNING", ago(hours=1, minutes=30), ago(minutes=10))
    was(station, "DOWN", ago(minutes=10), None, "Guard open")
    showed(tags["STATE"], (ago(minutes=10), 2, 192))
    showed(tags["PRESSURE"], *((ago(minutes=n), 30 + n % 7 / 2, 192) for n in range(50, 0, -1)))
    showed(tags["RECIPE"], (ago(minutes=40), "A-17", 192))
    showed(tags["GOOD"], (ago(minutes=1), 417, 192))
    did(tags["GOOD"], 1, ago(minutes=30), 3)
