"""What is true of all units of some orders and the executions on them at any moment, whatever was done."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, Sum

from genealogy.models import ActivityUnit, Unit
from genealogy.queries import plan_for
from genealogy.status import UnitStatus
from orders.models import WorkOrder
from orders.queries import plan_of
from wip.arrivals import arrivals_of
from wip.models import ExecutionEvent, OpenOperation, OperationExecution
from wip.status import ExecutionStatus
from wip.ways import Way

Units = Sequence[Unit]
Executions = Sequence[OperationExecution]


def check_floor(units: Units, executions: Executions) -> None:
    """units: all of some orders, each with its order; executions: all on them."""
    check_orders(units)
    check_balances(units, executions)
    check_ways(units, executions)


def check_orders(units: Units) -> None:
    """No piece of an order is lost or doubled, whatever lot it is in; an order is over when all of it is."""
    for order in WorkOrder.objects.filter(pk__in={unit.work_order_id for unit in units}):
        in_process = [u for u in units if u.work_order_id == order.pk and u.status == UnitStatus.IN_PROCESS]
        if order.status == "CANCELLED":
            assert not in_process
            continue
        assert bool(in_process or order.quantity_left) == (order.status in ("RELEASED", "RUNNING")), order.status
        kept = [u for u in units if u.work_order_id == order.pk and u.status != UnitStatus.CANCELLED]
        made_again = {u.replaces_id for u in kept}
        kept = [u for u in kept if u.pk not in made_again]
        assert sum(unit.quantity - unit.quantity_split for unit in kept) == order.quantity_released


def check_balances(units: Units, executions: Executions) -> None:
    """Balances are the sums of events and activities; scrap of units is that of their operations."""
    events = ExecutionEvent.objects.filter(execution__in=executions).values("execution")
    sums = events.annotate(started=Sum("started"), good=Sum("good"), scrap=Sum("scrap"))
    added = {row["execution"]: (row["started"], row["good"], row["scrap"]) for row in sums}
    kept = {one.pk: (one.quantity, one.quantity_good, one.quantity_scrapped) for one in executions}
    assert added == kept
    moved = ActivityUnit.objects.filter(unit__in=units).values("unit")
    sums = moved.annotate(
        made=Sum("quantity", filter=Q(direction="OUTPUT", activity__kind__in=["RELEASE", "SPLIT", "MERGE"]), default=0),
        scrap=Sum("quantity", filter=Q(activity__kind="SCRAP"), default=0),
        split=Sum("quantity", filter=Q(direction="INPUT", activity__kind__in=["SPLIT", "MERGE"]), default=0),
        cancelled=Sum("quantity", filter=Q(activity__kind="CANCEL"), default=0),
        restored=Sum("quantity", filter=Q(activity__kind="RESTORE"), default=0),
        ends=Count("pk", filter=Q(activity__kind="FINISH")),
        reopened=Count("pk", filter=Q(activity__kind="REOPEN")),
    )
    scrapped: Counter = Counter()
    for one in executions:
        scrapped[one.unit_id] += one.quantity_scrapped
    found = {row["unit"]: row for row in sums}
    for unit in units:
        row = found[unit.pk]
        gone = row["cancelled"] if unit.status != UnitStatus.CANCELLED else row["cancelled"] - unit.quantity_left
        assert unit.quantity == row["made"] - gone, unit
        assert unit.quantity_scrapped == row["scrap"] - row["restored"] == scrapped[unit.pk], unit
        assert unit.quantity_split == row["split"], unit
        assert row["ends"] - row["reopened"] == (unit.status == UnitStatus.FINISHED), unit


def check_ways(units: Units, executions: Executions) -> None:
    """Nothing has passed a gate or runs on what is over; the rows of the queues are what wip.ways and arrivals find."""
    rows = queue_rows(units)
    in_process = [unit for unit in units if unit.status == UnitStatus.IN_PROCESS]
    found = {one.unit.pk: one.waiting for one in arrivals_of(in_process)}
    for unit in units:
        its = [one for one in executions if one.unit_id == unit.pk]
        counting = Counter(one.operation_code for one in its if one.is_current)
        assert set(counting.values()) <= {1}, "two attempts at one operation count"
        if unit.status != UnitStatus.IN_PROCESS:
            assert not rows[unit.pk], f"{unit} is {unit.status} and in a queue"
            assert not any(one.is_running for one in its), f"something runs on {unit}, which is {unit.status}"
            continue
        assert rows[unit.pk] == found[unit.pk], unit
        assert unit.work_order is not None
        for way in (Way.of(plan_for(unit), its), Way.of(plan_of(unit.work_order), its)):
            for operation in way.plan.operations:
                passed = operation.code in counting
                assert not passed or not way.lacks(operation), f"{unit} passed the gate of {operation.code}"
        for one in its:
            whole = unit.quantity_left <= one.quantity - one.quantity_scrapped
            assert whole or not one.is_current or one.status == ExecutionStatus.SKIPPED, f"{unit} went round {one}"


def queue_rows(units: Units) -> dict[UUID, dict[str, datetime | None]]:
    """What the queues know of each unit: by operation since when it waits, None where it may not begin yet."""
    rows: dict[UUID, dict[str, datetime | None]] = {unit.pk: {} for unit in units}
    for row in OpenOperation.objects.filter(unit__in=units).select_related("work_order"):
        order = row.work_order
        assert (row.due_at, row.priority, row.erp_reference) == (order.due_at, order.priority, order.erp_reference)
        rows[row.unit_id][row.operation_code] = row.waits_since
    return rows
