"""Verbs on batches: several units or lots in one run of a station, each with an execution of its own."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from equipment.models import Station
from equipment.policies import NO_DEFECT, Defect
from genealogy.models import Unit
from genealogy.queries import plan_for
from mes.kernel.gates import Hook
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import InvalidInput
from mes.kernel.writes import insert, update
from orders.models import WorkOrder
from orders.plans import OperationPlan
from orders.status import OrderStatus
from wip.actions import assets, executions
from wip.actions.overrides import keep as keep_overrides
from wip.jobs import Job
from wip.models import Batch, OperationExecution
from wip.numbers import next_number
from wip.overrides import GivenOverride
from wip.policies import check_gates_together
from wip.queries import job_for, planned
from wip.status import BATCH


def start(
    *,
    chosen: Sequence[tuple[Unit, OperationPlan]],
    station: Station,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> Batch:
    """Start an operation on several units in one run, on all of them or on none.

    Each unit comes with its order, and with the operation as its plan has it. Raises BlockedByGates, whose blockers say
    of which unit they are; InvalidInput for none, or one twice.
    """
    units, asked = [unit for unit, _operation in chosen], {unit.pk: operation for unit, operation in chosen}
    keys = [unit.pk for unit in units]
    if not keys or len(set(keys)) < len(keys):
        raise InvalidInput(_("A batch is of units that are not the same one."), do=_("Choose each unit once."))
    placed = {unit.work_order.pk: unit.work_order for unit in units if unit.work_order is not None}
    placed |= _lock_orders([key for key, order in placed.items() if order.status == OrderStatus.RELEASED])
    rows = Unit.objects.select_for_update(of=("self",), no_key=True).select_related("product").order_by("pk")
    locked = {unit.pk: unit for unit in rows.filter(pk__in=keys)}
    executions.share_station(station)
    known = _executions_on(keys)
    jobs = []
    for key in keys:
        unit = locked[key]
        unit.work_order = placed[_order_of(unit)]
        its = known.get(key, [])
        operation = plan_for(unit).operation(asked[key].code) or asked[key]  # gone another way: the gates say so
        jobs.append(job_for(unit, operation, station=station, person=by, executions=its))
    for job in jobs:
        job.together = jobs
    here = assets.lock_here(jobs[0])
    check_gates_together(jobs, Hook.START, overrides)
    batch = Batch(
        site_id=station.site_id,
        number=next_number("batch"),
        station=station,
        status=BATCH.after(None, "start"),
        started_at=at,
        started_by=by,
    )
    insert([batch])
    for job in jobs:
        executions.begin(job=job, here=here, by=by, at=at, batch=batch)
    return batch


def lock(*, batch: Batch, station: Station, by: Person, ends: Collection[UUID] = ()) -> list[Job]:
    """The batch's jobs, by serial: orders (of these keys, that the act may end), units, executions and batch locked."""
    placed = _lock_orders(ends)
    members = dict(batch.executions.values_list("unit", "pk"))
    rows = Unit.objects.select_for_update(of=("self",), no_key=True).select_related("product").order_by("pk")
    units = {unit.pk: unit for unit in rows.filter(pk__in=members)}
    placed |= WorkOrder.objects.in_bulk({_order_of(unit) for unit in units.values()} - placed.keys())
    known = _executions_on(members, lock=True)
    locked = Batch.objects.select_for_update(of=("self",), no_key=True).select_related("station").get(pk=batch.pk)
    jobs = []
    for key, unit in sorted(units.items(), key=lambda pair: pair[1].serial):
        unit.work_order = placed[_order_of(unit)]
        execution = next(one for one in known[key] if one.pk == members[key])
        for one in known[key]:
            one.unit, one.work_order = unit, unit.work_order
        job = job_for(unit, planned(execution), station=station, person=by, execution=execution, executions=known[key])
        job.batch = locked
        jobs.append(job)
    for job in jobs:
        job.together = jobs
    return jobs


def take_over(
    *, batch: Batch, station: Station, by: Person, at: datetime, overrides: Sequence[GivenOverride] = ()
) -> Batch:
    """Take a running batch over from the person who has it. Raises AlreadyYours, BlockedByGates."""
    jobs = lock(batch=batch, station=station, by=by)
    for job in jobs:
        executions.check_can_take_over(job)
    check_gates_together(jobs, Hook.TAKE_OVER, overrides)
    for job in jobs:
        keep_overrides(job=job, execution=job.running, by=by, at=at)
        executions.give_to(job=job, by=by, at=at)
    return batch


def complete(*, jobs: Sequence[Job], scrap_reason: str, defect: Defect = NO_DEFECT, by: Person, at: datetime) -> Batch:
    """Complete the locked jobs of a batch, each with its quantities, and the batch with them. The gates have judged."""
    batch = jobs[0].batch
    assert batch is not None
    batch.status = BATCH.after(batch.status, "complete", name=batch.number)
    batch.completed_at, batch.completed_by = at, by
    update([batch], "status", "completed_at", "completed_by")
    if not any(job.scrap for job in jobs):
        executions.check_is_scrapped(Decimal(0), defect)
    for job in jobs:
        reason, found = (scrap_reason, defect) if job.scrap else ("", NO_DEFECT)
        executions.complete(job=job, scrap_reason=reason, defect=found, by=by, at=at)
    return batch


def shares(batched: Collection[OperationExecution]) -> dict[UUID, Decimal]:
    """Which part of a run's time each execution in it has, by its key: by quantity; the parts make up 1."""
    total = sum(one.quantity for one in batched)
    return {one.pk: one.quantity / total if total else Decimal(1) / len(batched) for one in batched}


def _order_of(unit: Unit) -> UUID:
    assert unit.work_order_id is not None, "what was received is not worked on"
    return unit.work_order_id


def _lock_orders(keys: Collection[UUID]) -> dict[UUID, WorkOrder]:
    rows = WorkOrder.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    return {order.pk: order for order in rows.filter(pk__in=keys)} if keys else {}


def _executions_on(units: Collection[UUID], *, lock: bool = False) -> dict[UUID, list[OperationExecution]]:
    rows = OperationExecution.objects.filter(unit__in=units).order_by("pk")
    known = list(rows.select_for_update(of=("self",), no_key=True) if lock else rows)
    prefetch_related_objects(known, "worked_by", "station")  # not joined: who waited would miss what has changed
    found: dict[UUID, list[OperationExecution]] = {}
    for execution in known:
        found.setdefault(execution.unit_id, []).append(execution)
    return found
