"""Verbs on operation executions."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from equipment.models import PhysicalAsset, Station
from equipment.policies import NO_DEFECT, Defect
from genealogy.actions import units
from genealogy.models import Unit
from genealogy.queries import plan_for
from genealogy.status import UnitStatus
from mes.kernel.door import announce
from mes.kernel.gates import Hook
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from mes.kernel.prepared import prepared
from mes.kernel.refusals import FieldError, InvalidInput, Refusal
from mes.kernel.writes import insert, update, write
from orders.models import WorkOrder
from orders.plans import OperationPlan
from orders.queries import pinned_plan
from orders.status import OrderStatus
from wip.actions import assets, automatic_holds, openings, orders, preparations, replacements
from wip.actions.overrides import keep as keep_overrides
from wip.actions.passing import go_on, way_of, where
from wip.clock import clock_off, clock_on
from wip.events import happened
from wip.facts import executions_on
from wip.jobs import Job
from wip.models import Batch, OperationExecution, Reading
from wip.models.labor import LaborEnd
from wip.overrides import GivenOverride
from wip.policies import check_gates, check_nothing_else_runs, running_beside
from wip.queries import job_for, planned
from wip.status import EXECUTION, ExecutionEventKind, ExecutionStatus
from wip.topics import after_work
from wip.ways import Way


class AlreadyYours(Refusal):
    """The person has the job already."""


def start(
    *,
    unit: Unit,
    operation: OperationPlan,
    station: Station,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> OperationExecution:
    """Start an operation on a unit at a station. Raises BlockedByGates with everything in the way, as overridden."""
    assert unit.work_order is not None
    order = unit.work_order
    if order.status == OrderStatus.RELEASED:
        order = lock_order(order)  # order before unit: the lock order
    locked = lock_unit(unit.pk, order)
    share_station(station)
    plan = plan_for(locked)
    known = list(executions_on({locked.pk}))
    job = job_for(locked, plan.operation(operation.code) or operation, station=station, person=by, executions=known)
    here = assets.lock_here(job)
    check_gates(job, Hook.START, overrides)
    return begin(job=job, here=here, by=by, at=at)


def begin(
    *, job: Job, here: Sequence[PhysicalAsset], by: Person, at: datetime, batch: Batch | None = None
) -> OperationExecution:
    """Begin what the gates let pass, on a locked unit. here: the assets that were locked with it."""
    assert job.executions is not None
    order, unit, known = job.order, job.unit, job.executions
    execution = begun(job=job, status=EXECUTION.after(None, "start"), quantity=unit.quantity_left, by=by, at=at)
    execution.batch = batch
    insert([execution])
    keep_overrides(job=job, execution=execution, by=by, at=at)
    clock_on(execution, by, at=at)
    assets.take(job=job, locked=here, execution=execution, by=by, at=at)
    happened(execution, ExecutionEventKind.STARTED, job.station, by, at, started=execution.quantity)
    before = way_of(job).openings
    openings.follow(unit=unit, before=before, after=Way.of(job.plan, [*known, execution]).openings)
    if order.status == OrderStatus.RELEASED:
        orders.begin(order=order)
    announce(*after_work(job))
    return execution


def begun(*, job: Job, status: str, quantity: Decimal, by: Person, at: datetime) -> OperationExecution:
    """The next attempt at the job's operation, not stored yet."""
    assert job.station is not None
    assert job.executions is not None
    return OperationExecution(
        site_id=job.site_id,
        work_order=job.order,
        unit=job.unit,
        operation_code=job.operation.code,
        attempt=1 + max((e.attempt for e in job.executions if _is_pass(e, job.operation.code)), default=0),
        plan_id=job.plan.digest,
        station=job.station,
        status=status,
        quantity=quantity,
        started_at=at,
        started_by=by,
        worked_by=by,
    )


def _is_pass(execution: OperationExecution, code: str) -> bool:
    return execution.operation_code == code and execution.status != ExecutionStatus.CANCELLED


def lock(*, execution: OperationExecution, station: Station, by: Person, ends: bool) -> Job:
    """Lock order (when the act may end it), unit and execution, in this order, and see them as a job."""
    if ends:
        lock_order(execution.work_order)
    (locked,) = _lock_execution(execution.pk)
    # Asked once the unit is locked: a statement that waited for a lock does not see what was begun meanwhile.
    known = [locked if one.pk == locked.pk else one for one in executions_on({locked.unit_id})]
    for other in known:
        other.unit = locked.unit
    # Not joined above: after waiting for somebody who took the job over, Postgres would drop the row, its join changed.
    locked.worked_by = by if locked.worked_by_id == by.pk else Person.objects.get(pk=locked.worked_by_id)
    locked.unit.work_order = locked.work_order
    return job_for(locked.unit, planned(locked), station=station, person=by, execution=locked, executions=known)


