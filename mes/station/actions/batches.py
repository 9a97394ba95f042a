"""The operator's verbs on a batch: started, recorded and completed as a whole. Screen and API call the same ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.models import Station
from equipment.policies import NO_DEFECT, Defect
from genealogy.models import Unit
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.gates import Hook
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Busy, InvalidInput
from mes.station.actions import operations
from mes.station.actions.given import Completion, Given, Read
from mes.station.actions.signing import sign_end, sign_steps
from wip.actions import assets, batches, executions
from wip.actions.overrides import keep as keep_overrides
from wip.jobs import Job
from wip.models import Batch
from wip.overrides import GivenOverride
from wip.policies import check_gates_together
from wip.status import BATCH
from wip.witnesses import check_witnesses


@dataclass(frozen=True)
class BatchEnd:
    """How a batch ends: all is good but what is scrap, by serial. defect: what was found in the scrap, by code."""

    scrap: Mapping[str, Decimal] = field(default_factory=dict)
    scrap_reason: str = ""
    defect: str = ""
    signing: Signing | None = None


def start(
    *,
    units: Sequence[Unit],
    operation_code: str,
    station: Station,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> Batch:
    """Start an operation on several units in one run, on all or on none. Raises as wip.actions.batches.start."""
    chosen = []
    for unit in units:
        operations.check_may_work(by=by, site_id=unit.site_id)
        chosen.append((unit, operations.planned_operation(unit, operation_code)))
    return batches.start(chosen=chosen, station=station, by=by, at=at, overrides=overrides)


def take_over(
    *, batch: Batch, station: Station, by: Person, at: datetime, overrides: Sequence[GivenOverride] = ()
) -> Batch:
    """Take a running batch over from the person who has it."""
    operations.check_may_work(by=by, site_id=batch.site_id)
    return batches.take_over(batch=batch, station=station, by=by, at=at, overrides=overrides)


def report(
    *,
    batch: Batch,
    given: Sequence[Given] = (),
    end: BatchEnd | None = None,
    station: Station,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> Batch:
    """Record values once for all units of a batch, and complete it when asked: all of it or nothing.

    What is scanned is built into each unit. A signature or a witness is of the whole batch. Raises what
    operations.report does; the blockers say of which unit they are.
    """
    operations.check_may_work(by=by, site_id=batch.site_id)
    defect = operations.defect_found(station, end.defect) if end else NO_DEFECT
    ends = _may_end(batch, end)
    jobs = batches.lock(batch=batch, station=station, by=by, ends=ends)
    _check_ends_no_other(jobs, ends, end)
    lead = jobs[0]
    assert lead.batch is not None
    BATCH.after(lead.batch.status, "complete" if end else "record", name=batch.number)
    read = operations.take_in(job=lead, given=given, at=at)
    scanned = operations.lock_scanned(job=lead, read=read)
    for job in jobs:
        job.entries = lead.entries
        job.components = operations.components_of(job=job, read=read, found=scanned)
        if end is not None:
            job.scrap = end.scrap.get(job.unit.serial, Decimal(0))
            job.good = job.running.quantity_open - job.scrap
        assets.renew(job=job, by=by, at=at)
    check_gates_together(jobs, Hook.COMPLETE if end else Hook.RECORD, overrides)
    check_witnesses(lead)
    _write(jobs, read, end, defect, at)
    return lead.batch


def _may_end(batch: Batch, end: BatchEnd | None) -> set[UUID]:
    """The orders, by key, that completing the batch may end. Raises InvalidInput for scrap of what is not in it."""
    if end is None:
        return set()
    members = list(batch.executions.select_related("unit", "work_order"))
    for serial in end.scrap.keys() - {one.unit.serial for one in members}:
        raise InvalidInput(
            _("{unit} is not in {batch}.").format(unit=serial[:60], batch=batch.number),
            do=_("Name units of the batch alone."),
        )
    scraps = ((one, end.scrap.get(one.unit.serial, Decimal(0))) for one in members)
    return {one.work_order_id for one, scrap in scraps if executions.may_end_order(one, scrap)}


def _check_ends_no_other(jobs: Sequence[Job], ends: Collection[UUID], end: BatchEnd | None) -> None:
    """Raise Busy for an order that the end may end by now: its row is locked before its units'."""
    if end is None:
        return
    for job in jobs:
        scrap = end.scrap.get(job.unit.serial, Decimal(0))
        if job.order.pk not in ends and executions.may_end_order(job.running, scrap):
            raise Busy(_("The order was changed just now."), do=_("Try again."))


def _write(jobs: Sequence[Job], read: Sequence[Read], end: BatchEnd | None, defect: Defect, at: datetime) -> None:
    lead = jobs[0]
    entries = sign_steps(job=lead, read=read, at=at)
    for job in jobs:
        keep_overrides(job=job, execution=job.running, by=job.person, at=at)
        operations.write(job=job, entries=entries, at=at)
    if end is None:
        return
    if lead.operation.signature_meaning:
        signed = Completion(scrap_reason=end.scrap_reason, defect=end.defect, signing=end.signing)
        sign_end(job=lead, completion=signed, at=at)
    batches.complete(jobs=jobs, scrap_reason=end.scrap_reason.strip(), defect=defect, by=lead.person, at=at)
