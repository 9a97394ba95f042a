"""Events of machines that were refused: booked again from the machine's page, once the reason is gone."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from equipment.machine_events import events_with_their_tags
from equipment.queries import sites_of
from mes.kernel.desk import answer, desk_door, office
from mes.kernel.personnel.roles import Permission
from mes.station.actions import machine_events


@require_POST
@office(Permission.CORRECT)
def book_again(request: HttpRequest, event: int) -> HttpResponse:
    """Book an event that was refused."""
    found = events_with_their_tags().filter(pk=event, site__in=sites_of(request.user)).first()
    if found is None:
        raise Http404
    with desk_door(request) as passage:
        if not passage.replayed:
            booking = machine_events.book_again(event=found, by=passage.person, at=passage.at)
            said = f"{booking.get_result_display()}. {booking.sentence}".strip()
            passage.remember(said=said, to=reverse("machine", args=[found.station.site.code, found.station.code]))
    return answer(request, passage)
