"""The hands at the machines: what somebody has started at a station is put into its machine, once all is ready for it.

They look into the MES as a person at the machine looks at its screen, and know nothing else of it: what goes into a
furnace together is what people have laid on one pile, not what the MES has of it.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from django.db import connection

from equipment.collection.leases import UNCLAIMED
from equipment.models import CounterTotal, Observation
from mes.demo.held import held_among
from mes.demo.machines.piles import pile_with
from mes.demo.machines.plan import MACHINES, MachinePlan
from mes.demo.machines.program import Load
from mes.demo.supply import Shelf
from mes.kernel.refusals import NotFound
from orders.plans import OperationPlan
from wip.facts import values_in_force
from wip.models import OperationExecution
from wip.queries import planned
from wip.status import ExecutionStatus


def loads(folder: Path, plans: Sequence[MachinePlan] = MACHINES) -> dict[str, list[Load]]:
    """What waits at each machine, what was started first being the first. For any thread: its connection is closed.

    folder: where it is noted what people carried.
    """
    try:
        return {plan.code: list(_waiting(plan, folder)) for plan in plans if _is_seen(plan)}
    finally:
        connection.close()


def does(plan: MachinePlan, operation: OperationPlan) -> bool:
    """Whether the machine does this operation, of all that are done at its station."""
    steps = {step.code for step in operation.steps}
    return bool(plan.brings & steps) if plan.brings else steps >= plan.handling.after


def _is_seen(plan: MachinePlan) -> bool:
    """What a machine makes before a collector sees it first, nobody counts: nobody begins before."""
    if plan.counters:
        known = CounterTotal.objects.filter(tag__connection__code=plan.code, tag__code__in=plan.counters)
        return known.count() == len(plan.counters)
    return Observation.objects.filter(connection__code=plan.code, epoch__gt=UNCLAIMED).exists()


def _waiting(plan: MachinePlan, folder: Path) -> Iterable[Load]:
    running = OperationExecution.objects.filter(station__code=plan.station, status=ExecutionStatus.RUNNING)
    found = list(
        running.select_related("unit__product", "unit__site", "work_order", "station", "batch").order_by(
            "started_at", "unit__serial"
        )
    )
    held = held_among(found) if found else set()
    known: dict[object, set[str]] = {}
    for reading in values_in_force([one.pk for one in found]) if found else ():
        known.setdefault(reading.execution_id, set()).add(reading.step_code)
    seen = set()
    for one in found:
        operation = planned(one)
        is_ready = plan.handling.after <= known.get(one.pk, set()) and not plan.brings & known.get(one.pk, set())
        if one.pk in held or not does(plan, operation) or not is_ready or one.batch_id in seen:
            continue
        if one.batch_id is not None:
            seen.add(one.batch_id)
        load = _load(plan, one, folder)
        if load is not None:
            yield load


def _load(plan: MachinePlan, one: OperationExecution, folder: Path) -> Load | None:
    try:
        supply = {step: Shelf().take(code, one.unit, plan.station) for step, code in plan.handling.supply.items()}
    except NotFound:
        return None  # the magazine is empty
    return Load(
        job=str(one.pk),
        serial=one.unit.serial,
        operation=one.operation_code,
        pieces=1 if plan.handling.takes_batches else int(one.quantity_open),
        order=one.work_order.erp_reference,
        members=pile_with(folder, plan.station, one.unit.serial) if plan.handling.takes_batches else (),
        supply=supply,
    )
