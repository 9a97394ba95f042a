"""Calendars in the administration pages: shifts, their breaks and the different days on one page."""

import re
from datetime import time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.admin import OfYourSites
from equipment.calendars.policies import check_calendar
from equipment.models import Calendar, CalendarException, Shift, ShiftBreak, WorkCenter
from equipment.queries import sites_of
from mes.kernel.audit.admin import PlainChoices, RecordAdmin

_BREAK = re.compile(r"(?:(?P<name>[^\d,;]*?)\s*)(?P<begins>\d{1,2}:\d{2})\s*(?:-|–|to)\s*(?P<ends>\d{1,2}:\d{2})")
_MOST_BREAKS = 12


class BreaksField(forms.CharField):
    """Breaks as one writes them: 09:00-09:15, Lunch 11:30-12:00."""

    def __init__(self) -> None:
        super().__init__(
            label=lazy("Breaks"),
            required=False,
            max_length=400,
            help_text=lazy("Such as: 09:00-09:15, Lunch 11:30-12:00"),
        )
        self.widget.attrs.update(size=24, placeholder=lazy("09:00-09:15, Lunch 11:30-12:00"))

    def clean(self, value: Any) -> list[tuple[str, time, time]]:
        parts = [part.strip() for part in re.split("[,;]", super().clean(value)) if part.strip()]
        if len(parts) > _MOST_BREAKS:
            raise ValidationError(_("A shift has at most {count} breaks.").format(count=_MOST_BREAKS))
        return [self._break(part) for part in parts]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or "") != (data or "").strip()

    def _break(self, part: str) -> tuple[str, time, time]:
        found = _BREAK.fullmatch(part)
        if found is None:
            raise ValidationError(
                _("“{part}” is not a break: write it like 09:00-09:15 or Lunch 11:30-12:00.").format(part=part)
            )
        name = found["name"].strip() or "Break"
        if len(name) > ShiftBreak._meta.get_field("name").max_length:
            raise ValidationError(_("“{name}” is too long for the name of a break.").format(name=name))
        try:
            begins, ends = (time.fromisoformat(found[which].zfill(5)) for which in ("begins", "ends"))
        except ValueError:
            raise ValidationError(_("“{part}” has a time that no clock shows.").format(part=part)) from None
        if begins == ends:
            raise ValidationError(_("“{part}” has no length.").format(part=part))
        return name, begins, ends


def written(breaks: Any) -> str:
    """Stored breaks as BreaksField reads them."""
    named = ((f"{one.name} " if one.name != "Break" else "", one) for one in breaks)
    return ", ".join(f"{name}{one.begins:%H:%M}-{one.ends:%H:%M}" for name, one in named)


class ClockInput(forms.TimeInput):
    """A time on the wall, to the minute, in 24 hours whatever the browser's language."""

    def __init__(self) -> None:
        super().__init__(format="%H:%M", attrs={"class": "clock", "size": 5})


class ShiftForm(forms.ModelForm):
    """A shift on one line, with its breaks as text and its days as boxes."""

    weekdays = forms.TypedMultipleChoiceField(
        label=lazy("Weekdays"),
        choices=list(WEEKDAYS_ABBR.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "days"}),
    )
    breaks = BreaksField()

    class Meta:
        model = Shift
        fields = ("code", "name", "weekdays", "begins", "ends", "breaks", "valid_from", "valid_to")
        widgets = {
            "code": forms.TextInput(attrs={"size": 9}),
            "name": forms.TextInput(attrs={"size": 12}),
            "begins": ClockInput(),
            "ends": ClockInput(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["breaks"] = written(self.instance.breaks.all())

    def _save_m2m(self) -> None:
        """The breaks, with the shift: those that are no longer written go, those that are new come."""
        super()._save_m2m()
        wanted = set(self.cleaned_data["breaks"])
        for one in self.instance.breaks.all():
            if (known := (one.name, one.begins, one.ends)) in wanted:
                wanted.remove(known)
            else:
                one.delete()
        for name, begins, ends in sorted(wanted, key=lambda one: one[1:]):
            ShiftBreak.objects.create(shift=self.instance, name=name, begins=begins, ends=ends)


class ShiftInline(PlainChoices, admin.TabularInline):
    model = Shift
    form = ShiftForm
    extra = 0
    verbose_name_plural = lazy("shifts of the week; one that does not end after it begins ends on the next day")
    readonly = ("code", "name", "days", "begins", "ends", "pauses", "valid_from", "valid_to")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ShiftForm.Meta.fields if self.has_change_permission(request, obj) else self.readonly

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if self.has_change_permission(request, obj) else self.readonly

    @admin.display(description=lazy("weekdays"))
    def days(self, shift: Shift) -> str:
        return " ".join(str(WEEKDAYS_ABBR[day]) for day in sorted(shift.weekdays))

    @admin.display(description=lazy("breaks"))
    def pauses(self, shift: Shift) -> str:
        return written(shift.breaks.all()) or "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shift]:
        return super().get_queryset(request).prefetch_related("breaks")


class ExceptionForm(forms.ModelForm):
    class Meta:
        model = CalendarException
        fields = ("date", "kind", "name", "begins", "ends", "work_center")
        widgets = {"begins": ClockInput(), "ends": ClockInput()}


class ExceptionInline(PlainChoices, admin.TabularInline):
    """The different days that come (a site may be a day behind UTC); what is past stays as it was."""

    model = CalendarException
    form = ExceptionForm
    extra = 0
    verbose_name = lazy("different day")
    verbose_name_plural = lazy("different days that come: closed, other hours instead of the shifts, overtime on top")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarException]:
        return super().get_queryset(request).filter(date__gte=timezone.now().date() - timedelta(days=1))

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is WorkCenter:
            kwargs["queryset"] = WorkCenter.objects.filter(site__in=sites_of(request.user), calendar__isnull=False)
            kwargs["empty_label"] = _("all that keep the calendar")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Calendar)
class CalendarAdmin(OfYourSites, RecordAdmin):
    """Kept only when no shifts overlap, now or later, at any work center that keeps it."""

    list_display = ("name", "code", "site", "kept_by")
    list_select_related = ("site",)
    search_fields = ("name", "code")
    readonly_fields = ("kept_by",)
    inlines = (ShiftInline, ExceptionInline)

    class Media:
        css = {"all": ("css/calendar.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Calendar]:
        return super().get_queryset(request).prefetch_related("work_centers")

    def get_readonly_fields(self, request: HttpRequest, obj: Calendar | None = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(("site",) if obj else ()))

    @admin.display(description=lazy("kept by"))
    def kept_by(self, calendar: Calendar) -> str:
        if calendar._state.adding:
            return "–"
        return ", ".join(center.name for center in calendar.work_centers.all()) or _("no work center yet")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        calendar = form.instance
        check_calendar(calendar, on=calendar.site.local(timezone.now()).date())
