"""Merging lots into one of them, by the verb."""

from decimal import Decimal

import pytest

from genealogy.models import Activity
from genealogy.status import UnitStatus
from mes.kernel.refusals import InvalidInput, NotPermitted
from mes.kernel.transitions import IllegalTransition
from tests.flow import LotFlow, check_balances, lot_flow
from tests.wip.test_split import split
from wip.actions import holds, lots
from wip.lot_policies import LotsDiffer
from wip.models import OpenOperation
from wip.overview import progress_of
from wip.policies import WorkedOnElsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(plant) -> LotFlow:
    return lot_flow(plant)


@pytest.fixture
def parts(flow):
    """A lot of 60 and its part of 40, both with 10 done."""
    lot = flow.do(flow.lot(100), "10")
    return lot, split(flow, lot, 40)


def merge(flow, into, *others, who="amina", reason="One box again"):
    with flow.plant.door(who) as passage:
        merged = lots.merge(into=into, others=others, reason=reason, by=passage.person, at=passage.at)
    return flow.plant.fresh(merged)


def test_a_part_goes_back_into_its_lot(flow, parts):
    lot, part = parts
    merged = merge(flow, lot, part)
    assert (merged.quantity_left, merged.status) == (100, UnitStatus.IN_PROCESS)
    gone = flow.plant.fresh(part)
    assert (gone.status, gone.quantity_left) == (UnitStatus.MERGED, 0)
    assert (flow.at(lot, "10").quantity_good, flow.at(part, "10").quantity_good) == (100, 0)
    assert not OpenOperation.objects.filter(unit=part).exists()
    activity = Activity.objects.latest("sequence")
    assert (activity.kind, activity.reason) == ("MERGE", "One box again")
    assert set(activity.units.values_list("unit__serial", "direction", "quantity")) == {
        ("SH-0001-2", "INPUT", 40),
        ("SH-0001", "OUTPUT", 40),
    }
    check_balances()
    done = flow.do(merged, "20", "30")
    assert progress_of([done.work_order])[done.work_order_id].finished == 100


def test_several_are_merged_at_once_also_into_a_part(flow, parts):
    lot, part = parts
    third = split(flow, part, 10)
    merged = merge(flow, third, lot, part)
    assert (merged.serial, merged.quantity_left) == ("SH-0001-3", 100)
    check_balances()


def test_scrap_stays_where_it_was_made(flow, parts):
    lot, part = parts
    flow.start(part, "20")
    flow.complete(part, "20", scrap=5)
    flow.do(lot, "20")
    assert merge(flow, lot, part).quantity_left == 95
    assert (flow.at(part, "20").quantity, flow.at(part, "20").quantity_scrapped) == (5, 5)
    assert flow.at(lot, "20").quantity_good == 95
    check_balances()


def test_lots_that_stand_elsewhere_are_not_merged(flow, parts):
    lot, part = parts
    flow.do(part, "20")
    with pytest.raises(LotsDiffer, match="SH-0001-2 can't be merged into SH-0001") as refused:
        merge(flow, lot, part)
    assert refused.value.why == "It has other operations done."
    other = flow.do(flow.lot(10, "WO-OTHER"), "10")
    with pytest.raises(LotsDiffer) as refused:
        merge(flow, lot, other)
    assert refused.value.why == "It has another order."


def test_lots_with_other_holds_are_not_merged_and_with_the_same_they_are(flow, parts):
    lot, part = parts
    with flow.plant.door("mei") as passage:
        holds.place(unit=part, reason_code="QUALITY", reason="Crack", by=passage.person, at=passage.at)
    with pytest.raises(LotsDiffer, match="merged") as refused:
        merge(flow, lot, part)
    assert refused.value.why == "It has other holds."
    third = split(flow, part, 10)
    assert merge(flow, part, third).quantity_left == 40


def test_nothing_is_merged_while_somebody_works_on_one_of_them(flow, parts):
    lot, part = parts
    flow.start(part, "20")
    with pytest.raises(WorkedOnElsewhere, match="works on SH-0001-2"):
        merge(flow, lot, part)


def test_a_merge_names_others_and_a_reason_and_is_done_by_who_may(flow, parts):
    lot, part = parts
    for others in ((), (lot,), (part, part)):
        with pytest.raises(InvalidInput, match="not the same one"):
            merge(flow, lot, *others)
    with pytest.raises(InvalidInput, match="reason"):
        merge(flow, lot, part, reason="")
    with pytest.raises(NotPermitted):
        merge(flow, lot, part, who="ruth")
    merge(flow, lot, part)
    with pytest.raises(IllegalTransition):
        merge(flow, lot, part)


def test_a_merged_lot_is_worked_on_no_more(flow, parts):
    lot, part = parts
    merge(flow, lot, part)
    with pytest.raises(IllegalTransition):
        split(flow, part, Decimal(1))
