"""Where a unit stands, from plans and executions made by hand: no database."""

from decimal import Decimal
from uuid import UUID

import pytest

from orders.plans import EdgePlan, OperationPlan, Plan
from wip.models import OperationExecution
from wip.ways import Way

NOWHERE = UUID(int=0)


def operation(code, *before, group="", optional=False, transfer=None):
    edges = tuple(EdgePlan(each, Decimal(transfer)) for each in before) if transfer else ()
    return OperationPlan(
        code, code, NOWHERE, "", 60, "", (), before, (), alternate_group=group, is_optional=optional, edges=edges
    )


def plan(*operations):
    return Plan("P", "P", "A", "R", 1, operations)


def done(code, **more):
    return execution(code, status="COMPLETED", **more)


def running(code, good=0):
    return execution(code, status="RUNNING", quantity_good=Decimal(good))


def execution(code, **more):
    return OperationExecution(operation_code=code, quantity=Decimal(100), **more)


BRANCHES = plan(operation("10"), operation("20"), operation("30", "10", "20"), operation("40", "30"))
ALTERNATES = plan(
    operation("10"),
    operation("21", "10", group="G"),
    operation("22", "10", group="G"),
    operation("31", "21"),
    operation("40", "22", "31"),
)


def openings(of, *executions):
    return Way.of(of, executions).openings


def test_branches_begin_side_by_side_and_the_join_waits_for_both():
    assert openings(BRANCHES) == {"10": True, "20": True}
    assert openings(BRANCHES, done("10")) == {"20": True}
    assert openings(BRANCHES, done("10"), running("20")) == {"30": False}
    assert openings(BRANCHES, done("10"), done("20")) == {"30": True}


def test_the_first_alternate_that_begins_is_the_choice_and_what_only_the_others_lead_to_is_off():
    assert openings(ALTERNATES, done("10")) == {"21": True, "22": True}
    way = Way.of(ALTERNATES, [done("10"), done("22")])
    assert way.off == {"21", "31"}
    assert way.openings == {"40": True}
    assert openings(ALTERNATES, done("10"), running("21")) == {"31": False}
    assert openings(ALTERNATES, done("10"), done("21"), done("31")) == {"40": True}


def test_a_unit_is_finished_when_every_operation_on_its_way_is_done():
    assert not Way.of(ALTERNATES, [done("10"), done("22")]).is_finished
    assert Way.of(ALTERNATES, [done("10"), done("22"), done("40")]).is_finished


def test_a_skipped_operation_lets_the_next_one_begin():
    line = plan(operation("10"), operation("20", "10", optional=True), operation("30", "20"))
    assert openings(line, done("10"), execution("20", status="SKIPPED")) == {"30": True}


def test_what_is_set_aside_does_not_count():
    assert openings(BRANCHES, done("10", is_current=False), done("20")) == {"10": True}


@pytest.mark.parametrize(("good", "ready"), [(0, False), (39, False), (40, True), (100, True)])
def test_a_part_of_a_lot_lets_the_next_operation_begin_once_there_is_enough_of_it(good, ready):
    line = plan(operation("10"), operation("20", "10", transfer=40))
    way = Way.of(line, [running("10", good)])
    assert way.openings == {"20": ready}
    assert way.upstream_good(line.operation("20")) == good


def test_after_an_operation_comes_everything_that_waits_for_it():
    assert Way.of(BRANCHES, []).after("10") == {"10", "30", "40"}
