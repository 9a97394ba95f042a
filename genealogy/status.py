from django.db import models

from mes.kernel.transitions import Transitions


class UnitStatus(models.TextChoices):
    """Where a unit is in its life; waiting, running and held are computed from executions and holds."""

    IN_PROCESS = "IN_PROCESS", "In process"
    FINISHED = "FINISHED", "Finished"
    CONSUMED = "CONSUMED", "Built in"
    SCRAPPED = "SCRAPPED", "Scrapped"


UNIT = Transitions(
    "unit",
    {
        (None, "release"): UnitStatus.IN_PROCESS,
        (None, "receive"): UnitStatus.FINISHED,
        (UnitStatus.IN_PROCESS, "finish"): UnitStatus.FINISHED,
        (UnitStatus.IN_PROCESS, "scrap"): UnitStatus.SCRAPPED,
        (UnitStatus.FINISHED, "consume"): UnitStatus.CONSUMED,
    },
)


class ActivityKind(models.TextChoices):
    """What an activity did to units (EPCIS: object and transformation events)."""

    RELEASE = "RELEASE", "created by release"
    RECEIVE = "RECEIVE", "received"
    CONSUME = "CONSUME", "built in"
    FINISH = "FINISH", "finished"
    SCRAP = "SCRAP", "scrapped"
