from django.db import models
from django.utils.translation import gettext_lazy as _

from mes.kernel.transitions import Transitions


class UnitStatus(models.TextChoices):
    """Where a unit is in its life; waiting, running and held are computed from executions and holds."""

    QUARANTINED = "QUARANTINED", _("In quarantine")
    IN_PROCESS = "IN_PROCESS", _("In process")
    FINISHED = "FINISHED", _("Finished")
    CONSUMED = "CONSUMED", _("Built in")
    SCRAPPED = "SCRAPPED", _("Scrapped")
    RETURNED = "RETURNED", _("Returned")
    MERGED = "MERGED", _("Merged")
    CANCELLED = "CANCELLED", _("Cancelled")


UNIT = Transitions(
    _("unit"),
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
        (UnitStatus.IN_PROCESS, "split"): UnitStatus.IN_PROCESS,
        (UnitStatus.IN_PROCESS, "merge"): UnitStatus.MERGED,
        (UnitStatus.IN_PROCESS, "merge_into"): UnitStatus.IN_PROCESS,
        (UnitStatus.IN_PROCESS, "cancel"): UnitStatus.CANCELLED,
        # What an undone act takes back.
        (UnitStatus.FINISHED, "reopen"): UnitStatus.IN_PROCESS,
        (UnitStatus.SCRAPPED, "restore"): UnitStatus.IN_PROCESS,
        (UnitStatus.CONSUMED, "give_back"): UnitStatus.FINISHED,
    },
)


class ActivityKind(models.TextChoices):
    """What an activity did to units (EPCIS: object and transformation events)."""

    RELEASE = "RELEASE", _("created by release")
    RECEIVE = "RECEIVE", _("received")
    CONSUME = "CONSUME", _("built in")
    FINISH = "FINISH", _("finished")
    SCRAP = "SCRAP", _("scrapped")
    RELEASE_LOT = "RELEASE_LOT", _("released from quarantine")
    REJECT = "REJECT", _("rejected")
    RETURN = "RETURN", _("returned to the supplier")
    STAGE = "STAGE", _("staged")
    UNSTAGE = "UNSTAGE", _("taken back")
    SPLIT = "SPLIT", _("split")
    MERGE = "MERGE", _("merged")
    LOAD = "LOAD", _("put into a container")
    UNLOAD = "UNLOAD", _("taken out of a container")
    REMOVE = "REMOVE", _("taken out again")
    REOPEN = "REOPEN", _("reopened")
    RESTORE = "RESTORE", _("scrap taken back")
    CANCEL = "CANCEL", _("cancelled")
