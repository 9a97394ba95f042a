"""Events of machines that were refused: booked again once the reason is gone, or settled; one, or several at once."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from equipment.machine_events import events_with_their_tags
from equipment.models import EventBooking, MachineEvent, RefusedEvent
from equipment.queries import sites_of
from equipment.refused_events import for_reason
from mes.kernel.desk import answer, desk_door, office
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput
from mes.station.actions import machine_events, refused_events
from mes.station.actions.refused_events import MOST
from mes.station.forms import BookAgainForm, ChosenEventsForm, SettleForm, checked


@require_POST
@office(Permission.CORRECT)
def book_again(request: HttpRequest, event: int) -> HttpResponse:
    """Book an event that was refused."""
    found = events_with_their_tags().filter(pk=event, site__in=sites_of(request.user)).first()
    if found is None:
        raise Http404
    given = checked(BookAgainForm(request.POST))
    with desk_door(request) as passage:
        if not passage.replayed:
            booking = machine_events.book_again(
                event=found, by=passage.person, at=passage.at, by_hand=given["by_hand"] or 0
            )
            said = _said_of(booking)
            passage.remember(said=said, to=reverse("machine", args=[found.station.site.code, found.station.code]))
    return answer(request, passage)


@require_POST
@office(Permission.CORRECT)
def book_many_again(request: HttpRequest) -> HttpResponse:
    """Have several refused events of a machine booked again; of one alone its outcome is told at once."""
    given = checked(ChosenEventsForm(request.POST))
    with desk_door(request) as passage:
        if not passage.replayed:
            events = _chosen(request, given)
            by_hand = given["by_hand"] or 0
            if len(events) == 1:
                booking = machine_events.book_again(event=events[0], by=passage.person, at=passage.at, by_hand=by_hand)
                said = _said_of(booking)
            else:
                due = refused_events.book_many_again(events=events, by=passage.person, at=passage.at, by_hand=by_hand)
                said = _(
                    "{count} events are booked again, the oldest first. What is refused once more comes back here."
                )
                said = said.format(count=len(due))
            passage.remember(said=said, to=_back_to(events[0]))
    return answer(request, passage)


@require_POST
@office(Permission.CORRECT)
def settle(request: HttpRequest) -> HttpResponse:
    """Say of refused events of a machine that they are not to be booked."""
    given = checked(SettleForm(request.POST))
    with desk_door(request, reason=given["remark"]) as passage:
        if not passage.replayed:
            events = _chosen(request, given)
            settled = refused_events.settle(
                events=events,
                settlement=given["settlement"],
                remark=given["remark"],
                by=passage.person,
                at=passage.at,
            )
            said = ngettext("{count} event is settled.", "{count} events are settled.", len(settled))
            passage.remember(said=said.format(count=len(settled)), to=_back_to(events[0]))
    return answer(request, passage)


def _said_of(booking: EventBooking) -> str:
    return f"{booking.get_result_display()}. {booking.sentence}".strip()


def _back_to(event: MachineEvent) -> str:
    return reverse("machine_refused", args=[event.station.site.code, event.station.code])


def _chosen(request: HttpRequest, given: dict[str, Any]) -> list[MachineEvent]:
    """The events that a form means, the oldest first, of more than go at once so many. Raises InvalidInput for none."""
    found = events_with_their_tags().filter(site__in=sites_of(request.user), station=given["station"])
    if given["scope"] == "all":
        refused = RefusedEvent.objects.filter(station=given["station"], event__lte=given["until"] or 0)
        found = found.filter(refusal__in=for_reason(refused, given["because"]) if given["because"] else refused)
    else:
        found = found.filter(pk__in=given["event"])
    events = list(found.order_by("pk")[:MOST])
    if not events:
        raise InvalidInput(
            _("No event is chosen, or none of them waits any more."), do=_("Tick the events, or choose all of them.")
        )
    return events
