from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site, Station
from genealogy.models import Unit
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import Record, person_field, sequence_field
from orders.models import PinnedPlan, WorkOrder
from wip.models.batches import Batch
from wip.models.defects import DEFECT_IN_WORDS
from wip.status import ExecutionEventKind, ExecutionStatus


class OperationExecution(Record):
    """One attempt at one operation on one unit (ISA-95: job response). The row is created at start, or when skipped.

    quantity, quantity_good and quantity_scrapped are balances kept beside the events, in the same transaction.
    plan: by which it is done, whatever the order's becomes. is_current: it counts for where the unit stands; an attempt
    that rework (set_aside_by) or an undone start set aside does not. attempt: a start that was taken back is none.
    is_passed: whether it ended with every value within its limits; not where rework ended it.
    inherited_from: what a lot split off has of the lot it was a part of.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="executions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="executions")
    operation_code = models.CharField(max_length=12)
    attempt = models.PositiveSmallIntegerField(default=1)
    plan = models.ForeignKey(PinnedPlan, on_delete=models.PROTECT, to_field="digest", null=True, related_name="+")
    is_current = models.BooleanField(default=True)
    set_aside_by = models.ForeignKey(
        "wip.Rework", on_delete=models.PROTECT, null=True, blank=True, related_name="set_aside"
    )
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, blank=True, related_name="executions")
    inherited_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
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
    is_passed = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "operation_code", "attempt"],
                condition=~Q(status=ExecutionStatus.CANCELLED),
                name="execution_attempt_once",
                violation_error_message=_("Somebody else started this operation on this unit a moment ago."),
            ),
            models.UniqueConstraint(
                fields=["unit", "operation_code"],
                condition=Q(is_current=True),
                name="execution_current_once",
                violation_error_message=_("This operation is begun on this unit already."),
            ),
            models.CheckConstraint(
                condition=Q(is_current=True) | ~Q(status=ExecutionStatus.RUNNING),
                name="execution_running_is_current",
                violation_error_message=_("What runs counts: end it first, or take it back."),
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(set_aside_by__isnull=True),
                name="execution_set_aside_is_past",
                violation_error_message=_("What rework set aside does not count."),
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | ~Q(status=ExecutionStatus.CANCELLED),
                name="execution_taken_back_is_past",
                violation_error_message=_("What was taken back does not count."),
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
                    Q(status__in=[ExecutionStatus.COMPLETED, ExecutionStatus.SKIPPED]),
                    Q(completed_at__isnull=False, completed_by__isnull=False),
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
    def is_over(self) -> bool:
        """Nothing more is done in it, and it was not taken back."""
        return self.status in (ExecutionStatus.COMPLETED, ExecutionStatus.SKIPPED)

    @property
    def quantity_open(self) -> Decimal:
        return self.quantity - self.quantity_good - self.quantity_scrapped


class ExecutionEvent(Record):
    """What happened to an execution: transition row, history and quantities in one. Append-only.

    started, good, scrap: what this event added to the execution's quantities, in the product's quantity_unit; below 0
    where it takes something back, or moves it to another lot. defect_code, defect_name: what was found in the scrap, in
    the words of that day; whoever takes it back says the same. reverses: the event that this one takes back. Order is
    `sequence`.
    """

    sequence = sequence_field()
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    execution = models.ForeignKey(OperationExecution, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=ExecutionEventKind)
    at = models.DateTimeField()
    by = person_field()
    station_code = models.CharField(max_length=20)
    started = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    good = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    scrap = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    scrap_reason = models.CharField(max_length=200, blank=True)
    defect_code = models.CharField(max_length=24, blank=True)
    defect_name = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by_event")

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.CheckConstraint(
                condition=Q(started__gte=0, good__gte=0, scrap__gte=0)
                | Q(kind__in=[ExecutionEventKind.REVERSED, ExecutionEventKind.SPLIT, ExecutionEventKind.MERGED])
                | Q(kind=ExecutionEventKind.REDUCED, good=0, scrap=0),
                name="event_quantities",
                violation_error_message=_("Booked quantities are 0 or more."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(kind=ExecutionEventKind.REVERSED), Q(reverses__isnull=False)),
                name="event_reverses_one",
                violation_error_message=_("What takes something back names it."),
            ),
            models.CheckConstraint(
                condition=Q(scrap__lte=0) | ~Q(scrap_reason=""),
                name="event_scrap_has_reason",
                violation_error_message=_("Scrap needs a reason."),
            ),
            models.CheckConstraint(
                condition=DEFECT_IN_WORDS & (Q(defect_code="") | ~Q(scrap=0)),
                name="event_defect_of_scrap",
                violation_error_message=_("A defect is named of what is scrapped, by its code and its name."),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "at"], condition=~Q(defect_code=""), name="event_of_defect"),
            models.Index(
                fields=["site", "station_code", "sequence"], condition=Q(kind="COMPLETED"), name="event_ended_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"
