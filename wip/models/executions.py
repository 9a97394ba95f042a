from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site, Station
from genealogy.models import Unit
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import Record, person_field, sequence_field
from orders.models import WorkOrder
from wip.status import ExecutionEventKind, ExecutionStatus


class OperationExecution(Record):
    """One attempt at one operation on one unit (ISA-95: job response). The row is created at start.

    quantity_good and quantity_scrapped are balances kept beside the events, in the same transaction.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="executions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="executions")
    operation_code = models.CharField(max_length=12)
    attempt = models.PositiveSmallIntegerField(default=1)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="executions")
    status = models.CharField(max_length=12, choices=ExecutionStatus)
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    quantity_good = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    quantity_scrapped = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    started_at = models.DateTimeField()
    started_by = person_field()
    worked_by = person_field()  # who has it now; taking it over is an explicit verb
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = person_field(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "operation_code", "attempt"],
                name="execution_attempt_once",
                violation_error_message=_("Somebody else started this operation on this unit a moment ago."),
            ),
            models.UniqueConstraint(
                fields=["unit", "operation_code"],
                condition=Q(status=ExecutionStatus.RUNNING),
                name="execution_running_once",
                violation_error_message=_("This operation is running on this unit already."),
            ),
            models.CheckConstraint(
                condition=Q(
                    quantity_good__gte=0,
                    quantity_scrapped__gte=0,
                    quantity__gte=F("quantity_good") + F("quantity_scrapped"),
                ),
                name="execution_balance",
                violation_error_message=_("Good and scrap together are more than was started."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(
                    Q(status=ExecutionStatus.COMPLETED), Q(completed_at__isnull=False, completed_by__isnull=False)
                ),
                name="execution_completed_by_whom",
                violation_error_message=_("A completed operation says who completed it, and when."),
            ),
        ]
        indexes = [
            models.Index(fields=["work_order", "operation_code"], name="execution_of_order"),
            models.Index(fields=["station"], condition=Q(status="RUNNING"), name="execution_running_at"),
            models.Index(fields=["station", "completed_at"], name="execution_ended_at"),
        ]

    def __str__(self) -> str:
        return f"{self.operation_code} on {self.unit_id}, attempt {self.attempt}"

    @property
    def is_running(self) -> bool:
        return self.status == ExecutionStatus.RUNNING

    @property
    def quantity_open(self) -> Decimal:
        return self.quantity - self.quantity_good - self.quantity_scrapped


class ExecutionEvent(Record):
    """What happened to an execution: transition row, history and quantities in one. Append-only.

    good, scrap: what this event added, in the product's quantity_unit. Order is `sequence`.
    """

    sequence = sequence_field()
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    execution = models.ForeignKey(OperationExecution, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=ExecutionEventKind)
    at = models.DateTimeField()
    by = person_field()
    station_code = models.CharField(max_length=20)
    good = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    scrap = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    scrap_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.CheckConstraint(
                condition=Q(good__gte=0, scrap__gte=0),
                name="event_quantities",
                violation_error_message=_("Booked quantities are 0 or more."),
            ),
            models.CheckConstraint(
                condition=Q(scrap=0) | ~Q(scrap_reason=""),
                name="event_scrap_has_reason",
                violation_error_message=_("Scrap needs a reason."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "station_code", "sequence"], condition=Q(kind="COMPLETED"), name="event_ended_at"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"
