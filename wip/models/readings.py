from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.models import Site
from mes.kernel.audit.models import Signature
from mes.kernel.constraints import both_or_neither
from mes.kernel.numbers import with_places
from mes.kernel.records import Record, person_field
from orders.models import StepKind
from wip.models.executions import OperationExecution


class Reading(Record):
    """A value recorded for a step (ISA-95: segment data). Append-only: a correction is a further row.

    value: as text, canonical (see wip.entries); name: that of the person or file it is, as it was; number: the same
    where it is one, in quantity_unit. lower and upper are copied from the step as it applied. scanned: the raw scan.
    corrects: the reading that this one replaces, with the reason. is_void: it only takes that back; it has no value, or
    again the one that was corrected, with its witness and signature. witnessed_by: the second person, who confirmed the
    value. signature: under which it was recorded; the samples of a table share one. machine_tag: code of the tag at the
    station that it was read from, as machine_quality (`equipment.drivers.base.Quality`) at machine_at; copied, since
    samples are not kept as long as records.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    execution = models.ForeignKey(OperationExecution, on_delete=models.PROTECT, related_name="readings")
    step_code = models.CharField(max_length=24)
    sample = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=8, choices=StepKind)
    value = models.CharField(max_length=500)
    name = models.CharField(max_length=120, blank=True)
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
    is_void = models.BooleanField(default=False)
    witnessed_by = person_field(null=True)
    witnessed_at = models.DateTimeField(null=True)
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, null=True, related_name="+")
    machine_tag = models.CharField(max_length=60, blank=True)
    machine_at = models.DateTimeField(null=True)
    machine_quality = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["execution", "step_code", "sample"],
                condition=Q(corrects__isnull=True),
                name="reading_once",
                violation_error_message=lazy("This step is recorded already: correct it with a reason."),
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(reason=""),
                name="reading_correction_has_reason",
                violation_error_message=lazy("A correction needs a reason."),
            ),
            models.CheckConstraint(
                condition=Q(is_void=False) | Q(corrects__isnull=False),
                name="reading_void_corrects",
                violation_error_message=lazy("What takes a value back names it."),
            ),
            models.CheckConstraint(
                condition=Q(is_void=True) | ~Q(value=""),
                name="reading_has_value",
                violation_error_message=lazy("A reading has a value."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(witnessed_by__isnull=False), Q(witnessed_at__isnull=False)),
                name="reading_witnessed_by_whom",
                violation_error_message=lazy("A witnessed value says who witnessed it, and when."),
            ),
            models.CheckConstraint(
                condition=Q(witnessed_by__isnull=True) | Q(is_void=True) | ~Q(witnessed_by=F("by")),
                name="reading_witness_is_another",
                violation_error_message=lazy("Nobody witnesses their own value: a second person confirms it."),
            ),
            models.CheckConstraint(
                condition=Q(machine_tag="", machine_at__isnull=True, machine_quality__isnull=True)
                | ~Q(machine_tag="") & Q(machine_at__isnull=False, machine_quality__isnull=False),
                name="reading_from_machine_whole",
                violation_error_message=lazy("A machine's value says of which tag, when, and how good it was."),
            ),
        ]
        indexes = [  # who may see a file is who may see a reading of it
            models.Index(fields=["value"], condition=Q(kind="FILE"), name="reading_of_file"),
            models.Index(fields=["execution"], condition=Q(is_void=True), name="reading_taken_back"),
        ]

    def __str__(self) -> str:
        return f"{self.step_code} {self.sample}: {self.value}"

    @property
    def shown(self) -> str:
        """What a person reads: the name of a person or file as it was, else the value."""
        return self.name or self.value

    @property
    def moment(self) -> datetime | None:
        """The time that a TIME step recorded."""
        return datetime.fromisoformat(self.value) if self.kind == StepKind.TIME else None

    @property
    def is_picture(self) -> bool:
        """Whether the file recorded is one that a browser shows as a picture."""
        return self.kind == StepKind.FILE and not self.name.endswith(".pdf")

    @property
    def places(self) -> int:
        """How many decimal places the number was entered with; its limits are shown with as many at least."""
        return len(self.value.partition(".")[2]) if self.number is not None else 0

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
            return _("below {limit}").format(limit=with_places(self.lower, self.places))
        if self.upper is not None and self.number > self.upper:
            return _("above {limit}").format(limit=with_places(self.upper, self.places))
        return ""
