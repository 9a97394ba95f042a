"""What machines did and what came of it, over REST: listed, booked again, settled."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.machine_events import events_with_their_tags, last_bookings
from equipment.models import EventBooking, MachineEvent
from equipment.queries import sites_of
from equipment.status import BookingResult, Books, Settlement
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, NotFound
from mes.kernel.rest.fields import Input, Number, Text
from mes.kernel.rest.paging import PageQuery, page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint
from mes.station.actions import machine_events, refused_events
from mes.station.actions.refused_events import MOST

DUE = "DUE"  # not an outcome yet
LARGEST = 2**63 - 1  # of the numbers of events


class BookAgainInput(Input):
    """by_hand: pieces booked by hand at the station since, as far as you know of them; a refusal for more says how
    many there are.
    """

    by_hand = Number(default=Decimal(0))


class EventsInput(Input):
    """Some events, by their numbers in the list."""

    events = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST), min_length=1, max_length=MOST
    )


class BookEventsAgainInput(EventsInput, BookAgainInput):
    """Several at once: booked one after the other, the oldest first. by_hand: as of one, since the oldest of each
    station.
    """


class SettleInput(EventsInput):
    """Why these events are not to be booked. remark: in your words; OTHER needs one."""

    settlement = serializers.ChoiceField(Settlement.choices)
    remark = Text(max_length=200, default="", allow_blank=True)


class BookingAnswer(serializers.Serializer):
    """What came of a machine's event. execution: what it was booked on; sentence: why it was refused, or what the
    person said who settled it; settlement: as what, empty where it was not settled.
    """

    event = serializers.IntegerField(source="event_id")
    result = serializers.ChoiceField(BookingResult.choices)
    execution = serializers.UUIDField(allow_null=True)
    sentence = serializers.CharField()
    settlement = serializers.ChoiceField(Settlement.choices, allow_blank=True)
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username", allow_null=True, default=None)


class BookingsAnswer(serializers.Serializer):
    """What came of each of them, the oldest first."""

    results = BookingAnswer(many=True)


class EventsDueAnswer(serializers.Serializer):
    """The events that are booked again: in some seconds the list says what came of each."""

    events = serializers.ListField(child=serializers.IntegerField())


class MachineEventsQuery(PageQuery):
    """Narrow the list: by codes of site, station and connection, by what came of it, from since to until.

    outcome: REFUSED are those that wait for a person, neither booked nor settled since; DUE those about to be booked.
    cursor: from the answer's `next`; leave it out for the first page.
    """

    cursor = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False)  # type: ignore[assignment]
    site = Text(max_length=40, required=False)
    station = Text(max_length=20, required=False)
    connection = Text(max_length=40, required=False)
    outcome = serializers.ChoiceField([*BookingResult.choices, (DUE, "About to be booked")], required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class MachineEventAnswer(serializers.Serializer):
    """Something that a machine did. number: of the tag's events; quantity: pieces; content: what came with it, as read.

    outcome: what came of it last, null before; is_due: about to be booked.
    """

    id = serializers.IntegerField()
    site = serializers.CharField(source="site.code")
    station = serializers.CharField(source="station.code")
    connection = serializers.CharField(source="tag.connection.code")
    tag = serializers.CharField(source="tag.code")
    number = serializers.IntegerField()
    books = serializers.ChoiceField(Books.choices)
    at = serializers.DateTimeField()
    quantity = serializers.IntegerField()
    content = serializers.JSONField()
    is_due = serializers.BooleanField()
    outcome = BookingAnswer(allow_null=True)


MachineEventsPage = page_of(MachineEventAnswer, "MachineEventsPage")


class MachineEvents(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(
        MachineEventsPage,
        name="list_machine_events",
        summary="List what machines did and what came of it, newest first",
        query=MachineEventsQuery,
        missing=False,
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(MachineEventsQuery)
        found = _narrowed(MachineEvent.objects.filter(site__in=sites_of(request.user)), asked)
        found = found.select_related("site", "station", "tag__connection", "due")
        page = paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))
        outcomes = last_bookings(page["results"])
        for event in page["results"]:
            event.outcome, event.is_due = outcomes.get(event.pk), hasattr(event, "due")
        return Response(MachineEventsPage(page).data)


def _narrowed(found: QuerySet[MachineEvent], asked: dict[str, Any]) -> QuerySet[MachineEvent]:
    fields = {
        "site": "site__code",
        "station": "station__code",
        "connection": "tag__connection__code",
        "since": "at__gte",
        "until": "at__lt",
    }
    found = found.filter(**{lookup: asked[name] for name, lookup in fields.items() if name in asked})
    outcome = asked.get("outcome")
    if outcome is None:
        return found
    among = {DUE: Q(due__isnull=False), BookingResult.REFUSED: Q(refusal__isnull=False)}
    return found.filter(among[outcome] if outcome in among else Q(bookings__result=outcome))


class BookMachineEvent(Endpoint):
    permissions = {"POST": Permission.CORRECT}

    @acts(
        BookingAnswer,
        name="book_machine_event",
        summary="Book an event again that was refused",
        request=BookAgainInput,
    )
    def post(self, request: Request, event: int) -> Response:
        asked = self.read(BookAgainInput)
        (found,) = _yours(request.user, [event])
        with self.door(station=found.station.code) as passage:
            if not passage.replayed:
                booking = machine_events.book_again(
                    event=found, by=passage.person, at=passage.at, by_hand=asked["by_hand"]
                )
                passage.remember(booking=booking.pk)
        return Response(BookingAnswer(EventBooking.objects.select_related("by").get(pk=passage.answer["booking"])).data)


class BookMachineEvents(Endpoint):
    permissions = {"POST": Permission.CORRECT}

    @acts(
        EventsDueAnswer,
        name="book_machine_events",
        summary="Have several events booked again that were refused",
        request=BookEventsAgainInput,
    )
    def post(self, request: Request) -> Response:
        asked = self.read(BookEventsAgainInput)
        found = _yours(request.user, asked["events"])
        with self.door() as passage:
            if not passage.replayed:
                due = refused_events.book_many_again(
                    events=found, by=passage.person, at=passage.at, by_hand=asked["by_hand"]
                )
                passage.remember(events=[event.pk for event in due])
        return Response(EventsDueAnswer(passage.answer).data)


class SettleMachineEvents(Endpoint):
    permissions = {"POST": Permission.CORRECT}

    @acts(
        BookingsAnswer,
        name="settle_machine_events",
        summary="Say of events that were refused that they are not to be booked",
        request=SettleInput,
    )
    def post(self, request: Request) -> Response:
        asked = self.read(SettleInput)
        found = _yours(request.user, asked["events"])
        with self.door(reason=asked["remark"]) as passage:
            if not passage.replayed:
                settled = refused_events.settle(
                    events=found,
                    settlement=asked["settlement"],
                    remark=asked["remark"],
                    by=passage.person,
                    at=passage.at,
                )
                passage.remember(bookings=[booking.pk for booking in settled])
        settled = EventBooking.objects.filter(pk__in=passage.answer["bookings"]).select_related("by").order_by("event")
        return Response(BookingsAnswer({"results": settled}).data)


def _yours(person: Person, keys: Sequence[int]) -> list[MachineEvent]:
    """The events of these numbers, which are all at the person's sites. Raises NotFound."""
    found = list(events_with_their_tags().filter(pk__in=keys, site__in=sites_of(person)).order_by("pk"))
    if missing := set(keys) - {event.pk for event in found}:
        sentence = _("There is no event {number} at your sites.").format(number=min(missing))
        raise NotFound(
            sentence, do=_("List the events, and send numbers of the list."), errors=[FieldError("events", sentence)]
        )
    return found
