"""Putting on record that gates were overridden."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from mes.kernel.personnel.models import Person
from mes.kernel.writes import insert
from wip.jobs import Job
from wip.models import OperationExecution, Permit, ProcessException
from wip.status import ExceptionKind


def keep(*, job: Job, execution: OperationExecution, by: Person, at: datetime) -> None:
    """Write an exception for each gate that the job has passed by an override, and use up the locked permits.

    No statement where there was none.
    """
    for one in job.passed:
        if one.permit is not None:
            one.permit.quantity_used += one.quantity
            one.permit.save(update_fields=["quantity_used"])
    insert(
        [
            ProcessException(
                site_id=job.site_id,
                kind=ExceptionKind.OVERRIDE,
                work_order=job.order,
                unit=job.unit,
                execution=execution,
                operation_code=job.operation.code,
                station_code=job.station_code,
                gate=one.verdict.gate,
                code=one.verdict.code,
                what=one.verdict.what[:400],
                reason=one.reason,
                permit=one.permit,
                at=at,
                by=by,
                approved_by=one.approved_by,
            )
            for one in job.passed
        ]
    )


def lock_permits_of(*, executions: Collection[UUID], passed_at: datetime) -> None:
    """Lock, by key, the permits that an act on all these executions used."""
    passed = ProcessException.objects.filter(execution__in=executions, at=passed_at, permit__isnull=False)
    list(
        Permit.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=passed.values("permit"))
        .order_by("pk")
    )


def give_back(*, execution: OperationExecution, passed_at: datetime, quantity: Decimal) -> None:
    """Give back to permits what an act used that is taken back; that the gates were passed stays on record."""
    passed = ProcessException.objects.filter(execution=execution, at=passed_at, permit__isnull=False).values("permit")
    for permit in Permit.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=passed).order_by("pk"):
        permit.quantity_used -= quantity
        permit.save(update_fields=["quantity_used"])
