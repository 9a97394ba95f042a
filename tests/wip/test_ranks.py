"""The rules that rank a queue: the SQL against plain sorting, and what each says in words."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from equipment.models import Station
from equipment.status import DispatchRule
from mes.station.actions.operations import Completion, Given
from orders.models import WorkOrder
from orders.queries import pinned_plan
from tests.holds import place as hold
from tests.lots import two_branches
from tests.plant import NOW
from tests.wip.test_pins import pin
from wip.actions.openings import rebuild
from wip.efforts import effort_from
from wip.models import OpenOperation
from wip.queues import last_family, places_at, queue_at
from wip.ranks import Terms, in_words, rank, span_in_words

pytestmark = pytest.mark.django_db

MOST = 14
# A few values each, so that ties are common.
JOB = st.tuples(
    st.integers(1, 3),  # priority
    st.one_of(st.integers(-3, 3), st.sampled_from([-2000, -40, 40, 2000])),  # due in so many hours
    st.integers(10, 13),  # the order's number
    st.sampled_from([60, 600, 6000]),  # work_s
    st.one_of(st.sampled_from([0, 60, 3600, 36000]), st.integers(0, 10**7)),  # left_s
    st.sampled_from(["", "A", "B"]),  # setup family
    st.one_of(st.none(), st.integers(0, 2)),  # here for so many hours, or on its way
)


def station_by(plant, rule: DispatchRule) -> Station:
    Station.objects.filter(code="ST-10").update(dispatch_rule=rule)
    return Station.objects.select_related("work_center", "site").get(code="ST-10")


@pytest.mark.parametrize("rule", DispatchRule)
def test_a_queue_is_ranked_as_plain_sorting_ranks_it(plant, rule):
    """The first so many of what may begin, and of what may not."""
    station = station_by(plant, rule)
    orders = [plant.released(1) for _ in range(MOST)]
    rows = {one.work_order_id: one for one in OpenOperation.objects.filter(operation_code="10")}

    @settings(max_examples=40, deadline=None)
    @given(st.lists(JOB, min_size=1, max_size=MOST), st.sampled_from(["", "A"]), st.integers(1, MOST))
    def check(jobs, family, seen):
        with transaction.atomic():
            ready, coming = [], []
            for number, (order, job) in enumerate(zip(orders, jobs, strict=False)):
                priority, due, reference, work, left, setup, here = job
                reference, due_at = f"WO-{reference}-{number}", NOW + timedelta(hours=due)
                WorkOrder.objects.filter(pk=order.pk).update(priority=priority, due_at=due_at, erp_reference=reference)
                since = None if here is None else NOW - timedelta(hours=here)
                row = rows[order.pk]
                OpenOperation.objects.filter(pk=row.pk).update(
                    work_s=work, left_s=left, setup_family=setup, waits_since=since, is_ready=since is not None
                )
                terms = Terms(priority, due_at, reference, row.serial, "10", 0, work, left, setup, since)
                (coming if since is None else ready).append((rank(terms, rule, now=NOW, family=family), row.pk))
            OpenOperation.objects.filter(work_order__in=orders[len(jobs) :]).delete()
            with plant.door() as passage:
                passage.at = NOW
                found = places_at(station, family, ready=seen, coming=seen)
            assert [place.key for place in found] == [key for kind in (ready, coming) for _, key in sorted(kind)[:seen]]
            transaction.set_rollback(True)

    check()


@pytest.mark.parametrize("rule", DispatchRule)
def test_what_is_held_or_pinned_takes_nobodys_place_among_the_first(plant, rule):
    """However many are held before them by rank, as many are found as are asked for."""
    station = station_by(plant, rule)
    orders = [plant.released(1, priority=1 + number) for number in range(6)]
    for number, order in enumerate(orders):
        WorkOrder.objects.filter(pk=order.pk).update(due_at=NOW + timedelta(hours=number))
        OpenOperation.objects.filter(work_order=order, operation_code="10").update(
            work_s=60 * number, waits_since=NOW - timedelta(hours=6 - number)
        )
    for order in orders[:3]:
        hold(plant, order=order)
    pin(plant, order=orders[5])
    keys = dict(OpenOperation.objects.filter(operation_code="10").values_list("work_order", "pk"))
    with plant.door() as passage:
        passage.at = NOW
        found = places_at(station, "", ready=2, coming=2)
    assert [place.key for place in found] == [keys[orders[number].pk] for number in (5, 3, 4, 0, 1)]


def test_what_waits_follows_its_orders_due_date_and_priority(plant):
    first, second = plant.released(1), plant.released(2)
    station = station_by(plant, DispatchRule.DUE)
    assert [c.job.order for c in queue_at(station, plant.operator).ready] == [first, second, second]
    WorkOrder.objects.filter(pk=second.pk).update(due_at=first.due_at - timedelta(days=1), priority=2)
    assert [c.job.order for c in queue_at(station, plant.operator).ready] == [second, second, first]
    plant.do(second.units.order_by("serial").first(), "10")
    by_order = OpenOperation.objects.filter(work_order=second).values_list("due_at", "priority", "erp_reference")
    second.refresh_from_db()
    assert set(by_order) == {(second.due_at, 2, second.erp_reference)}


def test_nobody_writes_another_rank_than_the_orders(plant):
    order = plant.released(1)
    waits = OpenOperation.objects.filter(work_order=order)
    waits.update(due_at=NOW - timedelta(days=9), priority=9, erp_reference="Another")
    assert set(waits.values_list("due_at", "priority", "erp_reference")) == {
        (order.due_at, order.priority, order.erp_reference)
    }


def test_a_queue_goes_by_the_work_centers_rule_unless_the_station_has_one(plant):
    station = plant.stations["10"]
    assert station.rule == DispatchRule.PRIORITY
    station.work_center.dispatch_rule = DispatchRule.DUE
    assert station.rule == DispatchRule.DUE
    station.dispatch_rule = DispatchRule.SHORTEST
    assert station.rule == DispatchRule.SHORTEST


def test_the_same_setup_as_that_of_the_last_job_goes_first(plant):
    station = station_by(plant, DispatchRule.FAMILY)
    assert last_family(station) == ""
    steel = two_branches(plant, 5, code="STEEL", family="STEEL")
    peek = two_branches(plant, 5, code="PEEK", family="PEEK")
    more = two_branches(plant, 5, code="MORE", family="PEEK")
    WorkOrder.objects.filter(pk=steel.work_order_id).update(due_at=NOW - timedelta(days=1))
    assert [c.job.unit for c in queue_at(station, plant.operator).ready] == [steel, more, peek]
    plant.start(peek, "10")
    assert last_family(station) == "PEEK"
    plant.report(peek, "10", Given("LOOK", "yes"), complete=True)
    assert last_family(station) == "PEEK"
    first, second = queue_at(station, plant.operator).ready
    assert (first.job.unit, second.job.unit) == (more, steel)
    assert first.why.startswith("same setup as the last job, PEEK")
    plant.start(steel, "10")
    assert last_family(station) == "STEEL"


def test_the_work_left_is_that_of_the_operation_and_all_after_it(plant):
    unit = plant.unit()
    waits = {one.operation_code: one for one in OpenOperation.objects.filter(unit=unit)}
    assert {code: (one.work_s, one.left_s) for code, one in waits.items()} == {"10": (200, 600), "20": (200, 600)}
    assert effort_from(pinned_plan(unit.work_order.digest), "40") == (0, 200)


def test_scrap_takes_the_work_of_what_is_scrapped_off_the_queue(plant):
    unit = two_branches(plant, 50)
    plant.start(unit, "10")
    plant.report(
        unit,
        "10",
        Given("LOOK", "yes"),
        completion=Completion(good=Decimal(40), scrap=Decimal(10), scrap_reason="Bent"),
    )
    beside = OpenOperation.objects.get(unit=unit, operation_code="20")
    assert beside.work_s == 40 * 60
    rebuild(units=[plant.fresh(unit)])
    assert OpenOperation.objects.get(unit=unit, operation_code="20").work_s == 40 * 60


def test_beyond_fifty_nobody_counts_on(plant):
    plant.released(52)
    waiting = queue_at(plant.stations["10"], plant.operator, ready=8, coming=4)
    assert (len(waiting.ready), waiting.ready_count, waiting.blocked_count) == (8, 51, 0)


TERMS = Terms(3, NOW + timedelta(hours=6), "WO-1", "S-1", "10", 300, 1500, 27000, "PEEK", NOW - timedelta(hours=3))


@pytest.mark.parametrize(
    ("rule", "family", "said"),
    [
        (DispatchRule.PRIORITY, "", "priority 3, due in 6 h"),
        (DispatchRule.DUE, "", "due in 6 h, priority 3"),
        (DispatchRule.SHORTEST, "", "25 min of work, 5 min of it setup; due in 6 h"),
        (DispatchRule.CRITICAL, "", "critical ratio 0.8: due in 6 h, 7.5 h of work left"),
        (DispatchRule.FAMILY, "PEEK", "same setup as the last job, PEEK; due in 6 h"),
        (DispatchRule.FAMILY, "STEEL", "setup PEEK after STEEL; due in 6 h"),
        (DispatchRule.FAMILY, "", "setup PEEK; due in 6 h"),
        (DispatchRule.FIFO, "", "here for 3 h; due in 6 h"),
    ],
)
def test_terms_are_said_with_their_figures(rule, family, said):
    assert in_words(TERMS, rule, now=NOW, family=family) == said


def test_what_is_late_says_by_how_much():
    later = NOW + timedelta(hours=9)
    assert in_words(TERMS, DispatchRule.DUE, now=later) == "3 h late, priority 3"
    assert in_words(TERMS, DispatchRule.CRITICAL, now=later).startswith("critical ratio -0.4: 3 h late")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(40, "40 s"), (150, "2 min"), (5940, "99 min"), (6000, "1.7 h"), (7200, "2 h"), (12 * 86400, "12 days")],
)
def test_spans_are_said_in_the_unit_that_one_would_say(seconds, said):
    assert span_in_words(seconds) == said
