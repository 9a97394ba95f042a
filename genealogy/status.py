from django.db import models

from mes.kernel.transitions import Transitions


class UnitStatus(models.TextChoices):
    """Where a unit is in its life; waiting, running and held are computed from executions and holds."""

    QUARANTINED = "QUARANTINED", "In quarantine"
    IN_PROCESS = "IN_PROCESS", "In process"
    FINISHED = "FINISHED", "Finished"
    CONSUMED = "CONSUMED", "Built in"
    SCRAPPED = "SCRAPPED", "Scrapped"
    RETURNED = "RETURNED", "Returned"


UNIT = Transitions(
    "unit",
    {
        (None, "release"): UnitStatus.IN_PROCESS,
        (None, "receive"): UnitStatus.FINISHED,
        (None, "receive_in_quarantine"): UnitStatus.QUARANTINED,
        (UnitStatus.QUARANTINED, "release_lot"): UnitStatus.FINISHED,
        (UnitStatus.QUARANTINED, "reject"): UnitStatus.SCRAPPED,
        (UnitStatus.FINISHED, "reject"): UnitStatus.SCRAPPED,
        (UnitStatus.QUARANTINED, "return_to_supplier"): UnitStatus.RETURNED,
        (UnitStatus.FINISHED, "return_to_supplier"): UnitStatus.RETURNED,
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
    RELEASE_LOT = "RELEASE_LOT", "released from quarantine"
    REJECT = "REJECT", "rejected"
    RETURN = "RETURN", "returned to the supplier"
    STAGE = "STAGE", "staged"
    UNSTAGE = "UNSTAGE", "taken back"
