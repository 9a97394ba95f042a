"""Booking what machines did, by the verbs that the screen calls, in the name of their connection's account.

The ledger has connection, tag and number of the event beside every row that is written; the event's booking names the
execution. What a verb refuses is refused here, too: it stays with the event, as a sentence, until somebody books it
again.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _

from equipment.event_doubts import check_doubt
from equipment.machine_content import (
    ValueNotGood,
    defect_code_of,
    defect_of,
    is_failed,
    pieces_of,
    serial_of,
)
from equipment.machine_events import end_of, is_due, may_double, take_off, wait_for_turn
from equipment.models import EventBooking, MachineEvent
from equipment.policies import ReasonUnknown, check_site_access, reason_in_words
from equipment.status import BookingResult, Books, ReasonKind
from equipment.topics import at_station, machine, refused_events
from genealogy.models import Unit
from genealogy.queries import unit_by_serial
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound, Refusal
from mes.kernel.writes import insert
from mes.station.actions import operations
from mes.station.actions.given import Completion
from mes.station.machine_values import values_of
from mes.station.queries import running_here
from orders.models import Tracking
from wip.actions import holds
from wip.by_hand import booked_by_hand, sum_of
from wip.facts import executions_on
from wip.models import ExecutionEvent, HoldReason, OpenOperation, OperationExecution
from wip.queries import next_operation, planned, running_at


class NoAccount(Refusal):
    """Nobody is named who books what the machines of this connection do."""


class NothingRuns(Refusal):
    """There is no job that the event could belong to."""


class NotOneJob(Refusal):
    """The event could belong to several jobs, and does not say to which."""


class EventTooLate(Refusal):
    """The job that the event belongs to is over; another one runs."""


class NothingToRecord(Refusal):
    """The machine's result belongs to no step."""


class StillDue(Refusal):
    """The event is going to be booked anyway."""


class EventBooked(Refusal):
    """The event is booked."""


class EventSettled(Refusal):
    """Somebody has said that the event is not to be booked."""


class BookedByHand(Refusal):
    """People have booked pieces since the event, and who books it again has not been shown how many."""


def book(
    *, event: MachineEvent, by: Person, at: datetime, may_be_late: bool = False, is_judged: bool = False
) -> EventBooking:
    """Bring a claimed event on record and take it off what is due. may_be_late: somebody has looked at it. is_judged:
    at it alone, and knows that it is to be booked where the collector could not tell.

    Raises MayBeAgain, ImplausibleStep, NoAccount, NothingRuns, NotOneJob, EventTooLate, NothingToRecord, NotFound,
    ValueNotGood, and what the verbs raise.
    """
    if not is_judged:
        check_doubt(event)
    account = event.tag.connection.account
    if account is None:
        raise NoAccount(
            _("Nobody is named who books what {connection} does.").format(connection=event.tag.connection),
            do=_("Name an account of the connection in the administration, then book this again."),
        )
    execution = _BOOK[Books(event.books)](event, account, at, may_be_late)
    return _put(event, BookingResult.BOOKED if execution else BookingResult.NOTED, by, at, execution=execution)


def refuse(*, event: MachineEvent, refusal: Refusal, by: Person | None, at: datetime) -> EventBooking:
    """Put on record that a claimed event was refused, and why; it waits no more."""
    return _put(event, BookingResult.REFUSED, by, at, sentence=str(refusal)[:400])


def book_again(*, event: MachineEvent, by: Person, at: datetime, by_hand: Decimal = Decimal(0)) -> EventBooking:
    """Book an event that was refused, now that the reason is gone; also one that came before its job began.

    by_hand: pieces booked by hand at the station since the event, as far as the person knows of them. Raises
    RoleMissing, NoSiteAccess, StillDue, EventBooked, EventSettled, BookedByHand, and what `book` raises.
    """
    check_permission(by, Permission.CORRECT)
    check_site_access(by, event.site_id)
    wait_for_turn(event.station)
    check_waits(event)
    check_by_hand([event], by_hand)
    return book(event=event, by=by, at=at, may_be_late=True, is_judged=True)


def check_waits(event: MachineEvent) -> None:
    """Raise EventBooked, EventSettled or StillDue unless the event waits for somebody."""
    end = end_of(event)
    if end is not None and end.result == BookingResult.SETTLED:
        raise EventSettled(
            _("{person} has settled this event: it is not to be booked.").format(person=end.by),
            why=end.said,
            do=_("If it should be booked after all, book it by hand."),
        )
    if end is not None:
        raise EventBooked(_("This event is booked."), do=_("Correct the operation, if it should not be."))
    if is_due(event):
        raise StillDue(_("This event is about to be booked."), do=_("Wait a second."))


