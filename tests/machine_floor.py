"""Machines without a driver: what a collector would have stored, put there by the test."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from equipment.models import (
    Connection,
    EventBooking,
    EventDue,
    LatestValue,
    MachineEvent,
    Observation,
    Station,
    Tag,
)
from equipment.status import Books
from genealogy.models import Unit
from mes.kernel.door import open_door
from orders.actions import work_orders
from orders.actions.work_orders import OrderRequest
from orders.models import Operation, Product, ProductRevision, Routing, RoutingRevision, Step, WorkOrder
from tests.plant import NOW, Plant
from wip.actions import orders as floor_orders


def press(plant: Plant, *, account: str = "erp", code: str = "PRESS") -> Connection:
    """A connection whose events the account books."""
    with plant.door("hiroshi"):
        return Connection.objects.create(
            site=plant.site,
            code=code,
            name=code.title(),
            kind="MODBUS",
            address="127.0.0.1:1502",
            account=plant.people[account] if account else None,
        )


def counter(connection: Connection, station: Station, books: Books = Books.PART_DONE, **more: Any) -> Tag:
    """A counter at the station that books."""
    given = {"code": f"COUNT-{books}", "address": "holding:0", "value_type": "UINT16"} | more
    return _tag(connection, station, role="COUNTER", books=books, **given)


def handshake(connection: Connection, station: Station, books: Books) -> Tag:
    """An event at the station."""
    return _tag(
        connection,
        station,
        role="EVENT",
        books=books,
        code=f"EVENT-{books}",
        address="holding:10",
        value_type="UINT16",
        acknowledge_address="holding:20",
    )


def field_of(event: Tag, field: str, code: str, **more: Any) -> Tag:
    """A tag that belongs to the event."""
    given = {"address": "holding:30", "value_type": "INT16"} | more
    return _tag(event.connection, event.station, code=code, event=event, field=field, **given)


def _tag(connection: Connection, station: Station | None, **given: Any) -> Tag:
    with open_door(person=None):
        tag = Tag(site=connection.site, connection=connection, station=station, **given)
        tag.full_clean()
        tag.save()
    return tag


def happens(
    plant: Plant, tag: Tag, quantity: int = 1, *, at: datetime | None = None, brings: Any = (), **content: Any
) -> MachineEvent:
    """The machine does something now, on the plant's clock, and waits to be booked. brings: content by field."""
    number = tag.machine_events.count() + 1
    with open_door(person=None):
        event = MachineEvent.objects.create(
            site=tag.site,
            station=tag.station,
            tag=tag,
            number=number,
            books=tag.books,
            at=at or plant.at(),
            quantity=quantity,
            content={name.replace("__", ":"): value for name, value in content.items()}
            | dict(brings)
            | {"shown": number},
        )
        EventDue.objects.create(event=event)
    return event


def bookings(event: MachineEvent) -> list[EventBooking]:
    """What came of the event, in order."""
    return list(event.bookings.order_by("sequence"))


def value(connection: Connection, station: Station, code: str, **more: Any) -> Tag:
    """A tag of the station whose value is read."""
    given = {"address": "holding:40", "value_type": "FLOAT32"} | more
    return _tag(connection, station, code=code, **given)


def says(tag: Tag, reading: float | str, *, at: datetime, quality: int = 192) -> None:
    """The tag's value from then on; its connection is seen then."""
    known = {"text": reading} if isinstance(reading, str) else {"value": reading}
    series = tag.series.latest("version")
    LatestValue.objects.update_or_create(series=series, defaults={"at": at, "quality": quality, **known})
    watched(tag.connection, at)


def watched(connection: Connection, until: datetime) -> None:
    """The connection answered until then."""
    Observation.objects.update_or_create(
        connection=connection, ended_at=None, defaults={"epoch": 1, "began_at": until, "seen_until": until}
    )


def measured_line(plant: Plant) -> Unit:
    """A unit whose operation 10 takes a gap, by hand or machine, a force, by machine alone, and a check."""
    with plant.door("hiroshi"):
        ring = Product.objects.create(code="RING", name="Ring", serial_pattern="RING-{number:04}")
        revision = ProductRevision.objects.create(product=ring, code="A")
        routing = RoutingRevision.objects.create(
            routing=Routing.objects.create(product=ring, site=plant.site, name="Rings"), number=1
        )
        station_class = plant.stations["10"].station_class
        press = Operation.objects.create(
            routing_revision=routing, code="10", name="Press", station_class=station_class, run_time_s=60
        )
        for position, (code, kind, more) in enumerate(
            [
                ("GAP", "NUMBER", {"decimals": 2, "lower": "1.00", "upper": "1.30"}),
                ("FORCE", "NUMBER", {"decimals": 1, "is_from_machine": True}),
                ("CLOSED", "CHECK", {"is_required": False}),
            ],
            1,
        ):
            Step.objects.create(
                operation=press, position=position, code=code, kind=kind, name=code.title(), tag=code, **more
            )
    revision, routing = (plant.approve_and_release(one) for one in (revision, routing))
    request = OrderRequest("WO-RING", revision, Decimal(1), "pcs", NOW, 5, plant.site)
    with plant.door("pavel") as passage:
        (order,) = work_orders.create(requests=[request], by=passage.person, at=passage.at)
    with plant.door("ines") as passage:
        order = floor_orders.release(order=WorkOrder.objects.get(pk=order.pk), by=passage.person, at=passage.at)
    return plant.fresh(order.units.get())
