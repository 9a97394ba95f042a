"""Shifts as real time: in every time zone there is, over every change of the clocks."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from equipment.calendars.spans import (
    DifferentDay,
    Hours,
    NeverWorks,
    Timetable,
    WeeklyShift,
    add_working_time,
    first_overlap,
    moment_of,
    shift_at,
    shifts_between,
    shifts_on,
    working_time,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = sorted(zoneinfo.available_timezones())
VIENNA = zoneinfo.ZoneInfo("Europe/Vienna")
EVERY_DAY = frozenset(range(7))


def at(text: str) -> time:
    return time.fromisoformat(text)


def shift(code: str, begins: str, ends: str, *breaks: tuple[str, str], **more) -> WeeklyShift:
    pauses = tuple(Hours(at(since), at(until), "Break") for since, until in breaks)
    return WeeklyShift(code, code.title(), Hours(at(begins), at(ends)), more.pop("weekdays", EVERY_DAY), pauses, **more)


def three_shifts(zone: zoneinfo.ZoneInfo, turns=("06:00", "14:00", "22:00")) -> Timetable:
    """Round the clock, in three shifts that adjoin on the wall."""
    ends = [*turns[1:], turns[0]]
    codes = ("EARLY", "LATE", "NIGHT")
    return Timetable(zone, tuple(shift(c, b, e) for c, b, e in zip(codes, turns, ends, strict=True)))


zones = st.sampled_from(ZONES).map(zoneinfo.ZoneInfo)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))
# A turn of shifts at any quarter of an hour, so that changes of the clocks fall before, into and after it.
quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
turns = st.lists(quarters, min_size=3, max_size=3, unique=True).map(
    lambda times: tuple(f"{each:%H:%M}" for each in sorted(times))
)


def changes_of_clocks(zone: zoneinfo.ZoneInfo, year: int) -> list[datetime]:
    """The moments of a year at which the zone's clock jumps, found by looking at every day and then every minute."""

    def jumps(begin: datetime, step: timedelta, count: int) -> list[datetime]:
        offsets = [(begin + n * step).astimezone(zone).utcoffset() for n in range(count + 1)]
        return [begin + n * step for n in range(1, count + 1) if offsets[n] != offsets[n - 1]]

    days = jumps(datetime(year, 1, 1, tzinfo=UTC), DAY, 365)
    return [jump for day in days for jump in jumps(day - DAY, timedelta(minutes=1), 1440)]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 6, 1), 8)])
def test_a_night_shift_of_eight_hours_takes_seven_in_spring_and_nine_in_autumn(day, hours):
    noon = datetime.combine(day, time(10), UTC)
    early, late, night = shifts_between(three_shifts(VIENNA), noon, noon + 12 * HOUR)
    assert (early.code, late.code, night.code, night.date) == ("EARLY", "LATE", "NIGHT", day)
    assert night.duration == hours * HOUR
    assert night.ends_at.astimezone(VIENNA).time() == at("06:00")


def test_in_every_zone_the_shift_over_a_change_is_as_much_longer_or_shorter_as_the_clocks_jump():
    seen = set()
    for zone in map(zoneinfo.ZoneInfo, ZONES):
        for jump in changes_of_clocks(zone, 2026):
            before, after = (jump - HOUR / 4).astimezone(zone).utcoffset(), jump.astimezone(zone).utcoffset()
            found = shifts_between(three_shifts(zone, ("05:00", "13:00", "21:00")), jump - HOUR, jump + HOUR)
            over = next(one for one in found if one.begins_at < jump <= one.ends_at)
            assert over.duration == 8 * HOUR + (before - after), (zone, jump)
            seen.add(over.duration / HOUR)
    assert {7, 9, 7.5, 8.5, 6, 10} <= seen  # Lord Howe jumps half an hour, Troll in Antarctica two


@given(zones, moments, moments, turns)
@example(
    zoneinfo.ZoneInfo("Pacific/Apia"),
    datetime(2011, 12, 29, tzinfo=UTC),
    datetime(2012, 1, 2, tzinfo=UTC),
    ("06:00", "14:00", "22:00"),
)
@example(
    zoneinfo.ZoneInfo("Australia/Lord_Howe"),
    datetime(2026, 4, 1, tzinfo=UTC),
    datetime(2026, 4, 8, tzinfo=UTC),
    ("02:00", "02:15", "23:45"),
)
def test_adjoining_shifts_tile_real_time_and_their_minutes_are_its_span(zone, begin, end, turns):
    end = min(max(begin, end), begin + 400 * DAY) if end > begin else begin + 3 * DAY
    found = shifts_between(three_shifts(zone, turns), begin, end)
    assert all(before.ends_at == after.begins_at for before, after in pairwise(found))  # no hole, no overlap
    assert found[0].begins_at <= begin < found[0].ends_at
    assert found[-1].begins_at < end <= found[-1].ends_at
    assert sum((one.duration for one in found), timedelta(0)) == found[-1].ends_at - found[0].begins_at
    assert all(one.duration > timedelta(0) for one in found)