def check_by_hand(events: Sequence[MachineEvent], known: Decimal) -> None:
    """Raise BookedByHand where people have booked more at the station of these events, since the oldest of those that
    count pieces, than the person knows of.
    """
    counting = [event for event in events if may_double(event)]
    if not counting:
        return
    oldest = min(counting, key=lambda event: event.at)
    booked = sum_of(booked_by_hand(oldest.station_id, oldest.at, [oldest.tag.connection.account_id]), oldest.at)
    if booked.total > known:
        raise BookedByHand(
            _("Booked by hand at {station} since then: {what}.").format(station=oldest.station.code, what=booked),
            why=_("What the machine counted may be among it, and would count twice."),
            do=_("Look at what was booked; then book this again, or settle it as booked by hand."),
            evidence={"good": str(booked.good), "scrap": str(booked.scrap), "by_hand": str(booked.total)},
        )


def _put(
    event: MachineEvent,
    result: BookingResult,
    by: Person | None,
    at: datetime,
    *,
    execution: OperationExecution | None = None,
    sentence: str = "",
) -> EventBooking:
    key = execution.pk if execution else None
    booking = EventBooking(
        site_id=event.site_id, event=event, result=result, execution=key, sentence=sentence, at=at, by=by
    )
    insert([booking])
    take_off(event)
    announce(machine(event.site_id, event.station_id))
    if result == BookingResult.REFUSED or hasattr(event, "refusal"):
        announce(*told_of_refused(event))
    return booking


def told_of_refused(event: MachineEvent) -> list[str]:
    """Who is told when an event begins or ceases to wait for somebody."""
    site, station = event.site_id, event.station_id
    return [refused_events(site), machine(site, station), at_station(site, station)]


def _start(event: MachineEvent, by: Person, at: datetime, may_be_late: bool) -> OperationExecution:
    unit = _unit_named(event) or _only_one_ready(event)
    operation = next_operation(unit, list(executions_on({unit.pk})), event.station) if unit.work_order_id else None
    if operation is None:
        raise NothingRuns(
            _("{unit} has no operation at {station}.").format(unit=unit, station=event.station.code),
            do=_("Look the unit up."),
        )
    return operations.start(
        unit=unit, operation_code=operation.code, station=event.station, by=by, at=_moment(event, unit, at)
    )


def _done(event: MachineEvent, by: Person, at: datetime, may_be_late: bool) -> OperationExecution | None:
    if (quantity := pieces_of(event)) == 0:
        return None
    running = _running(event, may_be_late)
    at = _moment(event, running.unit, at)
    if is_failed(event):
        return _fail(event, running, by, at)
    given = values_of(event, planned(running), running)
    if running.unit.product.tracking == Tracking.SERIAL:
        _check_one_piece(quantity, running.unit)
        return operations.report(
            execution=running, given=given, completion=Completion(), station=event.station, by=by, at=at
        )
    if given:
        operations.report(execution=running, given=given, station=event.station, by=by, at=at)
    return operations.book(execution=running, good=Decimal(quantity), station=event.station, by=by, at=at)


def _scrapped(event: MachineEvent, by: Person, at: datetime, may_be_late: bool) -> OperationExecution | None:
    if (quantity := pieces_of(event)) == 0:
        return None
    running = _running(event, may_be_late)
    at, scrap = _moment(event, running.unit, at), Decimal(quantity)
    reason, defect = _scrap_reason(event), defect_code_of(event)
    if running.unit.product.tracking == Tracking.SERIAL:
        _check_one_piece(quantity, running.unit)
        ended = Completion(good=Decimal(0), scrap=scrap, scrap_reason=reason, defect=defect)
        return operations.report(execution=running, completion=ended, station=event.station, by=by, at=at)
    return operations.book(
        execution=running, scrap=scrap, scrap_reason=reason, defect=defect, station=event.station, by=by, at=at
    )


def _tested(event: MachineEvent, by: Person, at: datetime, may_be_late: bool) -> OperationExecution:
    running = _running(event, may_be_late)
    at = _moment(event, running.unit, at)
    if is_failed(event):
        return _fail(event, running, by, at)
    given = values_of(event, planned(running), running)
    if not given:
        raise NothingToRecord(
            _("The result of {tag} belongs to no step of {operation}.").format(
                tag=event.tag.code, operation=running.operation_code
            ),
            do=_("Say which step it is in the field of the tag, as in step:TORQUE."),
        )
    return operations.report(execution=running, given=given, station=event.station, by=by, at=at)


