"""Two people, one thing: exactly one gets it, the other gets a sentence, and nobody a 500."""

import threading
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from genealogy.models import ActivityUnit, Unit
from genealogy.status import UnitStatus
from mes.kernel.refusals import Busy, InvalidInput, Refusal
from mes.kernel.transitions import IllegalTransition
from mes.station.actions import operations
from mes.station.actions.operations import Completion, Given
from orders.actions import work_orders
from orders.actions.work_orders import OrderRequest
from orders.models import ProductRevision, WorkOrder
from orders.status import OrderStatus
from tests.plant import NOW
from tests.races.runners import Meanwhile, at_once, done, refused
from tests.undo import undo
from wip.actions import holds, openings, order_changes
from wip.actions import orders as floor_orders
from wip.acts import acts_on, last_of
from wip.models import ExecutionEvent, OpenOperation, OperationExecution, Reading
from wip.policies import BlockedByGates
from wip.queries import execution_at
from wip.undoing import ActIsAnother

ROUNDS = range(5)  # a race that is lost once in five shows here


def test_two_people_start_one_unit(committed_plant):
    plant = committed_plant
    for _ in ROUNDS:
        unit = plant.unit()
        answers = at_once(*(partial(plant.start, unit, "10", who) for who in ("amina", "tomasz") * 2))
        assert len(done(answers)) == 1
        assert {type(answer) for answer in refused(answers)} == {BlockedByGates}
        assert OperationExecution.objects.filter(unit=unit).count() == 1
        assert WorkOrder.objects.get(pk=unit.work_order_id).status == OrderStatus.RUNNING


def test_one_serial_is_consumed_by_two_orders(committed_plant):
    plant = committed_plant
    for _ in ROUNDS:
        board, units = plant.a_board(), [plant.unit(), plant.unit(), plant.unit()]
        for unit in units:
            plant.start(unit, "10")
        answers = at_once(*(partial(plant.report, unit, "10", Given("BOARD", board)) for unit in units))
        assert len(done(answers)) == 1
        assert {answer.code for answer in refused(answers)} == {"COMPONENT_CONSUMED"}
        consumed = Unit.objects.get(serial=board)
        assert (consumed.status, consumed.quantity_left) == (UnitStatus.CONSUMED, 0)
        assert ActivityUnit.objects.filter(unit=consumed, direction="INPUT").count() == 1
        assert Reading.objects.filter(value=board).count() == 1


def test_the_last_pieces_of_a_lot_go_to_whom_they_suffice_for(committed_plant):
    plant = committed_plant
    lot, units = plant.a_lot(13), [plant.do(plant.unit(), "10", "20") for _ in range(3)]
    for unit in units:
        plant.start(unit, "30")
    answers = at_once(*(partial(plant.report, unit, "30", Given("SCREWS", lot)) for unit in units))
    assert len(done(answers)) == 2
    assert [answer.code for answer in refused(answers)] == ["COMPONENT_NOT_ENOUGH"]
    assert Unit.objects.get(serial=lot).quantity_left == 1


def test_the_last_two_units_of_an_order_complete_at_once(committed_plant):
    plant = committed_plant
    for _ in ROUNDS:
        order = plant.released(2)
        units = [plant.do(unit, "10", "20", "30") for unit in order.units.all()]
        for unit in units:
            plant.start(unit, "40")
        entries = plant.entries("40")
        answers = at_once(*(partial(plant.report, unit, "40", *entries, completion=plant.signed()) for unit in units))
        assert not refused(answers), answers
        order.refresh_from_db()
        assert order.status == OrderStatus.COMPLETED
        assert order.history.filter(status=OrderStatus.COMPLETED).count() == 1


def test_an_order_is_released_twice_at_once(committed_plant):
    plant = committed_plant
    for _ in ROUNDS:
        order = plant.order(3)

        def release(order=order):
            with plant.door("ines") as passage:
                return floor_orders.release(order=order, by=passage.person, at=passage.at)

        answers = at_once(release, release, release)
        assert len(done(answers)) == 1
        assert {type(answer) for answer in refused(answers)} == {IllegalTransition}
        assert order.units.count() == 3


def test_parts_of_an_order_are_released_at_once_and_never_more_than_there_is(committed_plant):
    plant = committed_plant
    for _ in ROUNDS:
        order = plant.order(5)

        def release(order=order):
            with plant.door("ines") as passage:
                return floor_orders.release(order=order, quantity=Decimal(2), by=passage.person, at=passage.at)

        answers = at_once(release, release, release)
        assert len(done(answers)) == 2
        assert {type(answer) for answer in refused(answers)} == {InvalidInput}
        order.refresh_from_db()
        assert order.units.count() == order.quantity_released == 4


