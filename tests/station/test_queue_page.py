"""The queue of a station: what is ready, in which order and why; what is blocked and by what."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from equipment.models import Station
from equipment.status import DispatchRule
from genealogy.models import Unit
from mes.kernel.door import open_door
from orders.models import WorkOrder
from tests.planning import planned
from tests.plant import NOW
from tests.station.pages import StationPage, accepted, is_refused, text
from wip.actions import holds
from wip.models import OperationExecution

pytestmark = pytest.mark.django_db

QUERIES = 11  # device, logon, two of the queue, its units' and gates' facts, what runs, the pace, calls for help


@pytest.fixture
def page(plant):
    page = StationPage(plant)
    page.log_on()
    return page


def ready(plant, **more):
    """A unit that waits for operation 30."""
    return plant.do(plant.unit(**more), "10", "20")


def hold(plant, unit, reason="Scratch on the housing"):
    with plant.door("mei") as passage:
        return holds.place(unit=unit, reason_code="QUALITY", reason=reason, by=passage.person, at=passage.at)


def test_an_empty_queue_says_what_will_appear(page):
    assert "Nothing waits at ST-30" in text(page.get())


def test_ready_units_come_by_priority_then_due_date_each_with_its_reason(page, plant):
    later = ready(plant, due_in_days=9)
    urgent = ready(plant, due_in_days=5, priority=1)
    sooner = ready(plant, due_in_days=3)
    shown = text(page.get())
    assert shown.index(urgent.serial) < shown.index(sooner.serial) < shown.index(later.serial)
    assert "Priority 1, " in shown
    assert shown.count("Priority 5, ") == 2
    assert "3 ready, 0 blocked" in shown
    assert f"Start {urgent.serial}" in shown


def test_each_card_says_the_terms_of_the_stations_rule(page, plant):
    Station.objects.filter(code="ST-30").update(dispatch_rule=DispatchRule.CRITICAL)
    unit = ready(plant)
    due = timezone.now() + timedelta(hours=48, minutes=1)
    WorkOrder.objects.filter(pk=unit.work_order_id).update(due_at=due)
    assert "Critical ratio 432.1: due in 48 h, 7 min of work left" in text(page.get())


def test_a_planned_card_says_when_and_no_more_than_is_needed(page, plant):
    unit, now = ready(plant), timezone.now()
    job = planned(plant, unit.work_order, "30", now, station=plant.stations["30"])
    today = f"planned {plant.site.local(job.starts_at):%H:%M}"
    assert today in text(page.get())
    assert f"{today} ST-30" not in text(page.get())
    planned(plant, unit.work_order, "30", now + timedelta(days=3), station=plant.stations["20"])
    other = plant.site.local(now + timedelta(days=3))
    assert f"planned {other.day} {other:%b %H:%M} ST-20" in text(page.get())


def test_a_held_unit_is_blocked_and_says_by_whom(page, plant):
    unit = ready(plant)
    placed = hold(plant, unit)
    shown = text(page.get())
    assert "Blocked, tap to see why" in shown
    assert f"On hold: {placed.number}, Scratch on the housing." in shown
    assert "Placed by Mei-Ling Chen" in shown


def test_a_blocked_card_tells_why_with_everything_in_the_way(page, plant):
    unit = ready(plant)
    hold(plant, unit)
    plant.people["amina"].qualifications.update(level=1)
    answer = page.get(f"why/?unit={unit.serial}&operation=30", htmx=True)
    assert is_refused(answer)
    shown = text(answer)
    assert "On hold" in shown
    assert "Needs Torque tools, level 2: Amina Yusuf has level 1." in shown
    assert not OperationExecution.objects.filter(unit=unit, operation_code="30").exists()


def test_why_of_what_nothing_blocks_any_more_shows_the_queue(page, plant):
    unit = ready(plant)
    answer = page.get(f"why/?unit={unit.serial}&operation=30", htmx=True)
    assert answer.status_code == 200
    assert "Ready" in text(answer)


def test_a_unit_on_its_way_waits_for_the_operation_before(page, plant):
    unit = plant.do(plant.unit(), "10")
    plant.start(unit, "20", "tomasz")
    shown = text(page.get())
    assert "Operation 20 Drive still runs" in shown
    assert "Tomasz Nowak works on it at ST-20." in shown


def test_a_card_starts_its_unit_once_however_often_it_is_pressed(page, plant):
    unit = ready(plant)
    key = "0198c0de-0000-7000-8000-000000000003"
    first, second = (page.post("start/", key=key, unit=unit.serial, operation="30") for _ in range(2))
    assert accepted(first) == accepted(second) == f"{unit.serial} started"
    assert first["HX-Replace-Url"] == second["HX-Replace-Url"]
    assert OperationExecution.objects.filter(unit=unit, operation_code="30").count() == 1


def test_the_second_of_two_people_is_told_who_has_the_unit(page, plant):
    unit = ready(plant)
    plant.start(unit, "30", "tomasz")
    answer = page.post("start/", unit=unit.serial, operation="30")
    assert is_refused(answer)
    assert f"Tomasz Nowak has {unit.serial} at ST-30." in text(answer)


def test_what_runs_here_comes_first_and_goes_on(page, plant):
    waiting, running = ready(plant, priority=1), ready(plant)
    plant.start(running, "30")
    shown = text(page.get())
    assert shown.index(running.serial) < shown.index(waiting.serial)
    assert f"Go on with {running.serial}" in shown


def test_start_without_script_leads_to_the_work_page(page, plant):
    unit = ready(plant)
    answer = page.post("start/", htmx=False, unit=unit.serial, operation="30")
    assert answer.status_code == 302
    assert page.client.get(answer["Location"]).status_code == 200


def test_a_refusal_without_script_is_a_page_of_its_own(page, plant):
    unit = plant.unit()
    answer = page.post("start/", htmx=False, unit=unit.serial, operation="30")
    assert answer.status_code == 409
    assert "is not done yet" in text(answer)


def test_unknown_units_and_operations_are_refused(page, plant):
    assert is_refused(page.post("start/", unit="IP2-999999", operation="30"), 404)
    assert is_refused(page.post("start/", unit=plant.unit().serial, operation="99"), 404)
    assert is_refused(page.post("start/"), 422)


def test_the_header_counts_what_was_made_here_today(page, plant, time_machine_at):
    unit = ready(plant)
    plant.do(unit, "30")
    time_machine_at(plant.clock + timedelta(minutes=1))
    page.log_on()
    assert "Made today 1 Mean cycle 2:00" in text(page.get())
    time_machine_at(NOW + timedelta(days=1))
    page.log_on()
    assert "Made today 0 Mean cycle –" in text(page.get())


def test_the_queue_takes_the_same_queries_for_one_unit_and_for_twelve(page, plant):
    counts = []
    for quantity in (1, 11):
        for unit in plant.released(quantity).units.all():
            plant.do(unit, "10", "20")
        page.get()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page.get()
        counts.append(len(queries))
    assert counts == [QUERIES, QUERIES]


def test_twelve_ready_units_fill_eight_cards_and_count_the_rest(page, plant):
    for unit in plant.released(12).units.all():
        plant.do(unit, "10", "20")
    answer = page.get()
    assert answer.content.decode().count('class="card" id="card-') == 8
    assert "12 ready, 0 blocked" in text(answer)
    assert "and 4 more: scan the unit" in text(answer)


def test_units_of_an_order_in_which_nothing_has_begun_are_ready_for_what_comes_first_alone(plant):
    order = plant.released(2)
    first, later = StationPage(plant, "10"), StationPage(plant, "30")
    for page in (first, later):
        page.log_on()
    assert order.units.first().serial in text(first.get())
    assert "Nothing waits at ST-30" in text(later.get())


def test_held_units_of_a_higher_rank_leave_the_ready_ones_in_sight(page, plant):
    held = plant.released(9, priority=1)
    for unit in held.units.all():
        plant.do(unit, "10", "20")
    with plant.door("mei") as passage:
        holds.place(order=held, reason_code="QUALITY", reason="Doubt", by=passage.person, at=passage.at)
    free = ready(plant)
    shown = text(page.get())
    assert f"Start {free.serial}" in shown
    assert "1 ready, 9 blocked" in shown


def test_who_is_not_qualified_sees_what_waits_and_why_not_for_them(page, plant):
    for unit in plant.released(12).units.all():
        plant.do(unit, "10", "20")
    plant.people["amina"].qualifications.update(level=1)
    answer = page.get()
    assert answer.content.decode().count('aria-disabled="true" data-key') == 8
    assert "Needs Torque tools, level 2: Amina Yusuf has level 1." in text(answer)
    assert "0 ready, 12 blocked" in text(answer)


def test_a_unit_of_another_site_is_not_known_here(page, plant):
    unit = ready(plant)
    with open_door(person=None):
        Unit.objects.filter(pk=unit.pk).update(site=plant.elsewhere)
    assert is_refused(page.post("start/", unit=unit.serial, operation="30"), 404)
    assert is_refused(page.get(f"why/?unit={unit.serial}&operation=30", htmx=True), 404)
