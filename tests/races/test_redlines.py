"""A redline comes into effect while somebody works on a unit of the order."""

from functools import partial

from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.refusals import Busy
from mes.station.actions.operations import Completion
from orders.models import WorkOrder
from orders.status import OrderStatus
from tests.model.invariants import check_floor
from tests.races.runners import at_once, done, refused
from tests.redlines import add_a_step, applied, drafted, insert_an_operation, remove
from wip.models import OperationExecution
from wip.policies import BlockedByGates
from wip.queries import planned

ROUNDS = range(3)


def released(plant, order, change):
    draft = drafted(plant, order)
    change(plant, draft)
    return plant.approve_and_release(draft)


def check(order) -> None:
    units = list(Unit.objects.filter(work_order=order).select_related("work_order"))
    check_floor(units, list(OperationExecution.objects.filter(unit__in=units)))


def test_what_starts_meanwhile_is_done_by_one_plan_or_the_other(committed_plant):
    plant = committed_plant
    for _ in ROUNDS:
        order = plant.released(2)
        unit = plant.do(order.units.order_by("serial")[0], "10", "20")
        redline, before = released(plant, order, add_a_step), order.digest
        answers = at_once(partial(applied, plant, order, redline), partial(plant.start, unit, "30"))
        assert not refused(answers), answers
        started, after = answers[1], WorkOrder.objects.get(pk=order.pk).digest
        has_the_step = "SEAL" in {step.code for step in planned(started).steps}
        assert started.plan_id in (before, after)
        assert has_the_step == (started.plan_id == after)
        check(order)


def test_what_is_inserted_is_asked_of_a_unit_unless_it_had_begun_by_then(committed_plant):
    plant = committed_plant
    for _ in ROUNDS:
        order = plant.released(1)
        unit = plant.do(order.units.get(), "10", "20")
        redline, before = released(plant, order, insert_an_operation), order.digest
        answers = at_once(partial(applied, plant, order, redline), partial(plant.start, unit, "30"))
        assert answers[0] in done(answers), answers
        if isinstance(answers[1], Exception):
            assert isinstance(answers[1], BlockedByGates)
        else:
            assert answers[1].plan_id == before
            check(order)


def test_a_unit_is_finished_by_what_ends_last_its_operation_or_the_redline(committed_plant):
    """The leak test is taken away while the operation before it ends."""
    plant = committed_plant
    for _ in ROUNDS:
        order = plant.released(1)
        unit = plant.do(order.units.get(), "10", "20")
        plant.start(unit, "30")
        redline, values = released(plant, order, remove("40")), plant.entries("30")
        completing = partial(plant.report, unit, "30", *values, completion=Completion())
        answers = at_once(partial(applied, plant, order, redline), completing)
        if refused(answers):  # the last operation is another one by now: who completes is told to repeat it
            assert isinstance(answers[1], Busy), answers
            completing()
        unit = plant.fresh(unit)
        assert unit.status == UnitStatus.FINISHED
        assert unit.work_order.status == OrderStatus.COMPLETED
        check(order)
