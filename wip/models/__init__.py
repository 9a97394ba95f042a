from wip.models.batches import Batch
from wip.models.clearances import LineClearance
from wip.models.dispatch import DispatchPin, PlannedJob
from wip.models.executions import ExecutionEvent, OperationExecution
from wip.models.holds import Hold, HoldReason
from wip.models.labor import HandoverNote, LaborEnd, LaborSpan
from wip.models.openings import OpenOperation
from wip.models.permits import Permit, ProcessException
from wip.models.readings import Reading
from wip.models.reworks import Rework

__all__ = [
    "Batch",
    "DispatchPin",
    "ExecutionEvent",
    "HandoverNote",
    "Hold",
    "HoldReason",
    "LaborEnd",
    "LaborSpan",
    "LineClearance",
    "OpenOperation",
    "OperationExecution",
    "Permit",
    "PlannedJob",
    "ProcessException",
    "Reading",
    "Rework",
]
