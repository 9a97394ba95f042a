"""Shifts as real time, from what is said in wall-clock time. Pure: frozen values in, moments in UTC out.

One rule takes a time on the wall to a moment, for begins and ends alike: *the first moment at which the site's clock
shows this time or a later one*. So a time that the clocks jump over in spring is the moment of the jump, and one that
comes twice in autumn is the first of the two. A later time on the wall is never an earlier moment; hence shifts that
adjoin on the wall adjoin in real time, and shifts that do not overlap on the wall do not overlap at all.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import floor
from zoneinfo import ZoneInfo

from equipment.status import CalendarChange

_DAY = timedelta(days=1)
# A shift lasts a day at most, and some zones have left out a whole date: so much earlier can begin what still runs.
_REACH = 2 * _DAY
HORIZON = timedelta(days=3 * 366)
_LAST = date.max - HORIZON


class NeverWorks(LookupError):
    """There is not that much working time in the three years after the moment."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when on the wall; an end that is not after the begin is on the next day."""

    begins: time
    ends: time
    name: str = ""


@dataclass(frozen=True, slots=True)
class WeeklyShift:
    """A shift on some weekdays (0 Monday), those on which it begins, from valid_from to valid_to."""

    code: str
    name: str
    hours: Hours
    weekdays: frozenset[int]
    breaks: tuple[Hours, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

    def begins_on(self, day: date) -> bool:
        return (
            day.weekday() in self.weekdays
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class DifferentDay:
    """A date that is not as the week says. is_own: said of this work center alone, which goes before what all have."""

    date: date
    kind: str
    name: str
    hours: Hours | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Timetable:
    """All that is known of when one work center works."""

    zone: ZoneInfo
    shifts: tuple[WeeklyShift, ...]
    days: tuple[DifferentDay, ...] = ()


@dataclass(frozen=True, slots=True)
class WallShift:
    """A shift on the wall: naive times. change: the CalendarChange that put it there, empty for one of the week."""

    code: str
    name: str
    date: date
    begins: datetime
    ends: datetime
    breaks: tuple[tuple[datetime, datetime, str], ...] = ()
    change: str = ""


@dataclass(frozen=True, slots=True)
class BreakSpan:
    """A break as real time, in UTC."""

    name: str
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ShiftSpan:
    """A shift as real time, in UTC. date: on which it begins at the site, by which people call it."""

    code: str
    name: str
    date: date
    begins_at: datetime
    ends_at: datetime
    breaks: tuple[BreakSpan, ...] = ()
    change: str = ""

    @property
    def duration(self) -> timedelta:
        return self.ends_at - self.begins_at

    @property
    def working_time(self) -> timedelta:
        """What is left of it without its breaks."""
        return sum((ends - begins for begins, ends in self.worked()), timedelta(0))

    def worked(self) -> Iterator[tuple[datetime, datetime]]:
        """The parts between its breaks, in order."""
        since = self.begins_at
        for pause in self.breaks:
            if pause.begins_at > since:
                yield since, pause.begins_at
            since = max(since, pause.ends_at)
        if since < self.ends_at:
            yield since, self.ends_at


def moment_of(zone: ZoneInfo, wall: datetime) -> datetime:
    """The first moment, in UTC, at which the zone's clock shows this naive time or a later one."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment  # one that comes twice is read as the first (fold 0)
    # The clocks jump over it. Read with fold 1 it is before the jump, with fold 0 after it; they jump at whole seconds.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    seconds = range(floor(before.timestamp()), floor(moment.timestamp()) + 1)
    jump = bisect_left(
        seconds, True, key=lambda second: datetime.fromtimestamp(second, zone).replace(tzinfo=None) >= wall
    )
    return datetime.fromtimestamp(seconds[jump], UTC)


def shifts_on(timetable: Timetable, day: date) -> list[WallShift]:
    """The shifts that begin on this date, on the wall, in order.

    A closed day has none, other hours take the place of the week's, overtime comes on top. What is said of the work
    center alone that it is closed or has other hours goes before all that is said of every work center.
    """
    said = [one for one in timetable.days if one.date == day]
    if any(one.is_own and one.kind != CalendarChange.OVERTIME for one in said):
        said = [one for one in said if one.is_own]
    kinds = {one.kind for one in said}
    found = []
    if not kinds & {CalendarChange.CLOSED, CalendarChange.HOURS}:
        found = [_of_the_week(shift, day) for shift in timetable.shifts if shift.begins_on(day)]
    for one in said:
        is_closed = one.kind == CalendarChange.HOURS and CalendarChange.CLOSED in kinds
        if one.hours is not None and not is_closed:
            begins, ends = _on(day, one.hours)
            found.append(WallShift(str(one.kind), one.name, day, begins, ends, change=str(one.kind)))
    return sorted(found, key=lambda shift: (shift.begins, shift.ends))


def shifts_between(timetable: Timetable, begin: datetime, end: datetime) -> list[ShiftSpan]:
    """Every shift of which some part lies from begin to end, whole, in order."""
    found = []
    for span in _spans_from(timetable, begin):
        if span.begins_at >= end:
            break
        found.append(span)
    return found


def shift_at(timetable: Timetable, moment: datetime) -> ShiftSpan | None:
    """The shift that runs at the moment; at a change of shifts the one that begins."""
    return next(iter(shifts_between(timetable, moment, moment + timedelta(microseconds=1))), None)


def working_time(timetable: Timetable, begin: datetime, end: datetime) -> timedelta:
    """How long is worked from begin to end, without breaks."""
    total = timedelta(0)
    for since, until in _worked_from(timetable, begin):
        if since >= end:
            break
        total += min(until, end) - since
    return total


def add_working_time(timetable: Timetable, moment: datetime, span: timedelta) -> datetime:
    """The first moment by which so much has been worked since `moment`: the inverse of working_time.

    Raises NeverWorks, and ValueError for less than nothing.
    """
    if span < timedelta(0):
        raise ValueError("Working time is added, not taken away.")
    if not span:
        return moment
    left = span
    for since, until in _worked_from(timetable, moment):
        if until - since >= left:
            return since + left
        left -= until - since
    raise NeverWorks(f"There is no working time of {span} within three years from {moment}.")


def first_overlap(timetable: Timetable, *, on: date) -> tuple[WallShift, WallShift] | None:
    """Two shifts that overlap, the first such on or after this date, however far ahead.

    The week repeats between the dates at which shifts begin or cease to be valid, and differs on single days: so a
    week from each such date and the days around each different one are all there is to look at.
    """
    changes = {on, *(shift.valid_from for shift in timetable.shifts if shift.valid_from)}
    changes |= {shift.valid_to + _DAY for shift in timetable.shifts if shift.valid_to and shift.valid_to < _LAST}
    days = {change + n * _DAY for change in changes if on <= change < _LAST for n in range(-1, 9)}
    days |= {one.date + n * _DAY for one in timetable.days if on <= one.date < _LAST for n in (-1, 0, 1)}
    found = [shift for day in sorted(days) for shift in shifts_on(timetable, day)]
    return next(((a, b) for a, b in pairwise(found) if b.begins < a.ends), None)


def _on(day: date, hours: Hours) -> tuple[datetime, datetime]:
    begins = datetime.combine(day, hours.begins)
    ends = datetime.combine(day, hours.ends)
    return begins, ends if ends > begins else ends + _DAY


def _of_the_week(shift: WeeklyShift, day: date) -> WallShift:
    begins, ends = _on(day, shift.hours)
    breaks = []
    for pause in shift.breaks:
        # By the wall a break before the shift's begin can only be that of the second day.
        since, until = _on(day if pause.begins >= shift.hours.begins else day + _DAY, pause)
        breaks.append((since, until, pause.name))
    return WallShift(shift.code, shift.name, day, begins, ends, tuple(sorted(breaks)))


def _span(zone: ZoneInfo, wall: WallShift) -> ShiftSpan:
    begins_at, ends_at = moment_of(zone, wall.begins), moment_of(zone, wall.ends)
    breaks = []
    for since, until, name in wall.breaks:
        pause = BreakSpan(name, max(moment_of(zone, since), begins_at), min(moment_of(zone, until), ends_at))
        if pause.begins_at < pause.ends_at:  # the clocks may have jumped over it
            breaks.append(pause)
    return ShiftSpan(wall.code, wall.name, wall.date, begins_at, ends_at, tuple(breaks), wall.change)


def _spans_from(timetable: Timetable, moment: datetime) -> Iterator[ShiftSpan]:
    """Every shift that is not over at the moment, in order, to the horizon."""
    day = (moment.astimezone(timetable.zone) - _REACH).date()
    for _ in range((HORIZON + _REACH).days):
        for wall in shifts_on(timetable, day):
            span = _span(timetable.zone, wall)
            if span.ends_at > max(moment, span.begins_at):
                yield span
        day += _DAY


def _worked_from(timetable: Timetable, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The working time from the moment on, in parts that do not overlap, whatever the shifts do."""
    for span in _spans_from(timetable, moment):
        for since, until in span.worked():
            if until > moment:
                yield max(since, moment), until
                moment = until
