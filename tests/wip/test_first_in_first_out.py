"""First in, first out: what waits longest at an operation comes first, whatever is taken back or made anew."""

from datetime import timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connection

from equipment.models import Station
from equipment.status import DispatchRule
from mes.station.actions.operations import Completion, Given
from tests.flow import LotFlow, lot_flow
from tests.holds import lift
from tests.holds import place as hold
from tests.lots import two_branches
from tests.motion import a_rework, rods
from tests.plant import NOW
from tests.redlines import add_a_step, redlined
from tests.undo import undo
from wip.actions import lots, reworks
from wip.models import OpenOperation
from wip.queues import queue_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(plant) -> LotFlow:
    return lot_flow(plant)


def queue(plant, code="20"):
    """What waits at the station, in the order of its first in, first out queue: serials, and what each says."""
    Station.objects.update(dispatch_rule=DispatchRule.FIFO)
    station = Station.objects.select_related("work_center", "site").get(code=f"ST-{code}")
    with plant.door() as passage:
        passage.at = plant.clock
        waiting = queue_at(station, plant.operator)
    return [(one.job.unit.serial, one.why) for one in [*waiting.ready, *waiting.blocked]]


def first(plant, code="20"):
    return [serial for serial, _why in queue(plant, code)]


def since(unit, code="20"):
    return OpenOperation.objects.get(unit=unit, operation_code=code).waits_since


def split(flow, lot, quantity):
    with flow.plant.door() as passage:
        part = lots.split(unit=lot, quantity=Decimal(quantity), reason="Ahead", by=passage.person, at=passage.at)
    return flow.plant.fresh(part)


def check_rebuilt(*units):
    """That the rows made anew say the same, and what fills the column says so, too."""
    kept = dict(OpenOperation.objects.filter(unit__in=units).values_list("unit__serial", "waits_since"))
    call_command("refresh_queues")
    assert dict(OpenOperation.objects.filter(unit__in=units).values_list("unit__serial", "waits_since")) == kept
    OpenOperation.objects.filter(is_ready=True).update(waits_since=NOW - timedelta(days=9))
    with connection.cursor() as cursor:
        cursor.execute(import_module("wip.migrations.0010_waits_since").FROM_THE_RECORD)
    assert dict(OpenOperation.objects.filter(unit__in=units).values_list("unit__serial", "waits_since")) == kept


def test_what_came_first_goes_first_whatever_is_due_or_urgent(plant):
    early, late = plant.unit(priority=9, due_in_days=9), plant.unit(priority=1, due_in_days=1)
    assert first(plant, "10") == [early.serial, late.serial]
    for unit in (late, early):
        plant.do(unit, "10", "20")
    assert first(plant, "30") == [late.serial, early.serial]
    check_rebuilt(early, late)


def test_each_row_says_how_long_it_has_been_here(plant):
    unit, coming = plant.unit(), plant.unit()
    plant.do(unit, "10", "20")
    plant.do(coming, "10")
    plant.start(coming, "20")
    assert since(coming, "30") is None
    plant.at(3 * 3600 - round((plant.clock - since(unit, "30")).total_seconds()))
    assert queue(plant, "30") == [
        (unit.serial, "here for 3 h; due in 44.8 h"),
        (coming.serial, "not here yet; due in 44.8 h"),
    ]


def test_a_start_that_is_taken_back_leaves_the_unit_in_its_place(plant):
    units = [plant.unit() for _ in range(3)]
    kept = since(units[0], "10")
    plant.start(units[0], "10")
    undo(plant, units[0], "10")
    assert since(units[0], "10") == kept
    assert first(plant, "10") == [unit.serial for unit in units]


def test_an_end_that_is_taken_back_and_done_again_counts_from_the_new_end(flow):
    one, other = flow.do(flow.lot(5, "WO-1"), "10"), flow.do(flow.lot(5, "WO-2"), "10")
    undo(flow.plant, one, "10")
    assert since(one) is None
    flow.complete(one, "10")
    assert first(flow.plant) == [other.serial, one.serial]
    check_rebuilt(one, other)


def test_a_hold_costs_no_place(flow):
    one, other = flow.lot(5, "WO-1"), flow.lot(5, "WO-2")
    placed = hold(flow.plant, unit=one)
    assert first(flow.plant, "10") == [other.serial, one.serial]  # what is held is shown after what is free
    lift(flow.plant, placed)
    assert first(flow.plant, "10") == [one.serial, other.serial]


def test_who_is_sent_back_waits_since_the_decision(plant):
    made = rods(plant)
    one, other = (made.do(made.unit(), "10") for _ in range(2))
    made.do(one, "20")
    rework = made.send_back(one, "20", "20")
    assert since(one) == rework.decided_at
    assert first(plant) == [other.serial, one.serial]
    check_rebuilt(one, other)


def test_a_rework_that_is_cancelled_costs_no_place(plant):
    made = rods(plant)
    one, other = (made.do(made.unit(), "10", "20") for _ in range(2))
    kept = since(one, "25")
    made.cancel(made.send_back(one, "20", "20"))
    assert since(one, "25") == kept
    check_rebuilt(one, other)


