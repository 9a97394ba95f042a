from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site, Station
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import Record, person_field
from wip.status import BatchStatus


class Batch(Record):
    """Several units or lots in one run of a station: one start, one set of parameters, one end.

    Each has an execution of its own in it. The run's time is apportioned to them by quantity.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="batches")
    status = models.CharField(max_length=12, choices=BatchStatus)
    started_at = models.DateTimeField()
    started_by = person_field()
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = person_field(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name_plural = _("batches")
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(
                    Q(status=BatchStatus.COMPLETED), Q(completed_at__isnull=False, completed_by__isnull=False)
                ),
                name="batch_completed_by_whom",
                violation_error_message=_("A completed batch says who completed it, and when."),
            )
        ]
        indexes = [models.Index(fields=["station"], condition=Q(status="RUNNING"), name="batch_running_at")]

    def __str__(self) -> str:
        return self.number
