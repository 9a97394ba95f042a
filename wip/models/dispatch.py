"""What the supervisor says about the order of work: pins at the front of a queue, and jobs planned at a time."""

from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site, Station
from genealogy.models import Unit
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record, person_field
from orders.models import WorkOrder


class DispatchPin(Record):
    """A unit, or all units of an order, at the front of a station's queue, whatever the rule says.

    position: 1 first; None once it is taken off. reason, pinned_by, pinned_at: of who put it where it stands last.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="pins")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="pins")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="pins")
    position = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    pinned_at = models.DateTimeField()
    pinned_by = person_field()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = person_field(null=True, blank=True)
    remove_reason = models.CharField(max_length=200, blank=True)

    history = History()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "position"],
                name="pin_position_once",
                deferrable=Deferrable.DEFERRED,
                violation_error_message=_("Something else is pinned at this place."),
            ),
            models.UniqueConstraint(
                fields=["station", "unit"],
                condition=Q(position__isnull=False),
                name="pin_of_unit_once",
                violation_error_message=_("The unit is pinned at this station already."),
            ),
            models.UniqueConstraint(
                fields=["station", "work_order"],
                condition=Q(position__isnull=False),
                name="pin_of_order_once",
                violation_error_message=_("The order is pinned at this station already."),
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=False, work_order__isnull=True)
                | Q(unit__isnull=True, work_order__isnull=False),
                name="pin_on_one_thing",
                violation_error_message=_("A pin is on a unit or on an order."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(
                    Q(position__isnull=True), Q(removed_at__isnull=False, removed_by__isnull=False)
                ),
                name="pin_removed_by_whom",
                violation_error_message=_("A pin that was taken off says who did that, and when."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="pin_has_reason", violation_error_message=_("A pin needs a reason.")
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject(self) -> str:
        """What is pinned, in a word."""
        return str(self.unit or self.work_order)


class PlannedJob(Record):
    """When an operation of an order is to be done, and at which station: a bar of the board.

    Both are plans and hold nothing back: what stands against them is listed (wip.conflicts). ends_at: by the work that
    was left when it was planned, breaks and closed time included.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="planned_jobs")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="planned_jobs")
    operation_code = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    planned_by = person_field()

    history = History()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["work_order", "operation_code"],
                name="planned_job_once",
                violation_error_message=_("The operation is planned already: move it."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="planned_job_has_length",
                violation_error_message=_("A planned job ends after it starts."),
            ),
        ]
        indexes = [models.Index(fields=["station", "starts_at"], name="planned_job_at")]

    def __str__(self) -> str:
        return f"{self.work_order_id} {self.operation_code}"
