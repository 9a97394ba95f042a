from django.db import models
from django.utils.translation import gettext_lazy as _

from mes.kernel.transitions import Transitions


class AssetKind(models.TextChoices):
    TOOL = "TOOL", _("Tool")
    GAUGE = "GAUGE", _("Gauge")
    FIXTURE = "FIXTURE", _("Fixture")


class CalibrationResult(models.TextChoices):
    PASSED = "PASSED", _("Passed as found")
    ADJUSTED = "ADJUSTED", _("Passed after adjustment")
    FAILED = "FAILED", _("Failed: out of use")


class CalibrationState(models.TextChoices):
    """What a calibration is worth on a day."""

    NOT_NEEDED = "NOT_NEEDED", _("Not calibrated")
    IN_ORDER = "IN_ORDER", _("In order")
    DUE_SOON = "DUE_SOON", _("Due within 30 days")
    OVERDUE = "OVERDUE", _("Overdue")
    MISSING = "MISSING", _("Without a valid calibration")


class CalendarChange(models.TextChoices):
    """How a day differs from the weekly shifts."""

    CLOSED = "CLOSED", _("Closed")
    HOURS = "HOURS", _("Other hours")
    OVERTIME = "OVERTIME", _("Overtime")


class DispatchRule(models.TextChoices):
    """By what a station's queue is ranked; what each means exactly: docs/execution.md."""

    PRIORITY = "PRIORITY", _("Priority, then due date")
    DUE = "DUE", _("Earliest due date")
    SHORTEST = "SHORTEST", _("Shortest time")
    CRITICAL = "CRITICAL", _("Critical ratio")
    FAMILY = "FAMILY", _("Same setup first, then due date")


class ReasonKind(models.TextChoices):
    """What is given a reason; DEFECT is the tree of defect codes."""

    SCRAP = "SCRAP", _("Scrap")
    DOWNTIME = "DOWNTIME", _("Downtime")
    HOLD = "HOLD", _("Hold")
    REWORK = "REWORK", _("Rework")
    OVERRIDE = "OVERRIDE", _("Override")
    DEFECT = "DEFECT", _("Defect")


class TreeStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    RELEASED = "RELEASED", _("Released")
    OBSOLETE = "OBSOLETE", _("Obsolete")


REASON_TREE = Transitions(
    _("reason tree"),
    {
        (None, "draft"): TreeStatus.DRAFT,
        (TreeStatus.DRAFT, "release"): TreeStatus.RELEASED,
        (TreeStatus.RELEASED, "retire"): TreeStatus.OBSOLETE,
    },
)


class CallKind(models.TextChoices):
    SUPERVISOR = "SUPERVISOR", _("Supervisor")
    MATERIAL = "MATERIAL", _("Material")
    MAINTENANCE = "MAINTENANCE", _("Maintenance")
    QUALITY = "QUALITY", _("Quality")


class CallStatus(models.TextChoices):
    OPEN = "OPEN", _("Called")
    TAKEN = "TAKEN", _("Taken")
    DONE = "DONE", _("Done")


HELP_CALL = Transitions(
    _("help call"),
    {
        (None, "call"): CallStatus.OPEN,
        (CallStatus.OPEN, "take"): CallStatus.TAKEN,
        (CallStatus.OPEN, "finish"): CallStatus.DONE,
        (CallStatus.TAKEN, "finish"): CallStatus.DONE,
    },
)
