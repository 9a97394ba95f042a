"""Putting on record that gates were overridden."""

from datetime import datetime

from mes.kernel.personnel.models import Person
from mes.kernel.writes import insert
from wip.jobs import Job
from wip.models import OperationExecution, ProcessException
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
