"""Leaving an optional operation out on a unit."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from equipment.models import Station
from genealogy.models import Unit
from genealogy.queries import plan_for
from mes.kernel.door import announce
from mes.kernel.gates import Hook
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Busy, InvalidInput, Refusal
from mes.kernel.writes import insert
from orders.plans import OperationPlan
from orders.status import OrderStatus
from wip.actions import exceptions, executions, orders, passing
from wip.actions.overrides import keep as keep_overrides
from wip.events import happened
from wip.facts import executions_on
from wip.models import OperationExecution
from wip.overrides import GivenOverride
from wip.policies import check_gates
from wip.queries import job_for
from wip.status import EXECUTION, ExceptionKind, ExecutionEventKind
from wip.topics import after_work


class NotOptional(Refusal):
    """The operation has to be done."""


def skip(
    *,
    unit: Unit,
    operation: OperationPlan,
    station: Station,
    reason: str,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> OperationExecution:
    """Leave an optional operation out on a unit that has come to it, with the reason.

    Nothing is booked at it: quantity is 0. Raises NotOptional, InvalidInput without a reason, BlockedByGates.
    """
    if not reason.strip():
        raise InvalidInput(_("Skipping needs a reason."), do=_("Say in a few words why it is not needed."))
    assert unit.work_order is not None
    order = unit.work_order
    locks_order = order.status == OrderStatus.RELEASED or operation.code in plan_for(unit).last_operations
    if locks_order:
        order = executions.lock_order(order)
    locked = executions.lock_unit(unit.pk, order)
    plan = plan_for(locked)
    operation = plan.operation(operation.code) or operation
    _check_is_optional(operation, locked)
    if operation.code in plan.last_operations and not locks_order:
        raise Busy(_("The order was changed just now."), do=_("Try again."))  # its row is locked before the unit's
    known = list(executions_on({locked.pk}))
    job = job_for(locked, operation, station=station, person=by, executions=known)
    check_gates(job, Hook.SKIP, overrides)
    before = passing.way_of(job).openings
    if order.status == OrderStatus.RELEASED:
        orders.begin(order=order)
    skipped = executions.begun(job=job, status=EXECUTION.after(None, "skip"), quantity=Decimal(0), by=by, at=at)
    skipped.completed_at, skipped.completed_by = at, by
    insert([skipped])
    keep_overrides(job=job, execution=skipped, by=by, at=at)
    happened(skipped, ExecutionEventKind.SKIPPED, station, by, at, reason=reason.strip())
    exceptions.note(
        kind=ExceptionKind.SKIP,
        unit=locked,
        operation_code=operation.code,
        what=_("{operation} {name} was skipped.").format(operation=operation.code, name=operation.name),
        reason=reason.strip(),
        execution=skipped,
        station_code=station.code,
        by=by,
        at=at,
    )
    job.execution, job.executions = skipped, [*known, skipped]
    passing.go_on(job=job, before=before, by=by, at=at)
    if operation.code in job.plan.last_operations:
        orders.complete_if_nothing_left(order=order, by=by, at=at)
    announce(*after_work(job))
    return skipped


def _check_is_optional(operation: OperationPlan, unit: Unit) -> None:
    if not operation.is_optional:
        raise NotOptional(
            _("{operation} {name} has to be done on {unit}.").format(
                operation=operation.code, name=operation.name, unit=unit
            ),
            do=_("Start it."),
        )
