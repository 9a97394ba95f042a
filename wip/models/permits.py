from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site
from genealogy.models import Unit
from mes.kernel.audit.models import Signature
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record, person_field, sequence_field
from orders.models import Product, WorkOrder
from wip.models.executions import OperationExecution
from wip.status import ExceptionKind, PermitStatus


class Permit(Record):
    """A deviation permit: a numbered permission to pass one gate, for a quantity or until a day (concession).

    gate: its dotted path. product, work_order, unit, operation_code: what it is limited to; empty: any. valid_to: the
    last day at the site. quantity_used: what was made under it, kept beside the exceptions that name it.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    gate = models.CharField(max_length=120)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="permits")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="permits")
    operation_code = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=200)
    quantity_limit = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    quantity_used = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    valid_to = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=PermitStatus, default=PermitStatus.OPEN)
    granted_at = models.DateTimeField()
    granted_by = person_field()
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = person_field(null=True, blank=True)
    close_reason = models.CharField(max_length=200, blank=True)

    history = History()

    class Meta:
        ordering = ["-granted_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity_limit__isnull=False) | Q(valid_to__isnull=False),
                name="permit_is_limited",
                violation_error_message=_("A permit is for a quantity or until a day."),
            ),
            models.CheckConstraint(
                condition=Q(quantity_used__gte=0)
                & (Q(quantity_limit__isnull=True) | Q(quantity_used__lte=F("quantity_limit"))),
                name="permit_within_quantity",
                violation_error_message=_("The permit's quantity is used up."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="permit_has_reason", violation_error_message=_("A permit needs a reason.")
            ),
            models.CheckConstraint(
                condition=both_or_neither(
                    Q(status=PermitStatus.CLOSED), Q(closed_at__isnull=False, closed_by__isnull=False)
                ),
                name="permit_closed_by_whom",
                violation_error_message=_("A closed permit says who closed it, and when."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def quantity_left(self) -> Decimal | None:
        """How much may still be made under it; None: any quantity."""
        return None if self.quantity_limit is None else self.quantity_limit - self.quantity_used


class ProcessException(Record):
    """Something that went another way than planned, for review by exception. Append-only.

    kind OVERRIDE: a gate (dotted path) that said `code` and `what` was passed by approved_by or under the permit, for
    the reason given.
    """

    sequence = sequence_field()
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=ExceptionKind)
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, null=True, related_name="exceptions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="exceptions")
    execution = models.ForeignKey(OperationExecution, on_delete=models.PROTECT, null=True, related_name="exceptions")
    operation_code = models.CharField(max_length=12, blank=True)
    station_code = models.CharField(max_length=20, blank=True)
    gate = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=60, blank=True)
    what = models.CharField(max_length=400)
    reason = models.CharField(max_length=200, blank=True)
    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, null=True, related_name="exceptions")
    at = models.DateTimeField()
    by = person_field()
    approved_by = person_field(null=True)

    class Meta:
        ordering = ["-sequence"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="OVERRIDE") | (~Q(reason="") & ~Q(gate="")),
                name="exception_override_has_reason",
                violation_error_message=_("An override names its gate and its reason."),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "sequence"], name="exception_of_unit"),
            models.Index(fields=["work_order", "sequence"], name="exception_of_order"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.what}"
