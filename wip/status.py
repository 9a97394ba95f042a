from django.db import models
from django.utils.translation import gettext_lazy as _

from mes.kernel.transitions import Transitions


class ExecutionStatus(models.TextChoices):
    RUNNING = "RUNNING", _("Running")
    COMPLETED = "COMPLETED", _("Completed")
    SKIPPED = "SKIPPED", _("Skipped")
    CANCELLED = "CANCELLED", _("Taken back")


EXECUTION = Transitions(
    _("operation"),
    {
        (None, "start"): ExecutionStatus.RUNNING,
        (ExecutionStatus.RUNNING, "take_over"): ExecutionStatus.RUNNING,
        # Who is on it changes, it goes on running (wip.actions.labor).
        (ExecutionStatus.RUNNING, "join"): ExecutionStatus.RUNNING,
        (ExecutionStatus.RUNNING, "resume"): ExecutionStatus.RUNNING,
        (ExecutionStatus.RUNNING, "pause"): ExecutionStatus.RUNNING,
        (ExecutionStatus.RUNNING, "leave"): ExecutionStatus.RUNNING,
        (ExecutionStatus.RUNNING, "hand_over"): ExecutionStatus.RUNNING,
        (ExecutionStatus.RUNNING, "record"): ExecutionStatus.RUNNING,
        (ExecutionStatus.RUNNING, "book"): ExecutionStatus.RUNNING,
        (ExecutionStatus.RUNNING, "complete"): ExecutionStatus.COMPLETED,
        (ExecutionStatus.RUNNING, "send_back"): ExecutionStatus.COMPLETED,
        (None, "skip"): ExecutionStatus.SKIPPED,
        # What an undone act takes back.
        (ExecutionStatus.RUNNING, "take_back"): ExecutionStatus.CANCELLED,
        (ExecutionStatus.SKIPPED, "take_back"): ExecutionStatus.CANCELLED,
        (ExecutionStatus.COMPLETED, "reopen"): ExecutionStatus.RUNNING,
    },
)


class ExecutionEventKind(models.TextChoices):
    STARTED = "STARTED", _("started")
    TAKEN_OVER = "TAKEN_OVER", _("taken over")
    BOOKED = "BOOKED", _("booked")
    COMPLETED = "COMPLETED", _("completed")
    SKIPPED = "SKIPPED", _("skipped")
    REDUCED = "REDUCED", _("reduced")
    SPLIT = "SPLIT", _("split")
    MERGED = "MERGED", _("merged")
    REVERSED = "REVERSED", _("taken back")


class ExceptionKind(models.TextChoices):
    """What went another way than planned, as review by exception lists it."""

    OVERRIDE = "OVERRIDE", _("override")
    QUEUE_TIME = "QUEUE_TIME", _("waited too long")
    SKIP = "SKIP", _("operation skipped")
    REWORK = "REWORK", _("rework")
    REDLINE = "REDLINE", _("redline")
    CORRECTION = "CORRECTION", _("correction")


class ReworkStatus(models.TextChoices):
    OPEN = "OPEN", _("Open")
    DONE = "DONE", _("Done")
    CANCELLED = "CANCELLED", _("Cancelled")


REWORK = Transitions(
    _("rework"),
    {
        (None, "send_back"): ReworkStatus.OPEN,
        (ReworkStatus.OPEN, "finish"): ReworkStatus.DONE,
        (ReworkStatus.OPEN, "cancel"): ReworkStatus.CANCELLED,
        # What an undone act takes back.
        (ReworkStatus.DONE, "reopen"): ReworkStatus.OPEN,
        (ReworkStatus.CANCELLED, "reopen"): ReworkStatus.OPEN,
    },
)


class BatchStatus(models.TextChoices):
    RUNNING = "RUNNING", _("Running")
    COMPLETED = "COMPLETED", _("Completed")
    CANCELLED = "CANCELLED", _("Taken back")


BATCH = Transitions(
    _("batch"),
    {
        (None, "start"): BatchStatus.RUNNING,
        (BatchStatus.RUNNING, "take_over"): BatchStatus.RUNNING,
        (BatchStatus.RUNNING, "record"): BatchStatus.RUNNING,
        (BatchStatus.RUNNING, "complete"): BatchStatus.COMPLETED,
        # What an undone act takes back, on all its units.
        (BatchStatus.RUNNING, "take_back"): BatchStatus.CANCELLED,
        (BatchStatus.COMPLETED, "reopen"): BatchStatus.RUNNING,
    },
)


class PermitStatus(models.TextChoices):
    OPEN = "OPEN", _("Open")
    CLOSED = "CLOSED", _("Closed")


PERMIT = Transitions(
    _("permit"), {(None, "grant"): PermitStatus.OPEN, (PermitStatus.OPEN, "close"): PermitStatus.CLOSED}
)


class HoldStatus(models.TextChoices):
    OPEN = "OPEN", _("Open")
    RELEASED = "RELEASED", _("Released")


HOLD = Transitions(_("hold"), {(None, "place"): HoldStatus.OPEN, (HoldStatus.OPEN, "release"): HoldStatus.RELEASED})
