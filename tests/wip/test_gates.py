"""Every gate by itself: pure, on facts given directly, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace as Thing
from uuid import uuid4

import pytest

from equipment import gates as equipment_gates
from equipment.facts import NOTHING, AssetFacts, TakenFacts, assets_here, assets_taken
from equipment.machine_facts import MachineFacts, machines
from equipment.models import AssetClass, PhysicalAsset, Site
from genealogy import gates as genealogy_gates
from genealogy.facts import Material, material
from genealogy.queries import ComponentScan, components, hosts
from mes.kernel.gates import Facts, Gate, Hook, Verdict, configured, gate, judge
from mes.kernel.personnel.gates import operator_qualified
from mes.kernel.personnel.queries import QualificationFacts, qualifications
from orders import gates as order_gates
from orders.models import Product, WorkOrder
from orders.plans import (
    AssetPlan,
    ComponentPlan,
    EdgePlan,
    InstructionPlan,
    OperationPlan,
    Plan,
    StepPlan,
    SubstitutePlan,
)
from quality.gates import readings_within_limits
from tests.wip.interlock_gate_cases import INTERLOCK_CASES
from tests.wip.lot_gate_cases import LOT_CASES
from wip import gates, queue_times, rework_gates
from wip.clearances import Cleared
from wip.facts import HoldFacts, RecordedFacts, clearances, earlier_lots, jobs, joined, open_holds, recorded, ways
from wip.models import OperationExecution, Reading
from wip.queue_times import now
from wip.ways import Way

SITE = uuid4()
AMINA = Thing(pk=1, full_name="Amina")
BOARD = ComponentPlan(uuid4(), "PCB-7", "Main board", "SERIAL", Decimal(1), "pcs")
STEP = StepPlan("TORQUE", 1, "NUMBER", "Torque", "", "", True, 2, "N·m", Decimal("1.1"), None, Decimal("1.3"), None)
OPERATION = OperationPlan("30", "Torque", uuid4(), "Torque", 60, "", (), ("10", "20"), (STEP,))


class Unit(Thing):
    def __str__(self) -> str:
        return self.serial

    def get_status_display(self) -> str:
        return self.status.lower()


def a_unit(status="IN_PROCESS", **more) -> Unit:
    given = {"pk": uuid4(), "serial": "U1", "status": status, "site_id": SITE, "quantity": Decimal(1)}
    given |= {"expires_date": None, "station_id": None, "product_revision_id": None}
    left = {"quantity_left": Decimal(0 if status in ("CONSUMED", "SCRAPPED") else 1), "product_id": BOARD.product_id}
    return Unit(**given | left | {"product": Product(code="X", name="Other")} | more)


def a_job(**more) -> Thing:
    given = {"unit": a_unit(), "operation": OPERATION, "plan": Thing(operation=lambda code: OPERATION)}
    return Thing(**given | {"station": None, "person": AMINA, "execution": None, "components": ()} | more)


def an_execution(code="30", status="COMPLETED", attempt=1) -> Thing:
    running = status == "RUNNING"
    station = Thing(code="ST-30")
    return Thing(
        operation_code=code,
        status=status,
        is_running=running,
        is_over=not running,
        is_current=True,
        plan_id=None,
        attempt=attempt,
        worked_by="Tomasz",
        station=station,
    )


def a_way(*executions) -> Way:
    """Where the unit stands in a routing of 10 and 20 side by side, then 30."""
    first, second = (replace(OPERATION, code=code, predecessors=()) for code in ("10", "20"))
    return Way.of(Plan("P", "P", "A", "R", 1, (first, second, OPERATION)), executions)


def a_station(**more) -> Thing:
    return Thing(
        **{"code": "ST", "station_class_id": OPERATION.station_class_id, "site_id": SITE, "is_active": True} | more
    )


def a_scan(unit, quantity=1, wanted=BOARD) -> ComponentScan:
    return ComponentScan("BOARD", "U1", unit, wanted, Decimal(quantity))


def a_wrench(day=23, cycles=0) -> PhysicalAsset:
    of_class = AssetClass(code="TW", name="wrench", calibration_interval_days=365, life_cycles=9)
    due = date(2026, 11, day)
    return PhysicalAsset(code="TW-1", asset_class=of_class, calibration_due_date=due, cycles=cycles, hours=Decimal(0))


def with_wrenches(*here) -> AssetFacts:
    return AssetFacts([AssetPlan("TW", "wrench", "TOOL")], "ST-30", here, date(2026, 11, 23))


OVERDUE = a_wrench(day=22)


def a_reading(number="1.2", sample=1) -> Reading:
    return Reading(
        step_code="TORQUE", sample=sample, value=number, number=Decimal(number), lower=STEP.lower, upper=STEP.upper
    )


def values(*readings) -> dict:
    return {(reading.step_code, reading.sample): reading for reading in readings}


def skilled(level, expires=None) -> QualificationFacts:
    return QualificationFacts(
        "Amina", [("torque", "Torque tools", 2)], {"torque": (level, expires)}, date(2026, 11, 23)
    )


THERE = Thing(pk=7, code="ST-30")
HOLD = Thing(number="H-1", reason="Doubt", placed_by="Mei", unit_id=uuid4(), station_id=None, asset=None)
HOLD.operation_code, HOLD.origin_id = "", None
HELD = a_unit("FINISHED")
TAKEN = a_unit("CONSUMED")
TODAY = Material(day=date(2026, 11, 23), station_id=7, revisions={1: "B", 2: "C"}, stations={8: "ST-10"})
REV_C = replace(BOARD, revision="C")
OTHER = uuid4()
OLD_BOARD = SubstitutePlan(OTHER, "PCB-6", "Old board", "SERIAL", Decimal(1), "pcs", valid_to=date(2026, 11, 23))
REPLACED = replace(BOARD, substitutes=(OLD_BOARD,))
REPLACED_ONCE = replace(BOARD, substitutes=(replace(OLD_BOARD, valid_to=date(2026, 11, 22)),))
LOT = a_unit("FINISHED", expires_date=date(2026, 12, 24), station_id=7)
ORDER = Thing(pk=11)
PIECE = Thing(tracking="SERIAL", code="IP2")


def a_clearing(unit=None, order=11, voided_by="") -> Cleared:
    last = Thing(work_order_id=order, unit_id=unit, subject="WO-1")
    return Cleared(last, voided_by)


def an_asking_job(**more) -> Thing:
    return a_job(station=THERE, order=ORDER, **({"unit": a_unit(product=PIECE)} | more))


# Gate, facts, the code of its verdict or None when it lets the job pass.
CASES = [
    (order_gates.order_released, {order_gates.order: WorkOrder(status="RELEASED")}, None),
    (order_gates.order_released, {order_gates.order: WorkOrder(status="RUNNING")}, None),
    (order_gates.order_released, {order_gates.order: WorkOrder(status="DRAFT")}, "ORDER_NOT_RELEASED"),
    (order_gates.order_released, {order_gates.order: WorkOrder(status="COMPLETED")}, "ORDER_NOT_RELEASED"),
    (gates.unit_in_process, {jobs: a_job()}, None),
    (gates.unit_in_process, {jobs: a_job(unit=a_unit("FINISHED"))}, "UNIT_FINISHED"),
    (gates.unit_in_process, {jobs: a_job(unit=a_unit("SCRAPPED"))}, "UNIT_SCRAPPED"),
    (gates.no_open_hold, {open_holds: HoldFacts()}, None),
    (gates.no_open_hold, {open_holds: HoldFacts(here=[HOLD])}, "ON_HOLD"),
    (gates.predecessors_done, {jobs: a_job(), ways: a_way(an_execution("10"), an_execution("20"))}, None),
    (gates.predecessors_done, {jobs: a_job(), ways: a_way(an_execution("10"))}, "PREDECESSOR_NOT_DONE"),
    (
        gates.predecessors_done,
        {jobs: a_job(), ways: a_way(an_execution("10"), an_execution("20", "RUNNING"))},
        "PREDECESSOR_NOT_DONE",
    ),
    (gates.operation_not_begun, {jobs: a_job(), ways: a_way(an_execution("10"))}, None),
    (gates.operation_not_begun, {jobs: a_job(), ways: a_way(an_execution("30", "RUNNING"))}, "OPERATION_RUNNING"),
    (gates.operation_not_begun, {jobs: a_job(), ways: a_way(an_execution("30"))}, "OPERATION_DONE"),
    (gates.station_fits, {jobs: a_job()}, None),
    (gates.station_fits, {jobs: a_job(station=a_station())}, None),
    (gates.station_fits, {jobs: a_job(station=a_station(station_class_id=uuid4()))}, "WRONG_STATION"),
    (gates.station_fits, {jobs: a_job(station=a_station(site_id=uuid4()))}, "WRONG_STATION"),
    (gates.station_fits, {jobs: a_job(station=a_station(is_active=False))}, "WRONG_STATION"),
    (gates.execution_is_yours, {jobs: a_job(execution=Thing(worked_by_id=1, worked_by="Amina"))}, None),
    (
        gates.execution_is_yours,
        {jobs: a_job(execution=Thing(worked_by_id=2, worked_by="T")), joined: False},
        "JOB_OF_ANOTHER",
    ),
    (gates.execution_is_yours, {jobs: a_job(execution=Thing(worked_by_id=2, worked_by="T")), joined: True}, None),
    (gates.station_is_the_jobs, {jobs: a_job(station=THERE, execution=Thing(station_id=7, station="ST-30"))}, None),
    (
        gates.station_is_the_jobs,
        {jobs: a_job(station=THERE, execution=Thing(station_id=8, station=Thing(code="ST-8")))},
        "JOB_ELSEWHERE",
    ),
    (gates.required_steps_recorded, {recorded: RecordedFacts(OPERATION, {})}, "STEPS_MISSING"),
    (gates.required_steps_recorded, {recorded: RecordedFacts(OPERATION, {}, True)}, None),
    (gates.required_steps_recorded, {recorded: RecordedFacts(OPERATION, values(a_reading()))}, "STEPS_MISSING"),
    (
        gates.required_steps_recorded,
        {recorded: RecordedFacts(OPERATION, values(a_reading(), a_reading(sample=2)))},
        None,
    ),
    (readings_within_limits, {recorded: RecordedFacts(OPERATION, values(a_reading("1.1")))}, None),
    (readings_within_limits, {recorded: RecordedFacts(OPERATION, values(a_reading("1.3")))}, None),
    (
        readings_within_limits,
        {recorded: RecordedFacts(OPERATION, values(a_reading("1.31")))},
        "READING_OUT_OF_LIMITS",
    ),
    (
        readings_within_limits,
        {recorded: RecordedFacts(OPERATION, values(a_reading("1.09")))},
        "READING_OUT_OF_LIMITS",
    ),
    (operator_qualified, {qualifications: skilled(2)}, None),
    (operator_qualified, {qualifications: skilled(3, date(2026, 11, 23))}, None),
    (operator_qualified, {qualifications: skilled(1)}, "OPERATOR_NOT_QUALIFIED"),
    (operator_qualified, {qualifications: skilled(2, date(2026, 11, 22))}, "OPERATOR_NOT_QUALIFIED"),
    (gates.component_not_on_hold, {jobs: a_job(components=[a_scan(HELD)]), open_holds: HoldFacts()}, None),
    (
        gates.component_not_on_hold,
        {jobs: a_job(components=[a_scan(HELD)]), open_holds: HoldFacts(on_components={HELD.pk: HOLD})},
        "COMPONENT_ON_HOLD",
    ),
    (genealogy_gates.component_known, {components: [a_scan(a_unit())]}, None),
    (genealogy_gates.component_known, {components: [a_scan(None)]}, "COMPONENT_UNKNOWN"),
    (genealogy_gates.component_is_right_part, {components: [a_scan(a_unit())], material: TODAY}, None),
    (
        genealogy_gates.component_is_right_part,
        {components: [a_scan(a_unit(product_id=uuid4()))], material: TODAY},
        "COMPONENT_WRONG_PART",
    ),
    (genealogy_gates.component_available, {components: [a_scan(a_unit("FINISHED"))], hosts: {}}, None),
    (genealogy_gates.component_available, {components: [a_scan(a_unit())], hosts: {}}, "COMPONENT_NOT_FINISHED"),
    (
        genealogy_gates.component_available,
        {components: [a_scan(a_unit("SCRAPPED"))], hosts: {}},
        "COMPONENT_SCRAPPED",
    ),
    (
        genealogy_gates.component_available,
        {components: [a_scan(TAKEN)], hosts: {TAKEN.pk: "IP2-7"}},
        "COMPONENT_CONSUMED",
    ),
    (genealogy_gates.component_available, {components: [a_scan(HELD), a_scan(HELD)], hosts: {}}, "COMPONENT_CONSUMED"),
    (
        genealogy_gates.component_available,
        {components: [a_scan(a_unit("FINISHED", quantity=Decimal(9), quantity_left=Decimal(5)), 6)], hosts: {}},
        "COMPONENT_NOT_ENOUGH",
    ),
    (
        genealogy_gates.component_is_right_part,
        {components: [a_scan(a_unit(product_id=OTHER), wanted=REPLACED)], material: TODAY},
        None,
    ),
    (
        genealogy_gates.component_is_right_part,
        {components: [a_scan(a_unit(product_id=OTHER), wanted=REPLACED_ONCE)], material: TODAY},
        "SUBSTITUTE_NOT_VALID",
    ),
    (genealogy_gates.component_is_right_revision, {components: [a_scan(a_unit())], material: TODAY}, None),
    (
        genealogy_gates.component_is_right_revision,
        {components: [a_scan(a_unit(product_revision_id=2), wanted=REV_C)], material: TODAY},
        None,
    ),
    *(
        (
            genealogy_gates.component_is_right_revision,
            {components: [a_scan(a_unit(product_revision_id=revision), wanted=REV_C)], material: TODAY},
            "COMPONENT_WRONG_REVISION",
        )
        for revision in (1, None)
    ),
    (genealogy_gates.component_released, {components: [a_scan(HELD)]}, None),
    (genealogy_gates.component_released, {components: [a_scan(a_unit("QUARANTINED"))]}, "COMPONENT_QUARANTINED"),
    (genealogy_gates.component_not_expired, {components: [a_scan(HELD)], material: TODAY}, None),
    *(
        (
            genealogy_gates.component_not_expired,
            {components: [a_scan(a_unit("FINISHED", expires_date=date(2026, 11, day)))], material: TODAY},
            code,
        )
        for day, code in ((23, None), (22, "COMPONENT_EXPIRED"))
    ),
    (genealogy_gates.component_staged_here, {components: [a_scan(HELD)], material: TODAY}, None),
    *(
        (
            genealogy_gates.component_staged_here,
            {components: [a_scan(a_unit("FINISHED", station_id=station))], material: TODAY},
            code,
        )
        for station, code in ((7, None), (8, "COMPONENT_STAGED_ELSEWHERE"))
    ),
    (gates.first_expiry_first, {jobs: a_job(components=[a_scan(LOT)]), earlier_lots: {}}, None),
    (
        gates.first_expiry_first,
        {jobs: a_job(components=[a_scan(LOT)]), earlier_lots: {LOT.pk: a_unit(expires_date=date(2026, 12, 1))}},
        "EARLIER_LOT_STAGED",
    ),
    (gates.line_cleared, {jobs: an_asking_job(), clearances: None}, None),
    (gates.line_cleared, {jobs: an_asking_job(), clearances: a_clearing()}, None),
    (gates.line_cleared, {jobs: an_asking_job(), clearances: Cleared()}, "LINE_NOT_CLEARED"),
    (gates.line_cleared, {jobs: an_asking_job(), clearances: a_clearing(order=12)}, "LINE_NOT_CLEARED"),
    (gates.line_cleared, {jobs: an_asking_job(), clearances: a_clearing(unit=uuid4())}, "LINE_NOT_CLEARED"),
    (gates.line_cleared, {jobs: an_asking_job(), clearances: a_clearing(voided_by="WO-2")}, "LINE_NOT_CLEARED"),
    (order_gates.instruction_read, {order_gates.unread_instruction: None}, None),
    (
        order_gates.instruction_read,
        {order_gates.unread_instruction: InstructionPlan(uuid4(), "WI-30", "Torque", 2, must_confirm=True)},
        "INSTRUCTION_NOT_READ",
    ),
    (equipment_gates.asset_at_station, {assets_here: with_wrenches()}, "ASSET_MISSING"),
    (equipment_gates.asset_at_station, {assets_here: with_wrenches(a_wrench())}, None),
    (equipment_gates.asset_calibrated, {assets_here: with_wrenches(a_wrench(day=22))}, "ASSET_NOT_CALIBRATED"),
    (equipment_gates.asset_calibrated, {assets_here: with_wrenches(a_wrench(day=22), a_wrench())}, None),
    (equipment_gates.asset_has_life, {assets_here: with_wrenches(a_wrench(cycles=9))}, "ASSET_WORN_OUT"),
    (equipment_gates.asset_has_life, {assets_here: with_wrenches(a_wrench(cycles=8))}, None),
    *(
        (equipment_gates.taken_asset_still_fit, {assets_taken: taken}, code)
        for taken, code in (
            (TakenFacts(NOTHING), None),
            (TakenFacts(with_wrenches(a_wrench())), None),
            (TakenFacts(with_wrenches(a_wrench(cycles=9))), None),  # its life was asked about at the start
            (TakenFacts(with_wrenches(OVERDUE)), "ASSET_NO_LONGER_FIT"),
            (TakenFacts(with_wrenches(OVERDUE, a_wrench())), None),
            (TakenFacts(with_wrenches(OVERDUE), with_wrenches(OVERDUE, a_wrench())), "ASSET_NO_LONGER_FIT"),
            (TakenFacts(with_wrenches(OVERDUE), with_wrenches(a_wrench())), None),
        )
    ),
    (equipment_gates.machine_ready, {machines: None}, None),
    (equipment_gates.machine_ready, {machines: MachineFacts("ST-10", "UP", "STOPPED")}, None),
    (equipment_gates.machine_ready, {machines: MachineFacts("ST-10", "READY", "STOPPED")}, "MACHINE_NOT_READY"),
    (equipment_gates.machine_ready, {machines: MachineFacts("ST-10", "UP", "DOWN", "E-Stop")}, "MACHINE_NOT_READY"),
    (equipment_gates.machine_ready, {machines: MachineFacts("ST-10", "UP")}, "MACHINE_NOT_KNOWN"),
    *LOT_CASES,
    *INTERLOCK_CASES,
]

# A way through these: 20 waits at least 5 and at most 60 min after 10, 21 or 22 come after it, 30 after either.
EDGE = EdgePlan("10", minimum_time_s=300, maximum_time_s=3600)
LINE = Plan(
    *("P", "Pump", "A", "Pumps", 1),
    operations=(
        OperationPlan("10", "Cut", SITE, "", 60, "", (), (), (), max_attempts=2),
        OperationPlan("20", "Glue", SITE, "", 60, "", (), ("10",), (), edges=(EDGE,), is_optional=True),
        OperationPlan("21", "Press", SITE, "", 60, "", (), ("20",), (), alternate_group="JOIN"),
        OperationPlan("22", "Weld", SITE, "", 60, "", (), ("20",), (), alternate_group="JOIN"),
    ),
)
ENDED = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def on_its_way(code: str, *executions: OperationExecution) -> dict:
    """Facts of a job at this operation of LINE."""
    job = a_job(operation=LINE.operation(code), plan=LINE, station=Thing(site=Site(time_zone="Europe/Vienna")))
    return {jobs: job, ways: Way.of(LINE, executions)}


def an_attempt(code: str, status="COMPLETED", **more) -> OperationExecution:
    return OperationExecution(operation_code=code, status=status, **{"completed_at": ENDED} | more)


def minutes_later(minutes: int) -> dict:
    return {now: ENDED + timedelta(minutes=minutes)}


FAILED, SKIPPED = an_attempt("10", is_passed=False), an_attempt("20", "SKIPPED")
ON_REWORK = on_its_way("10") | {jobs: a_job(plan=LINE)}  # its operation is of another plan
CASES += [
    (rework_gates.operation_on_its_way, on_its_way("21", an_attempt("20")), None),
    (rework_gates.operation_on_its_way, on_its_way("21", an_attempt("22", "RUNNING")), "NOT_ON_ITS_WAY"),
    (rework_gates.operation_on_its_way, ON_REWORK, "REWORK_FIRST"),
    (rework_gates.attempts_left, on_its_way("10", an_attempt("10", is_current=False)), None),
    (rework_gates.attempts_left, on_its_way("20", *[an_attempt("20", is_current=False)] * 9), None),
    (rework_gates.attempts_left, on_its_way("10", *[an_attempt("10", is_current=False)] * 2), "ATTEMPTS_USED_UP"),
    (rework_gates.previous_test_passed, on_its_way("20", an_attempt("10")), None),
    (rework_gates.previous_test_passed, on_its_way("20", FAILED), "PREVIOUS_NOT_PASSED"),
    (rework_gates.previous_test_passed, on_its_way("21", FAILED, SKIPPED), "PREVIOUS_NOT_PASSED"),
    (queue_times.minimum_time_gone_by, on_its_way("20", an_attempt("10")) | minutes_later(5), None),
    (queue_times.minimum_time_gone_by, on_its_way("20", an_attempt("10")) | minutes_later(4), "QUEUE_TIME_TOO_SHORT"),
    (queue_times.minimum_time_gone_by, on_its_way("20", an_attempt("10", "SKIPPED")) | minutes_later(4), None),
    (queue_times.maximum_time_not_exceeded, on_its_way("20", an_attempt("10")) | minutes_later(60), None),
    (
        queue_times.maximum_time_not_exceeded,
        on_its_way("20", an_attempt("10")) | minutes_later(61),
        "QUEUE_TIME_EXCEEDED",
    ),
]


@pytest.mark.parametrize(("asked", "known", "code"), CASES)
def test_a_gate_answers_from_its_facts_alone(asked: Gate, known, code):
    verdict = asked(Facts.of(known))  # without a database: a query would fail the test
    assert (verdict.code if verdict else None) == code
    if verdict:
        assert verdict.what.endswith(".")
        assert verdict.do, "a person is told what to do"
        assert verdict.as_dict()["code"] == code


def test_every_configured_gate_is_tried_both_ways():
    for configured_gate in configured():
        answers = {code is None for asked, _, code in CASES if asked is configured_gate}
        assert answers == {True, False}, configured_gate.name


def test_a_gate_reads_only_what_it_asks_for():
    for asked, known, _ in CASES:
        assert set(known) <= set(asked.needs), asked.name


def test_the_runner_asks_each_loader_once_and_every_gate():
    calls = []

    def facts_of(subjects):
        calls.append(len(subjects))
        return list(subjects)

    @gate(Hook.START, needs=[facts_of])
    def is_even(facts):
        """Even."""
        return None if facts[facts_of] % 2 == 0 else Verdict("ODD", "Odd.")

    @gate(Hook.START, needs=[facts_of])
    def is_small(facts):
        """Small."""
        return None if facts[facts_of] < 10 else Verdict("BIG", "Big.")

    answers = judge([2, 3, 13], Hook.START, [is_even, is_small])
    assert [[verdict.code for verdict in verdicts] for verdicts in answers] == [[], ["ODD"], ["ODD", "BIG"]]
    assert calls == [3]
    assert judge([13], Hook.COMPLETE, [is_even, is_small]) == [[]]


@pytest.mark.django_db
def test_asking_about_many_costs_as_many_queries_as_asking_about_one(plant, django_assert_max_num_queries):
    from wip.queues import queue_at

    plant.released(1)
    plant.released(9)
    with django_assert_max_num_queries(6):
        ready = queue_at(plant.stations["10"], plant.operator).ready
    assert len(ready) == 10
