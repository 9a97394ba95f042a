from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Floor, Greatest, Ln
from django.utils.translation import gettext_lazy as _

from equipment.models import Site, StationClass
from genealogy.models import Unit
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import Record
from orders.models import WorkOrder

_AT = ["site", "station_class"]
_TIES = ["due_at", "erp_reference", "serial", "operation_code"]
_READY = Q(is_ready=True)


class OpenOperation(Record):
    """An operation that comes next on a unit: what the queues of stations are read from.

    Not a record of anything: it says again what wip.ways finds in the plan and the executions, kept beside them in the
    same transaction (ADR 9). is_ready: it may begin, and waits since waits_since (wip.arrivals); else what it waits for
    has begun.

    To rank by: work_s, the planned time of the operation for what is left of the unit, and left_s, that with all that
    comes after it, both in s (wip.efforts); setup_family, the plan's. due_at, priority, erp_reference: the order's,
    written by the database alone, so that they follow it whoever changes it (migration 0011).
    """

    # Neither site, unit nor class has an index of its own: each begins one of those below.
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="open_operations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="open_operations", db_index=False)
    serial = models.CharField(max_length=60)  # the unit's, to rank by
    operation_code = models.CharField(max_length=12)
    station_class = models.ForeignKey(StationClass, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_ready = models.BooleanField()
    waits_since = models.DateTimeField(null=True)
    work_s = models.PositiveBigIntegerField(default=0)
    left_s = models.PositiveBigIntegerField(default=0)
    setup_family = models.CharField(max_length=24, blank=True)
    due_at = models.DateTimeField(editable=False)
    priority = models.PositiveSmallIntegerField(editable=False)
    erp_reference = models.CharField(max_length=40, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "operation_code"],
                name="open_operation_once",
                violation_error_message=_("This operation waits on this unit already."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(is_ready=True), Q(waits_since__isnull=False)),
                name="open_operation_waits_since",
                violation_error_message=_("What may begin says since when it waits."),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "station_class", "is_ready"], name="open_operation_at"),
            # What may begin at a station by each of the rules (wip.queues), so that the first are read in their order.
            models.Index(fields=[*_AT, "priority", *_TIES], condition=_READY, name="open_by_priority"),
            models.Index(fields=[*_AT, "due_at", "priority", *_TIES[1:]], condition=_READY, name="open_by_due"),
            models.Index(fields=[*_AT, "work_s", *_TIES], condition=_READY, name="open_by_work"),
            models.Index(fields=[*_AT, "setup_family", *_TIES], condition=_READY, name="open_by_family"),
            models.Index(fields=[*_AT, "waits_since", *_TIES], condition=_READY, name="open_by_wait"),
            # The critical ratio changes with the time: it is found by due date among those with about the same work.
            models.Index(
                *_AT,
                Floor(Ln(Greatest(F("left_s"), Value(1)))),
                "due_at",
                condition=_READY,
                name="open_by_work_left",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation_code} on {self.unit_id}"
