"""Sending a unit back: to do an operation again, from an earlier one on, or through a rework routing first."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from equipment.policies import defect_at
from genealogy.models import Unit
from genealogy.queries import plan_for
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput
from mes.kernel.writes import update
from orders.actions.work_orders import pin
from orders.models import RoutingRevision
from orders.queries import plan_of
from wip.actions import assets, exceptions, executions, holds, openings, passing
from wip.defects import area_where, defect_in_words
from wip.events import happened
from wip.facts import executions_on
from wip.models import OperationExecution, Rework
from wip.numbers import next_number
from wip.queries import job_for, planned
from wip.rework_policies import (
    check_can_go_back,
    check_may_decide_rework,
    check_may_send_back,
    check_not_begun_since,
    check_nothing_runs_but,
    rework_plan_for,
)
from wip.status import EXECUTION, REWORK, ExceptionKind, ExecutionEventKind, ReworkStatus
from wip.topics import after_moving
from wip.ways import Way


def send_back(
    *,
    unit: Unit,
    found_in: str,
    return_to: str,
    routing_revision: RoutingRevision | None = None,
    reason_code: str = "",
    reason: str,
    defect: str = "",
    by: Person,
    at: datetime,
) -> Rework:
    """Send a unit back from the operation where something was found to one that it has passed, or to do it again.

    return_to and everything after it are set aside and done anew. The job at found_in ends by it, not passed.
    routing_revision: a released rework routing that the unit follows first. defect: what was found, a code in force
    where it was. The unit comes with its order. Holds that proposed a rework are released by who may decide on one.
    Raises NotPermitted, InvalidInput, ReasonUnknown, CantGoBack, LoopsUsedUp, WorkedOnElsewhere, ReworkRoutingUnfit.
    """
    check_may_send_back(by, unit, is_local=found_in == return_to and routing_revision is None)
    if not reason.strip():
        raise InvalidInput(_("Rework needs a reason."), do=_("Say in a few words what was found."))
    assert unit.work_order is not None
    order = unit.work_order
    locked = executions.lock_unit(unit.pk, order)
    known = list(executions_on({locked.pk}))
    way = Way.of(plan_of(order), known)
    announce(*after_moving(locked))
    check_can_go_back(locked, way, found_in=found_in, return_to=return_to)
    running = check_nothing_runs_but(found_in, executions=known, by=by)
    found = defect_at(locked.site_id, area_where(locked, found_in), defect)
    rework_plan = rework_plan_for(locked, routing_revision, at) if routing_revision else None
    _replace_open(locked, way, by, at)
    pinned = pin(plan=rework_plan) if rework_plan else None
    rework = Rework.objects.create(
        site_id=locked.site_id,
        number=next_number("rework"),
        unit=locked,
        found_in=found_in,
        return_to=return_to,
        routing_revision=routing_revision,
        plan=pinned,
        status=REWORK.after(None, "send_back"),
        reason_code=reason_code,
        reason=reason.strip(),
        defect_code=found.code,
        defect_name=found.name,
        decided_at=at,
        decided_by=by,
    )
    if running is not None:
        _end(running, locked, rework)
    again = way.after(return_to) | {one.code for one in (rework_plan.operations if rework_plan else ())}
    _set_aside([one for one in known if one.is_current and one.operation_code in again], rework)
    if pinned is not None:
        locked.rework_revision, locked.rework_plan = routing_revision, pinned
        update([locked], "rework_revision", "rework_plan")
    _note(rework, locked, running)
    if by.may(Permission.REWORK):
        answer = _("Sent back, {number}.").format(number=rework.number)
        holds.settle_proposals(unit=locked, reason=answer, by=by, at=at)
    openings.rebuild(units=[locked])
    announce(*after_moving(locked))
    return rework


def _note(rework: Rework, unit: Unit, ended: OperationExecution | None) -> None:
    """Put on record that the unit goes another way; ended: the job that ended by the decision."""
    exceptions.note(
        kind=ExceptionKind.REWORK,
        unit=unit,
        operation_code=rework.found_in,
        what=f"{_in_words(rework)} {defect_in_words(rework)}".strip(),
        reason=rework.reason,
        execution=ended,
        by=rework.decided_by,
        at=rework.decided_at,
    )


def cancel(*, rework: Rework, reason: str, by: Person, at: datetime) -> Rework:
    """Take the decision back before anything was begun by it: what it set aside counts again, as it did before.

    The job that ended by it stays ended: it is started anew. A unit on its way through a rework routing leaves it, and
    goes on where it was to return to. Raises NotPermitted, InvalidInput, IllegalTransition, WorkedOnElsewhere,
    CantGoBack when work has begun.
    """
    check_may_decide_rework(by, rework.site_id)
    if not reason.strip():
        raise InvalidInput(_("Cancelling a rework needs a reason."), do=_("Say in a few words why."))
    unit = Unit.objects.select_related("work_order").get(pk=rework.unit_id)
    assert unit.work_order is not None
    locked = executions.lock_unit(unit.pk, unit.work_order)
    ended = Rework.objects.select_for_update(of=("self",), no_key=True).get(pk=rework.pk)
    known = list(executions_on({locked.pk}))
    check_nothing_runs_but(None, executions=known, by=by)
    announce(*after_moving(locked))
    again = Way.of(plan_of(unit.work_order), known).after(ended.return_to)
    again |= {one.code for one in (plan_for(locked).operations if locked.rework_plan_id else ())}
    begun = [one for one in known if one.is_current and one.operation_code in again]
    if not locked.rework_plan_id:
        check_not_begun_since(ended, begun)
    passing.end(rework=ended, verb="cancel", by=by, at=at)
    if not begun:
        _count_again([one for one in known if one.set_aside_by_id == ended.pk], ended)
    if locked.rework_plan_id:
        locked.rework_revision = locked.rework_plan = None
        update([locked], "rework_revision", "rework_plan")
    exceptions.note(
        kind=ExceptionKind.REWORK,
        unit=locked,
        operation_code=ended.found_in,
        what=_("Rework {number} was cancelled.").format(number=ended.number),
        reason=reason.strip(),
        by=by,
        at=at,
    )
    openings.rebuild(units=[locked])
    announce(*after_moving(locked))
    return ended


def _replace_open(unit: Unit, way: Way, by: Person, at: datetime) -> None:
    """A further decision ends the one that is open: it got there when its operation was done anew."""
    former = Rework.objects.filter(unit=unit, status=ReworkStatus.OPEN).first()
    if former is not None:
        passing.end(rework=former, verb="finish" if way.is_done(former.return_to) else "cancel", by=by, at=at)


def _end(running: OperationExecution, unit: Unit, rework: Rework) -> None:
    """End the job in which it was found: what is still open of it is neither good nor scrap."""
    by, at = rework.decided_by, rework.decided_at
    assert unit.work_order is not None
    running.unit, running.work_order = unit, unit.work_order
    running.status = EXECUTION.after(running.status, "send_back", name=running.operation_code)
    running.completed_at, running.completed_by, running.is_passed = at, by, False
    update([running], "status", "completed_at", "completed_by", "is_passed")
    happened(running, ExecutionEventKind.COMPLETED, running.station, by, at, reason=rework.reason)
    job = job_for(unit, planned(running), station=running.station, person=by, execution=running)
    assets.use(job=job, by=by, at=at)


def _set_aside(aside: Sequence[OperationExecution], rework: Rework) -> None:
    for one in aside:
        one.is_current, one.set_aside_by = False, rework
    update(aside, "is_current", "set_aside_by")


def _count_again(aside: Sequence[OperationExecution], rework: Rework) -> None:
    """Let what the rework set aside count again; not the job that ended by it."""
    counting = [one for one in aside if one.completed_at != rework.decided_at]
    for one in counting:
        one.is_current, one.set_aside_by = True, None
    update(counting, "is_current", "set_aside_by")


def _in_words(rework: Rework) -> str:
    if rework.routing_revision is not None:
        words = _("{number}: back from {found} through {routing} to {back}.")
        return words.format(
            number=rework.number, found=rework.found_in, routing=rework.routing_revision.routing, back=rework.return_to
        )
    again = rework.found_in == rework.return_to
    words = _("{number}: {found} again.") if again else _("{number}: back from {found} to {back}.")
    return words.format(number=rework.number, found=rework.found_in, back=rework.return_to)