@given(zones, st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)), st.timedeltas(timedelta(0), 3 * DAY))
@example(VIENNA, datetime(2026, 3, 29, 2, 30), HOUR / 2)  # 02:30 does not exist, 03:00 is the moment of the jump
@example(VIENNA, datetime(2026, 3, 29, 2, 0, 0, 500), HOUR / 4)
def test_a_later_time_on_the_wall_is_never_an_earlier_moment(zone, wall, more):
    moment, later = moment_of(zone, wall), moment_of(zone, wall + more)
    assert moment <= later
    shown = moment.astimezone(zone).replace(tzinfo=None)
    assert shown >= wall  # it is this time or a later one,
    just_before = (moment - timedelta(microseconds=1)).astimezone(zone).replace(tzinfo=None)
    assert just_before < wall  # and the first such moment


def test_a_time_that_is_jumped_over_is_the_moment_of_the_jump_and_one_that_comes_twice_the_first():
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert {moment_of(VIENNA, datetime(2026, 3, 29, 2, minute)) for minute in (0, 1, 30, 59)} == {jump}
    assert moment_of(VIENNA, datetime(2026, 3, 29, 3, 0)) == jump
    assert moment_of(VIENNA, datetime(2026, 10, 25, 2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert moment_of(VIENNA, datetime(2026, 10, 25, 3, 0)) == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)


def test_a_date_that_a_zone_left_out_has_no_shifts():
    apia = three_shifts(zoneinfo.ZoneInfo("Pacific/Apia"))
    begin = datetime(2011, 12, 28, tzinfo=UTC)
    dates = {one.date for one in shifts_between(apia, begin, begin + 6 * DAY) if one.code == "EARLY"}
    assert date(2011, 12, 30) not in dates
    assert {date(2011, 12, 29), date(2011, 12, 31)} <= dates


BREAKS = Timetable(
    VIENNA,
    (
        shift("EARLY", "06:00", "14:00", ("09:00", "09:15"), ("11:30", "12:00"), weekdays=frozenset(range(5))),
        shift("NIGHT", "22:00", "06:00", ("23:50", "00:10"), ("02:15", "02:45"), weekdays=frozenset(range(5))),
    ),
)


def test_breaks_are_taken_off_also_past_midnight_and_vanish_with_the_hour_they_were_in():
    tuesday = datetime(2026, 6, 2, 20, 30, tzinfo=UTC)
    night = shift_at(BREAKS, tuesday)
    assert [(b.begins_at.astimezone(VIENNA).hour, b.ends_at - b.begins_at) for b in night.breaks] == [
        (23, timedelta(minutes=20)),
        (2, timedelta(minutes=30)),
    ]
    assert night.working_time == 8 * HOUR - timedelta(minutes=50)
    saturday = Timetable(VIENNA, (shift("NIGHT", "22:00", "06:00", ("02:15", "02:45")),))
    spring = shift_at(saturday, datetime(2026, 3, 28, 23, 0, tzinfo=UTC))
    assert (spring.breaks, spring.working_time) == ((), 7 * HOUR)


@settings(max_examples=60)
@given(zones, moments, st.lists(st.timedeltas(timedelta(0), 20 * DAY), min_size=2, max_size=2))
def test_working_time_is_additive(zone, begin, steps):
    timetable = Timetable(zone, BREAKS.shifts)
    middle, end = begin + steps[0], begin + steps[0] + steps[1]
    whole = working_time(timetable, begin, end)
    assert whole == working_time(timetable, begin, middle) + working_time(timetable, middle, end)
    assert timedelta(0) <= whole <= end - begin


@settings(max_examples=60)
@given(zones, moments, st.timedeltas(timedelta(0), timedelta(hours=200)))
def test_adding_working_time_is_the_inverse_of_measuring_it(zone, begin, span):
    timetable = Timetable(zone, BREAKS.shifts)
    end = add_working_time(timetable, begin, span)
    assert working_time(timetable, begin, end) == span
    if span:  # and it is the first such moment
        assert working_time(timetable, begin, end - timedelta(microseconds=1)) < span


def test_working_time_that_never_comes_is_said_and_not_waited_for():
    with pytest.raises(NeverWorks):
        add_working_time(Timetable(VIENNA, ()), datetime(2026, 1, 1, tzinfo=UTC), HOUR)
    with pytest.raises(ValueError, match="not taken away"):
        add_working_time(BREAKS, datetime(2026, 1, 1, tzinfo=UTC), -HOUR)


WEDNESDAY = date(2026, 6, 3)


def day_with(*days: DifferentDay) -> list[tuple[str, str]]:
    found = shifts_on(Timetable(VIENNA, three_shifts(VIENNA).shifts, days), WEDNESDAY)
    return [(one.code, f"{one.begins:%H:%M}") for one in found]


def said(kind: str, hours: str = "", *, own: bool = False) -> DifferentDay:
    times = Hours(*map(at, hours.split("-"))) if hours else None
    return DifferentDay(WEDNESDAY, kind, kind.title(), times, own)


WEEK = [("EARLY", "06:00"), ("LATE", "14:00"), ("NIGHT", "22:00")]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], WEEK),
        ([said("CLOSED")], []),
        ([said("HOURS", "08:00-12:00")], [("HOURS", "08:00")]),
        ([said("OVERTIME", "05:00-06:00")], [("OVERTIME", "05:00"), *WEEK]),
        ([said("CLOSED"), said("OVERTIME", "05:00-06:00")], [("OVERTIME", "05:00")]),
        ([said("CLOSED"), said("HOURS", "08:00-12:00", own=True)], [("HOURS", "08:00")]),
        ([said("HOURS", "08:00-12:00"), said("CLOSED", own=True)], []),
        ([said("CLOSED"), said("OVERTIME", "05:00-06:00", own=True)], [("OVERTIME", "05:00")]),
        ([said("OVERTIME", "05:00-06:00"), said("CLOSED", own=True)], []),
        ([said("CLOSED"), said("HOURS", "08:00-12:00")], []),
    ],
)
def test_a_different_day_replaces_or_adds_and_the_work_centers_own_goes_first(days, expected):
    assert day_with(*days) == expected


