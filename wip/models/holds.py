from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site
from genealogy.models import Unit
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record, person_field
from orders.models import WorkOrder
from wip.status import HoldStatus


class HoldReason(models.TextChoices):
    QUALITY = "QUALITY", _("Quality doubt")
    MATERIAL = "MATERIAL", _("Material doubt")
    PROCESS = "PROCESS", _("Process doubt")
    CUSTOMER = "CUSTOMER", _("Customer's wish")
    OTHER = "OTHER", _("Other")


class Hold(Record):
    """Stops all work on a unit or an order until it is released. A row, not a status: several can be open."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="holds")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="holds")
    status = models.CharField(max_length=12, choices=HoldStatus, default=HoldStatus.OPEN)
    reason_code = models.CharField(max_length=12, choices=HoldReason)
    reason = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    placed_by = person_field()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = person_field(null=True, blank=True)
    release_reason = models.CharField(max_length=200, blank=True)

    history = History()

    class Meta:
        ordering = ["-placed_at"]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(unit__isnull=True), Q(work_order__isnull=False)),
                name="hold_on_one_thing",
                violation_error_message=_("A hold is on a unit or on an order."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(
                    Q(status=HoldStatus.RELEASED),
                    Q(released_at__isnull=False, released_by__isnull=False) & ~Q(release_reason=""),
                ),
                name="hold_released_by_whom",
                violation_error_message=_("A released hold says who released it, when, and why."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="hold_has_reason",
                violation_error_message=_("A hold needs a reason."),
            ),
        ]
        indexes = [
            models.Index(fields=["unit"], condition=Q(status="OPEN"), name="hold_open_on_unit"),
            models.Index(fields=["work_order"], condition=Q(status="OPEN"), name="hold_open_on_order"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """What is held, in a word."""
        return str(self.unit or self.work_order)
