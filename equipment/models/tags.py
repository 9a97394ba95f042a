"""Tags: values at a machine, what they mean, and the series that their samples belong to."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.defect_codes import FIELD, codes_in
from equipment.drivers import DRIVERS, driver
from equipment.drivers.base import InvalidAddress, Point, ValueType, WordOrder
from equipment.models.connections import Connection
from equipment.models.hierarchy import Site, Station
from equipment.models.reasons import reason_code
from equipment.status import Books, ByteOrder, Reporting, TagRole, TagType
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record
from mes.kernel.words import told

_SHORT, _LONG = (TagType.INT16, TagType.UINT16), (TagType.INT32, TagType.UINT32)
_INTEGERS = (*_SHORT, *_LONG, TagType.INT64, TagType.UINT64)


class Tag(Record):
    """A value at a connection; at its station it is known by its code.

    address: in the driver's notation. value = raw * scale + offset, clamped to low and high, in quantity_unit; bits
    and texts are taken as they are. length: bytes of a text. deadband: in quantity_unit. max_silence_s: a value is
    stored at least so often, though nothing changed; 0 for never. COUNTER: rollover is the number of values it has
    (65536, 4294967296), 0 for one that never rolls over; below reset_below it began anew rather than rolled over; a
    step above most_per_minute (pieces a minute, 0 for 6,000) counts nothing until a person books it. EVENT: the number
    that the machine raises with each event, acknowledged by writing it to acknowledge_address; the tags whose `event`
    it is are read in the same request, `field` says what they are: `serial`, `result`, `quantity`, `defect`, or
    `step:CODE` for the value of a step (`step:CODE.2`: of its second sample). scrap_reason: with which the parts are
    booked that it counts as scrap; a code of the reasons where the site has released some. defect: what is named with
    that scrap, or with a failed result, where the machine names none itself; a code of the released defects.
    defect_codes: of the field `defect`, which code is meant by what the machine says. write_low, write_high: bounds of
    what may be written. needs_signature: whoever writes it by hand signs; what an interlock writes comes from a routing
    that was signed.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="tags")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="tags")
    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=250)
    value_type = models.CharField(max_length=8, choices=TagType)
    length = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(250)])
    byte_order = models.CharField(max_length=4, choices=ByteOrder, blank=True)
    scale = models.FloatField(default=1.0)
    offset = models.FloatField(default=0.0)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    quantity_unit = models.CharField(max_length=12, blank=True)
    report = models.CharField(max_length=8, choices=Reporting, default=Reporting.CHANGE)
    deadband = models.FloatField(default=0.0, validators=[MinValueValidator(0)])
    max_silence_s = models.PositiveIntegerField(lazy("longest silence, s"), default=60)
    role = models.CharField(max_length=8, choices=TagRole, default=TagRole.VALUE)
    books = models.CharField(max_length=14, choices=Books, default=Books.NOTHING)
    scrap_reason = models.CharField(max_length=60, blank=True)
    defect = models.CharField(
        max_length=24,
        blank=True,
        validators=[reason_code],
        help_text=lazy("Code of the defect that is named with what it scraps or fails, if its event names none."),
    )
    rollover = models.BigIntegerField(default=0, validators=[MinValueValidator(0)])
    reset_below = models.BigIntegerField(default=0, validators=[MinValueValidator(0)])
    most_per_minute = models.PositiveIntegerField(
        default=0,
        help_text=lazy(
            "Pieces that the machine makes in a minute at most. "
            "A counter that jumps further is not booked by itself. 0 for 6000."
        ),
    )
    acknowledge_address = models.CharField(max_length=250, blank=True)
    event = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="fields")
    field = models.CharField(max_length=32, blank=True)
    defect_codes = models.CharField(
        max_length=500,
        blank=True,
        help_text=lazy("What the machine says and the defect it means: 1=M-LEAK, 2=M-NOISE. Empty: it says the code."),
    )
    is_writable = models.BooleanField(default=False)
    write_low = models.FloatField(null=True, blank=True)
    write_high = models.FloatField(null=True, blank=True)
    needs_signature = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    history = History()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "code"],
                name="tag_code_once",
                violation_error_message=lazy("The connection has a tag of this code already."),
            ),
            models.UniqueConstraint(
                fields=["station", "code"],
                # So the index is of no key: who moves a tag to another station keeps no event of it waiting.
                condition=Q(station__isnull=False),
                name="tag_code_once_at_station",
                violation_error_message=lazy("The station has a tag of this code already."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(role=TagRole.EVENT), ~Q(acknowledge_address="")),
                name="tag_event_is_acknowledged",
                violation_error_message=lazy("An event names the address where it is acknowledged; no other tag does."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(event__isnull=False), ~Q(field="")),
                name="tag_field_of_event",
                violation_error_message=lazy("What belongs to an event says what it is, and of which event."),
            ),
            models.CheckConstraint(
                condition=Q(role=TagRole.VALUE, books=Books.NOTHING)
                | Q(role=TagRole.COUNTER) & (Q(books=Books.NOTHING) | Q(station__isnull=False))
                | Q(role=TagRole.EVENT, station__isnull=False),
                name="tag_books_at_station",
                violation_error_message=lazy(
                    "An event, and a counter that books, belong to a station; a value books nothing."
                ),
            ),
            models.CheckConstraint(
                condition=Q(role=TagRole.VALUE) | Q(value_type__in=_INTEGERS),
                name="tag_counts_in_integers",
                violation_error_message=lazy("A counter or an event is a whole number: choose such a type."),
            ),
            models.CheckConstraint(
                condition=Q(value_type__in=_SHORT, rollover__lte=2**16)
                | Q(value_type__in=_LONG, rollover__lte=2**32)
                | ~Q(value_type__in=[*_SHORT, *_LONG]),
                name="tag_rollover_fits_type",
                violation_error_message=lazy(
                    "It can't roll over beyond its type: 16 bits have 65536 values, 32 bits 4294967296."
                ),
            ),
            models.CheckConstraint(
                condition=Q(rollover=0) | Q(reset_below__lt=F("rollover")),
                name="tag_reset_below_rollover",
                violation_error_message=lazy(
                    "The reset limit has to be below the number of values at which the counter rolls over."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(value_type=TagType.TEXT) | Q(length__gt=0) | Q(address__contains=";"),
                name="tag_text_has_length",
                violation_error_message=lazy("A text in registers needs its length in bytes."),
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")),
                name="tag_range_in_order",
                violation_error_message=lazy("The low end of the range is above its high end."),
            ),
            models.CheckConstraint(
                condition=~Q(scale=0.0),
                name="tag_scale_is_something",
                violation_error_message=lazy("A scale of 0 leaves nothing of the value."),
            ),
            models.CheckConstraint(
                condition=Q(defect="")
                | Q(books=Books.PART_SCRAPPED)
                | Q(role=TagRole.EVENT, books__in=(Books.PART_DONE, Books.TEST_RESULT)),
                name="tag_defect_of_scrap",
                violation_error_message=lazy("A defect is named by what books scrap, or has a result that may fail."),
            ),
            models.CheckConstraint(
                condition=Q(defect_codes="") | Q(field=FIELD),
                name="tag_defect_codes_of_field",
                violation_error_message=lazy("Codes of defects belong to the field “defect” of an event."),
            ),
            models.CheckConstraint(
                condition=Q(write_low__isnull=True) | Q(write_high__isnull=True) | Q(write_low__lte=F("write_high")),
                name="tag_write_bounds_in_order",
                violation_error_message=lazy("The lower bound of what may be written is above the upper one."),
            ),
            models.CheckConstraint(
                condition=Q(needs_signature=False) | Q(is_writable=True),
                name="tag_signed_is_writable",
                violation_error_message=lazy("Only what may be written asks for a signature."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}" if self.name and self.name != self.code else self.code

    @property
    def point(self) -> Point:
        """As its driver sees it."""
        order = WordOrder(self.byte_order or self.connection.byte_order)
        return Point(self.address, ValueType(self.value_type), order, self.length)

    def overlaps(self, other: "Tag") -> bool:
        """Whether what is written to it shows in the other tag, as in itself."""
        if self.connection_id != other.connection_id:
            return False
        try:
            return driver(self.connection.kind).overlap(self.point, other.point, self.connection.device_id)
        except InvalidAddress:
            return self.pk == other.pk

    def clean(self) -> None:
        try:
            codes_in(self.defect_codes)
        except ValueError as wrong:
            raise ValidationError({"defect_codes": str(wrong)}) from wrong
        if self.connection_id is None:
            return
        if self.connection.site_id != self.site_id:
            raise ValidationError({"connection": _("The connection belongs to another site.")})
        if self.station is not None and self.station.site_id != self.site_id:
            raise ValidationError({"station": _("The station belongs to another site.")})
        if self.event is not None and self.event.connection_id != self.connection_id:
            raise ValidationError({"event": _("The event belongs to another connection.")})
        if self.event is not None and self.event.role != TagRole.EVENT:
            raise ValidationError({"event": _("{tag} is no event.").format(tag=self.event)})
        if self.connection.kind in DRIVERS and self.value_type in TagType.values:
            self._check_address("address", self.address)
            if self.acknowledge_address:
                self._check_address("acknowledge_address", self.acknowledge_address)

    def _check_address(self, field: str, address: str) -> None:
        try:
            driver(self.connection.kind).check_address(address, ValueType(self.value_type))
        except InvalidAddress as refused:
            raise ValidationError({field: told(str(refused))}) from refused


class Series(models.Model):
    """A tag from one change of its type or unit to the next; what its samples belong to. Made by trigger."""

    id = models.AutoField(primary_key=True)
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="series")
    version = models.PositiveIntegerField()
    value_type = models.CharField(max_length=8, choices=TagType)
    quantity_unit = models.CharField(max_length=12, blank=True)
    began_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = lazy("series")
        ordering = ["tag", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tag", "version"],
                name="series_version_once",
                violation_error_message=lazy("The tag has this version already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} v{self.version}"
