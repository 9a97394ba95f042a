"""Booking again, over REST, what a machine did and was refused."""

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.machine_events import events_with_their_tags
from equipment.models import EventBooking
from equipment.queries import sites_of
from equipment.status import BookingResult
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from mes.kernel.rest.schema import acts
from mes.kernel.rest.views import Endpoint
from mes.station.actions import machine_events


class BookingAnswer(serializers.Serializer):
    """What came of a machine's event. execution: what it was booked on."""

    event = serializers.IntegerField(source="event_id")
    result = serializers.ChoiceField(BookingResult.choices)
    execution = serializers.UUIDField(allow_null=True)
    sentence = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username", allow_null=True, default=None)


class BookMachineEvent(Endpoint):
    permissions = {"POST": Permission.CORRECT}

    @acts(BookingAnswer, name="book_machine_event", summary="Book an event again that was refused", request=None)
    def post(self, request: Request, event: int) -> Response:
        found = events_with_their_tags().filter(pk=event, site__in=sites_of(request.user)).first()
        if found is None:
            raise NotFound(_("There is no such event at your sites."), do=_("Take its number from the machine's page."))
        with self.door(station=found.station.code) as passage:
            if not passage.replayed:
                booking = machine_events.book_again(event=found, by=passage.person, at=passage.at)
                passage.remember(booking=booking.pk)
        return Response(BookingAnswer(EventBooking.objects.select_related("by").get(pk=passage.answer["booking"])).data)
