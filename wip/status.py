from django.db import models
from django.utils.translation import gettext_lazy as _

from mes.kernel.transitions import Transitions


class ExecutionStatus(models.TextChoices):
    RUNNING = "RUNNING", _("Running")
    COMPLETED = "COMPLETED", _("Completed")


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
    STARTED = "STARTED", _("started")
    TAKEN_OVER = "TAKEN_OVER", _("taken over")
    BOOKED = "BOOKED", _("booked")
    COMPLETED = "COMPLETED", _("completed")


class HoldStatus(models.TextChoices):
    OPEN = "OPEN", _("Open")
    RELEASED = "RELEASED", _("Released")


HOLD = Transitions("hold", {(None, "place"): HoldStatus.OPEN, (HoldStatus.OPEN, "release"): HoldStatus.RELEASED})
