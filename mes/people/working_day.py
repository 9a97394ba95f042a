"""Which part of which day people's time is looked at for: the whole day at a site, or one of its shifts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet

from equipment.calendars.queries import timetables_of
from equipment.calendars.spans import ShiftSpan, shifts_between
from equipment.models import Site, WorkCenter
from mes.kernel.prepared import prepared


@dataclass(frozen=True)
class WorkingDay:
    """begin, end: what is looked at. shift: the one chosen, None: the whole day. shifts: those that begin that day."""

    site: Site
    day: date
    shifts: Sequence[ShiftSpan]
    shift: ShiftSpan | None

    @property
    def begin(self) -> datetime:
        return self.shift.begins_at if self.shift else _midnight(self.site, self.day)

    @property
    def end(self) -> datetime:
        return self.shift.ends_at if self.shift else _midnight(self.site, self.day + timedelta(days=1))

    @property
    def day_before(self) -> date:
        return self.day - timedelta(days=1)

    @property
    def day_after(self) -> date:
        return self.day + timedelta(days=1)


def working_day(site: Site, day: date, shift: str = "") -> WorkingDay:
    """The day, or its shift of this code, where there is one. Of several work centers the same shift counts once."""
    centers = _centers_at(site.pk)
    begin, end = _midnight(site, day), _midnight(site, day + timedelta(days=1))
    found: dict[str, ShiftSpan] = {}
    for timetable in timetables_of(centers).values():
        for span in shifts_between(timetable, begin, end):
            if span.begins_at >= begin:
                found.setdefault(span.code, span)
    shifts = sorted(found.values(), key=lambda span: span.begins_at)
    return WorkingDay(site, day, shifts, found.get(shift))


@prepared
def _centers_at(site: UUID) -> QuerySet[WorkCenter]:
    return WorkCenter.objects.filter(site=site).select_related("site")


def _midnight(site: Site, day: date) -> datetime:
    return datetime.combine(day, time(), site.zone)
