"""The least that the same records can cost: psycopg, prepared, one multi-row statement a table, one transaction.

The same rows in the same tables, with their triggers, as a scan-to-complete of tests/bench/line.py leaves, and nothing
read, checked or rendered: what no product can be faster than on this database.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from genealogy.models import Unit
from mes.kernel.keys import uuid7
from tests.bench.line import STEPS, Job

_CLAIM = """INSERT INTO idempotency_idempotencykey (id, scope, key, asked, answer, claimed_at)
    SELECT %s, %s, %s, '', %s, %s
    FROM (SELECT set_config('mes.person', %s, true), set_config('mes.station', %s, true)) AS context"""
_READINGS = """INSERT INTO wip_reading (id, site_id, execution_id, step_code, sample, kind, value, name, number,
    quantity_unit, lower, upper, scanned, at, by_id, station_code, reason, is_void, machine_tag) VALUES """ + ", ".join(
    ["(%s, %s, %s, %s, 1, %s, %s, '', %s, '', %s, %s, %s, %s, %s, 'ST-10', '', false, '')"] * 5
)
_ACTIVITY = """INSERT INTO genealogy_activity (id, site_id, kind, at, by_id, execution, operation_code, station_code,
    reason) VALUES (%s, %s, 'CONSUME', %s, %s, %s, '10', 'ST-10', '')"""
_LINKS = """INSERT INTO genealogy_activityunit (id, site_id, activity_id, unit_id, direction, quantity, step_code,
    scanned) VALUES """ + ", ".join(["(%s, %s, %s, %s, %s, 1, %s, %s)"] * 3)
_UNITS = "UPDATE genealogy_unit SET status = 'CONSUMED', quantity_consumed = 1 WHERE id = ANY(%s)"
_EXECUTION = """UPDATE wip_operationexecution SET status = 'COMPLETED', quantity_good = 1, completed_at = %s,
    completed_by_id = %s, is_passed = true WHERE id = %s"""
_EVENT = """INSERT INTO wip_executionevent (id, site_id, execution_id, kind, at, by_id, station_code, started, good,
    scrap, scrap_reason, defect_code, defect_name, reason)
    VALUES (%s, %s, %s, 'COMPLETED', %s, %s, 'ST-10', 0, 1, 0, '', '', '', '')"""


@dataclass(frozen=True)
class Bare:
    """A job with all its keys known beforehand."""

    execution: UUID
    unit: UUID
    site: UUID
    person: UUID
    serials: tuple[str, str]
    components: tuple[UUID, UUID]


def bare_of(job: Job) -> Bare:
    components = dict(Unit.objects.filter(serial__in=job.components).values_list("serial", "pk"))
    execution = job.execution
    return Bare(
        execution.pk,
        execution.unit_id,
        execution.site_id,
        execution.worked_by_id,
        job.components,
        tuple(components[serial] for serial in job.components),
    )


def complete(connection: psycopg.Connection, job: Bare, at: datetime) -> None:
    """Write the records of one scan-to-complete; returns after the commit."""
    activity = uuid7()
    with connection.transaction(), connection.cursor() as cursor:

        def run(sql: str, parameters: list[Any]) -> None:
            cursor.execute(sql, parameters, prepare=True)

        person = str(job.person)
        run(_CLAIM, [uuid7(), person, str(uuid7()), Jsonb({}), at, person, "ST-10"])
        run(_READINGS, _readings(job, at))
        run(_ACTIVITY, [activity, job.site, at, job.person, job.execution])
        run(_LINKS, _links(job, activity))
        run(_UNITS, [list(job.components)])
        run(_EXECUTION, [at, job.person, job.execution])
        run(_EVENT, [uuid7(), job.site, job.execution, at, job.person])


def _readings(job: Bare, at: datetime) -> list[Any]:
    rows: list[Any] = []
    for step, value in STEPS.items():
        is_number = step != "LOOK"
        limits = (value, 1, 20) if is_number else (None, None, None)
        kind = "NUMBER" if is_number else "CHECK"
        rows += [uuid7(), job.site, job.execution, step, kind, value, *limits, "", at, job.person]
    for step, serial in zip(("MOTOR", "GEAR"), job.serials, strict=True):
        rows += [uuid7(), job.site, job.execution, step, "SCAN", serial, None, None, None, serial, at, job.person]
    return rows


def _links(job: Bare, activity: UUID) -> list[Any]:
    rows: list[Any] = [uuid7(), job.site, activity, job.unit, "OUTPUT", "", ""]
    for step, serial, unit in zip(("MOTOR", "GEAR"), job.serials, job.components, strict=True):
        rows += [uuid7(), job.site, activity, unit, "INPUT", step, serial]
    return rows