def _fail(event: MachineEvent, running: OperationExecution, by: Person, at: datetime) -> OperationExecution:
    """What it measured is recorded, the check is not, and the unit is held: what a person does at the screen.

    It is held for the defect that the machine names; where that is none of the site's, all the same, and says so.
    """
    if given := values_of(event, planned(running), running, leaves_out=True):
        operations.report(execution=running, given=given, station=event.station, by=by, at=at)
    reason, defect = _("Failed at {station}, says {tag}").format(station=event.station.code, tag=event.tag.code), ""
    try:
        defect = defect_of(event).code
    except (ReasonUnknown, ValueNotGood) as unknown:
        reason = f"{reason}. {unknown.what}"[:200]
    holds.place(by=by, at=at, reason_code=HoldReason.QUALITY, reason=reason, unit=running.unit, defect=defect)
    return running


_BOOK = {
    Books.PART_STARTED: _start,
    Books.PART_DONE: _done,
    Books.PART_SCRAPPED: _scrapped,
    Books.TEST_RESULT: _tested,
    Books.NOTHING: lambda event, by, at, may_be_late: None,
}


def _unit_named(event: MachineEvent) -> Unit | None:
    """The unit whose serial the machine read; None where it read none."""
    serial = serial_of(event)
    if not serial:
        return None
    unit = unit_by_serial(serial, {event.site_id})
    if unit is None:
        raise NotFound(
            _("No unit {serial} is known; {tag} says it.").format(serial=serial[:60], tag=event.tag.code),
            do=_("Look at the part: was its code read well?"),
        )
    return unit


def _only_one_ready(event: MachineEvent) -> Unit:
    station = event.station
    ready = OpenOperation.objects.filter(
        site=event.site_id, station_class=station.station_class_id, is_ready=True
    ).values_list("serial", flat=True)[:2]
    if len(ready) != 1:
        what = _("Nothing waits at {station}.") if not ready else _("More than one unit waits at {station}.")
        raise (NotOneJob if ready else NothingRuns)(
            what.format(station=station.code), do=_("Start the one that it is, or let the machine name its serial.")
        )
    unit = unit_by_serial(ready[0], {event.site_id})
    assert unit is not None, "an open operation has a unit"
    return unit


def _running(event: MachineEvent, may_be_late: bool) -> OperationExecution:
    """The job that the event belongs to."""
    unit, station = _unit_named(event), event.station
    if unit is not None:
        running = running_here(unit, station)
    else:
        here = list(running_at(station)[:2])
        if len(here) > 1:
            raise NotOneJob(
                _("More than one job runs at {station}.").format(station=station.code),
                do=_("Book it by hand, or let the machine name the serial."),
            )
        running = here[0] if here else None
    if running is None:
        what = _("{unit} is not in work at {station}.") if unit else _("Nothing runs at {station}.")
        raise NothingRuns(
            what.format(unit=unit, station=station.code),
            do=_("Start the operation that it belongs to, then book this again; or book it by hand."),
        )
    if event.at < running.started_at and not may_be_late:
        raise EventTooLate(
            _("It was before {operation} on {unit} began.").format(operation=running.operation_code, unit=running.unit),
            why=_("What ran then is over."),
            do=_("Correct the operation that it belongs to; book this again if it is this one."),
        )
    return running


def _check_one_piece(quantity: int, unit: Unit) -> None:
    if quantity != 1:
        raise NotOneJob(
            _("{quantity} pieces came at once, and {unit} is one.").format(quantity=quantity, unit=unit),
            do=_("Book them by hand, or let the machine name the serial of each."),
        )


def _scrap_reason(event: MachineEvent) -> str:
    code = event.tag.scrap_reason
    return reason_in_words(station=event.station, kind=ReasonKind.SCRAP, code=code, remark=code)


def _moment(event: MachineEvent, unit: Unit, now: datetime) -> datetime:
    """When it goes on record: when it came, as far as that is not before what was done on the unit.

    Someone may have booked by hand meanwhile.
    """
    done = ExecutionEvent.objects.filter(execution__unit=unit).aggregate(last=Max("at"))["last"]
    return min(max(event.at, done or event.at), max(now, done or now))
