"""Units and lots, and the activities that made, joined and ended them."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site, Station
from genealogy.status import ActivityKind, UnitStatus
from mes.kernel.constraints import both_or_neither
from mes.kernel.indexes import text_index
from mes.kernel.keys import uuid7
from mes.kernel.numbers import plain
from mes.kernel.records import History, Record, person_field, sequence_field
from orders.models import PinnedPlan, Product, ProductRevision, RoutingRevision, WorkOrder


class Unit(Record):
    """A serial number (quantity 1) or a lot (quantity n): one model (ISA-95: material lot, sublot).

    Its history is its activities. quantity_consumed, quantity_scrapped and quantity_returned are balances kept beside
    the activities, in the same transaction; what is left is the difference, less quantity_split, which went on as other
    lots. expires_date: the last day, at its site, on which it may be used. station: where it is staged; a lot that is
    used up keeps the place where that was. container: the carrier or pallet that it is in. split_from: the lot that it
    was a part of. replaces: the scrapped piece that it is made for.

    redline_plan: what its order was changed to while the unit was in process. rework_revision, rework_plan: the rework
    routing that it follows now, in place of its order's.
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
    quantity_returned = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    quantity_split = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    expires_date = models.DateField(null=True, blank=True)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="staged")
    container = models.ForeignKey(
        "genealogy.Container", on_delete=models.PROTECT, null=True, blank=True, related_name="units"
    )
    split_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replacement")
    redline_plan = models.ForeignKey(
        PinnedPlan, on_delete=models.PROTECT, to_field="digest", null=True, related_name="+"
    )
    rework_revision = models.ForeignKey(RoutingRevision, on_delete=models.PROTECT, null=True, related_name="+")
    rework_plan = models.ForeignKey(
        PinnedPlan, on_delete=models.PROTECT, to_field="digest", null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    created_by = person_field()

    class Meta:
        ordering = ["serial"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="unit_quantity_positive",
                violation_error_message=_("A unit's quantity is more than 0."),
            ),
            models.CheckConstraint(
                condition=Q(
                    quantity_consumed__gte=0,
                    quantity_scrapped__gte=0,
                    quantity_returned__gte=0,
                    quantity_split__gte=0,
                    quantity__gte=F("quantity_consumed")
                    + F("quantity_scrapped")
                    + F("quantity_returned")
                    + F("quantity_split"),
                ),
                name="unit_balance",
                violation_error_message=_("There is not enough left of this unit: it is used elsewhere already."),
            ),
            models.CheckConstraint(
                condition=~Q(status=UnitStatus.IN_PROCESS) | Q(work_order__isnull=False),
                name="unit_in_process_has_order",
                violation_error_message=_("A unit in process belongs to an order."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(rework_revision__isnull=True), Q(rework_plan__isnull=True)),
                name="unit_rework_is_pinned",
                violation_error_message=_("A rework routing that a unit follows is pinned."),
            ),
            models.CheckConstraint(
                condition=~Q(status=UnitStatus.QUARANTINED) | Q(work_order__isnull=True),
                name="unit_in_quarantine_was_received",
                violation_error_message=_("Only what was received is in quarantine; what is made here is put on hold."),
            ),
            models.CheckConstraint(
                condition=Q(station__isnull=True) | Q(status__in=[UnitStatus.FINISHED, UnitStatus.CONSUMED]),
                name="unit_staged_when_usable",
                violation_error_message=_("Only what is released and not scrapped is staged at a station."),
            ),
        ]
        indexes = [
            models.Index(fields=["work_order", "serial"], name="unit_of_order"),
            models.Index(fields=["site", "serial"], condition=Q(status="IN_PROCESS"), name="unit_in_process"),
            models.Index(
                fields=["station", "product"], condition=Q(status="FINISHED", station__isnull=False), name="unit_staged"
            ),
            models.Index(fields=["site", "serial"], condition=Q(status="QUARANTINED"), name="unit_in_quarantine"),
            text_index("serial", name="unit_found_by_text"),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def quantity_left(self) -> Decimal:
        gone = self.quantity_consumed + self.quantity_scrapped + self.quantity_returned + self.quantity_split
        return self.quantity - gone


class Container(Record):
    """A carrier, tray or pallet whose units move together (ISA-95: material lot of a returnable; EPCIS: aggregation).

    station: where it stands.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=60, blank=True, help_text=_("Carrier, tray, pallet …"))
    station = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="containers")
    is_active = models.BooleanField(default=True)

    history = History()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Supplier(Record):
    """Who delivers what is bought. One who is no longer bought from is made inactive and stays on record."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    history = History()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


def certificate_path(delivery: "Delivery", name: str) -> str:
    """Where a certificate is kept: under a name of ours, whatever it was called."""
    return f"certificates/{uuid7()}"


class Delivery(Record):
    """What came with a received unit or lot: whose it was, and the certificate that vouches for it. Append-only.

    When and by whom it was received is said by the unit. supplier_lot: the supplier's own number. label: the raw scan
    of the supplier's label, kept as it was.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="delivery")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries")
    supplier_lot = models.CharField(_("supplier's lot"), max_length=60, blank=True)
    certificate_number = models.CharField(_("certificate number"), max_length=60, blank=True)
    certificate = models.FileField(upload_to=certificate_path, blank=True)
    label = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = _("deliveries")
        indexes = [models.Index(fields=["supplier", "supplier_lot"], name="delivery_of_supplier")]

    def __str__(self) -> str:
        return f"{self.supplier_lot or self.unit_id} of {self.supplier_id}"


class SerialCounter(models.Model):
    """The last running number given to a product's units; its row lock makes numbers unique without gaps."""

    product = models.OneToOneField(Product, on_delete=models.PROTECT, primary_key=True, related_name="+")
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.product_id}: {self.last}"


class Activity(Record):
    """Something that was done to units: its rows are the units' history (ISA-95: material actual). Append-only.

    execution: key of wip's operation execution (a value: genealogy does not look up). reverses: the activity that this
    one takes back. Order is `sequence`.
    """

    sequence = sequence_field()
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=ActivityKind)
    at = models.DateTimeField()
    by = person_field()
    execution = models.UUIDField(null=True, db_index=True)
    operation_code = models.CharField(max_length=12, blank=True)
    station_code = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by_activity")

    class Meta:
        verbose_name_plural = _("activities")
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(
                    Q(kind__in=[ActivityKind.REMOVE, ActivityKind.REOPEN, ActivityKind.RESTORE]),
                    Q(reverses__isnull=False),
                ),
                name="activity_reverses_one",
                violation_error_message=_("What takes something back names it."),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[ActivityKind.RELEASE_LOT, ActivityKind.REJECT, ActivityKind.RETURN])
                | ~Q(reason=""),
                name="activity_verdict_has_reason",
                violation_error_message=_("Releasing, rejecting or returning a lot needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M}"


class Direction(models.TextChoices):
    INPUT = "INPUT", _("went in")
    OUTPUT = "OUTPUT", _("came out")


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
                violation_error_message=_("A quantity in an activity is more than 0."),
            )
        ]

    def __str__(self) -> str:
        return f"{plain(self.quantity)} of {self.unit_id}"
