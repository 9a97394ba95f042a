"""Tools, gauges and fixtures: where they are, whether they are calibrated, how much of their life is left."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.core.validators import FileExtensionValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.models.hierarchy import Site, Station
from equipment.status import AssetKind, CalibrationResult, CalibrationState
from mes.kernel.keys import uuid7
from mes.kernel.records import History, Record, person_field, sequence_field

DUE_SOON = timedelta(days=30)  # how long before its date a calibration is shown as due
CERTIFICATES = ("pdf", "png", "jpg", "jpeg", "webp")


def certificate_path(record: "CalibrationRecord", name: str) -> str:
    """Where an uploaded certificate is kept: by a key of ours, so that of a file's own name only its kind is left."""
    return f"certificates/{uuid7()}{Path(name).suffix.lower()}"


class AssetClass(Record):
    """What an operation asks for: any tool, gauge or fixture of the class will do (ISA-95: physical asset class).

    calibration_interval_days: None where nothing is calibrated. life_cycles, life_hours: limits, None for no limit.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=AssetKind)
    calibration_interval_days = models.PositiveIntegerField(null=True, blank=True)
    life_cycles = models.PositiveIntegerField(null=True, blank=True)
    life_hours = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)

    history = History()

    class Meta:
        verbose_name_plural = lazy("asset classes")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class PhysicalAsset(Record):
    """One tool, gauge or fixture, by the number engraved on it (ISA-95: physical asset).

    station: where it is, None in the store. calibration_due_date: that of its last record. cycles, hours: balances of
    its use since the last overhaul, kept beside the rows of AssetUse, which are their history.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="assets")
    asset_class = models.ForeignKey(AssetClass, on_delete=models.PROTECT, related_name="assets")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    serial_number = models.CharField(max_length=60, blank=True)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="assets")
    is_active = models.BooleanField(default=True)
    calibration_due_date = models.DateField(null=True, blank=True, editable=False)
    cycles = models.PositiveBigIntegerField(default=0, editable=False)
    hours = models.DecimalField(max_digits=12, decimal_places=4, default=0, editable=False)

    history = History(excluded_fields=["cycles", "hours"])

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="asset_code_once",
                violation_error_message=lazy("The site has an asset of this code already."),
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=0),
                name="asset_hours_not_negative",
                violation_error_message=lazy("Hours of use are 0 or more."),
            ),
        ]
        indexes = [models.Index(fields=["station"], condition=Q(is_active=True), name="asset_at_station")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def calibration_on(self, day: date) -> CalibrationState:
        """What its calibration is worth on a day at its site."""
        if self.asset_class.calibration_interval_days is None:
            return CalibrationState.NOT_NEEDED
        due = self.calibration_due_date
        if due is None:
            return CalibrationState.MISSING
        if day > due:
            return CalibrationState.OVERDUE
        return CalibrationState.DUE_SOON if due - day <= DUE_SOON else CalibrationState.IN_ORDER

    def is_calibrated_on(self, day: date) -> bool:
        """Whether it may be used on the day: calibrated until then, or of a class that is not calibrated."""
        return self.calibration_on(day) not in (CalibrationState.MISSING, CalibrationState.OVERDUE)

    @property
    def cycles_left(self) -> int | None:
        limit = self.asset_class.life_cycles
        return None if limit is None else limit - self.cycles

    @property
    def hours_left(self) -> Decimal | None:
        limit = self.asset_class.life_hours
        return None if limit is None else limit - self.hours

    @property
    def has_life(self) -> bool:
        """Whether neither its cycles nor its hours are used up."""
        return all(left is None or left > 0 for left in (self.cycles_left, self.hours_left))


class CalibrationRecord(Record):
    """A calibration: what was found, what was left, against which standard (ISO 10012). Append-only.

    as_found, as_left: the readings in words or figures, as on the certificate. due_date: when the next one is due; None
    after a failed one, which takes the asset out of use.
    """

    sequence = sequence_field()
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    asset = models.ForeignKey(PhysicalAsset, on_delete=models.PROTECT, related_name="calibrations")
    at = models.DateTimeField()
    by = person_field()
    result = models.CharField(max_length=8, choices=CalibrationResult)
    as_found = models.CharField(max_length=200)
    as_left = models.CharField(max_length=200)
    standard = models.CharField(
        max_length=120, help_text=lazy("The reference it was compared with, and its certificate.")
    )
    certificate_number = models.CharField(max_length=60, blank=True)
    certificate = models.FileField(
        upload_to=certificate_path, blank=True, validators=[FileExtensionValidator(CERTIFICATES)]
    )
    due_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-sequence"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result=CalibrationResult.FAILED, due_date__isnull=True)
                | Q(~Q(result=CalibrationResult.FAILED), due_date__isnull=False),
                name="calibration_due_unless_failed",
                violation_error_message=lazy("A calibration says when the next one is due, unless it failed."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.get_result_display()}"


class AssetUse(Record):
    """What an asset was used for, and what that added to its life. Append-only.

    An operation leaves a row of 0 when it takes the asset, at its start, and another with cycles and hours at its end;
    an overhaul a negative one with its reason. execution: key of wip's operation execution (a value: equipment does not
    look up), None for an overhaul.
    """

    sequence = sequence_field()
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    asset = models.ForeignKey(PhysicalAsset, on_delete=models.PROTECT, related_name="uses")
    execution = models.UUIDField(null=True, db_index=True)
    at = models.DateTimeField()
    by = person_field()
    cycles = models.BigIntegerField(default=0)
    hours = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(execution__isnull=False, cycles__gte=0, hours__gte=0) | ~Q(reason=""),
                name="asset_use_of_execution_or_reason",
                violation_error_message=lazy("Use that no operation made, or that is taken off, has a reason."),
            )
        ]

    def __str__(self) -> str:
        return _("{cycles} cycles, {hours} h").format(cycles=self.cycles, hours=self.hours)
