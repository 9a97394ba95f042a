"""The plant's state as it is stored, and the model's, in the same words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection

from genealogy.models import Container, Unit
from orders.models import WorkOrder
from tests.model.floor.hours import minutes_by_job
from tests.model.floor.rules import Floor
from tests.plant import NOW
from wip.models import Batch, OperationExecution, Rework
from wip.timesheets import labor_on

Units = Sequence[Unit]
Executions = Sequence[OperationExecution]


def check_same(seen: dict[Any, Any], told: dict[Any, Any]) -> None:
    assert seen == told, "\n".join(
        f"{key}: seen {seen.get(key)}\n  told {told.get(key)}"
        for key in {*seen, *told}
        if seen.get(key) != told.get(key)
    )


_UNITS = """
SELECT unit.serial, unit.status, unit.quantity, unit.quantity_scrapped, unit.quantity_split, container.code,
    unit.rework_plan_id IS NOT NULL,
    (SELECT json_object_agg(open.operation_code, open.is_ready) FROM wip_openoperation open
        WHERE open.unit_id = unit.id)
FROM genealogy_unit unit LEFT JOIN genealogy_container container ON container.id = unit.container_id
WHERE unit.work_order_id = ANY(%s)
"""
_JOBS = """
SELECT unit.serial, job.operation_code, job.status, job.quantity, job.quantity_good, job.quantity_scrapped,
    person.username,
    (SELECT reading.value FROM wip_reading reading
        WHERE reading.execution_id = job.id AND reading.step_code = 'LOOK' ORDER BY reading.id DESC LIMIT 1),
    (SELECT json_object_agg(part.serial, went.quantity) FROM genealogy_activity happened
        JOIN genealogy_activityunit went ON went.activity_id = happened.id AND went.direction = 'INPUT'
        JOIN genealogy_unit part ON part.id = went.unit_id
        WHERE happened.execution = job.id AND happened.kind = 'CONSUME'
            AND NOT EXISTS (SELECT FROM genealogy_activity later WHERE later.reverses_id = happened.id)),
    (SELECT array_agg(who.username) FROM wip_laborspan span JOIN personnel_person who ON who.id = span.person_id
        WHERE span.execution_id = job.id AND span.ended_at IS NULL)
FROM wip_operationexecution job JOIN genealogy_unit unit ON unit.id = job.unit_id
    JOIN personnel_person person ON person.id = job.worked_by_id
WHERE job.is_current AND job.work_order_id = ANY(%s)
"""


def seen_units(orders: Iterable[WorkOrder]) -> dict[str, Any]:
    """Status and quantities, the container, what comes next, and what counts on it, with its value, parts and people.

    Two statements: this is looked at after every step.
    """
    keys = [order.pk for order in orders]
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, [keys])
        found: dict[str, Any] = {
            serial: {"": (status, *map(int, quantities), container, is_in_repair), "next": next_ones or {}}
            for serial, status, *quantities, container, is_in_repair, next_ones in cursor.fetchall()
        }
        cursor.execute(_JOBS, [keys])
        for serial, code, status, *quantities, who, look, parts, on in cursor.fetchall():
            assert code not in found[serial], "two attempts at one operation count"
            crew = set(on or ()) if status == "RUNNING" else set()
            found[serial][code] = (status, *map(int, quantities), who, look or "", parts or {}, crew)
    return found


def told_units(floor: Floor) -> dict[str, Any]:
    names = ("status", "quantity", "good", "scrap", "has", "look", "parts")
    return {
        serial: {
            "": tuple(unit[name] for name in ("status", "quantity", "scrapped", "split", "container", "repair")),
            "next": floor.comes_next(serial),
            **{
                code: (*(job[name] for name in names), job["on"] if job["status"] == "RUNNING" else set())
                for code, job in unit["jobs"].items()
            },
        }
        for serial, unit in floor.units.items()
    }


def check_orders(floor: Floor, orders: Sequence[WorkOrder], units: Units) -> None:
    stored = WorkOrder.objects.filter(pk__in=[order.pk for order in orders])
    check_same(
        {order.erp_reference: (order.status, int(order.quantity)) for order in stored},
        {reference: (floor.status_of(reference), order["quantity"]) for reference, order in floor.orders.items()},
    )
    found = Rework.objects.filter(unit__in=units).values_list("unit__serial", "status", "found_in", "return_to")
    told = Counter(
        (serial, rework["status"], rework["found_in"], rework["return_to"])
        for serial, unit in floor.units.items()
        for rework in unit["reworks"].values()
    )
    check_same(Counter(found), told)


def check_parts(floor: Floor) -> None:
    stored = {part.serial: part for part in Unit.objects.filter(serial__in=floor.parts)}
    for serial, left in floor.parts.items():
        assert stored[serial].quantity_left == left, serial
        assert (stored[serial].status == "CONSUMED") == (left == 0), serial


def check_runs(floor: Floor, batches: Sequence[Batch], trays: Sequence[Container]) -> None:
    stored = Batch.objects.in_bulk([batch.pk for batch in batches])
    assert [stored[batch.pk].status for batch in batches] == [batch["status"] for batch in floor.batches]
    there = Container.objects.filter(pk__in=[tray.pk for tray in trays]).select_related("station")
    told = {code: f"ST-{station}" if station else None for code, station in floor.containers.items()}
    check_same({tray.code: tray.station.code if tray.station else None for tray in there}, told)


def check_hours(floor: Floor, executions: Executions) -> None:
    """Everybody's time, apportioned to what they did: by the rules minute by minute."""
    now = floor.now()
    told: Counter[tuple[str, str]] = Counter()
    for job, minutes in minutes_by_job(floor.spans, now).items():
        told[floor.jobs[job]["serial"], floor.jobs[job]["code"]] += minutes
    seen: Counter[tuple[str, str]] = Counter()
    found = labor_on({one.pk for one in executions}, now=NOW + timedelta(seconds=now))
    for one in executions:
        for entry in found.get(one.pk, ()):
            seen[one.unit.serial, one.operation_code] += entry.share / 60
    check_same({place: m for place, m in seen.items() if m}, {place: m for place, m in told.items() if m})
