"""What a calendar has to be like before it is kept."""

from collections.abc import Iterable, Iterator
from datetime import date, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from equipment.calendars.queries import different, weekly
from equipment.calendars.spans import Timetable, WallShift, WeeklyShift, first_overlap, shifts_on
from equipment.models import Calendar, CalendarException
from equipment.status import CalendarChange
from mes.kernel.refusals import FieldError, InvalidInput

_UTC = ZoneInfo("UTC")  # what is compared on the wall needs no zone of its own
_MONDAY = date(2001, 1, 1)  # any Monday will do to lay a shift on the wall


class CalendarContradicts(InvalidInput):
    """Shifts of a calendar overlap, or what it says of a day contradicts itself."""


def check_calendar(calendar: Calendar, *, on: date) -> None:
    """Raise CalendarContradicts with every mistake in the calendar from this date on, as it is stored.

    What lies before is history, and not looked at. Statements: constant.
    """
    shifts = tuple(weekly(shift) for shift in calendar.shifts.prefetch_related("breaks"))
    exceptions = list(calendar.exceptions.filter(date__gte=on).select_related("work_center"))
    mistakes = [
        *(mistake for shift in shifts for mistake in _break_mistakes(shift)),
        *_exception_mistakes(calendar, exceptions),
        *_overlaps(calendar, shifts, exceptions, on),
    ]
    if mistakes:
        raise CalendarContradicts(
            _("{calendar} can't be kept like this.").format(calendar=calendar),
            do=_("Mend what is named, and save it again."),
            errors=mistakes,
        )


def _break_mistakes(shift: WeeklyShift) -> Iterator[FieldError]:
    where = _("shift {shift}").format(shift=shift.code)
    if not shift.weekdays:
        yield FieldError(where, _("It is on no day of the week."), _("Choose the days on which it begins."))
        return
    always = WeeklyShift(shift.code, shift.name, shift.hours, frozenset({0}), shift.breaks)
    (wall,) = shifts_on(Timetable(_UTC, (always,)), _MONDAY)
    for begins, ends, name in wall.breaks:
        if begins < wall.begins or ends > wall.ends:
            yield FieldError(
                where,
                _("{name} {hours} is not within the shift.").format(
                    name=name, hours=_from_to(begins.time(), ends.time())
                ),
                _("Put it within."),
            )
    for (_begins, ends, name), (begins, _ends, later) in pairwise(wall.breaks):
        if begins < ends:
            yield FieldError(
                where,
                _("{name} and {later} overlap.").format(name=name, later=later),
                _("Let one end before the other begins."),
            )


def _exception_mistakes(calendar: Calendar, exceptions: Iterable[CalendarException]) -> Iterator[FieldError]:
    kinds: dict[tuple[date, object], set[str]] = {}
    for one in exceptions:
        where = date_format(one.date, "d M Y")
        if one.work_center is not None and one.work_center.calendar_id != calendar.pk:
            yield FieldError(
                where,
                _("{work_center} does not keep this calendar.").format(work_center=one.work_center),
                _("Choose one that does, or none."),
            )
        kinds.setdefault((one.date, one.work_center_id), set()).add(one.kind)
    for (day, _center), said in kinds.items():
        if said >= {CalendarChange.CLOSED, CalendarChange.HOURS}:
            yield FieldError(
                date_format(day, "d M Y"), _("It is closed and has other hours."), _("Take one of them away.")
            )


def _overlaps(
    calendar: Calendar, shifts: tuple[WeeklyShift, ...], exceptions: list[CalendarException], on: date
) -> Iterator[FieldError]:
    """One for what all work centers have, and one for each that has days of its own."""
    centers = {one.work_center_id: one.work_center for one in exceptions if one.work_center_id}
    seen = set()
    for key in [None, *centers]:
        days = tuple(different(one) for one in exceptions if one.work_center_id in (None, key))
        found = first_overlap(Timetable(_UTC, shifts, days), on=on)
        if found and found not in seen:
            seen.add(found)
            first, second = (_called(shift) for shift in found)
            if key:
                sentence = _("{second} begins while {first} still runs at {work_center}.").format(
                    second=second, first=first, work_center=centers[key]
                )
            else:
                sentence = _("{second} begins while {first} still runs.").format(second=second, first=first)
            yield FieldError(
                date_format(found[1].begins, "D d M Y"),
                sentence,
                _("Let one end when the other begins, or on other days."),
            )


def _called(shift: WallShift) -> str:
    return f"{shift.name} ({_from_to(shift.begins.time(), shift.ends.time())})"


def _from_to(begins: time, ends: time) -> str:
    return _("{begins} to {ends}").format(begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}")
