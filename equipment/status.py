from django.db import models

from mes.kernel.transitions import Transitions


class AssetKind(models.TextChoices):
    TOOL = "TOOL", "Tool"
    GAUGE = "GAUGE", "Gauge"
    FIXTURE = "FIXTURE", "Fixture"


class CalibrationResult(models.TextChoices):
    PASSED = "PASSED", "Passed as found"
    ADJUSTED = "ADJUSTED", "Passed after adjustment"
    FAILED = "FAILED", "Failed: out of use"


class CalibrationState(models.TextChoices):
    """What a calibration is worth on a day."""

    NOT_NEEDED = "NOT_NEEDED", "Not calibrated"
    IN_ORDER = "IN_ORDER", "In order"
    DUE_SOON = "DUE_SOON", "Due within 30 days"
    OVERDUE = "OVERDUE", "Overdue"
    MISSING = "MISSING", "Without a valid calibration"


class CalendarChange(models.TextChoices):
    """How a day differs from the weekly shifts."""

    CLOSED = "CLOSED", "Closed"
    HOURS = "HOURS", "Other hours"
    OVERTIME = "OVERTIME", "Overtime"


class ReasonKind(models.TextChoices):
    """What is given a reason; DEFECT is the tree of defect codes."""

    SCRAP = "SCRAP", "Scrap"
    DOWNTIME = "DOWNTIME", "Downtime"
    HOLD = "HOLD", "Hold"
    REWORK = "REWORK", "Rework"
    OVERRIDE = "OVERRIDE", "Override"
    DEFECT = "DEFECT", "Defect"


class TreeStatus(models.TextChoices):
    DRAFT = "DRAFT", "Draft"
    RELEASED = "RELEASED", "Released"
    OBSOLETE = "OBSOLETE", "Obsolete"


REASON_TREE = Transitions(
    "reason tree",
    {
        (None, "draft"): TreeStatus.DRAFT,
        (TreeStatus.DRAFT, "release"): TreeStatus.RELEASED,
        (TreeStatus.RELEASED, "retire"): TreeStatus.OBSOLETE,
    },
)


class CallKind(models.TextChoices):
    SUPERVISOR = "SUPERVISOR", "Supervisor"
    MATERIAL = "MATERIAL", "Material"
    MAINTENANCE = "MAINTENANCE", "Maintenance"
    QUALITY = "QUALITY", "Quality"


class CallStatus(models.TextChoices):
    OPEN = "OPEN", "Called"
    TAKEN = "TAKEN", "Taken"
    DONE = "DONE", "Done"


HELP_CALL = Transitions(
    "help call",
    {
        (None, "call"): CallStatus.OPEN,
        (CallStatus.OPEN, "take"): CallStatus.TAKEN,
        (CallStatus.OPEN, "finish"): CallStatus.DONE,
        (CallStatus.TAKEN, "finish"): CallStatus.DONE,
    },
)
