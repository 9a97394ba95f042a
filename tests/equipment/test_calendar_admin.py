"""A calendar is edited on one page, and kept only when it makes sense."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from equipment.calendars.queries import timetable_of
from equipment.calendars.spans import shifts_on
from equipment.models import Calendar, CalendarException, Shift, ShiftBreak, WorkCenter
from mes.kernel.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

SOON = timezone.now().date() + timedelta(days=30)


@pytest.fixture
def line(plant) -> WorkCenter:
    return WorkCenter.objects.get(code="LINE-1")


def rows(prefix: str, *rows: dict, known: int = 0) -> dict[str, object]:
    """Rows of an inline, as its form posts them."""
    content = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": known}
    return content | {f"{prefix}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def shift(code: str, begins: str, ends: str, breaks: str = "", days=range(5), **more) -> dict[str, object]:
    return {
        "code": code,
        "name": code.title(),
        "weekdays": [str(day) for day in days],
        "begins": begins,
        "ends": ends,
        "breaks": breaks,
    } | more


def save(client, plant, shifts=(), days=(), *, calendar: Calendar | None = None, who="omar", known=(0, 0)):
    client.force_login(plant.people[who])
    page = "equipment_calendar_change" if calendar else "equipment_calendar_add"
    own = {"code": "TWO", "name": "Two shifts", "reason": "Spring plan"} | ({} if calendar else {"site": plant.site.pk})
    return client.post(
        reverse(f"admin:{page}", args=[calendar.pk] if calendar else []),
        own | rows("shifts", *shifts, known=known[0]) | rows("exceptions", *days, known=known[1]),
    )


EARLY = shift("EARLY", "06:00", "14:00", "9:00-9:15, Lunch 11:30 to 12:00")
LATE = shift("LATE", "14:00", "22:00")


def refused(answer) -> str:
    """What a save that was refused says; nothing of it is kept."""
    assert answer.status_code == 200
    assert not Shift.objects.exists()
    return answer.content.decode()


def test_a_calendar_with_shifts_breaks_and_a_holiday_is_kept_with_its_reason(client, plant, line):
    holiday = {"date": SOON, "kind": "CLOSED", "name": "Holiday"}
    assert save(client, plant, [EARLY, LATE], [holiday]).status_code == 302
    calendar = Calendar.objects.get(code="TWO")
    early = calendar.shifts.get(code="EARLY")
    assert [(b.name, b.begins, b.ends) for b in early.breaks.all()] == [
        ("Break", time(9), time(9, 15)),
        ("Lunch", time(11, 30), time(12)),
    ]
    events = AuditEvent.objects.filter(table_name="equipment_shift")
    assert {(e.person, e.reason) for e in events} == {(str(plant.people["omar"].pk), "Spring plan")}
    line.calendar = calendar
    timetable = timetable_of(line)
    assert shifts_on(timetable, SOON) == []
    monday = SOON + timedelta(days=7 - SOON.weekday())
    assert [one.code for one in shifts_on(timetable, monday)] == ["EARLY", "LATE"]


def test_breaks_are_changed_where_they_are_written(client, plant):
    save(client, plant, [EARLY])
    calendar = Calendar.objects.get()
    early = calendar.shifts.get()
    lunch = early.breaks.get(name="Lunch")
    again = EARLY | {"id": early.pk, "calendar": calendar.pk, "breaks": "Lunch 11:30-12:00, 10:00-10:10"}
    assert save(client, plant, [again], calendar=calendar, known=(1, 0)).status_code == 302
    assert {(b.pk == lunch.pk, b.begins) for b in ShiftBreak.objects.all()} == {
        (True, time(11, 30)),
        (False, time(10)),
    }
    assert b"10:00-10:10, Lunch 11:30-12:00" in client.get(f"/admin/equipment/calendar/{calendar.pk}/change/").content


@pytest.mark.parametrize(
    ("shifts", "sentence"),
    [
        (
            [EARLY, shift("LATE", "13:30", "22:00")],
            "Late (13:30 to 22:00) begins while Early (06:00 to 14:00) still runs",
        ),
        ([EARLY, shift("NIGHT", "22:00", "06:30", days=[6])], "begins while Night (22:00 to 06:30) still runs"),
        ([shift("EARLY", "06:00", "14:00", "13:50-14:10")], "Break 13:50 to 14:10 is not within the shift."),
        ([shift("EARLY", "06:00", "14:00", "5:00-5:10")], "Break 05:00 to 05:10 is not within the shift."),
        ([shift("EARLY", "06:00", "14:00", "9:00-9:30, Tea 9:15-9:45")], "Break and Tea overlap."),
        ([shift("EARLY", "06:00", "14:00", "at nine")], "“at nine” is not a break"),
        ([shift("EARLY", "06:00", "14:00", "9:00-9:75")], "a time that no clock shows"),
        ([shift("EARLY", "06:00", "14:00", days=[])], "This field is required."),
        ([EARLY, EARLY], "duplicate"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_day_and_the_reason(client, plant, shifts, sentence):
    assert sentence in refused(save(client, plant, shifts)).replace("&#x27;", "'")


def test_a_shift_of_another_validity_that_will_overlap_is_refused_now(client, plant):
    later = shift("SUMMER", "05:00", "13:00", valid_from=date(SOON.year + 2, 6, 1))
    assert f"Jun {SOON.year + 2}" in refused(save(client, plant, [EARLY, later]))


def test_an_exception_for_a_work_center_that_does_not_keep_the_calendar_is_refused(client, plant, line):
    line.calendar = Calendar.objects.create(site=plant.site, code="OTHER", name="Other")
    line.save()
    day = {
        "date": SOON,
        "kind": "OVERTIME",
        "name": "Inventory",
        "begins": "22:00",
        "ends": "23:00",
        "work_center": line.pk,
    }
    assert "Line 1 does not keep this calendar." in refused(save(client, plant, [EARLY], [day]))


def test_overtime_of_one_work_center_that_overlaps_its_shift_names_the_work_center(client, plant, line):
    save(client, plant, [EARLY])
    calendar = Calendar.objects.get()
    line.calendar = calendar
    line.save()
    monday = SOON + timedelta(days=7 - SOON.weekday())
    day = {
        "date": monday,
        "kind": "OVERTIME",
        "name": "Order",
        "begins": "13:00",
        "ends": "15:00",
        "work_center": line.pk,
    }
    early = EARLY | {"id": calendar.shifts.get().pk, "calendar": calendar.pk}
    answer = save(client, plant, [early], [day], calendar=calendar, known=(1, 0))
    assert "still runs at Line 1." in answer.content.decode()
    assert not CalendarException.objects.exists()


def test_a_day_can_not_be_closed_and_have_other_hours(client, plant):
    closed = {"date": SOON, "kind": "CLOSED", "name": "x"}
    hours = {"date": SOON, "kind": "HOURS", "name": "x", "begins": "08:00", "ends": "12:00"}
    assert "It is closed and has other hours." in refused(save(client, plant, [EARLY], [closed, hours]))
    assert "a closed day has no hours" in refused(
        save(client, plant, [], [closed | {"begins": "08:00", "ends": "9:00"}])
    )


def test_who_only_looks_sees_words_and_nothing_to_change(client, plant):
    save(client, plant, [EARLY])
    client.force_login(plant.people["ruth"])
    page = client.get(f"/admin/equipment/calendar/{Calendar.objects.get().pk}/change/").content.decode()
    assert "Mon Tue Wed Thu Fri" in page
    assert "09:00-09:15, Lunch 11:30-12:00" in page
    assert 'name="_save"' not in page


def test_a_planner_may_not_change_it(client, plant):
    assert save(client, plant, [EARLY], who="pavel").status_code == 403


def test_timetables_cost_the_same_for_any_number_of_work_centers(plant, line, django_assert_num_queries):
    from equipment.calendars.queries import timetables_of

    calendar = Calendar.objects.create(site=plant.site, code="C", name="C")
    centers = [WorkCenter(site=plant.site, code=f"L{n}", name=f"L{n}", calendar=calendar) for n in range(20)]
    for n in range(5):
        made = Shift.objects.create(
            calendar=calendar, code=f"S{n}", name="S", weekdays=[n], begins=time(6), ends=time(14)
        )
        ShiftBreak.objects.create(shift=made, begins=time(9), ends=time(10))
    for some in (centers[:1], centers):
        with django_assert_num_queries(3):
            assert len(timetables_of(some)) == len(some)
    with django_assert_num_queries(0):
        assert timetables_of([line]) == {}
