"""Units and lots, and the activities that made, joined and ended them."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from equipment.models import Site
from genealogy.status import ActivityKind, UnitStatus
from mes.kernel.numbers import plain
from mes.kernel.records import Record, person_field, sequence_field
from orders.models import Product, ProductRevision, WorkOrder


class Unit(Record):
    """A serial number (quantity 1) or a lot (quantity n): one model (ISA-95: material lot, sublot).

    Its history is its activities. quantity_consumed and quantity_scrapped are balances kept beside the activities, in
    the same transaction; what is left is the difference.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    serial = models.CharField(max_length=60, unique=True)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="units")
    product_revision = models.ForeignKey(ProductRevision, on_delete=models.PROTECT, null=True, related_name="units")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, null=True, related_name="units")
    status = models.CharField(max_length=12, choices=UnitStatus)
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    quantity_consumed = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    quantity_scrapped = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    created_at = models.DateTimeField()
    created_by = person_field()

    class Meta:
        ordering = ["serial"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="unit_quantity_positive",
                violation_error_message="A unit's quantity is more than 0.",
            ),
            models.CheckConstraint(
                condition=Q(
                    quantity_consumed__gte=0,
                    quantity_scrapped__gte=0,
                    quantity__gte=F("quantity_consumed") + F("quantity_scrapped"),
                ),
                name="unit_balance",
                violation_error_message="There is not enough left of this unit: it is used elsewhere already.",
            ),
            models.CheckConstraint(
                condition=~Q(status=UnitStatus.IN_PROCESS) | Q(work_order__isnull=False),
                name="unit_in_process_has_order",
                violation_error_message="A unit in process belongs to an order.",
            ),
        ]
        indexes = [
            models.Index(fields=["work_order", "serial"], name="unit_of_order"),
            models.Index(fields=["site", "serial"], condition=Q(status="IN_PROCESS"), name="unit_in_process"),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def quantity_left(self) -> Decimal:
        return self.quantity - self.quantity_consumed - self.quantity_scrapped


class SerialCounter(models.Model):
    """The last running number given to a product's units; its row lock makes numbers unique without gaps."""

    product = models.OneToOneField(Product, on_delete=models.PROTECT, primary_key=True, related_name="+")
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.product_id}: {self.last}"


class Activity(Record):
    """Something that was done to units: its rows are the units' history (ISA-95: material actual). Append-only.

    execution: key of wip's operation execution (a value: genealogy does not look up). Order is `sequence`.
    """

    sequence = sequence_field()
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ActivityKind)
    at = models.DateTimeField()
    by = person_field()
    execution = models.UUIDField(null=True, db_index=True)
    operation_code = models.CharField(max_length=12, blank=True)
    station_code = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M}"


class Direction(models.TextChoices):
    INPUT = "INPUT", "went in"
    OUTPUT = "OUTPUT", "came out"


class ActivityUnit(Record):
    """A unit that went into an activity or came out of it, with the quantity. Append-only.

    scanned: what the scanner read, kept as it was. step_code: the step that asked for it.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="units")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="activities")
    direction = models.CharField(max_length=6, choices=Direction)
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    step_code = models.CharField(max_length=24, blank=True)
    scanned = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="activity_unit_quantity_positive",
                violation_error_message="A quantity in an activity is more than 0.",
            )
        ]

    def __str__(self) -> str:
        return f"{plain(self.quantity)} of {self.unit_id}"