def may_end_order(execution: OperationExecution, scrap: Decimal) -> bool:
    """Whether completing this execution could be the last thing done on its order."""
    plan = pinned_plan(execution.plan_id or execution.work_order.digest)
    # After a redline, what is done last need not be the last of a plan: what follows may have been done before it.
    is_redlined = execution.unit.redline_plan_id is not None
    return scrap > 0 or is_redlined or execution.operation_code in plan.last_operations


def take_over(
    *,
    execution: OperationExecution,
    station: Station,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> OperationExecution:
    """Take a running job over from who has it, whose time on it ends. Raises AlreadyYours, BlockedByGates."""
    job = lock(execution=execution, station=station, by=by, ends=False)
    check_can_take_over(job)
    check_gates(job, Hook.TAKE_OVER, overrides)
    keep_overrides(job=job, execution=job.running, by=by, at=at)
    return give_to(job=job, by=by, at=at)


def check_can_take_over(job: Job) -> None:
    """Raise AlreadyYours for who has the job, IllegalTransition when it does not run."""
    EXECUTION.after(job.running.status, "take_over", name=job.operation.code)
    if job.running.worked_by_id == job.person.pk:
        raise AlreadyYours(_("You have this job already."), do=_("Go on with it."))


def give_to(*, job: Job, by: Person, at: datetime) -> OperationExecution:
    """Give a locked job that may be taken over to its new person."""
    running = job.running
    clock_off(running, running.worked_by, end=LaborEnd.LEFT, at=at)
    running.worked_by = by
    update([running], "worked_by")
    clock_on(running, by, at=at)
    happened(running, ExecutionEventKind.TAKEN_OVER, job.station, by, at)
    announce(*after_work(job))
    return running


def book(*, job: Job, scrap_reason: str, defect: Defect = NO_DEFECT, by: Person, at: datetime) -> OperationExecution:
    """Book the job's good and scrap on its locked execution, which goes on running.

    Scrapping all that is left of the unit ends it, and with it the operation: that is for `complete`.
    """
    if 0 < job.unit.quantity_left <= job.scrap:
        raise InvalidInput(_("Nothing would be left of it."), do=_("Complete the operation with this scrap."))
    before = way_of(job).openings
    execution = _add_quantities(job, "book", scrap_reason, defect)
    update([execution], "quantity_good", "quantity_scrapped")
    happened(
        execution,
        ExecutionEventKind.BOOKED,
        job.station,
        by,
        at,
        good=job.good,
        scrap=job.scrap,
        scrap_reason=scrap_reason,
        defect_code=defect.code,
        defect_name=defect.name,
    )
    _scrap(job, scrap_reason, by, at)
    openings.follow(unit=job.unit, before=before, after=way_of(job).openings, is_less=job.scrap > 0)
    announce(*after_work(job))
    return execution


def complete(
    *, job: Job, scrap_reason: str, defect: Defect = NO_DEFECT, by: Person, at: datetime
) -> OperationExecution:
    """Book the job's quantities, complete its locked execution, and finish unit and order when nothing is left.

    good and scrap together are what is still open. The gates have judged.
    """
    before = way_of(job).openings
    execution = _add_quantities(job, "complete", scrap_reason, defect)
    if execution.quantity_open != 0:
        raise InvalidInput(
            _("{open} of {quantity} would be left open.").format(
                open=plain(execution.quantity_open), quantity=plain(execution.quantity)
            ),
            do=_("Good and scrap together make up what was started."),
        )
    execution.status = EXECUTION.after(execution.status, "complete", name=job.operation.code)
    execution.completed_at, execution.completed_by = at, by
    execution.is_passed = job.is_passed
    update([execution], "quantity_good", "quantity_scrapped", "status", "completed_at", "completed_by", "is_passed")
    happened(
        execution,
        ExecutionEventKind.COMPLETED,
        job.station,
        by,
        at,
        good=job.good,
        scrap=job.scrap,
        scrap_reason=scrap_reason,
        defect_code=defect.code,
        defect_name=defect.name,
    )
    assets.use(job=job, by=by, at=at)
    preparations.withdraw_after(execution=execution, reason=_("Completed"), by=by, at=at)
    _scrap(job, scrap_reason, by, at)
    go_on(job=job, before=before, by=by, at=at)
    if may_end_order(execution, job.scrap):
        orders.complete_if_nothing_left(order=job.order, by=by, at=at)
    automatic_holds.place_where_due(job=job, by=by, at=at)
    announce(*after_work(job))
    return execution


def _add_quantities(job: Job, verb: str, scrap_reason: str, defect: Defect) -> OperationExecution:
    execution = job.running
    EXECUTION.after(execution.status, verb, name=job.operation.code)
    if job.good < 0 or job.scrap < 0 or job.good + job.scrap > execution.quantity_open:
        raise InvalidInput(
            _("{open} are open; good and scrap are 0 or more and together not above.").format(
                open=plain(execution.quantity_open)
            ),
            do=_("Correct the quantities."),
        )
    if job.scrap > 0:
        if not scrap_reason:
            raise InvalidInput(_("Scrap needs a reason."), do=_("Say in a few words why it is scrapped."))
        if job.scrap >= job.unit.quantity_left:
            check_nothing_else_runs(job)
    check_is_scrapped(job.scrap, defect)
    execution.quantity_good += job.good
    execution.quantity_scrapped += job.scrap
    return execution


def check_is_scrapped(scrap: Decimal, defect: Defect) -> None:
    """Raise InvalidInput when a defect is named, and nothing is scrapped for it."""
    if defect.code and scrap <= 0:
        sentence = _("A defect is named, but nothing is scrapped.")
        do = _("Say how much is scrap, or name no defect.")
        raise InvalidInput(sentence, do=do, errors=[FieldError("defect", sentence, do)])


def _scrap(job: Job, reason: str, by: Person, at: datetime) -> None:
    if job.scrap > 0:
        units.scrap(unit=job.unit, quantity=job.scrap, reason=reason, where=where(job), by=by, at=at)
        _reduce_others(job, reason, by, at)
        replacements.replace(unit=job.unit, by=by, at=at)


def _reduce_others(job: Job, reason: str, by: Person, at: datetime) -> None:
    """What was scrapped is not to come any more at the other operations that run on the lot.

    Those before this one have made it already: for them it stays good.
    """
    before = way_of(job).before(job.operation.code)
    for other in running_beside(job):
        gone = min(other.quantity_open, job.scrap)
        if other.operation_code in before or gone <= 0:
            continue
        other.quantity -= gone
        update([other], "quantity")
        happened(other, ExecutionEventKind.REDUCED, job.station, by, at, started=-gone, reason=reason)
        if job.unit.status == UnitStatus.SCRAPPED:  # all that it had was scrap, and no more comes: it ends with it
            other.status = EXECUTION.after(other.status, "complete", name=other.operation_code)
            other.completed_at, other.completed_by = at, by
            update([other], "status", "completed_at", "completed_by")
            happened(other, ExecutionEventKind.COMPLETED, job.station, by, at)
            preparations.withdraw_after(execution=other, reason=_("Completed"), by=by, at=at)


def lock_order(order: WorkOrder) -> WorkOrder:
    """The order, locked: first in the lock order."""
    (locked,) = _lock_order(order.pk)
    return locked


@prepared
def _lock_order(key: UUID) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.select_for_update(of=("self",), no_key=True).filter(pk=key)


def share_station(station: Station) -> None:
    """Keep holds off the station until the start is committed: after units in the lock order, before gates judge.

    Many may start there at once; a hold on it waits for them, and who comes while it is placed sees it.
    """
    write("SELECT 1 FROM equipment_station WHERE id = %s FOR SHARE", [station.pk], rows=1)


def lock_unit(key: UUID, order: WorkOrder) -> Unit:
    """The unit of this key, locked, with its order."""
    (locked,) = _lock_unit(key)
    locked.work_order = order
    return locked


@prepared
def _lock_unit(key: UUID) -> QuerySet[Unit]:
    return Unit.objects.select_for_update(of=("self",), no_key=True).select_related("product").filter(pk=key)


@prepared
def _lock_execution(key: UUID) -> QuerySet[OperationExecution]:
    locked = OperationExecution.objects.select_for_update(of=("unit", "self"), no_key=True).filter(pk=key)
    taken_back = Reading.objects.filter(execution=OuterRef("pk"), is_void=True)
    locked = locked.annotate(has_taken_back=Exists(taken_back))
    return locked.select_related("unit__product", "work_order", "started_by", "station")
