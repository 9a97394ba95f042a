"""A week of a work center as a strip: real time from left to right, so that a day of 23 hours is drawn shorter.

Pure; positions in viewBox units.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from equipment.calendars.spans import ShiftSpan, Timetable, moment_of, shifts_between, working_time
from equipment.status import CalendarChange

WIDTH, HEIGHT = 960, 40
_LETTER = 7.2  # width of one, about
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True)
class Bar:
    """A shift from x on. is_different: not of the week but said of the day. pauses: (x, width) of its breaks."""

    x: float
    width: float
    label: str
    words: str
    is_different: bool
    pauses: tuple[tuple[float, float], ...]

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True)
class DayMark:
    """A date from x on. note: what is different about it. change: hours by which it is longer (+) or shorter (-)."""

    date: date
    x: float
    width: float
    note: str
    change: str

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True)
class Strip:
    """A drawn week. now_x: where the present is, None in another week. worked: working time of the whole week."""

    monday: date
    days: list[DayMark]
    bars: list[Bar]
    now_x: float | None
    worked: timedelta

    width, height = WIDTH, HEIGHT

    @property
    def hours(self) -> str:
        return hours_of(self.worked)

    @property
    def next_monday(self) -> date:
        return self.monday + 7 * _DAY


def hours_of(span: timedelta) -> str:
    """A working time as hours and minutes, 37:30."""
    minutes = round(span.total_seconds() / 60)
    return f"{minutes // 60}:{minutes % 60:02}"


def monday_of(day: date) -> date:
    return day - day.weekday() * _DAY


def draw_week(timetable: Timetable, monday: date, now: datetime) -> Strip:
    """The seven days from this Monday on."""
    midnights = [moment_of(timetable.zone, datetime.combine(monday + n * _DAY, time())) for n in range(8)]
    begin, end = midnights[0], midnights[-1]

    def x(moment: datetime) -> float:
        return round(min(max((moment - begin) / (end - begin), 0), 1) * WIDTH, 1)

    days = [
        DayMark(
            monday + n * _DAY,
            x(midnights[n]),
            x(midnights[n + 1]) - x(midnights[n]),
            _note(timetable, monday + n * _DAY),
            _change(midnights[n + 1] - midnights[n]),
        )
        for n in range(7)
    ]
    bars = [_bar(timetable, shift, x) for shift in shifts_between(timetable, begin, end)]
    return Strip(monday, days, bars, x(now) if begin <= now < end else None, working_time(timetable, begin, end))


def _bar(timetable: Timetable, shift: ShiftSpan, x) -> Bar:
    left, right = x(shift.begins_at), x(shift.ends_at)
    begins, ends = (moment.astimezone(timetable.zone) for moment in (shift.begins_at, shift.ends_at))
    words = _("{shift}, {day}, {begins} to {ends}").format(
        shift=shift.name, day=formats.date_format(begins, "D j M"), begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}"
    )
    fitting = (text for text in (shift.name, shift.code, shift.code[:1]) if len(text) * _LETTER + 6 <= right - left)
    return Bar(
        left,
        round(right - left, 1),
        next(fitting, ""),
        f"{words}, {hours_of(shift.working_time)} h",
        bool(shift.change),
        tuple((x(p.begins_at), round(x(p.ends_at) - x(p.begins_at), 1)) for p in shift.breaks),
    )


def _note(timetable: Timetable, day: date) -> str:
    """Why the date is closed; what has hours of its own is drawn as a shift."""
    said = [one for one in timetable.days if one.date == day and one.kind == CalendarChange.CLOSED]
    return _most_specific(said)


def _most_specific(said: Iterable) -> str:
    return next((one.name for one in sorted(said, key=lambda one: not one.is_own)), "")


def _change(length: timedelta) -> str:
    return f"{(length - _DAY) / _HOUR:+g} h" if length != _DAY else ""
