from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.models import PhysicalAsset, Site, Station
from genealogy.models import Unit
from mes.kernel.audit.models import Signature
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record, person_field
from orders.models import ProductRevision, WorkOrder
from wip.models.defects import DEFECT_IN_WORDS
from wip.status import HoldStatus


class HoldReason(models.TextChoices):
    QUALITY = "QUALITY", _("Quality doubt")
    MATERIAL = "MATERIAL", _("Material doubt")
    PROCESS = "PROCESS", _("Process doubt")
    CUSTOMER = "CUSTOMER", _("Customer's wish")
    REWORK = "REWORK", _("Rework proposed")
    OTHER = "OTHER", _("Other")

    @classmethod
    def placed(cls) -> list[tuple[str, Any]]:
        """What a person chooses from who places a hold; a rework is proposed, by who works on the unit."""
        return [choice for choice in cls.choices if choice[0] != cls.REWORK]

    @classmethod
    def of_defects(cls) -> tuple[str, ...]:
        """Of what a defect may be named."""
        return (cls.REWORK, cls.QUALITY)


def _one_of(*names: str) -> Q:
    """A condition: exactly one of these is given."""
    found = Q()
    for name in names:
        others = {f"{other}__isnull": True for other in names if other != name}
        found |= Q(**{f"{name}__isnull": False}, **others)
    return found


class Hold(Record):
    """Stops work on what it is placed on until it is released. A row, not a status: several can be open.

    It is on one of: unit, work_order, station, asset, product_revision (of what is made, and as a component).
    operation_code, with a unit or an order: nothing else but that operation waits (a future hold stops a unit when it
    gets there). origin: the hold that this one was inherited from through genealogy; releasing the origin releases it.
    defect_code, defect_name: what was found on a unit whose rework is proposed, or that quality doubts.
    owner, due_at: who clears it up, by when. is_automatic: placed by a rule and not by the person in whose act it was.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="holds")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="holds")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="holds")
    asset = models.ForeignKey(PhysicalAsset, on_delete=models.PROTECT, null=True, blank=True, related_name="holds")
    product_revision = models.ForeignKey(
        ProductRevision, on_delete=models.PROTECT, null=True, blank=True, related_name="holds"
    )
    operation_code = models.CharField(max_length=12, blank=True)
    origin = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="heirs")
    owner = person_field(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    is_automatic = models.BooleanField(default=False)
    status = models.CharField(max_length=12, choices=HoldStatus, default=HoldStatus.OPEN)
    reason_code = models.CharField(max_length=12, choices=HoldReason)
    reason = models.CharField(max_length=200)
    defect_code = models.CharField(max_length=24, blank=True)
    defect_name = models.CharField(max_length=80, blank=True)
    placed_at = models.DateTimeField()
    placed_by = person_field()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = person_field(null=True, blank=True)
    release_reason = models.CharField(max_length=200, blank=True)
    release_signature = models.ForeignKey(
        Signature, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    history = History()

    class Meta:
        ordering = ["-placed_at"]
        constraints = [
            models.CheckConstraint(
                condition=_one_of("unit", "work_order", "station", "asset", "product_revision"),
                name="hold_on_one_thing",
                violation_error_message=_("A hold is on one unit, order, station, tool or revision."),
            ),
            models.CheckConstraint(
                condition=Q(operation_code="") | Q(unit__isnull=False) | Q(work_order__isnull=False),
                name="hold_operation_of_something",
                violation_error_message=_("A hold on an operation names its unit or order."),
            ),
            models.UniqueConstraint(
                fields=["origin", "unit"],
                condition=Q(status=HoldStatus.OPEN),
                name="hold_inherited_once",
                violation_error_message=_("The unit has inherited this hold already."),
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
            models.CheckConstraint(
                condition=DEFECT_IN_WORDS
                & (Q(defect_code="") | Q(reason_code__in=HoldReason.of_defects(), unit__isnull=False)),
                name="hold_defect_of_unit",
                violation_error_message=_(
                    "A defect is named of a unit whose rework is proposed or that quality doubts, by its code and its"
                    " name."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["unit"], condition=Q(status="OPEN"), name="hold_open_on_unit"),
            models.Index(fields=["work_order"], condition=Q(status="OPEN"), name="hold_open_on_order"),
            models.Index(fields=["site", "placed_at"], condition=Q(status="OPEN"), name="hold_open_at"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """What is held, in a word."""
        held = self.unit or self.work_order or self.station or self.asset or self.product_revision
        return f"{held}, {self.operation_code}" if self.operation_code else str(held)

    @property
    def is_open(self) -> bool:
        return self.status == HoldStatus.OPEN

    def is_overdue(self, at: datetime) -> bool:
        return self.is_open and self.due_at is not None and self.due_at < at
