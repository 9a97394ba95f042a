"""Timetables of work centers, brought from what is stored."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from equipment.calendars.spans import DifferentDay, Hours, ShiftSpan, Timetable, WeeklyShift, shift_at
from equipment.models import Calendar, CalendarException, Shift, WorkCenter


def find_calendars(sites: Collection[UUID]) -> QuerySet[Calendar]:
    """The calendars of these sites, with shifts, breaks, exceptions and the work centers that keep them."""
    parts = ("shifts__breaks", "exceptions__work_center", "work_centers")
    return Calendar.objects.filter(site__in=sites).select_related("site").prefetch_related(*parts)


def timetables_of(work_centers: Iterable[WorkCenter]) -> dict[UUID, Timetable]:
    """The timetable of each work center that keeps a calendar, by key.

    The work centers come with their site. Statements: three, whatever their number; none when nobody keeps one.
    """
    keeping = [center for center in work_centers if center.calendar_id]
    calendars = {center.calendar_id for center in keeping}
    if not calendars:
        return {}
    shifts: dict[UUID | None, list[WeeklyShift]] = {}
    for shift in Shift.objects.filter(calendar__in=calendars).prefetch_related("breaks"):
        shifts.setdefault(shift.calendar_id, []).append(weekly(shift))
    exceptions = list(CalendarException.objects.filter(calendar__in=calendars))
    return {
        center.pk: Timetable(
            center.site.zone,
            tuple(shifts.get(center.calendar_id, [])),
            tuple(
                different(one)
                for one in exceptions
                if one.calendar_id == center.calendar_id and one.work_center_id in (None, center.pk)
            ),
        )
        for center in keeping
    }


def timetable_of(work_center: WorkCenter) -> Timetable | None:
    """The timetable of one work center; None when it keeps no calendar, and so nobody knows."""
    return timetables_of([work_center]).get(work_center.pk)


def shift_of(work_center: WorkCenter, moment: datetime) -> ShiftSpan | None:
    """The shift that runs at a work center at the moment."""
    timetable = timetable_of(work_center)
    return shift_at(timetable, moment) if timetable else None


def weekly(shift: Shift) -> WeeklyShift:
    """A stored shift as the frozen value that is reckoned with. Asks for the shift's breaks."""
    return WeeklyShift(
        shift.code,
        shift.name,
        Hours(shift.begins, shift.ends),
        frozenset(shift.weekdays),
        tuple(Hours(pause.begins, pause.ends, pause.name) for pause in shift.breaks.all()),
        shift.valid_from,
        shift.valid_to,
    )


def different(exception: CalendarException) -> DifferentDay:
    """A stored exception as the frozen value that is reckoned with."""
    hours = Hours(exception.begins, exception.ends) if exception.begins and exception.ends else None
    return DifferentDay(exception.date, exception.kind, exception.name, hours, exception.work_center_id is not None)
