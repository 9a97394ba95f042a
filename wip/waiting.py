"""What waits at a station, by rank: one statement, which takes about as long for ten thousand open orders as for ten.

By hand, because each queue page asks it, and because the way to the answer is not left to the planner (see `_waits`).
"""

from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from equipment.models import Station

COUNTED = 50  # of what is ready, and of what is blocked, so many are counted; beyond that a number helps nobody

_RANK = "priority, due_at, erp_reference, serial, code"

# The rules. Each is asked of an operation (todo) on a unit in process of an open order (placed).
_BEGUN = """EXISTS (
    SELECT FROM wip_operationexecution begun WHERE begun.unit_id = unit.id AND begun.operation_code = todo.code)"""
_EARLY = """EXISTS (
    SELECT FROM orders_operationedge edge JOIN orders_operation earlier ON earlier.id = edge.before_id
    WHERE edge.after_id = todo.id AND NOT EXISTS (
        SELECT FROM wip_operationexecution done
        WHERE done.unit_id = unit.id AND done.operation_code = earlier.code AND done.status = 'COMPLETED'))"""
_HELD = """(EXISTS (SELECT FROM wip_hold hold WHERE hold.status = 'OPEN' AND hold.unit_id = unit.id)
    OR EXISTS (SELECT FROM wip_hold hold WHERE hold.status = 'OPEN' AND hold.work_order_id = placed.id))"""
_RUNS = """EXISTS (
    SELECT FROM wip_operationexecution running WHERE running.unit_id = unit.id AND running.status = 'RUNNING')"""


def _waits(rule: str, units: str = "unit.work_order_id = placed.id") -> str:
    """The operations of the station's class that an order's units wait for, where the rule holds.

    A lateral join that OFFSET closes: Postgres goes from order to order and stops when enough are found. Left open, it
    guesses how many units fulfil the rules, and by a wrong guess it looks at every unit of the plant.
    """
    return f"""CROSS JOIN LATERAL (
        SELECT unit.id, unit.serial, todo.code, {_EARLY} AS is_early
        FROM orders_operation todo JOIN genealogy_unit unit ON {units} AND unit.status = 'IN_PROCESS'
        WHERE todo.routing_revision_id = placed.routing_revision_id AND todo.station_class_id = %(station_class)s
            AND NOT {_BEGUN} AND {rule}
        OFFSET 0) waits"""  # noqa: S608 - put together from the constants of this file


# Ready: by rank from order to order, until enough are found. In an order where nothing has begun, only what waits for
# nothing can be ready. Blocked: from the few units that are held or run, never from all that wait.
_WAITING = f"""
WITH placed AS NOT MATERIALIZED (
    SELECT id, status, priority, due_at, erp_reference, routing_revision_id FROM orders_workorder
    WHERE site_id = %(site)s AND status IN ('RELEASED', 'RUNNING')
), ready AS (
    SELECT waits.*, priority, due_at, erp_reference
    FROM (
        SELECT * FROM placed WHERE routing_revision_id IN (
            SELECT todo.routing_revision_id FROM orders_operation todo
            WHERE todo.station_class_id = %(station_class)s AND (
                placed.status = 'RUNNING'
                OR NOT EXISTS (SELECT FROM orders_operationedge edge WHERE edge.after_id = todo.id)))
        ORDER BY priority, due_at, erp_reference OFFSET 0
    ) placed {_waits(f"NOT {_EARLY} AND NOT {_HELD}")}
    ORDER BY {_RANK} LIMIT {COUNTED + 1}
), blocked AS (
    SELECT waits.*, priority, due_at, erp_reference
    FROM (
        SELECT unit_id FROM wip_operationexecution WHERE status = 'RUNNING'
        UNION SELECT unit_id FROM wip_hold WHERE status = 'OPEN'
        UNION SELECT unit.id FROM wip_hold hold JOIN genealogy_unit unit ON unit.work_order_id = hold.work_order_id
            WHERE hold.status = 'OPEN'
    ) stopped JOIN genealogy_unit one ON one.id = stopped.unit_id JOIN placed ON placed.id = one.work_order_id
    {_waits(f"CASE WHEN {_EARLY} THEN {_RUNS} ELSE {_HELD} END", units="unit.id = one.id")}
    ORDER BY is_early, {_RANK} LIMIT {COUNTED + 1}
)
SELECT id, code, is_ready FROM (
    SELECT *, true AS is_ready FROM ready UNION ALL SELECT *, false FROM blocked
) found ORDER BY is_ready DESC, is_early, {_RANK}
"""  # noqa: S608


# The same of one order, by operation.
_OF_ORDER = f"""
SELECT todo.code, {_HELD} AS is_held, count(*)
FROM orders_workorder placed
JOIN orders_operation todo ON todo.routing_revision_id = placed.routing_revision_id
JOIN genealogy_unit unit ON unit.work_order_id = placed.id AND unit.status = 'IN_PROCESS'
WHERE placed.id = %(order)s AND NOT {_BEGUN} AND NOT {_EARLY}
GROUP BY todo.code, is_held
"""  # noqa: S608


class Place(NamedTuple):
    """A unit that waits for an operation (code) at a station: ready, or held or on its way."""

    unit: UUID
    code: str
    is_ready: bool


def waiting_at(station: Station) -> tuple[list[Place], list[Place]]:
    """(what is ready, what is held or on its way), each by rank and at most COUNTED + 1. One statement."""
    asked: dict[str, Any] = {"station_class": station.station_class_id, "site": station.site_id}
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, asked)
        places = [Place(*row) for row in cursor.fetchall()]
    return [one for one in places if one.is_ready], [one for one in places if not one.is_ready]


def count_waiting(order: UUID) -> list[tuple[str, bool, int]]:
    """(operation code, whether they are held, how many units of the order wait for it with all before it done)."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_ORDER, {"order": order})
        return cursor.fetchall()
