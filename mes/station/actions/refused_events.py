"""Events of machines that were refused, dealt with by a person: many at once are booked again, or settled; and the call
of the person, where nobody has looked.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from equipment.actions import help_calls
from equipment.machine_events import wait_for_turn
from equipment.models import EventBooking, EventDue, MachineEvent, RefusedEvent, Station
from equipment.policies import check_site_access
from equipment.refused_events import to_call_for
from equipment.status import BookingResult, CallKind, Settlement
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput
from mes.kernel.writes import insert
from mes.station.actions.machine_events import check_by_hand, check_waits, told_of_refused

MOST = 1000  # events in one act


def settle(
    *, events: Sequence[MachineEvent], settlement: str, remark: str = "", by: Person, at: datetime
) -> list[EventBooking]:
    """Say of refused events that they are not to be booked, as what (a Settlement) and why; how each was settled.

    Of several those that wait no more are left as they are. remark: in the person's words, up to 200 characters; OTHER
    needs one. Raises RoleMissing, NoSiteAccess, InvalidInput; where none waits EventBooked, EventSettled, StillDue.
    """
    remark = remark.strip()
    _check_settlement(settlement, remark)
    bookings = [
        EventBooking(
            site_id=event.site_id,
            event=event,
            result=BookingResult.SETTLED,
            settlement=settlement,
            sentence=remark,
            at=at,
            by=by,
        )
        for event in _waiting_among(events, by)
    ]
    insert(bookings)
    return bookings


def book_many_again(
    *, events: Sequence[MachineEvent], by: Person, at: datetime, by_hand: Decimal = Decimal(0)
) -> list[MachineEvent]:
    """Have refused events booked again, each station's in the order in which they happened; which will be.

    They are due again, in the person's name: the worker books them one by one, and one that is refused once more waits
    again with its new sentence, as one does that a person has to judge by itself. by_hand, and what is raised: as
    `settle` and `machine_events.book_again`.
    """
    waiting = _waiting_among(events, by)
    for station in {event.station_id for event in waiting}:
        check_by_hand([event for event in waiting if event.station_id == station], by_hand)
    RefusedEvent.objects.filter(event__in=waiting).delete()
    insert([EventDue(event=event, asked_by=by) for event in waiting])
    return waiting


def call_where_refused(*, site: UUID, at: datetime) -> int:
    """Call a supervisor to the machines of a site whose events were refused, several or for long; how many calls.

    One call for all events of a station, and no other before somebody is done with it and more were refused.
    """
    unseen = {one.station: one for one in to_call_for(site, at)}
    # Alone, so that two who look at once make one call.
    rows = Station.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).select_related("site")
    called = 0
    for station in rows.filter(pk__in=unseen).order_by("pk") if unseen else ():
        one = unseen[station.pk]
        since = f"{station.site.local(one.since):%H:%M}"
        said = ngettext(
            "{count} event of the machine was not booked, since {since}. {sentence}",
            "{count} events of the machine were not booked, since {since}. The last: {sentence}",
            one.count,
        )
        note = said.format(count=one.count, since=since, sentence=one.sentence)
        called += help_calls.call_for_machine(station=station, note=note, at=at, kind=CallKind.SUPERVISOR) is not None
    return called


def _waiting_among(events: Sequence[MachineEvent], by: Person) -> list[MachineEvent]:
    """Those of the events that wait for somebody, the oldest first; nobody else books or settles them meanwhile."""
    check_permission(by, Permission.CORRECT)
    for site in {event.site_id for event in events}:
        check_site_access(by, site)
    if not 0 < len(events) <= MOST:
        raise InvalidInput(
            _("1 to {most} events are dealt with at once; these are {count}.").format(most=MOST, count=len(events)),
            do=_("Choose some, then the others."),
        )
    for station in sorted({event.station for event in events}, key=lambda station: station.pk):
        wait_for_turn(station)
    keys = set(RefusedEvent.objects.filter(event__in=events).values_list("event", flat=True))
    waiting = sorted((event for event in events if event.pk in keys), key=lambda event: event.pk)
    if not waiting:
        check_waits(events[0])
    announce(*(topic for event in waiting for topic in told_of_refused(event)))
    return waiting


def _check_settlement(settlement: str, remark: str) -> None:
    errors = []
    if settlement not in Settlement.values:
        one_of = _("It is one of: {values}.").format(values=", ".join(Settlement.values))
        errors.append(FieldError("settlement", one_of))
    elif settlement == Settlement.OTHER and not remark:
        errors.append(FieldError("remark", _("Say why in a few words.")))
    if len(remark) > 200:
        errors.append(FieldError("remark", _("It has more than 200 characters.")))
    if errors:
        raise InvalidInput(
            _("An event is settled with a reason."), do=_("Say why it is not to be booked."), errors=errors
        )
