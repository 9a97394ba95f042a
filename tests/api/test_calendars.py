"""Calendars and shifts over REST."""

from datetime import date, time

import pytest

from equipment.models import Calendar, CalendarException, Shift, ShiftBreak, SiteAccess, WorkCenter

pytestmark = pytest.mark.django_db


@pytest.fixture
def calendar(plant) -> Calendar:
    made = Calendar.objects.create(site=plant.site, code="NIGHTS", name="Nights")
    shift = Shift.objects.create(
        calendar=made, code="NIGHT", name="Night", weekdays=[5, 6], begins=time(22), ends=time(6)
    )
    ShiftBreak.objects.create(shift=shift, name="Tea", begins=time(4), ends=time(4, 30))
    line = WorkCenter.objects.get(code="LINE-1")
    CalendarException.objects.create(
        calendar=made, work_center=line, date=date(2026, 10, 25), kind="CLOSED", name="Repair"
    )
    line.calendar = made
    line.save()
    return made


def test_a_calendar_is_listed_with_all_it_says(plant, api, calendar):
    (found,) = api.get("/calendars").json()["results"]
    assert found == {
        "code": "NIGHTS",
        "name": "Nights",
        "site": "NF",
        "time_zone": "Europe/Vienna",
        "work_centers": ["LINE-1"],
        "shifts": [
            {
                "code": "NIGHT",
                "name": "Night",
                "weekdays": [5, 6],
                "begins": "22:00",
                "ends": "06:00",
                "valid_from": None,
                "valid_to": None,
                "breaks": [{"name": "Tea", "begins": "04:00", "ends": "04:30"}],
            }
        ],
        "exceptions": [
            {
                "date": "2026-10-25",
                "kind": "CLOSED",
                "name": "Repair",
                "begins": None,
                "ends": None,
                "work_center": "LINE-1",
            }
        ],
    }
    assert api.get("/calendars?site=SF").json()["results"] == []


def test_a_calendar_of_another_site_is_not_there(plant, api, calendar):
    Calendar.objects.create(site=plant.elsewhere, code="FAR", name="Far")
    assert [one["code"] for one in api.get("/calendars").json()["results"]] == ["NIGHTS"]


def test_the_list_comes_in_pages_and_costs_the_same_for_any_number(plant, api, calendar, django_assert_max_num_queries):
    for n in range(12):
        made = Calendar.objects.create(site=plant.site, code=f"C{n}", name="C")
        Shift.objects.create(calendar=made, code="S", name="S", weekdays=[0], begins=time(6), ends=time(7))
    with django_assert_max_num_queries(9):
        first = api.get("/calendars?limit=10").json()
    assert len(first["results"]) == 10
    second = api.get(first["next"].split("/api/v1")[1]).json()
    assert (len(second["results"]), second["next"]) == (3, None)


def test_shifts_are_real_time_nine_hours_over_the_change_and_none_on_a_closed_day(plant, api, calendar):
    answer = api.get("/work-centers/LINE-1/shifts?from=2026-10-24T12:00:00Z&to=2026-10-27T12:00:00Z").json()
    assert (answer["calendar"], answer["time_zone"]) == ("NIGHTS", "Europe/Vienna")
    (night,) = answer["shifts"]
    assert (night["begins_at"], night["ends_at"]) == ("2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z")
    assert (night["duration_s"], night["working_time_s"]) == (9 * 3600, 9 * 3600 - 1800)
    assert answer["working_time_s"] == 9 * 3600 - 1800
    assert night["breaks"][0]["begins_at"] == "2026-10-25T03:00:00Z"


def test_without_a_period_it_is_the_next_seven_days(plant, api, calendar):
    assert len(api.get("/work-centers/LINE-1/shifts").json()["shifts"]) in (2, 3)


def test_a_work_center_without_a_calendar_says_that_nobody_knows(plant, api):
    answer = api.get("/work-centers/LINE-1/shifts").json()
    assert (answer["calendar"], answer["working_time_s"], answer["shifts"]) == (None, None, [])


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("from=2026-10-24T12:00:00Z&to=2026-10-24T12:00:00Z", "to"),
        ("from=2026-10-24T12:00:00Z&to=2036-10-24T12:00:00Z", "to"),
        ("from=0001-01-01T00:00:00Z", "from"),
        ("from=9999-12-31T23:59:59Z&to=9999-12-31T23:59:59Z", "from"),
        ("from=yesterday", "from"),
        ("until=2026-10-24", "until"),
    ],
)
def test_a_wrong_period_is_named(plant, api, calendar, query, where):
    answer = api.get(f"/work-centers/LINE-1/shifts?{query}")
    assert answer.status_code == 422
    assert [error["where"] for error in answer.json()["errors"]] == [where]


def test_a_code_that_two_sites_have_needs_the_site(plant, api, calendar):
    WorkCenter.objects.create(site=plant.elsewhere, code="LINE-1", name="Line")
    assert api.get("/work-centers/LINE-1/shifts").status_code == 200  # the other is not Amina's
    SiteAccess.objects.create(person=plant.people["amina"], site=plant.elsewhere)
    assert api.get("/work-centers/LINE-1/shifts").status_code == 422
    assert api.get("/work-centers/LINE-1/shifts?site=NF").json()["site"] == "NF"
    assert api.get("/work-centers/NO-SUCH/shifts").status_code == 404