def test_serial_numbers_of_orders_released_at_once_are_unique_and_without_a_gap(committed_plant):
    plant = committed_plant
    orders = [plant.order(4) for _ in range(6)]

    def release(order):
        with plant.door("ines") as passage:
            return floor_orders.release(order=order, by=passage.person, at=passage.at)

    assert not refused(at_once(*(partial(release, order) for order in orders)))
    serials = Unit.objects.filter(product=plant.pump.product).order_by("serial").values_list("serial", flat=True)
    assert list(serials) == [f"IP2-{number:06}" for number in range(1, 25)]


def test_one_operation_is_completed_twice_at_once(committed_plant):
    plant = committed_plant
    for _ in ROUNDS:
        unit = plant.unit()
        plant.start(unit, "20")
        plant.report(unit, "20", *plant.entries("20"))
        answers = at_once(*(partial(plant.report, unit, "20", complete=True) for _ in range(3)))
        assert len(done(answers)) == 1
        assert {type(answer) for answer in refused(answers)} == {IllegalTransition}
        assert ExecutionEvent.objects.filter(execution__unit=unit, kind="COMPLETED").count() == 1


def test_a_completion_is_taken_back_while_the_next_operation_starts(committed_plant):
    """Either the next one has begun and nothing is taken back, or it waits for what is done anew."""
    plant = committed_plant
    for _ in ROUNDS:
        unit = plant.do(plant.unit(), "10", "20")
        answers = at_once(partial(undo, plant, unit, "20"), partial(plant.start, unit, "30", "tomasz"))
        assert len(done(answers)) == 1, answers
        states = dict(OperationExecution.objects.filter(unit=unit).values_list("operation_code", "status"))
        assert states in (
            {"10": "COMPLETED", "20": "COMPLETED", "30": "RUNNING"},
            {"10": "COMPLETED", "20": "RUNNING"},
        )


def test_the_same_act_is_taken_back_twice_at_once(committed_plant):
    plant = committed_plant
    for _ in ROUNDS:
        unit = plant.unit()
        plant.start(unit, "20")
        plant.report(unit, "20", *plant.entries("20"))
        shown = last_of(acts_on(execution_at(unit, "20"))).at
        answers = at_once(*(partial(undo, plant, unit, "20", done_at=shown) for _ in range(3)))
        assert len(done(answers)) == 1, answers
        assert {type(answer) for answer in refused(answers)} == {ActIsAnother}
        assert OperationExecution.objects.get(unit=unit).is_running


def test_an_act_is_taken_back_by_who_did_it_while_a_supervisor_corrects_it(committed_plant):
    plant = committed_plant
    for _ in ROUNDS:
        unit = plant.do(plant.unit(), "10")
        shown = last_of(acts_on(execution_at(unit, "10"))).at
        answers = at_once(
            partial(undo, plant, unit, "10", done_at=shown),
            partial(undo, plant, unit, "10", done_at=shown, who="ines", reason="Wrong board"),
        )
        assert len(done(answers)) == 1, answers
        assert {type(answer) for answer in refused(answers)} == {ActIsAnother}
        assert OperationExecution.objects.get(unit=unit).is_running
        assert ExecutionEvent.objects.filter(execution__unit=unit, kind="REVERSED").count() == 1


def test_an_order_is_cancelled_while_its_unit_starts(committed_plant):
    """Either it runs, or it is cancelled with its unit and nothing is in a queue."""
    plant = committed_plant
    for _ in ROUNDS:
        unit = plant.unit()

        def cancel(order=unit.work_order):
            with plant.door("pavel") as passage:
                return order_changes.cancel(order=order, reason="Not wanted", by=passage.person, at=passage.at)

        answers = at_once(cancel, partial(plant.start, unit, "10"))
        assert len(done(answers)) == 1, answers
        assert isinstance(refused(answers)[0], Refusal)
        unit = plant.fresh(unit)
        running = OperationExecution.objects.filter(unit=unit).count()
        assert (unit.status, unit.work_order.status, running) in [
            (UnitStatus.IN_PROCESS, OrderStatus.RUNNING, 1),
            (UnitStatus.CANCELLED, OrderStatus.CANCELLED, 0),
        ]


