"""The calendar as the office sees it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from equipment.calendars.spans import DifferentDay, Hours, Timetable, WeeklyShift
from equipment.models import Calendar, CalendarException, Shift, ShiftBreak, WorkCenter
from mes.boards.calendar_drawing import WIDTH, draw_week, hours_of

VIENNA = ZoneInfo("Europe/Vienna")
NIGHT = WeeklyShift(
    "NIGHT", "Night", Hours(time(22), time(6)), frozenset(range(7)), (Hours(time(1), time(1, 30), "Tea"),)
)
JUNE, SPRING, AUTUMN = date(2026, 6, 1), date(2026, 3, 23), date(2026, 10, 19)


def drawn(monday: date, *days: DifferentDay, now=datetime(2026, 1, 1, tzinfo=UTC)):
    return draw_week(Timetable(VIENNA, (NIGHT,), days), monday, now)


def test_a_week_is_as_wide_as_it_is_and_its_days_as_long_as_they_are():
    for monday, change in [(JUNE, ""), (SPRING, "-1 h"), (AUTUMN, "+1 h")]:
        strip = drawn(monday)
        assert sum(day.width for day in strip.days) == pytest.approx(WIDTH, abs=0.5)
        assert [day.change for day in strip.days] == [""] * 6 + [change]
    sunday, monday = drawn(SPRING).days[6], drawn(SPRING).days[0]
    assert sunday.width / monday.width == pytest.approx(23 / 24, abs=0.01)


def test_bars_are_where_the_shifts_are():
    strip = drawn(JUNE)
    assert len(strip.bars) == 8  # Sunday's night before, which ends in this week, and seven that begin in it
    first, second = strip.bars[:2]
    assert (first.x, first.width) == (0, pytest.approx(WIDTH * 6 / 168, abs=0.1))
    assert second.x == pytest.approx(WIDTH * 22 / 168, abs=0.1)
    assert second.pauses == ((pytest.approx(WIDTH * 25 / 168, abs=0.1), pytest.approx(WIDTH * 0.5 / 168, abs=0.1)),)
    assert second.words == "Night, Mon 1 Jun, 22:00 to 06:00, 7:30 h"
    assert strip.worked == timedelta(hours=7.5 * 7)
    assert drawn(SPRING).worked == timedelta(hours=7.5 * 7 - 1)


def test_a_closed_day_says_why_and_the_present_is_marked_in_its_own_week():
    wednesday = JUNE + timedelta(days=2)
    closed = DifferentDay(wednesday, "CLOSED", "Corpus Christi")
    own = DifferentDay(wednesday, "CLOSED", "Repair", is_own=True)
    assert [day.note for day in drawn(JUNE, closed, own).days] == ["", "", "Repair", "", "", "", ""]
    assert drawn(JUNE).now_x is None
    assert drawn(JUNE, now=datetime(2026, 6, 4, 10, tzinfo=UTC)).now_x == pytest.approx(WIDTH / 2)


def test_hours_are_written_as_hours_and_minutes():
    assert [hours_of(timedelta(hours=h)) for h in (0, 7.5, 37.75, 120)] == ["0:00", "7:30", "37:45", "120:00"]


@pytest.fixture
def calendar(plant) -> Calendar:
    made = Calendar.objects.create(site=plant.site, code="THREE", name="Three shifts")
    for code, begins, ends in [("EARLY", 6, 14), ("LATE", 14, 22), ("NIGHT", 22, 6)]:
        shift = Shift.objects.create(
            calendar=made, code=code, name=code.title(), weekdays=[0, 1, 2, 3, 4], begins=time(begins), ends=time(ends)
        )
        ShiftBreak.objects.create(shift=shift, begins=time((begins + 4) % 24), ends=time((begins + 4) % 24, 30))
    WorkCenter.objects.filter(code="LINE-1").update(calendar=made)
    return made


def centers(plant, count: int, calendar: Calendar | None = None) -> None:
    WorkCenter.objects.bulk_create(
        WorkCenter(site=plant.site, code=f"C{n:02}", name=f"Cell {n}", calendar=calendar) for n in range(count)
    )


def test_the_week_shows_every_work_center_and_says_where_nobody_knows(plant, ines, calendar):
    centers(plant, 1)
    page = ines.get("/calendar/").content.decode()
    assert "Line 1: 16 shifts" in page or "Line 1: 15 shifts" in page
    assert "It keeps no calendar, so nobody knows." in page
    assert "112:30" in page


def test_another_week_is_asked_for_by_a_date_in_it_and_nonsense_shows_this_week(plant, ines, calendar):
    assert ines.get("/calendar/?week=2027-01-06").context["monday"] == date(2027, 1, 4)
    today = timezone.now().date()
    for nonsense in ("x", "0001-01-01", "9999-12-31", "2027-13-01", "%00"):
        answer = ines.get(f"/calendar/?week={nonsense}")
        assert answer.context["monday"] == today - timedelta(days=today.weekday())


def test_the_weeks_ahead_of_one_list_its_shifts_with_what_is_special(plant, ines, calendar):
    CalendarException.objects.create(
        calendar=calendar, date=date(2027, 3, 27), kind="OVERTIME", name="Order 7", begins=time(22), ends=time(6)
    )
    page = ines.get("/calendar/NF/LINE-1/?week=2027-03-22")
    row = next(row for row in page.context["shifts"] if row["shift"].change)
    assert (row["length"], row["clocks"]) == ("7:00", True)
    content = page.content.decode()
    assert "Order 7" in content
    assert "The clocks change" in content
    assert "-1 h" in content


def test_a_work_center_of_another_site_is_not_there(plant, ines):
    WorkCenter.objects.create(site=plant.elsewhere, code="FAR", name="Far")
    assert ines.get("/calendar/SF/FAR/").status_code == 404
    assert ines.get("/calendar/NF/NO-SUCH/").status_code == 404
    assert "Far" not in ines.get("/calendar/").content.decode()
    assert "Nobody knows when" in ines.get("/calendar/NF/LINE-1/").content.decode()


@pytest.mark.parametrize("count", [2, 20])
def test_the_week_costs_the_same_for_any_number_of_work_centers(
    plant, ines, calendar, count, django_assert_num_queries
):
    centers(plant, count, calendar)
    with django_assert_num_queries(8):  # session, person, sites, count, work centers; shifts, breaks, exceptions
        ines.get("/calendar/")
