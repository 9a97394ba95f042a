"""Events of machines that were refused and wait for somebody: how many, where, since when and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce

from equipment.models import EventBooking, HelpCall, RefusedEvent, Station
from equipment.status import CallKind, CallStatus
from mes.kernel.prepared import any_of, prepared

FIRST = 5
MANY = 3  # refused events at a station that a supervisor is called for at once
LONG = timedelta(minutes=5)  # and one that nobody looked at for so long


def refused_at(station: UUID) -> QuerySet[RefusedEvent]:
    """The refused events of a station, the oldest first: in their order they are best dealt with."""
    return RefusedEvent.objects.filter(station=station).select_related(*_WITH).order_by("event_id")


_WITH = ("event__tag__connection", "booking__by")


@prepared
def first_refused(station: UUID) -> QuerySet[RefusedEvent]:
    """The oldest refused events of a station: as many as its machine's own page has place for."""
    return refused_at(station)[:FIRST]


@prepared
def refused_of(events: Collection[int]) -> QuerySet[RefusedEvent]:
    """Those of these events that are refused, the oldest first."""
    return RefusedEvent.objects.filter(event=any_of(events)).select_related(*_WITH).order_by("event_id")


@dataclass(frozen=True)
class Because:
    """Refused events of one station for one reason. booking: key of one of these refusals, by which they are named."""

    sentence: str
    booking: str
    count: int
    pieces: int
    first_at: datetime
    last_at: datetime


def reasons_at(station: UUID, most: int) -> list[Because]:
    """Why events of a station were refused, for the most events first."""
    found = RefusedEvent.objects.filter(station=station).order_by().values("booking__sentence")
    rows = found.annotate(
        example=Min(Cast("booking", CharField())),  # of keys as they are Postgres knows no least one
        count=Count("pk"),
        pieces=Sum("event__quantity"),
        first_at=Min("event__at"),
        last_at=Max("event__at"),
    ).order_by("-count", "booking__sentence")
    return [Because(*row) for row in rows.values_list(*_BECAUSE)[:most]]


_BECAUSE = ("booking__sentence", "example", "count", "pieces", "first_at", "last_at")


def for_reason(found: QuerySet[RefusedEvent], booking: UUID | str) -> QuerySet[RefusedEvent]:
    """Those of the refused events that were refused with the same sentence as this booking says."""
    return found.filter(booking__sentence=Subquery(EventBooking.objects.filter(pk=booking).values("sentence")[:1]))


@dataclass(frozen=True)
class Waiting:
    """How many events of a station wait for somebody, and since when the first does."""

    site: str
    station: str
    name: str
    count: int
    since: datetime


def waiting_by_station(sites: Collection[UUID]) -> list[Waiting]:
    """The stations of the sites with refused events, the longest waiting first."""
    return [Waiting(*row) for row in _waiting_by_station(sites)]


@prepared
def _waiting_by_station(sites: Collection[UUID]) -> QuerySet[RefusedEvent, Any]:
    grouped = RefusedEvent.objects.filter(site=any_of(sites)).order_by().values("station")
    found = grouped.annotate(count=Count("pk"), first=Min("since")).order_by("first")
    return found.values_list("station__site__code", "station__code", "station__name", "count", "first")


def with_refused(stations: QuerySet[Station]) -> QuerySet[Station]:
    """The stations, each with how many of its events wait for somebody, in the same statement: `refused`."""
    return stations.annotate(refused=Coalesce(Subquery(count_refused("station", "pk")), 0))


def count_refused(field: str, outer: str) -> QuerySet[RefusedEvent, Any]:
    """For an annotation: how many refused events have in this field what the outer row has in that one."""
    grouped = RefusedEvent.objects.filter(**{field: OuterRef(outer)}).order_by().values(field)
    return grouped.annotate(number=Count("pk", output_field=IntegerField())).values("number")


def last_refusal(field: str, outer: str) -> QuerySet[RefusedEvent, Any]:
    """For an annotation: what the newest of them was refused with."""
    return RefusedEvent.objects.filter(**{field: OuterRef(outer)}).order_by("-event_id").values("booking__sentence")[:1]


@dataclass(frozen=True)
class Unseen:
    """A station with refused events of which no supervisor was told yet: how many, since when, and why the last was."""

    station: UUID
    count: int
    since: datetime
    sentence: str


def to_call_for(site: UUID, at: datetime) -> list[Unseen]:
    """The stations of a site that a supervisor is to be called to: several events were refused there since the last
    such call, or one waits for long; not while one is called there. One statement.
    """
    here = HelpCall.objects.filter(station=OuterRef("station"), kind=CallKind.SUPERVISOR)
    told = here.filter(called_by__isnull=True).order_by("-called_at").values("called_at")[:1]
    found = RefusedEvent.objects.filter(~Exists(here.exclude(status=CallStatus.DONE)), site=site)
    found = found.annotate(told_at=Subquery(told)).filter(Q(told_at__isnull=True) | Q(since__gt=F("told_at")))
    grouped = (
        found.order_by()
        .values("station")
        .annotate(count=Count("pk"), first=Min("since"), said=Subquery(last_refusal("station", "station")))
    )
    due = grouped.filter(Q(count__gte=MANY) | Q(first__lte=at - LONG))
    return [Unseen(*row) for row in due.values_list("station", "count", "first", "said")]
