"""When work centers work: weekly shifts with breaks, and the days that are different.

Times are the site's wall clock. A shift whose end is not after its begin ends on the next day.
"""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.models.hierarchy import Site, WorkCenter
from equipment.status import CalendarChange
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record


class Calendar(Record):
    """Shifts that work centers share (ISA-95: work calendar)."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="calendars")
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=80)

    history = History()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="calendar_code_once",
                violation_error_message=lazy("The site has a calendar of this code already."),
            ),
            models.UniqueConstraint(fields=["id", "site"], name="calendar_at_site"),
        ]

    def __str__(self) -> str:
        return self.name


class Shift(Record):
    """A shift on some days of the week (0 Monday to 6 Sunday: the day it begins), while it is valid."""

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="shifts")
    code = models.SlugField(max_length=12)
    name = models.CharField(max_length=40)
    weekdays = ArrayField(models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)]), size=7)
    begins = models.TimeField()
    ends = models.TimeField()
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text=lazy("The last day on which it begins."))

    history = History()

    class Meta:
        ordering = ["begins", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "code"],
                name="shift_code_once",
                violation_error_message=lazy("The calendar has a shift of this code already."),
            ),
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=[0, 1, 2, 3, 4, 5, 6]),
                name="shift_weekdays_known",
                violation_error_message=lazy("Days of the week are 0 (Monday) to 6 (Sunday)."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_from__lte=F("valid_to")),
                name="shift_valid_in_order",
                violation_error_message=lazy("A shift's first day is not after its last."),
            ),
        ]

    def __str__(self) -> str:
        return _("{name} {begins} to {ends}").format(
            name=self.name, begins=f"{self.begins:%H:%M}", ends=f"{self.ends:%H:%M}"
        )


class ShiftBreak(Record):
    """A break within a shift, by the wall clock; after midnight it belongs to the shift's second day."""

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="breaks")
    name = models.CharField(max_length=40, default="Break")
    begins = models.TimeField()
    ends = models.TimeField()

    history = History()

    class Meta:
        ordering = ["begins"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(begins=F("ends")),
                name="shift_break_has_length",
                violation_error_message=lazy("A break ends after it begins."),
            )
        ]

    def __str__(self) -> str:
        return _("{name} {begins} to {ends}").format(
            name=self.name, begins=f"{self.begins:%H:%M}", ends=f"{self.ends:%H:%M}"
        )


class CalendarException(Record):
    """A day that is different: closed, other hours instead of the shifts, or overtime on top.

    work_center: only for this one of the calendar's; None: for all of them.
    """

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="exceptions")
    work_center = models.ForeignKey(
        WorkCenter, on_delete=models.PROTECT, null=True, blank=True, related_name="calendar_exceptions"
    )
    date = models.DateField()
    kind = models.CharField(max_length=8, choices=CalendarChange)
    name = models.CharField(max_length=60)
    begins = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)

    history = History()

    class Meta:
        ordering = ["date", "begins"]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(kind=CalendarChange.CLOSED), Q(begins__isnull=True, ends__isnull=True))
                & (Q(begins__isnull=True, ends__isnull=True) | Q(begins__isnull=False, ends__isnull=False)),
                name="calendar_exception_hours",
                violation_error_message=lazy("Hours and overtime say from when to when; a closed day has no hours."),
            ),
            models.UniqueConstraint(
                fields=["calendar", "work_center", "date", "kind", "begins"],
                name="calendar_exception_once",
                nulls_distinct=False,
                violation_error_message=lazy("The calendar says this of the day already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{date_format(self.date, 'd M Y')}: {self.get_kind_display().lower()}, {self.name}"
