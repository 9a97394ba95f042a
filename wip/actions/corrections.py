"""Correcting people's time: what a person says they forgot, and the further row by which a supervisor sets it right."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from equipment.policies import check_site_access
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, NotPermitted, Refusal
from mes.kernel.writes import insert, update
from orders.models import WorkOrder
from orders.status import OrderStatus
from wip.models import LaborEnd, LaborSpan, OperationExecution
from wip.status import ExecutionStatus
from wip.topics import floor


class SpanCorrected(Refusal):
    """The span was corrected already: what counts is the row that did it."""


class TimeKnown(Refusal):
    """What is to be entered is on record already, or a part of it."""


class RecordClosed(Refusal):
    """The order is closed: its record stays as it is."""


class NotYourTime(NotPermitted):
    """Somebody asks for another person's time to be corrected."""


def claim(*, span: LaborSpan, ended_at: datetime, reason: str, by: Person, at: datetime) -> LaborSpan:
    """Say that one forgot to stop, and when it was; one's time stops now, and a supervisor confirms the rest.

    Raises NotYourTime, SpanCorrected; InvalidInput without a reason, or when the moment is not within the span.
    """
    check_permission(by, Permission.WORK)
    if span.person_id != by.pk:
        raise NotYourTime(_("This is not your time."), do=_("Ask for your own, or tell the supervisor."))
    locked = _lock(span)
    until = _until(locked) or at
    _check_reason(reason)
    if not locked.began_at <= ended_at <= until:
        raise InvalidInput(
            _("It can only have ended while it ran."), do=_("Enter a time between its begin and its end.")
        )
    locked.ended_at, locked.end = until, LaborEnd.FORGOTTEN
    locked.claimed_at, locked.note = ended_at, reason.strip()[:200]
    update([locked], "ended_at", "end", "claimed_at", "note")
    announce(floor(locked.site_id))
    return locked


def correct(
    *, span: LaborSpan, began_at: datetime, ended_at: datetime, reason: str, by: Person, at: datetime
) -> LaborSpan:
    """Replace a span by what it should have been; the original stays on record. Of length 0 it counts nothing.

    One that still runs stops by that. Raises SpanCorrected; InvalidInput without a reason, for an end before the
    begin, and for a time at which the job did not run.
    """
    check_permission(by, Permission.CORRECT_LABOR)
    check_site_access(by, span.site_id)
    locked = _lock(span)
    _check_reason(reason)
    _check_times(locked.execution, began_at, ended_at, at)
    if locked.ended_at is None:
        locked.ended_at, locked.end = max(_until(locked) or at, locked.began_at), LaborEnd.CORRECTED
        update([locked], "ended_at", "end")
    made = _span(locked.execution, locked.person_id, began_at, ended_at, reason, by, at)
    made.corrects = locked
    insert([made])
    announce(floor(locked.site_id))
    return made


def enter(
    *,
    execution: OperationExecution,
    person: Person,
    began_at: datetime,
    ended_at: datetime,
    reason: str,
    by: Person,
    at: datetime,
) -> LaborSpan:
    """Enter work that somebody did without clocking in; of a batch it is on all its units.

    Raises TimeKnown where they were on the job; InvalidInput without a reason, for an end that is not after the begin,
    and for a time at which the job did not run.
    """
    check_permission(by, Permission.CORRECT_LABOR)
    check_site_access(by, execution.site_id)
    _check_reason(reason)
    together = OperationExecution.objects.filter(batch=execution.batch_id) if execution.batch_id else None
    run = OperationExecution.objects.filter(pk=execution.pk) if together is None else together
    locked = list(run.select_for_update(of=("self",), no_key=True).order_by("pk"))
    _check_not_closed(locked)
    made = []
    for one in locked:
        if one.status not in (ExecutionStatus.RUNNING, ExecutionStatus.COMPLETED):
            raise InvalidInput(_("Nobody worked on this job."), do=_("Choose the attempt that was worked on."))
        _check_times(one, began_at, ended_at, at)
        made.append(_span(one, person.pk, began_at, ended_at, reason, by, at))
    if began_at == ended_at:
        raise InvalidInput(_("It would count nothing."), do=_("Enter an end after the begin."))
    _check_not_known(locked, person, began_at, ended_at)
    insert(made)
    announce(floor(execution.site_id))
    return next(span for span in made if span.execution.pk == execution.pk)


def _span(
    execution: OperationExecution,
    person: UUID,
    began_at: datetime,
    ended_at: datetime,
    reason: str,
    by: Person,
    at: datetime,
) -> LaborSpan:
    """A row of time that nobody clocked, as `by` says it was; not stored yet."""
    return LaborSpan(
        site_id=execution.site_id,
        execution=execution,
        person_id=person,
        began_at=began_at,
        ended_at=ended_at,
        end=LaborEnd.CORRECTED,
        note=reason.strip()[:200],
        entered_at=at,
        entered_by=by,
    )


def _check_not_known(
    executions: Sequence[OperationExecution], person: Person, began_at: datetime, ended_at: datetime
) -> None:
    """Raise TimeKnown where the person's time on these jobs covers some of it already."""
    known = LaborSpan.objects.filter(execution__in=executions, person=person, corrected_by_span__isnull=True)
    until = Coalesce("ended_at", "execution__completed_at")
    known = known.annotate(until=until).filter(Q(until__gt=began_at) | Q(until__isnull=True), began_at__lt=ended_at)
    if known.exists():
        raise TimeKnown(
            _("{person} was on this job at that time already.").format(person=person),
            do=_("Correct the time that is there."),
        )


def _lock(span: LaborSpan) -> LaborSpan:
    """The span with its execution, locked in this order, as it is now."""
    execution = OperationExecution.objects.select_for_update(of=("self",), no_key=True).get(pk=span.execution_id)
    locked = LaborSpan.objects.select_for_update(of=("self",), no_key=True).get(pk=span.pk)
    locked.execution = execution
    _check_not_closed([execution])
    if LaborSpan.objects.filter(corrects=locked).exists():
        raise SpanCorrected(_("This time was corrected already."), do=_("Correct what took its place."))
    return locked


def _check_not_closed(executions: Sequence[OperationExecution]) -> None:
    """Raise RecordClosed when the order of a locked execution is closed: to close it locks its executions."""
    keys = {one.work_order_id for one in executions}
    order = WorkOrder.objects.filter(pk__in=keys, status=OrderStatus.CLOSED).first()
    if order is not None:
        raise RecordClosed(
            _("{order} is closed, so its record stays as it is.").format(order=order),
            do=_("Place a hold if something has to be looked into."),
            evidence={"order": order.erp_reference},
        )


def _until(span: LaborSpan) -> datetime | None:
    """When the span ends, by itself or with its job; None: it runs."""
    return span.ended_at or span.execution.completed_at


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput(_("A correction needs a reason."), do=_("Say in a few words what happened."))


def _check_times(execution: OperationExecution, began_at: datetime, ended_at: datetime, at: datetime) -> None:
    if ended_at < began_at:
        raise InvalidInput(_("It would end before it begins."), do=_("Correct one of the two times."))
    last = at if execution.status == ExecutionStatus.RUNNING else execution.completed_at or at
    if began_at < execution.started_at or ended_at > last:
        local = execution.site.local
        raise InvalidInput(
            _("The job ran from {begin} to {end}.").format(
                begin=f"{local(execution.started_at):%Y-%m-%d %H:%M}", end=f"{local(last):%Y-%m-%d %H:%M}"
            ),
            do=_("Enter times within it."),
        )
