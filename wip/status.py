from django.db import models

from mes.kernel.transitions import Transitions


class ExecutionStatus(models.TextChoices):
    RUNNING = "RUNNING", "Running"
    COMPLETED = "COMPLETED", "Completed"


EXECUTION = Transitions(
    "operation",
    {
        (None, "start"): ExecutionStatus.RUNNING,
        (ExecutionStatus.RUNNING, "take_over"): ExecutionStatus.RUNNING,
        (ExecutionStatus.RUNNING, "record"): ExecutionStatus.RUNNING,
        (ExecutionStatus.RUNNING, "book"): ExecutionStatus.RUNNING,
        (ExecutionStatus.RUNNING, "complete"): ExecutionStatus.COMPLETED,
    },
)


class ExecutionEventKind(models.TextChoices):
    STARTED = "STARTED", "started"
    TAKEN_OVER = "TAKEN_OVER", "taken over"
    BOOKED = "BOOKED", "booked"
    COMPLETED = "COMPLETED", "completed"


class HoldStatus(models.TextChoices):
    OPEN = "OPEN", "Open"
    RELEASED = "RELEASED", "Released"


HOLD = Transitions("hold", {(None, "place"): HoldStatus.OPEN, (HoldStatus.OPEN, "release"): HoldStatus.RELEASED})
