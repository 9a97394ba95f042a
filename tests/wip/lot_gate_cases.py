"""What the gates about parts of lots, batches and containers answer: gate, facts, the code of the verdict or None."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace as Thing
from uuid import UUID

from orders.plans import EdgePlan, OperationPlan, Plan
from wip import lot_gates
from wip.facts import jobs
from wip.lot_facts import batches, left_behind, ways_of_parts
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


def together(*many: tuple[OperationPlan, int]) -> Thing:
    """The last of these jobs, which are about to be a batch."""
    batch = [
        a_job(operation=plan, order="WO-1", unit=Lot(serial=f"L-{plan.run_time_s}", quantity_left=Decimal(quantity)))
        for plan, quantity in many
    ]
    for one in batch:
        one.together = batch
    return batch[-1]


FURNACE = replace(SECOND, batch_quantity=Decimal(100))
BATCH = Thing(number="B-0001", station=Thing(code="ST-10"))
LEFT = Lot(serial="L-9", container="TRAY-1")

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
    (lot_gates.batch_fits, {jobs: a_job(together=[])}, None),
    *(
        (lot_gates.batch_fits, {jobs: together(*many)}, code)
        for many, code in (
            (((FURNACE, 60), (FURNACE, 40)), None),
            (((FURNACE, 60), (FURNACE, 41)), "BATCH_FULL"),
            (((SECOND, 60), (SECOND, 40)), "NO_BATCHES"),
            (((replace(FURNACE, run_time_s=9), 60), (FURNACE, 40)), "BATCH_MIXED"),
            (((replace(FURNACE, predecessors=("5",)), 60), (FURNACE, 40)), None),
        )
    ),
    (lot_gates.not_in_a_batch, {jobs: a_job(batch=None), batches: None}, None),
    (lot_gates.not_in_a_batch, {jobs: a_job(batch=None), batches: BATCH}, "IN_BATCH"),
    (lot_gates.not_in_a_batch, {jobs: a_job(batch=BATCH), batches: BATCH}, None),
    (lot_gates.container_complete, {jobs: a_job(), left_behind: []}, None),
    (lot_gates.container_complete, {jobs: a_job(), left_behind: [LEFT]}, "CONTAINER_INCOMPLETE"),
]
