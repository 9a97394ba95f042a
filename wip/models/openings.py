from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site, StationClass
from genealogy.models import Unit
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import Record
from orders.models import WorkOrder


class OpenOperation(Record):
    """An operation that comes next on a unit: what the queues of stations are read from.

    Not a record of anything: it says again what wip.ways finds in the plan and the executions, kept beside them in the
    same transaction (ADR 9). is_ready: it may begin, and waits since waits_since (wip.arrivals); else what it waits for
    has begun.

    To rank by: work_s, the planned time of the operation for what is left of the unit, and left_s, that with all that
    comes after it, both in s (wip.efforts); setup_family, the plan's.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="open_operations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="open_operations")
    serial = models.CharField(max_length=60)  # the unit's, to rank by
    operation_code = models.CharField(max_length=12)
    station_class = models.ForeignKey(StationClass, on_delete=models.PROTECT, related_name="+")
    is_ready = models.BooleanField()
    waits_since = models.DateTimeField(null=True)
    work_s = models.PositiveBigIntegerField(default=0)
    left_s = models.PositiveBigIntegerField(default=0)
    setup_family = models.CharField(max_length=24, blank=True)

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
        indexes = [models.Index(fields=["site", "station_class", "is_ready"], name="open_operation_at")]

    def __str__(self) -> str:
        return f"{self.operation_code} on {self.unit_id}"
