"""What machines did and is not booked yet, one station after the other and each station's in order."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from equipment.models import EventBooking, EventDue, MachineEvent, Station
from equipment.status import BookingResult, Books
from mes.kernel.prepared import any_of, prepared

_MINE = """SELECT event_id FROM equipment_eventdue
    WHERE event_id = %s AND pg_try_advisory_xact_lock(hashtextextended(%s, 0)) FOR UPDATE SKIP LOCKED"""


def events_with_their_tags() -> QuerySet[MachineEvent]:
    """Events with all that booking asks of them."""
    return MachineEvent.objects.select_related(
        *("tag__connection__account", "station__site", "station__work_center", "station__station_class"),
        *("due__asked_by", "refusal"),
    ).prefetch_related("tag__fields")


def oldest_due(count: int, *, without: Collection[UUID] = ()) -> list[MachineEvent]:
    """The oldest events that are due, but for those of some stations."""
    due = events_with_their_tags().filter(due__isnull=False).exclude(station__in=without)
    return list(due.order_by("sequence")[:count])


def claim(event: MachineEvent) -> bool:
    """Whether the event is ours to book until the commit: nobody else books at its station then, nor has booked it."""
    return bool(list(EventDue.objects.raw(_MINE, [event.pk, _turn(event.station)])))


def wait_for_turn(station: Station) -> None:
    """Wait until nobody else books events of the station; until the commit nobody does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_turn(station)])


def is_due(event: MachineEvent) -> bool:
    return EventDue.objects.filter(event=event).exists()


def may_double(event: MachineEvent) -> bool:
    """Whether a person can have booked by hand what the event counts, without anybody noticing: it names no unit."""
    return event.books in (Books.PART_DONE, Books.PART_SCRAPPED) and not event.content.get("serial")


def end_of(event: MachineEvent) -> EventBooking | None:
    """What ended the event, if anything did: it was booked, noted or settled."""
    return event.bookings.exclude(result=BookingResult.REFUSED).select_related("by").first()


def take_off(event: MachineEvent) -> None:
    """It is booked, or refused: it waits no more."""
    EventDue.objects.filter(event=event).delete()


def last_bookings(events: Sequence[MachineEvent]) -> dict[int, EventBooking]:
    """What came of each of these events last, by the event's key."""
    return {one.event_id: one for one in _last_bookings([event.pk for event in events])}


@prepared
def _last_bookings(events: Collection[int]) -> QuerySet[EventBooking]:
    found = EventBooking.objects.filter(event=any_of(events)).select_related("by").order_by("event_id", "-sequence")
    return found.distinct("event_id")


def _turn(station: Station) -> str:
    return f"machine-events:{station.pk}"