def test_after_a_rework_routing_the_unit_waits_since_its_last_operation(plant):
    made = rods(plant)
    one, other = made.do(made.unit(), "10", "20"), made.do(made.unit(), "10")
    rework = made.send_back(one, "20", "20", routing_revision=made.rework)
    assert since(one, "R1") == rework.decided_at
    check_rebuilt(one, other)
    made.do(one, "R1", "R2")
    assert since(one) == made.now()
    check_rebuilt(one, other)
    made.start(one, "20")
    undo(plant, one, "20")
    assert first(plant) == [other.serial, one.serial]
    check_rebuilt(one, other)


def test_on_its_way_through_a_rework_routing_the_unit_waits_nowhere_else(plant):
    made, unit = rods(plant), two_branches(plant, 1, code="PIN")
    plant.start(unit, "10")
    plant.report(unit, "10", Given("LOOK", "yes"), completion=Completion(good=Decimal(1)))
    repair = plant.approve_and_release(a_rework(plant, unit.product, "R1"))
    since_made = since(unit)
    with plant.door("mei") as passage:
        reworks.send_back(
            unit=unit,
            found_in="10",
            return_to="10",
            routing_revision=repair,
            reason="Bent",
            by=passage.person,
            at=passage.at,
        )
    made.do(plant.fresh(unit), "R1")
    assert since(unit, "10") == since(unit, "20") > since_made
    check_rebuilt(unit)


def test_an_alternate_that_is_chosen_and_given_back_leaves_the_other_where_it_was(plant):
    made = rods(plant)
    unit = made.do(made.unit(), "10", "20", "25")
    kept = since(unit, "31")
    made.start(unit, "32")
    undo(plant, unit, "32")
    assert since(unit, "31") == since(unit, "32") == kept
    check_rebuilt(unit)


def test_a_part_waits_since_its_lot_does(flow):
    lot, other = flow.lot(10, "WO-1"), flow.lot(10, "WO-2")
    part = split(flow, split(flow, lot, 6), 3)
    assert since(part, "10") == since(lot, "10")
    assert first(flow.plant, "10")[-1] == other.serial
    check_rebuilt(lot, part, other)
    for each in (lot, other):
        flow.do(each, "10")
    late = split(flow, lot, 1)
    assert since(late) == since(lot) < since(other)
    check_rebuilt(lot, late, part, other)


def test_lots_that_are_merged_wait_since_the_one_that_takes_the_others(flow):
    lot = flow.lot(10)
    part = split(flow, lot, 4)
    for each in (part, lot):
        flow.do(each, "10")
    kept = since(lot)
    with flow.plant.door() as passage:
        lots.merge(into=lot, others=[part], reason="One box", by=passage.person, at=passage.at)
    assert since(lot) == kept
    check_rebuilt(lot)


def test_a_lot_that_may_go_on_in_parts_waits_since_enough_of_it_was_good(plant):
    flow = lot_flow(plant, {("10", "20"): 4, ("20", "30"): None})
    lot, other = flow.lot(10, "WO-1"), flow.lot(10, "WO-2")
    for each in (lot, other):
        flow.start(each, "10")
        flow.book(each, "10", good=3)
    flow.book(other, "10", good=1)
    enough = plant.clock
    flow.book(other, "10", good=2)
    flow.complete(lot, "10")
    flow.complete(other, "10")
    assert since(other) == enough
    assert first(plant) == [other.serial, lot.serial]
    flow.start(other, "20")
    undo(plant, other, "20")
    assert since(other) == enough
    call_command("refresh_queues")
    assert since(other) == enough
    undo(plant, other, "10")
    assert since(other) == enough  # it has still let enough go on
    undo(plant, other, "10")
    undo(plant, other, "10")
    assert since(other) is None


def test_what_was_enough_and_was_taken_back_lets_nothing_go_on(plant):
    flow = lot_flow(plant, {("10", "20"): 3, ("20", "30"): None})
    lot = flow.do(flow.lot(10, "WO-1"), "10")
    undo(plant, lot, "10")
    flow.complete(lot, "10", scrap=9)
    assert since(lot) == plant.clock
    kept = since(lot)
    call_command("refresh_queues")
    assert since(lot) == kept


def test_scrap_beside_it_moves_nobody_to_the_end(plant):
    unit = two_branches(plant, 50)
    kept = since(unit)
    plant.start(unit, "10")
    scrap = Completion(good=Decimal(40), scrap=Decimal(10), scrap_reason="Bent")
    plant.report(unit, "10", Given("LOOK", "yes"), completion=scrap)
    assert since(unit) == kept
    check_rebuilt(unit)


def test_a_redline_moves_nobody_to_the_end(plant):
    one, other = plant.unit(), plant.unit()
    for unit in (one, other):
        plant.do(unit, "10", "20")
    kept = since(one, "30")
    redlined(plant, one.work_order, add_a_step)
    assert since(plant.fresh(one), "30") == kept
    assert first(plant, "30") == [one.serial, other.serial]
