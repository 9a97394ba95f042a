from wip.models.clearances import LineClearance
from wip.models.executions import ExecutionEvent, OperationExecution
from wip.models.holds import Hold, HoldReason
from wip.models.readings import Reading

__all__ = ["ExecutionEvent", "Hold", "HoldReason", "LineClearance", "OperationExecution", "Reading"]