def test_an_order_goes_on_when_its_last_unit_is_taken_back_while_another_ends(committed_plant):
    plant = committed_plant
    for _ in ROUNDS:
        order = plant.released(2)
        first, second = order.units.order_by("serial")
        for unit in (first, second):
            plant.start(unit, "10")
        scrap = Completion(scrap=Decimal(1), scrap_reason="Dropped")
        plant.report(first, "10", completion=scrap)
        answers = at_once(partial(undo, plant, first, "10"), partial(plant.report, second, "10", completion=scrap))
        assert not refused(answers), answers
        order.refresh_from_db()
        assert order.status == OrderStatus.RUNNING


def test_a_job_is_taken_over_while_its_owner_reports(committed_plant):
    plant = committed_plant
    unit = plant.unit()
    plant.start(unit, "10")
    execution = execution_at(unit, "10")
    with plant.door("tomasz") as passage:
        operations.take_over(execution=execution, station=plant.stations["10"], by=passage.person, at=passage.at)
        reporting = Meanwhile(lambda: plant.report(unit, "10", Given("FIRMWARE", "4.2.1")))
        assert reporting.waits()
    answer = reporting.answer()
    assert isinstance(answer, BlockedByGates)
    assert answer.code == "JOB_OF_ANOTHER"
    assert "Tomasz" in answer.what


def test_two_people_take_one_job_over(committed_plant):
    plant = committed_plant
    unit = plant.unit()
    plant.start(unit, "10")
    execution = execution_at(unit, "10")

    def take(who):
        with plant.door(who) as passage:
            return operations.take_over(
                execution=execution, station=plant.stations["10"], by=passage.person, at=passage.at
            )

    assert not refused(at_once(lambda: take("tomasz"), lambda: take("ines")))
    last = ExecutionEvent.objects.filter(execution=execution).last()
    assert execution_at(unit, "10").worked_by == last.by


@pytest.mark.parametrize("on", ["unit", "order", "station"])
def test_who_works_commits_first_and_then_comes_the_hold(committed_plant, on):
    """The hold waits for the start that is under way, so that nothing starts after it is acknowledged."""
    plant = committed_plant
    order = plant.released(2)
    first, second = order.units.order_by("serial")
    plant.start(first, "10")  # the order runs from now on, so that a start locks its unit alone

    def hold():
        held = {"unit": plant.fresh(second), "order": order, "station": plant.stations["10"]}
        with plant.door("mei") as passage:
            return holds.place(
                by=passage.person, at=passage.at, reason_code="QUALITY", reason="Doubt", **{on: held[on]}
            )

    with plant.door("amina") as passage:
        operations.start(
            unit=plant.fresh(second),
            operation_code="10",
            station=plant.stations["10"],
            by=passage.person,
            at=passage.at,
        )
        placing = Meanwhile(hold)
        assert placing.waits(), "it was placed in the midst of a start"
    assert placing.answer().number
    with pytest.raises(BlockedByGates, match="On hold"):
        plant.report(second, "10", Given("FIRMWARE", "4.2.1"))


@pytest.mark.parametrize("on", ["unit", "order", "station"])
def test_who_comes_while_a_hold_is_placed_sees_it(committed_plant, on):
    plant = committed_plant
    order = plant.released(2)
    first, second = order.units.order_by("serial")
    plant.start(first, "10")
    held = {"unit": plant.fresh(second), "order": order, "station": plant.stations["10"]}
    with plant.door("mei") as passage:
        holds.place(by=passage.person, at=passage.at, reason_code="QUALITY", reason="Doubt", **{on: held[on]})
        starting = Meanwhile(lambda: plant.start(second, "10"))
        assert starting.waits()
    assert isinstance(starting.answer(), BlockedByGates)
    assert starting.answer().code == "ON_HOLD"


def test_an_order_is_changed_while_it_is_released(committed_plant):
    """The release waits, then releases what the order asks for now."""
    plant = committed_plant
    order = plant.order(2)

    def release():
        with plant.door("ines") as passage:
            return floor_orders.release(order=order, by=passage.person, at=passage.at)

    with plant.door("hiroshi"):
        draft = ProductRevision.objects.create(product=plant.pump.product, code="D")
        for line in plant.pump.bom_lines.all():
            draft.bom_lines.create(operation_code=line.operation_code, component=line.component, quantity=line.quantity)
    plant.approve_and_release(draft)
    with plant.door("pavel") as passage:
        locked = WorkOrder.objects.select_for_update().get(pk=order.pk)
        request = OrderRequest(order.erp_reference, draft, Decimal(3), "pcs", NOW, 5, plant.site)
        work_orders.change(changes=[(locked, request)], by=passage.person, at=passage.at)
        releasing = Meanwhile(release)
        assert releasing.waits()
    assert releasing.answer().product_revision_id == draft.pk
    assert order.units.count() == 3


