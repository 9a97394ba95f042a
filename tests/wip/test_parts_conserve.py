"""Whatever is booked, scrapped, split and merged: an order's quantities add up, and every balance to its rows."""

from collections import Counter
from decimal import Decimal

import pytest
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genealogy.models import Unit
from mes.kernel.door import open_door
from mes.kernel.refusals import Refusal
from tests.flow import LotFlow, check_balances, lot_flow
from tests.wip.test_merge import merge
from tests.wip.test_split import split
from wip.models import OpenOperation, OperationExecution

pytestmark = pytest.mark.django_db

CODES = ("10", "20", "30")
acts = st.lists(
    st.tuples(
        st.sampled_from(["start", "start", "book", "book", "complete", "complete", "split", "merge", "merge"]),
        st.integers(0, 5),
        st.integers(0, 5),
        st.integers(0, 30),
        st.integers(0, 4),
    ),
    min_size=15,
    max_size=30,
)


class _Undo(Exception):
    """Takes an example back."""


def carry_out(flow: LotFlow, act: str, lot: Unit, others: list[Unit], which: int, good: int, scrap: int) -> bool:
    """Do it, where there is something to do it on."""
    ready = OpenOperation.objects.filter(unit=lot, is_ready=True).values_list("operation_code", flat=True)
    running = lot.executions.filter(status="RUNNING").values_list("operation_code", flat=True)
    codes = sorted(ready if act == "start" else running)
    if act == "split":
        split(flow, lot, good)
    elif act == "merge":
        return any(merges(flow, lot, other) for other in others)
    elif not codes:
        return False
    elif act == "start":
        flow.start(lot, codes[which % len(codes)])
    elif act == "book":
        flow.book(lot, codes[which % len(codes)], good=good, scrap=scrap)
    else:
        flow.complete(lot, codes[which % len(codes)], scrap=scrap)
    return True


def merges(flow: LotFlow, lot: Unit, other: Unit) -> bool:
    try:
        merge(flow, lot, other)
    except Refusal:
        return False
    return True


def check_order(reference: str, quantity: int) -> None:
    """The lots of an order make up what it asked for, and so do their executions of each operation."""
    units = Unit.objects.filter(work_order__erp_reference=reference)
    assert units.aggregate(sum=Sum(F("quantity") - F("quantity_split")))["sum"] == quantity
    for code in CODES:
        its = OperationExecution.objects.filter(work_order__erp_reference=reference, operation_code=code)
        made = its.aggregate(good=Sum("quantity_good"), all=Sum("quantity"))
        assert (made["good"] or 0) <= (made["all"] or 0) <= quantity
    for unit in units.exclude(status="IN_PROCESS"):
        assert not OpenOperation.objects.filter(unit=unit).exists()


def test_sums_over_an_order_never_change(plant):
    reached: Counter[str] = Counter()
    check_sums(plant, reached)
    assert all(reached[act] > 1 for act in ("start", "book", "complete", "split", "merge")), reached


@given(acts=acts)
@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def check_sums(plant, reached, acts):
    try:
        with open_door(person=None):
            flow = lot_flow(plant, {("10", "20"): 10, ("20", "30"): 5})
            flow.lot(100)
            for act, one, which, good, scrap in acts:
                lots = list(Unit.objects.filter(work_order__erp_reference="WO-SHAFT").order_by("serial"))
                lot = lots[one % len(lots)]
                try:
                    reached[act] += carry_out(flow, act, lot, lots, which, good, scrap)
                except Refusal:
                    reached["refused"] += 1
                check_order("WO-SHAFT", 100)
            check_balances()
            assert Decimal(100) == sum(
                unit.quantity_left + unit.quantity_scrapped
                for unit in Unit.objects.filter(work_order__erp_reference="WO-SHAFT")
            )
            raise _Undo
    except _Undo:
        pass
