import logging
import time
from uuid import UUID

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled

from equipment.machine_events import claim, oldest_due
from equipment.models import MachineEvent, RefusedEvent
from mes.kernel.door import open_door
from mes.kernel.refusals import Busy, Refusal
from mes.station.actions import machine_events, refused_events

AT_ONCE = 100
TRIES = 2
AT_MOST_S = 20.0  # then the next run goes on, so that a worker that is to end does not wait long

logger = logging.getLogger(__name__)


class NotBooked(Refusal):
    """Booking failed in a way that nobody foresaw; the log has it."""


@shared_task
def book_machine_events() -> int:
    """Book what machines did, each station's events in their order; returns how many were booked or refused.

    Several may run at once. An event is booked with its row of what is due, in one transaction: once, whatever ends in
    between. What another run is at, or somebody works on right now, is left to the next.
    """
    end, booked = time.monotonic() + AT_MOST_S, 0
    left: set[UUID] = set()  # stations whose next event has to wait for the next run
    while time.monotonic() < end and (events := oldest_due(AT_ONCE, without=left)):
        for event in events:
            if event.station_id in left:
                continue
            try:
                booked += _book(event)
            except Busy:
                left.add(event.station_id)
            except OperationalError:  # a database that is away ends the run at the next question
                logger.exception("an event could not be booked now: %s", source_of(event))
                left.add(event.station_id)
    return booked


def _book(event: MachineEvent) -> int:
    try:
        return _book_in_time(event)
    except (Busy, OperationalError):
        raise
    except Refusal as refusal:
        return _in_one_door(event, refusal)
    except Exception:
        logger.exception("an event could not be booked: %s", source_of(event))
        unforeseen = NotBooked(_("It could not be booked."), why=_("The log says why."), do=_("Book it by hand."))
        return _in_one_door(event, unforeseen)


def _book_in_time(event: MachineEvent) -> int:
    """What takes the database too long at each try raises NotBooked: its station's other events wait for it."""
    for _time in range(TRIES):
        try:
            return _in_one_door(event, None)
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise  # a database that is away is not the event's fault
            logger.exception("an event could not be booked in time: %s", source_of(event))
    raise NotBooked(
        _("It could not be booked in time."),
        why=_("It took the database too long, at each try."),
        do=_("Book it again when there is less to do, or by hand."),
    )


def _in_one_door(event: MachineEvent, refusal: Refusal | None) -> int:
    """Book the event, or put its refusal on record; 0 where another run has it."""
    asked_by = event.due.asked_by
    by = asked_by or event.tag.connection.account
    with open_door(person=by, at=timezone.now(), station=event.station.code, reason=source_of(event)) as passage:
        if not claim(event):
            raise Busy(_("It is being booked."))
        if refusal is None:
            machine_events.book(event=event, by=by, at=passage.at, may_be_late=asked_by is not None)
        else:
            machine_events.refuse(event=event, refusal=refusal, by=by, at=passage.at)
    return 1


@shared_task
def call_for_refused_events() -> int:
    """Call a supervisor to the stations whose machines did what nobody books; returns how many calls.

    One statement where nothing waits.
    """
    at, called = timezone.now(), 0
    for site in RefusedEvent.objects.order_by().values_list("site", flat=True).distinct():
        with open_door(person=None, at=at):
            called += refused_events.call_where_refused(site=site, at=at)
    return called


def source_of(event: MachineEvent) -> str:
    """Where it comes from, as the ledger keeps it: connection, tag, number."""
    return f"{event.tag.connection.code} {event.tag.code} {event.number}"