def test_a_closed_day_does_not_end_the_night_shift_of_the_day_before():
    timetable = Timetable(VIENNA, three_shifts(VIENNA).shifts, (said("CLOSED"),))
    at_three = datetime(2026, 6, 3, 1, 0, tzinfo=UTC)
    assert shift_at(timetable, at_three).date == date(2026, 6, 2)
    assert shift_at(timetable, at_three + 4 * HOUR) is None


def test_a_shift_is_valid_from_its_first_to_its_last_day():
    timetable = Timetable(VIENNA, (shift("DAY", "08:00", "16:00", valid_from=date(2026, 6, 2), valid_to=WEDNESDAY),))
    begin = datetime(2026, 5, 1, tzinfo=UTC)
    assert [s.date for s in shifts_between(timetable, begin, begin + 60 * DAY)] == [date(2026, 6, 2), WEDNESDAY]


@pytest.mark.parametrize(
    ("shifts", "days", "expected"),
    [
        ([("A", "06:00", "14:00", {}), ("B", "14:00", "22:00", {})], [], None),
        ([("A", "06:00", "14:30", {}), ("B", "14:00", "22:00", {})], [], ("A", "B")),
        ([("A", "22:00", "06:30", {}), ("B", "06:00", "14:00", {})], [], ("A", "B")),
        ([("A", "06:00", "06:00", {}), ("B", "05:00", "06:00", {"weekdays": frozenset({3})})], [], ("A", "B")),
        # Sunday night into Monday morning, over the turn of the week
        (
            [
                ("A", "22:00", "07:00", {"weekdays": frozenset({6})}),
                ("B", "06:00", "14:00", {"weekdays": frozenset({0})}),
            ],
            [],
            ("A", "B"),
        ),
        # years ahead, when the second becomes valid
        (
            [("A", "06:00", "14:00", {}), ("B", "13:00", "15:00", {"valid_from": date(2031, 5, 5)})],
            [],
            ("A", "B"),
        ),
        (
            [
                ("A", "06:00", "14:00", {"valid_to": date(2026, 6, 30)}),
                ("B", "13:00", "15:00", {"valid_from": date(2026, 7, 1)}),
            ],
            [],
            None,
        ),
        ([("A", "06:00", "14:00", {})], [said("OVERTIME", "13:00-15:00")], ("A", "OVERTIME")),
        ([("A", "06:00", "14:00", {})], [said("OVERTIME", "14:00-16:00")], None),
        # over and done with before the day asked about
        ([("A", "06:00", "14:00", {}), ("B", "13:00", "15:00", {"valid_to": date(2026, 5, 1)})], [], None),
    ],
)
def test_shifts_that_overlap_are_found_however_far_ahead(shifts, days, expected):
    made = tuple(shift(code, begins, ends, **more) for code, begins, ends, more in shifts)
    found = first_overlap(Timetable(VIENNA, made, tuple(days)), on=date(2026, 6, 1))
    assert (found and (found[0].code, found[1].code)) == expected


def test_the_end_of_the_calendar_of_the_computer_breaks_nothing():
    made = shift("A", "06:00", "14:00", valid_from=date.min, valid_to=date.max)
    last = DifferentDay(date.max, "CLOSED", "The end")
    assert first_overlap(Timetable(VIENNA, (made,), (last,)), on=date(2026, 6, 1)) is None
