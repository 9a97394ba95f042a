"""An order is closed while somebody changes its record: the change is part of what was closed, or refused."""

import pytest

from mes.kernel.refusals import Refusal
from orders.models import WorkOrder
from tests.holds import place
from tests.races.runners import at_once, done
from tests.undo import undo
from wip.actions import closings, corrections
from wip.models import LaborSpan
from wip.queries import execution_at


def correct(plant, unit):
    span = LaborSpan.objects.get(execution=execution_at(unit, "40"))
    with plant.door("ines") as passage:
        when = {"began_at": span.began_at, "ended_at": span.began_at}
        return corrections.correct(span=span, reason="Was away", **when, by=passage.person, at=passage.at)


ACTS = {
    "undo": lambda plant, unit: undo(plant, unit, "40", who="ines", reason="Wrong part"),
    "hold": lambda plant, unit: place(plant, unit=unit),
    "correct": correct,
}


@pytest.mark.parametrize("act", ACTS)
def test_what_is_done_while_an_order_is_closed_comes_before_it_or_not_at_all(committed_plant, act):
    plant = committed_plant
    for _ in range(6):
        unit = plant.do(plant.unit(), "10", "20", "30", "40")

        def close(order=unit.work_order):
            with plant.door("mei") as passage:
                return closings.close(order=order, reason="Reviewed", by=passage.person, at=passage.at)

        closing, other = at_once(close, lambda unit=unit: ACTS[act](plant, unit))
        assert all(isinstance(one, Refusal) for one in (closing, other) if isinstance(one, Exception)), (closing, other)
        order = WorkOrder.objects.get(pk=unit.work_order_id)
        assert done([closing, other])
        assert (order.status == "CLOSED") == (not isinstance(closing, Exception))
        if act == "undo":
            assert order.status == ("RUNNING" if isinstance(closing, Exception) else "CLOSED")
            assert isinstance(closing, Exception) != isinstance(other, Exception)
