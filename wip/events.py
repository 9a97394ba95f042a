"""Storing what happens to executions, for the verbs."""

from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from equipment.models import Station
from mes.kernel.personnel.models import Person
from mes.kernel.writes import insert
from wip.models import ExecutionEvent, OperationExecution
from wip.status import ExecutionEventKind


class Added(TypedDict, total=False):
    """What an event adds to the quantities of its execution, and why. reverses: the event that it takes back."""

    started: Decimal
    good: Decimal
    scrap: Decimal
    scrap_reason: str
    defect_code: str
    defect_name: str
    reason: str
    reverses: ExecutionEvent | None


def happened(
    execution: OperationExecution,
    kind: ExecutionEventKind,
    station: Station | None,
    by: Person,
    at: datetime,
    **added: Unpack[Added],
) -> ExecutionEvent:
    """Store what happened to an execution."""
    made = ExecutionEvent(
        site_id=execution.site_id,
        execution=execution,
        kind=kind,
        at=at,
        by=by,
        station_code=station.code if station else "",
        **added,
    )
    insert([made])
    return made
