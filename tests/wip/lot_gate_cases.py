"""What the gates about parts of lots, batches and containers answer: gate, facts, the code of the verdict or None."""

from decimal import Decimal
from types import SimpleNamespace as Thing
from uuid import UUID

from orders.plans import EdgePlan, OperationPlan, Plan
from wip import lot_gates
from wip.facts import jobs
from wip.lot_facts import ways_of_parts
from wip.ways import Way

FIRST = OperationPlan("10", "Turn", UUID(int=1), "Turn", 60, "", (), (), ())
SECOND = OperationPlan("20", "Mill", UUID(int=2), "Mill", 60, "", (), ("10",), (), edges=(EdgePlan("10", Decimal(40)),))
PLAN = Plan("P", "P", "A", "R", 1, (FIRST, SECOND))


class Lot(Thing):
    def __str__(self) -> str:
        return self.serial


def a_way(status: str, good: int) -> Way:
    before = Thing(
        operation_code="10",
        quantity_good=Decimal(good),
        is_running=status == "RUNNING",
        worked_by="Tomasz",
        station=Thing(code="ST-10"),
    )
    return Way(PLAN, {"10": before})


def a_job(good: int = 0, scrap: int = 0, booked: int = 0, **more) -> Thing:
    execution = Thing(quantity_good=Decimal(booked), quantity_scrapped=Decimal(0))
    given = {"unit": Lot(serial="L-1"), "operation": SECOND, "execution": execution}
    return Thing(**given | {"good": Decimal(good), "scrap": Decimal(scrap)} | more)


LOT_CASES = [
    (lot_gates.upstream_ready, {jobs: a_job(60), ways_of_parts: a_way("RUNNING", 60)}, None),
    (lot_gates.upstream_ready, {jobs: a_job(61), ways_of_parts: a_way("RUNNING", 60)}, "UPSTREAM_NOT_READY"),
    (lot_gates.upstream_ready, {jobs: a_job(1, 10, 50), ways_of_parts: a_way("RUNNING", 60)}, "UPSTREAM_NOT_READY"),
    (lot_gates.upstream_ready, {jobs: a_job(61), ways_of_parts: a_way("COMPLETED", 60)}, None),
    (lot_gates.upstream_ready, {jobs: a_job(61), ways_of_parts: None}, None),
    (lot_gates.upstream_ready, {jobs: a_job(0), ways_of_parts: a_way("RUNNING", 0)}, None),
    (lot_gates.upstream_ended, {jobs: a_job(), ways_of_parts: a_way("RUNNING", 60)}, "UPSTREAM_RUNNING"),
    (lot_gates.upstream_ended, {jobs: a_job(), ways_of_parts: a_way("COMPLETED", 100)}, None),
    (lot_gates.upstream_ended, {jobs: a_job(), ways_of_parts: None}, None),
]
