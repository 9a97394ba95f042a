from django.db import models
from django.db.models import Q

from equipment.models import Site
from mes.kernel.numbers import plain
from mes.kernel.records import Record, person_field
from orders.models import StepKind
from wip.models.executions import OperationExecution


class Reading(Record):
    """A value recorded for a step (ISA-95: segment data). Append-only: a correction is a further row.

    value: as text, canonical; number: the same for a NUMBER step, in quantity_unit. lower and upper are copied from
    the step as it applied. scanned: the raw scan. corrects: the reading that this one replaces, with the reason.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    execution = models.ForeignKey(OperationExecution, on_delete=models.PROTECT, related_name="readings")
    step_code = models.CharField(max_length=24)
    sample = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=8, choices=StepKind)
    value = models.CharField(max_length=500)
    number = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    quantity_unit = models.CharField(max_length=12, blank=True)
    lower = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    upper = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    scanned = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = person_field()
    station_code = models.CharField(max_length=20)
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrected_by_reading")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["execution", "step_code", "sample"],
                condition=Q(corrects__isnull=True),
                name="reading_once",
                violation_error_message="This step is recorded already: correct it with a reason.",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(reason=""),
                name="reading_correction_has_reason",
                violation_error_message="A correction needs a reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step_code} {self.sample}: {self.value}"

    @property
    def is_within_limits(self) -> bool:
        """True for anything but a number outside its limits; a limit itself is within."""
        return not self.beyond

    @property
    def beyond(self) -> str:
        """Which limit the number is beyond, in words; empty when it is within."""
        if self.number is None:
            return ""
        if self.lower is not None and self.number < self.lower:
            return f"below {plain(self.lower)}"
        if self.upper is not None and self.number > self.upper:
            return f"above {plain(self.upper)}"
        return ""
