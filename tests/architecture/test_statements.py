"""How many statements each verb sends, from BEGIN to COMMIT. A number that grows is a decision, written down here.

Without a key, what is told to live pages is a statement of its own; with one it goes with the answer that is kept.
In a test's transaction the door's BEGIN and COMMIT are a savepoint and its release: the count is the same.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from genealogy.actions import units
from mes.station.actions import logons
from mes.station.actions.operations import Completion, Given, book, take_over
from orders.models import WorkOrder
from tests.bench.line import drive_line
from tests.equipment.assets import asking_for_a_wrench
from tests.flow import lot_flow
from tests.genealogy.lots import quarantined, release, signing, stage, take_in
from tests.lots import CODE, lot_line
from tests.material import checklist, line
from tests.motion import rods
from tests.station.pages import StationPage
from tests.undo import undo
from wip.actions import corrections, holds, labor, lots
from wip.actions import orders as floor_orders
from wip.models import LaborSpan, OperationExecution
from wip.queries import execution_at

pytestmark = pytest.mark.django_db


def scan_to_complete(plant):
    line = drive_line(plant)
    warm, job = line.started(2)
    line.complete(warm)  # the plan of released revisions is read once a process
    return lambda: line.complete(job)


def scan_to_complete_with_a_key(plant):
    line = drive_line(plant)
    warm, job = line.started(2)
    line.complete(warm)
    return lambda: line.complete(job, key="a-key", asked="something")


def start(plant):
    plant.start(plant.unit(), "10")
    unit = plant.unit()
    return lambda: plant.start(unit, "10")


def start_on_a_running_order(plant):
    first, second = plant.released(2).units.all()
    plant.start(first, "10")
    return lambda: plant.start(second, "10")


def record_one_value(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    return lambda: plant.report(unit, "10", Given("FIRMWARE", "4.2.1"))


def complete_the_last_signed_operation(plant):
    unit = plant.do(plant.unit(), "10", "20", "30")
    plant.start(unit, "40")
    return lambda: plant.report(unit, "40", Given("LEAK", "0.1"), completion=plant.signed())


def record_again_what_was_taken_back(plant):
    record_one_value(plant)()
    unit = WorkOrder.objects.get().units.get()
    undo(plant, unit, "10")
    return lambda: plant.report(unit, "10", Given("FIRMWARE", "4.2.1"))


def take_a_completion_back(plant):
    unit = plant.do(plant.unit(), "10")
    return lambda: undo(plant, unit, "10", execution=execution_at(unit, "10"))


def scrap(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    return lambda: plant.report(unit, "10", completion=Completion(scrap=Decimal(1), scrap_reason="Dropped"))


def book_a_part_with_scrap(plant):
    execution = lot_line(plant, quantity=50).execution()

    def part():
        with plant.door() as passage:
            book(
                execution=execution,
                good=Decimal(12),
                scrap=Decimal(1),
                scrap_reason="Bent",
                station=plant.stations[CODE],
                by=passage.person,
                at=passage.at,
            )

    return part


def split_a_lot(plant):
    flow = lot_flow(plant)
    lot = flow.do(flow.lot(100), "10")

    def split():
        with plant.door() as passage:
            lots.split(unit=lot, quantity=Decimal(30), reason="Half", by=passage.person, at=passage.at)

    return split


def merge_two_lots(plant):
    flow = lot_flow(plant)
    lot = flow.do(flow.lot(100), "10")
    with plant.door() as passage:
        part = lots.split(unit=lot, quantity=Decimal(30), reason="Half", by=passage.person, at=passage.at)

    def merge():
        with plant.door() as passage:
            lots.merge(into=lot, others=[part], reason="One box", by=passage.person, at=passage.at)

    return merge


def take_a_job_over(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    execution = execution_at(unit, "10")

    def take():
        with plant.door("tomasz") as passage:
            take_over(execution=execution, station=plant.stations["10"], by=passage.person, at=passage.at)

    return take


def pause_a_job(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    execution = execution_at(unit, "10")

    def pause():
        with plant.door() as passage:
            labor.pause(execution=execution, station=plant.stations["10"], by=passage.person, at=passage.at)

    return pause


def resume_a_job(plant):
    pause_a_job(plant)()
    execution = OperationExecution.objects.select_related("work_order", "unit").get()

    def resume():
        with plant.door() as passage:
            labor.resume(execution=execution, station=plant.stations["10"], by=passage.person, at=passage.at)

    return resume


def hand_a_job_over(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    execution = execution_at(unit, "10")

    def hand_over():
        with plant.door() as passage:
            labor.hand_over(
                execution=execution, station=plant.stations["10"], text="Mind it", by=passage.person, at=passage.at
            )

    return hand_over


def complete_what_one_has_joined(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    with plant.door("tomasz") as passage:
        execution = execution_at(unit, "10")
        labor.join(execution=execution, station=plant.stations["10"], by=passage.person, at=passage.at)
    plant.report(unit, "10", *plant.entries("10"), who="tomasz")
    return lambda: plant.report(unit, "10", who="tomasz", complete=True)


def correct_a_span(plant):
    pause_a_job(plant)()
    span = LaborSpan.objects.get()

    def correct():
        with plant.door("ines") as passage:
            corrections.correct(
                span=span,
                began_at=span.began_at,
                ended_at=span.began_at,
                reason="Was at lunch",
                by=passage.person,
                at=passage.at,
            )

    return correct


def release_an_order_of_100(plant):
    plant.unit()
    order = plant.order(100)

    def release():
        with plant.door("ines") as passage:
            floor_orders.release(order=order, by=passage.person, at=passage.at)

    return release


def create_an_order(plant):
    return lambda: plant.order(5) and None


def place_a_hold(plant):
    unit = plant.unit()

    def place():
        with plant.door("mei") as passage:
            holds.place(by=passage.person, at=passage.at, reason_code="PROCESS", reason="Doubt", unit=unit)

    return place


def release_a_hold(plant):
    place_a_hold(plant)()
    hold = WorkOrder.objects.get().units.get().holds.get()

    def release():
        with plant.door("mei") as passage:
            holds.release(hold=hold, reason="Checked", by=passage.person, at=passage.at)

    return release


def receive(plant):
    def take_in():
        with plant.door("ines") as passage:
            units.receive(
                site=plant.site,
                product=plant.board,
                serial="X1",
                quantity=Decimal(1),
                by=passage.person,
                at=passage.at,
            )

    return take_in


def stage_a_lot(plant):
    lot = take_in(plant)
    return lambda: stage(plant, lot)


def release_a_lot(plant):
    lot = take_in(plant, quarantined(plant, plant.screws))
    signed = signing(plant, lot)
    return lambda: release(plant, lot, signed=signed)


def clear_a_line(plant):
    checklist(plant)
    valves = line(plant, "VALVE", is_cleared=True)
    (unit,) = valves.order("WO-1")
    return lambda: valves.clear(unit)


def start_what_asks_for_a_cleared_line(plant):
    checklist(plant)
    valves = line(plant, "VALVE", is_cleared=True)
    first, second = valves.order("WO-1", 2)
    valves.clear(first)
    valves.start(first)
    return lambda: valves.start(second)


def take_of_a_lot_that_expires(plant):
    valves = line(plant, "VALVE", part=plant.screws)
    first, second = valves.order("WO-1", 2)
    stage(plant, take_in(plant, expires=date(2026, 12, 24)), "20")
    for unit in (first, second):
        valves.start(unit)
    valves.take(first, "LOT-1")
    return lambda: valves.take(second, "LOT-1")


def log_on(plant):
    device = StationPage(plant, "10").device

    def come():
        with plant.door("amina") as passage:
            logons.log_on(device=device, person=passage.person, at=passage.at)

    return come


def start_with_a_gauge(plant):
    asking_for_a_wrench(plant)
    units = list(plant.released(2).units.all())
    for unit in units:
        plant.do(unit, "10", "20")
    plant.start(units[0], "30")
    return lambda: plant.start(units[1], "30")


def complete_with_a_gauge(plant):
    asking_for_a_wrench(plant)
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    plant.report(unit, "30", *plant.entries("30"))
    return lambda: plant.report(unit, "30", complete=True)


def complete_without_a_gauge(plant):
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    plant.report(unit, "30", *plant.entries("30"))
    return lambda: plant.report(unit, "30", complete=True)


def skip(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20")
    return lambda: line.skip(unit)


def send_back(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25", "31")
    return lambda: line.send_back(unit, "40", "31")


def send_back_through_a_rework_routing(plant):
    line = rods(plant)
    warm, unit = (line.do(line.unit(), "10", "20", "25", "31") for _ in range(2))
    line.send_back(warm, "40", "31", routing_revision=line.rework)
    line.start(unit, "40")
    return lambda: line.send_back(unit, "40", "31", routing_revision=line.rework)


def complete_what_ends_a_rework(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25", "31")
    line.send_back(unit, "31", "31")
    line.start(unit, "31")
    return lambda: line.end(unit, "31")


def cancel_a_rework(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25", "31")
    rework = line.send_back(unit, "40", "31")
    return lambda: line.cancel(rework)


STATEMENTS = {
    scan_to_complete: 16,
    scan_to_complete_with_a_key: 16,
    start: 16,
    start_on_a_running_order: 13,
    record_one_value: 8,
    record_again_what_was_taken_back: 9,
    take_a_completion_back: 27,
    complete_the_last_signed_operation: 20,
    scrap: 18,
    book_a_part_with_scrap: 12,
    start_with_a_gauge: 18,
    complete_without_a_gauge: 13,
    complete_with_a_gauge: 18,
    take_a_job_over: 13,
    pause_a_job: 9,
    resume_a_job: 10,
    hand_a_job_over: 10,
    complete_what_one_has_joined: 13,
    correct_a_span: 9,
    split_a_lot: 23,
    merge_two_lots: 22,
    release_an_order_of_100: 19,
    create_an_order: 6,
    place_a_hold: 9,
    release_a_hold: 9,  # one for what inherited it
    receive: 7,
    stage_a_lot: 8,
    release_a_lot: 10,
    clear_a_line: 10,
    start_what_asks_for_a_cleared_line: 14,
    take_of_a_lot_that_expires: 12,
    log_on: 9,
    skip: 14,
    send_back: 17,
    send_back_through_a_rework_routing: 23,
    complete_what_ends_a_rework: 15,
    cancel_a_rework: 16,
}


@pytest.mark.parametrize("act", STATEMENTS, ids=lambda act: act.__name__)
def test_a_verb_sends_as_many_statements_as_are_written_down(plant, act):
    verb = act(plant)
    for person in plant.people.values():
        person.__dict__.pop("_sites", None)
    with CaptureQueriesContext(connection) as captured:
        verb()
    sent = [query["sql"] for query in captured]
    begin = next(i for i, sql in enumerate(sent) if sql.startswith("SAVEPOINT"))
    end = next(i for i, sql in enumerate(sent) if sql.startswith("RELEASE"))
    listing = "\n".join(f"{n}. {sql[:150]}" for n, sql in enumerate(sent[begin : end + 1], 1))
    assert end + 1 - begin == STATEMENTS[act], listing


def test_the_budget_of_a_scan_to_complete_holds():
    assert STATEMENTS[scan_to_complete_with_a_key] <= 16
