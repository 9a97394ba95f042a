from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site, Station
from genealogy.models import Unit
from mes.kernel.records import Record, person_field, sequence_field
from orders.models import WorkOrder


class LineClearance(Record):
    """A station was cleared for an order: its checklist ticked line by line, and signed. Append-only.

    unit: the lot it was cleared for, where the order's product is counted by lot; None: any piece of the order.
    items: the checklist's lines as they were. Whether it still holds is not stored but seen: see wip.clearances.
    """

    sequence = sequence_field()
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="clearances")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="clearances")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="clearances")
    product_code = models.CharField(max_length=100)
    items = ArrayField(models.CharField(max_length=120))
    at = models.DateTimeField()
    by = person_field()

    class Meta:
        ordering = ["-sequence"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(items=[]),
                name="clearance_has_items",
                violation_error_message=_("A clearance ticks at least one line of the station's checklist."),
            )
        ]
        indexes = [models.Index(fields=["station", "-sequence"], name="clearance_at_station")]

    def __str__(self) -> str:
        return f"{self.station_id} for {self.subject}"

    @property
    def subject(self) -> str:
        """What the station was cleared for, in a word."""
        return str(self.unit or self.work_order)
