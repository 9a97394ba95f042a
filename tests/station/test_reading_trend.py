"""What a machine showed around a reading: a small picture on the record and at the station, a page of its own."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from equipment.models import Series
from equipment.status import Books
from mes.station.actions.given import Given
from mes.station.tasks import book_machine_events
from tests.machine_floor import field_of, handshake, happens, measured_line, press, says, value, watched
from tests.machines import showed
from tests.station.pages import StationPage
from wip.models import Reading

pytestmark = pytest.mark.django_db
# Session, person, sites; the reading, its tag's series, when that was watched, the sample, samples around and before.
COST = 9


@pytest.fixture
def unit(plant):
    unit = measured_line(plant)
    plant.start(unit, "10")
    return unit


@pytest.fixture
def gap(plant):
    return value(press(plant), plant.stations["10"], "GAP")


def read(plant, unit, tag, *, last: float = 1.2, count: int = 12) -> Reading:
    """The gap read from its tag, which showed something every half minute before."""
    at = plant.at()
    showed(tag, *((at - timedelta(seconds=30 * n), last - 0.01 * n, 192) for n in range(count, -1, -1)))
    watched(tag.connection, at)
    plant.clock -= timedelta(seconds=55)
    plant.report(unit, "10", Given("GAP", "machine"))
    return Reading.objects.get(step_code="GAP", corrects__isnull=True)


def look(client, plant, reading, who="ines", **headers):
    client.force_login(plant.people[who])
    return client.get(reverse("station:reading_trend", args=[reading.pk]), headers=headers)


def test_the_record_leads_to_the_picture_and_asks_nothing_more_for_it(client, plant, unit, gap):
    client.force_login(plant.people["ines"])
    page = reverse("unit", args=[unit.serial])
    plant.report(unit, "10", Given("CLOSED", "yes"))
    client.get(page)
    with CaptureQueriesContext(connection) as by_hand:
        assert "readings/" not in client.get(page).content.decode()
    reading = read(plant, unit, gap)
    with CaptureQueriesContext(connection) as from_machine:
        shown = client.get(page).content.decode()
    assert f'hx-get="{reverse("station:reading_trend", args=[reading.pk])}" hx-trigger="intersect once"' in shown
    assert len(from_machine) == len(by_hand)


def test_the_picture_has_the_course_the_limits_and_the_value(client, plant, unit, gap):
    reading = read(plant, unit, gap)
    found = look(client, plant, reading, **{"HX-Request": "true"})
    shown, course = found.content.decode(), found.context["course"]
    assert "<main" not in shown
    assert course.end - course.begin <= timedelta(minutes=10)
    assert len(course.drawing.limits) == 2
    assert course.drawing.line.count("H") == 12  # eleven of the last five minutes, and the one before
    assert not course.drawing.spot.is_beyond
    assert course.sample.value == 1.2
    assert f'data-opens="#course-{reading.pk}"' in shown


def test_without_a_script_it_is_a_page_that_leads_to_the_machine_at_that_time(client, plant, unit, gap):
    reading = read(plant, unit, gap)
    shown = look(client, plant, reading).content.decode()
    assert "GAP around the reading of 1.20" in shown
    assert "1.00 to 1.30" in shown
    assert "/machines/NF/ST-10/?tag=GAP&amp;period=10m&amp;at=" in shown


def test_a_value_out_of_limits_is_marked(client, plant, unit, gap):
    reading = read(plant, unit, gap, last=1.4)
    found = look(client, plant, reading)
    assert found.context["course"].drawing.spot.is_beyond
    assert "Out of limits" in found.content.decode()


def test_when_samples_are_gone_rollups_tell(client, plant, unit, gap):
    at = plant.at()
    says(gap, 1.2, at=at)
    plant.clock -= timedelta(seconds=55)
    plant.report(unit, "10", Given("GAP", "machine"))
    minute, series = at.replace(second=0, microsecond=0), Series.objects.get(tag=gap)
    with connection.cursor() as cursor:
        cursor.execute("SELECT equipment_make_partitions(%s, %s)", [minute.date(), minute.date()])
        cursor.executemany(
            "INSERT INTO equipment_rollup (series_id, width_s, at, least, most, total, last, count, samples, good)"
            " VALUES (%s, 60, %s, 1.1, 1.3, 2.4, 1.2, 2, 2, 2)",
            [(series.pk, minute - timedelta(minutes=n)) for n in range(5)],
        )
    found = look(client, plant, Reading.objects.get())
    assert found.context["course"].sample is None
    assert found.context["course"].drawing.ranges.count("M") == 5
    assert "not kept any more" in found.content.decode()


def test_a_value_that_came_with_an_event_is_of_the_events_field(client, plant, unit, monkeypatch):
    monkeypatch.setattr("mes.station.tasks.timezone.now", lambda: plant.at(0))
    tag = handshake(press(plant), plant.stations["10"], Books.TEST_RESULT)
    force = field_of(tag, "step:FORCE", "FORCE-SHOWN")
    event = happens(plant, tag, step__FORCE=12.3)
    showed(force, (event.at, 12.3, 192))
    assert book_machine_events() == 1
    reading = Reading.objects.get(step_code="FORCE")
    found = look(client, plant, reading)
    assert found.context["course"].tag == force
    assert found.context["course"].sample.value == 12.3


@pytest.mark.parametrize(
    ("samples", "found_at"),
    [
        ([(-40, 9.9), (-1.5, 12.2), (-1, 12.3), (2, 15.0)], -1),  # its clock is behind
        ([(-40, 9.9), (1.5, 12.3), (1.9, 9.9)], 1.5),  # its clock is ahead
        ([(-3, 12.3), (-1, 12.3), (4, 12.3)], -1),  # the one before told the same
        ([(-200, 12.3)], -200),  # it did not change since
        ([(-200, 9.9), (70, 12.3)], -200),  # beyond what a clock may be off, another event's
        ([(2, 9.9)], None),
    ],
)
def test_a_value_that_came_with_an_event_is_of_the_sample_that_told_it_by_the_machines_clock(
    client, plant, unit, monkeypatch, samples, found_at
):
    monkeypatch.setattr("mes.station.tasks.timezone.now", lambda: plant.at(0))
    tag = handshake(press(plant), plant.stations["10"], Books.TEST_RESULT)
    force = field_of(tag, "step:FORCE", "FORCE-SHOWN")
    event = happens(plant, tag, step__FORCE=12.3)
    showed(force, *((event.at + timedelta(seconds=after), shown, 192) for after, shown in samples))
    assert book_machine_events() == 1
    found = look(client, plant, Reading.objects.get(step_code="FORCE"))
    sample = found.context["course"].sample
    assert (sample and (sample.at - event.at).total_seconds()) == found_at
    assert ("not kept any more" in found.content.decode()) == (found_at is None)


def test_a_tag_that_is_gone_is_said_and_the_reading_keeps_its_value(client, plant, unit, gap):
    reading = read(plant, unit, gap)
    with plant.door("hiroshi"):
        gap.station = plant.stations["20"]
        gap.save()
    shown = look(client, plant, reading).content.decode()
    assert "ST-10 has no tag GAP any more" in shown
    assert "1.20" in shown


def test_who_may_not_see_the_unit_sees_no_picture(client, plant, unit, gap):
    reading = read(plant, unit, gap)
    client.logout()
    assert client.get(reverse("station:reading_trend", args=[reading.pk])).status_code == 404
    by_hand = Reading.objects.exclude(pk=reading.pk).first()
    assert by_hand is None or look(client, plant, by_hand).status_code == 404


def test_the_station_shows_it_beside_the_step(plant, gap):
    unit, page = measured_line(plant), StationPage(plant, "10")
    page.log_on()
    work = page.start(unit)
    now = timezone.now()
    showed(gap, (now - timedelta(minutes=1), 1.1, 192), (now, 1.25, 192))
    watched(gap.connection, now)
    page.post(f"{work}record/", step="GAP", sample=1, value="", read="1")
    reading = Reading.objects.get()
    address = reverse("station:reading_trend", args=[reading.pk])
    assert address in page.get(f"{work}?step=GAP").content.decode()
    shown = page.client.get(address, headers={"HX-Request": "true"})
    assert shown.status_code == 200
    assert shown.context["course"].sample.value == 1.25
    assert "/machines/" not in shown.content.decode()  # nobody is logged in there


def test_the_picture_costs_what_is_pinned(client, plant, unit, gap):
    reading = read(plant, unit, gap)
    look(client, plant, reading)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("station:reading_trend", args=[reading.pk]), headers={"HX-Request": "true"})
    assert len(queries) == COST
