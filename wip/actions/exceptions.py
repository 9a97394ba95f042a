"""Keeping what went another way than planned, for review by exception."""

from datetime import datetime

from genealogy.models import Unit
from mes.kernel.personnel.models import Person
from mes.kernel.writes import insert
from wip.models import OperationExecution, ProcessException
from wip.status import ExceptionKind


def note(
    *,
    kind: ExceptionKind,
    unit: Unit,
    operation_code: str,
    what: str,
    by: Person,
    at: datetime,
    reason: str = "",
    execution: OperationExecution | None = None,
    station_code: str = "",
    approved_by: Person | None = None,
) -> ProcessException:
    """Store what went another way on a unit, in a sentence."""
    noted = ProcessException(
        site_id=unit.site_id,
        kind=kind,
        work_order_id=unit.work_order_id,
        unit=unit,
        execution=execution,
        operation_code=operation_code,
        station_code=station_code,
        what=what[:400],
        reason=reason[:200],
        at=at,
        by=by,
        approved_by=approved_by,
    )
    insert([noted])
    return noted
