"""A hold cascades while what it is on goes further: nothing that has it in escapes."""

from functools import partial

from mes.kernel.refusals import Refusal
from mes.station.actions.operations import Completion, Given
from tests.holds import build_in, place
from tests.races.runners import at_once, done, refused
from wip.models import Hold, OperationExecution
from wip.policies import BlockedByGates

ROUNDS = range(4)


def held(unit) -> bool:
    return Hold.objects.filter(unit=unit, status="OPEN").exists()


def test_a_unit_takes_of_a_lot_while_it_is_held(committed_plant):
    """It has taken nothing, or it is held too."""
    plant = committed_plant
    for _ in ROUNDS:
        serial, unit = plant.a_lot(100), plant.do(plant.unit(), "10", "20")
        lot = type(unit).objects.get(serial=serial)
        plant.start(unit, "30")
        answers = at_once(
            partial(place, plant, unit=lot), partial(plant.report, unit, "30", Given("SCREWS", lot.serial))
        )
        assert answers[0] in done(answers), answers
        assert all(isinstance(answer, Refusal) for answer in refused(answers)), answers
        lot.refresh_from_db()
        assert held(lot)
        assert held(unit) == (lot.quantity_consumed > 0), answers


def test_an_heir_is_built_in_while_its_origin_is_held(committed_plant):
    """Either the board is held and stays out, or the pump it went into is held."""
    plant = committed_plant
    for _ in ROUNDS:
        lot, pump = plant.receive(plant.screws, plant.a_lot(1) + "-A", 100), plant.unit()
        board = type(lot).objects.get(serial=plant.a_board())
        build_in(plant, lot, board, 6)
        lot = type(lot).objects.get(pk=lot.pk)
        plant.start(pump, "10")
        answers = at_once(
            partial(place, plant, unit=lot), partial(plant.report, pump, "10", Given("BOARD", board.serial))
        )
        assert answers[0] in done(answers), answers
        assert all(isinstance(answer, Refusal) for answer in refused(answers)), answers
        board.refresh_from_db()
        assert held(pump if board.status == "CONSUMED" else board), answers
        assert held(pump) == (board.status == "CONSUMED"), answers


def test_what_an_order_made_is_built_in_while_the_order_is_held(committed_plant):
    """Either the board stays out, or the pump it went into is held by the order's hold."""
    plant = committed_plant
    for _ in ROUNDS:
        made, pump = plant.unit(), plant.unit()
        board = type(pump).objects.get(serial=plant.a_board())
        type(pump).objects.filter(pk=board.pk).update(work_order=made.work_order)
        plant.start(pump, "10")
        answers = at_once(
            partial(place, plant, order=made.work_order),
            partial(plant.report, pump, "10", Given("BOARD", board.serial)),
        )
        assert answers[0] in done(answers), answers
        assert all(isinstance(answer, Refusal) for answer in refused(answers)), answers
        board.refresh_from_db()
        assert held(pump) == (board.status == "CONSUMED"), answers


def test_an_heir_ends_its_operation_while_its_origin_is_held(committed_plant):
    plant = committed_plant
    for _ in ROUNDS:
        lot, unit = plant.receive(plant.screws, plant.a_lot(1) + "-A", 100), plant.do(plant.unit(), "10")
        build_in(plant, lot, unit, 6)
        lot = type(lot).objects.get(pk=lot.pk)
        plant.start(unit, "20")
        plant.report(unit, "20", *plant.entries("20"))
        completing = partial(plant.report, unit, "20", completion=Completion())
        answers = at_once(partial(place, plant, unit=lot), completing)
        assert answers[0] in done(answers), answers
        assert held(unit)
        if refused(answers):
            assert isinstance(answers[1], BlockedByGates)
        running = OperationExecution.objects.get(unit=unit, operation_code="20").is_running
        assert running == bool(refused(answers))
