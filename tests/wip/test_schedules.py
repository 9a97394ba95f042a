"""Planning jobs: how long they take by the clock, what stands against them, and what a proposal makes of a shift."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipment.models import Station
from equipment.status import DispatchRule
from mes.kernel.personnel.policies import NotPermitted
from mes.kernel.refusals import InvalidInput
from orders.models import WorkOrder
from tests.bench.copies import copy_rows
from tests.holds import place as hold
from tests.lots import two_branches
from tests.planning import at, line, minutes, planned, with_a_shift
from tests.plant import NOW
from tests.wip.test_pins import pin
from wip.actions import pins, schedules
from wip.actions.schedules import NothingLeftToPlan, PlanChanged
from wip.models import PlannedJob
from wip.planning.bars import left_of
from wip.planning.boards import ORDERS, board_of, proposal_for, stations_of, window_of
from wip.planning.clocks import Clock
from wip.planning.conflicts import conflicts
from wip.planning.proposals import Free, Task, propose
from wip.queues import queue_at
from wip.ranks import Terms

pytestmark = pytest.mark.django_db

UNTIL = at("14:00")


@pytest.fixture
def center(plant):
    return with_a_shift(plant)


def against(center, now=NOW):
    """What stands against the plan of the day: (operation, code) of each conflict."""
    board = board_of(stations_of(center), at("06:00"), UNTIL, now)
    return [(one.bar.operation.code, one.code) for one in conflicts(board)]


def proposal(center, now=NOW):
    return proposal_for(stations_of(center), now=now, since=at("06:00"), until=UNTIL)


def apply(plant, center, made, now=NOW, who="ines"):
    with plant.door(who) as passage:
        return schedules.apply(
            center=center,
            since=at("06:00"),
            until=UNTIL,
            as_of=now,
            digest=made.digest,
            by=passage.person,
            at=passage.at,
        )


def test_a_job_is_as_long_as_its_work_and_a_break_stretches_it(plant, center):
    order = plant.released(3)  # 200 s each
    job = planned(plant, order, "10", at("09:55"), station=line(center)["10"])
    assert job.ends_at == at("10:35")
    moved = planned(plant, order, "10", at("13:55"), station=line(center)["10"])
    assert (moved.pk, moved.ends_at) == (job.pk, at("06:05", day=24))
    assert job.history.count() == 2


def test_a_center_without_a_calendar_works_day_and_night(plant):
    job = planned(plant, plant.released(3), "10", at("23:55"), station=plant.stations["10"])
    assert job.ends_at == at("00:05", day=24)


def test_what_has_begun_is_not_planned_any_more(plant, center):
    order = plant.released(3)
    first, second, third = order.units.all()
    plant.do(first, "10")
    plant.start(second, "10")
    assert left_of(order)[order.pk, "10"] == 1
    for unit in (second, third):
        if unit == third:
            plant.start(unit, "10")
    with pytest.raises(NothingLeftToPlan):
        planned(plant, order, "10", at("09:00"), station=line(center)["10"])


def test_a_plan_names_an_operation_of_an_order_on_the_floor_and_a_right(plant, center):
    station = line(center)["10"]
    with pytest.raises(InvalidInput, match="has no operation 99"):
        planned(plant, plant.released(), "99", at("09:00"), station=station)
    with pytest.raises(InvalidInput, match="has no operation"):
        planned(plant, plant.order(), "10", at("09:00"), station=station)
    with pytest.raises(NotPermitted):
        planned(plant, plant.released(), "10", at("09:00"), station=station, who="amina")


def test_a_job_is_taken_off(plant, center):
    job = planned(plant, plant.released(), "10", at("09:00"), station=line(center)["10"])
    key = job.pk
    with plant.door("pavel") as passage:
        schedules.take_off(job=job, by=passage.person)
    assert not PlannedJob.objects.exists()
    assert PlannedJob.history.filter(id=key, history_type="-").exists()


def test_a_queue_row_shows_when_it_is_planned(plant, center):
    order = plant.released()
    planned(plant, order, "10", at("09:30"), station=line(center)["10"])
    (row,) = queue_at(plant.stations["10"], plant.operator).ready
    assert (row.slot.starts_at, row.slot.station) == (at("09:30"), "ST-10")


def test_a_good_plan_has_nothing_against_it(plant, center):
    order, stations = plant.released(3), line(center)
    planned(plant, order, "10", at("09:10"), station=stations["10"])
    planned(plant, order, "20", at("09:10"), station=stations["20"])
    planned(plant, order, "30", at("09:20"), station=stations["30"])
    planned(plant, order, "40", at("09:30"), station=stations["40"])
    assert against(center) == []


def test_what_is_planned_at_a_station_out_of_use_stays_on_the_board(plant, center):
    planned(plant, plant.released(), "10", at("09:00"), station=line(center)["10"])
    Station.objects.filter(code="ST-10").update(is_active=False)
    assert against(center) == [("10", "OUT_OF_USE")]
    assert all(one.after is None or one.after.station.code != "ST-10" for one in proposal(center).changes)


def test_each_kind_of_conflict_is_listed(plant, center):
    stations = line(center)
    one, other = plant.released(3), plant.released(3)
    planned(plant, one, "10", at("09:10"), station=stations["10"])
    planned(plant, other, "10", at("09:15"), station=stations["10"])
    assert against(center) == [("10", "OVERLAP")]
    planned(plant, other, "10", at("10:15"), station=stations["10"])
    assert against(center) == [("10", "CLOSED")]
    planned(plant, other, "10", at("11:00"), station=stations["20"])
    assert against(center) == [("10", "WRONG_CLASS")]
    planned(plant, other, "10", at("08:00"), station=stations["10"])
    assert against(center) == [("10", "NOT_BEGUN")]
    planned(plant, other, "10", at("11:00"), station=stations["10"])
    WorkOrder.objects.filter(pk=other.pk).update(due_at=at("11:05"))
    assert against(center) == [("10", "LATE")]
    WorkOrder.objects.filter(pk=other.pk).update(due_at=at("11:15"))
    hold(plant, order=other)
    assert against(center) == [("10", "HELD")]


def test_what_comes_before_is_planned_and_ends_first(plant, center):
    order, stations = plant.released(3), line(center)
    planned(plant, order, "30", at("11:00"), station=stations["30"])
    assert against(center) == [("30", "NOT_PLANNED"), ("30", "NOT_PLANNED")]
    planned(plant, order, "10", at("09:10"), station=stations["10"])
    planned(plant, order, "20", at("10:55"), station=stations["20"])
    assert against(center) == [("30", "TOO_EARLY")]


def test_what_runs_takes_its_planned_time_of_the_station(plant, center):
    running, order = plant.unit(), plant.released(3)
    plant.start(running, "10")
    started = plant.clock
    planned(plant, order, "10", started + minutes(1), station=line(center)["10"])
    assert against(center) == [("10", "OVERLAP")]
    planned(plant, order, "10", started + minutes(4), station=line(center)["10"])
    assert against(center) == []


def test_a_proposal_plans_a_shift_without_a_conflict(plant, center):
    for priority in (5, 1, 3):
        plant.released(4, priority=priority)
    made = proposal(center)
    assert {change.kind for change in made.changes} == {"NEW"}
    apply(plant, center, made)
    assert PlannedJob.objects.count() == 12
    assert against(center) == []
    by_rank = PlannedJob.objects.filter(operation_code="10").order_by("starts_at")
    assert [job.work_order.priority for job in by_rank] == [1, 3, 5]
    assert {change.kind for change in proposal(center).changes} == {"SAME"}


def test_a_proposal_follows_the_rule_of_each_station(plant, center):
    small, large = plant.released(1, priority=9), plant.released(5, priority=1)
    assert proposal(center).changes[0].order == large
    Station.objects.filter(code="ST-10").update(dispatch_rule=DispatchRule.SHORTEST)
    first = next(one for one in proposal(center).changes if one.operation.code == "10")
    assert first.order == small


def test_jobs_of_one_setup_follow_each_other_where_the_rule_says_so(plant, center):
    Station.objects.filter(code="ST-10").update(dispatch_rule=DispatchRule.FAMILY)
    for number, (code, family) in enumerate([("A1", "A"), ("B1", "B"), ("A2", "A"), ("B2", "B")]):
        unit = two_branches(plant, 5, code=code, family=family)
        WorkOrder.objects.filter(pk=unit.work_order_id).update(due_at=at("09:00", day=24 + number))
    here = [one.order.erp_reference for one in proposal(center).changes if one.operation.code == "10"]
    assert here == ["WO-A1", "WO-A2", "WO-B1", "WO-B2"]


def placed_at(center, code="10"):
    """The orders as the proposal has them at an operation, each with who pinned it."""
    changes = [one for one in proposal(center).changes if one.operation.code == code]
    return [(one.order, one.pin and one.pin.by) for one in sorted(changes, key=lambda one: one.after.starts_at)]


def test_what_is_pinned_comes_first_in_a_proposal_too_and_says_by_whom(plant, center):
    urgent, other, last = (plant.released(2, priority=priority) for priority in (1, 5, 9))
    pin(plant, order=last)
    assert placed_at(center) == [(last, "Ines Carvalho"), (urgent, None), (other, None)]
    pin(plant, unit=other.units.order_by("serial")[1])
    assert placed_at(center) == [(other, "Ines Carvalho"), (last, "Ines Carvalho"), (urgent, None)]
    assert [order for order, _pin in placed_at(center, "20")] == [urgent, other, last]  # a pin counts at its station


def test_a_pin_that_was_taken_off_or_whose_units_wait_no_more_counts_no_more(plant, center):
    urgent, last = plant.released(1, priority=1), plant.released(2, priority=9)
    first, second = last.units.order_by("serial")
    pin(plant, unit=first)
    plant.do(first, "10")
    assert placed_at(center) == [(urgent, None), (last, None)]
    placed = pin(plant, unit=second)
    assert placed_at(center)[0] == (last, "Ines Carvalho")
    with plant.door("ines") as passage:
        pins.unpin(pin=placed, reason="The truck has left", by=passage.person, at=passage.at)
    assert placed_at(center) == [(urgent, None), (last, None)]


def test_what_is_pinned_is_planned_however_far_down_it_ranks(plant, center):
    urgent, last = plant.released(1, priority=1), plant.released(1, priority=9)
    its, more = f"work_order_id = '{urgent.pk}'", {"own": "unit_id work_order_id", "serial": "'U-' || n"}
    with connection.cursor() as cursor:
        copy_rows(cursor, "orders_workorder", f"id = '{urgent.pk}'", ORDERS, erp_reference="'R-' || n")
        copy_rows(cursor, "genealogy_unit", its, ORDERS, own="work_order_id", serial="'U-' || n")
        copy_rows(cursor, "wip_openoperation", its, ORDERS, **more)
    assert last not in {order for order, _pin in placed_at(center)}
    pin(plant, order=last)
    assert placed_at(center)[0] == (last, "Ines Carvalho")


def test_a_pin_lets_nothing_begin_that_is_held_or_not_there_yet(plant, center):
    urgent, last = plant.released(1, priority=1), plant.released(1, priority=9)
    pin(plant, order=last)
    hold(plant, order=last)
    assert placed_at(center) == [(urgent, None)]


def test_what_came_first_is_planned_first_where_the_rule_says_so(plant, center):
    Station.objects.filter(code__in=("ST-10", "ST-30")).update(dispatch_rule=DispatchRule.FIFO)
    orders = [plant.released(1, priority=priority) for priority in (9, 5, 1)]
    first, second, third = orders
    planned_at = {}
    for change in proposal(center).changes:
        planned_at.setdefault(change.operation.code, []).append(change.order)
    assert planned_at["10"] == [first, second, third]
    plant.do(third.units.get(), "10", "20")  # it waits at 30 already, the others come as they are planned to
    at_30 = [one.order for one in proposal(center).changes if one.operation.code == "30"]
    assert at_30 == [third, first, second]


def test_what_is_held_is_not_proposed_and_planned_no_more(plant, center):
    order = plant.released(2)
    planned(plant, order, "10", at("10:00"), station=line(center)["10"])
    hold(plant, order=order)
    (change,) = proposal(center).changes
    assert change.kind == "REMOVED"
    apply(plant, center, proposal(center))
    assert not PlannedJob.objects.exists()


def test_a_proposal_that_is_out_of_date_is_refused(plant, center):
    plant.released(2)
    made = proposal(center)
    plant.released(2, priority=1)
    with pytest.raises(PlanChanged):
        apply(plant, center, made)
    assert not PlannedJob.objects.exists()


def test_what_does_not_begin_in_the_shift_waits_for_another_day(plant, center):
    plant.released(100, priority=1)  # 5.6 h at each operation
    second = plant.released(5, priority=2)
    codes = [(one.order == second, one.operation.code) for one in proposal(center).changes]
    assert (False, "10") in codes
    assert (True, "10") not in codes


def test_the_window_is_the_days_shifts_and_without_any_from_six_to_ten(plant, center):
    from wip.planning.bars import clocks_of

    clock = clocks_of(stations_of(center))[center.pk]
    assert window_of(center, clock, NOW.date()) == (at("06:00"), at("14:00"))
    sunday = NOW.date() - timedelta(days=1)
    assert window_of(center, clock, sunday) == (at("06:00", day=22), at("22:00", day=22))


JOB = st.tuples(st.integers(60, 7200), st.integers(1, 9), st.sampled_from(["10", "20", "30", "40"]))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    jobs=st.lists(
        st.tuples(st.integers(60, 7200), st.integers(1, 9), st.sampled_from(["10", "20", "30", "40"])), max_size=12
    ),
    rule=st.sampled_from(DispatchRule),
)
def test_no_proposal_overlaps_or_goes_before_its_time(plant, jobs, rule):
    stations = [plant.stations[code] for code in ("10", "20", "30", "40")]
    for station in stations:
        station.dispatch_rule = rule
    order = WorkOrder(erp_reference="WO", priority=5, due_at=NOW + timedelta(days=1))
    plan = {one.code: one for one in plan_operations(plant)}
    tasks, before = [], None
    for number, (work, priority, code) in enumerate(jobs):
        terms = Terms(priority, order.due_at, "WO", str(number), code, 0, work, work)
        after = (before,) if before and number % 2 else ()
        task = Task(WorkOrder(erp_reference=str(number)), plan[code], 1, terms, NOW + minutes(number), after)
        tasks.append(task)
        before = task.key
    clocks = {station.work_center_id: Clock(None) for station in stations}
    made = propose(tasks, [Free(station, NOW) for station in stations], clocks, until=NOW + timedelta(days=9))
    assert {one.task.key for one in made} == {task.key for task in tasks}
    ends = {one.task.key: one.ends_at for one in made}
    for one in made:
        assert one.starts_at >= one.task.ready_at
        assert all(one.starts_at >= ends[key] for key in one.task.after)
    for station in stations:
        here = sorted(one for one in ((p.starts_at, p.ends_at) for p in made if p.station == station))
        assert all(first[1] <= second[0] for first, second in pairwise(here))


def plan_operations(plant):
    from orders.queries import plan_of

    return plan_of(plant.released(1)).operations