def test_what_comes_next_while_its_order_is_changed_has_the_new_due_date(committed_plant):
    """Whichever is first: the change waits for the unit under way, and what is done meanwhile waits for the change."""
    plant = committed_plant
    order = plant.released(2)
    first, second = order.units.order_by("serial")
    plant.start(first, "10")

    def change(days):
        with plant.door("pavel"):
            WorkOrder.objects.filter(pk=order.pk).update(due_at=NOW + timedelta(days=days))

    def ranks():
        return set(OpenOperation.objects.filter(work_order=order).values_list("due_at", flat=True))

    with plant.door("mei"):
        Unit.objects.select_for_update(no_key=True).get(pk=first.pk)
        openings.rebuild(units=[plant.fresh(first)])
        changing = Meanwhile(lambda: change(1))
        assert changing.waits()
    assert changing.answer() is None
    assert ranks() == {NOW + timedelta(days=1)}
    with plant.door("pavel"):
        WorkOrder.objects.filter(pk=order.pk).update(due_at=NOW + timedelta(days=2))
        starting = Meanwhile(lambda: plant.start(second, "10"))
        assert starting.waits()
    assert isinstance(starting.answer(), OperationExecution)
    assert ranks() == {NOW + timedelta(days=2)}


def test_who_waits_too_long_is_told_to_try_again(committed_plant):
    plant = committed_plant
    unit = plant.unit()
    plant.start(unit, "10")
    with plant.door("amina"):
        list(Unit.objects.select_for_update().filter(pk=unit.pk))
        waiting = Meanwhile(lambda: plant.start(unit, "20", "tomasz"))
        answer = waiting.answer()  # the lock time-out of the application is 3 s
    assert isinstance(answer, Busy)
    assert answer.status == 409


def test_a_deadlock_reaches_nobody_as_an_error(committed_plant):
    """Two scrap each other's unit with the locks taken in opposite order: one goes through, one is told to repeat."""
    plant = committed_plant
    units = [plant.unit(), plant.unit()]
    both = threading.Barrier(2)

    def lock_both(first, second):
        with plant.door("amina"):
            Unit.objects.select_for_update().get(pk=first.pk)
            both.wait(10)
            Unit.objects.select_for_update().get(pk=second.pk)

    answers = at_once(lambda: lock_both(*units), lambda: lock_both(*reversed(units)))
    assert [type(answer) for answer in refused(answers)] == [Busy]


def test_what_began_while_a_scrap_waited_is_not_missed(committed_plant):
    plant = committed_plant
    unit = plant.unit()
    plant.start(unit, "10")
    scrap = Completion(scrap=Decimal(1), scrap_reason="Dropped")
    with plant.door("tomasz") as passage:
        operations.start(
            unit=plant.fresh(unit),
            operation_code="20",
            station=plant.stations["20"],
            by=passage.person,
            at=passage.at,
        )
        scrapping = Meanwhile(partial(plant.report, unit, "10", completion=scrap))
        assert scrapping.waits()
    assert isinstance(scrapping.answer(), Refusal)
    assert Unit.objects.get(pk=unit.pk).quantity_scrapped == 0


def test_one_unit_is_written_off_while_another_operation_starts_on_it(committed_plant):
    """Either it is scrapped and nothing starts, or it starts and can't be scrapped beside it."""
    plant = committed_plant
    for _ in ROUNDS:
        unit = plant.unit()
        plant.start(unit, "10")
        scrap = Completion(scrap=Decimal(1), scrap_reason="Dropped")
        answers = at_once(
            partial(plant.report, unit, "10", completion=scrap), partial(plant.start, unit, "20", "tomasz")
        )
        assert len(done(answers)) == 1, answers
        assert isinstance(refused(answers)[0], Refusal)
        left = Unit.objects.get(pk=unit.pk)
        running = OperationExecution.objects.filter(unit=unit, status="RUNNING").count()
        assert (left.quantity_scrapped, running) in [(1, 0), (0, 2)]
