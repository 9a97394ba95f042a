"""Holding an operation of an order because of its results: several bad ones in a row, or a yield below its limit.

Judged at the end of an operation whose plan asks for it; any other costs no statement.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from wip.actions import holds
from wip.jobs import Job
from wip.models import Hold

FEWEST = 10  # pieces, before a yield says anything

# One after the other: of two operations that end at once the second sees the first. Last in the lock order.
_IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"

# What counts since the last such hold was released: one that was cleared up does not come back for the same results.
_RESULTS = """
WITH before AS (
    SELECT coalesce(bool_or(status = 'OPEN'), false) AS is_open, max(released_at) AS released_at
    FROM wip_hold WHERE work_order_id = %(order)s AND operation_code = %(operation)s AND is_automatic
), results AS (
    SELECT made.*, unit.serial
    FROM before, wip_operationexecution made JOIN genealogy_unit unit ON unit.id = made.unit_id
    WHERE made.work_order_id = %(order)s AND made.operation_code = %(operation)s
        AND made.status IN ('RUNNING', 'COMPLETED')
        AND (made.completed_at > before.released_at OR made.completed_at IS NULL OR before.released_at IS NULL)
), latest AS (
    SELECT serial, quantity_scrapped > 0 OR is_passed IS FALSE AS is_bad FROM results WHERE status = 'COMPLETED'
    ORDER BY completed_at DESC, id DESC LIMIT %(in_a_row)s
)
SELECT before.is_open, (SELECT sum(quantity_good) FROM results), (SELECT sum(quantity_scrapped) FROM results),
    (SELECT array_agg(serial) FROM latest WHERE is_bad)
FROM before
"""


@dataclass(frozen=True)
class Results:
    """good, scrap: booked at the operation of the order. bad: serials of the bad ones among the latest in a row."""

    is_held: bool
    good: Decimal
    scrap: Decimal
    bad: list[str]


def place_where_due(*, job: Job, by: Person, at: datetime) -> Hold | None:
    """Hold the operation on the whole order when its results ask for it, and it is not held for them already."""
    operation = job.operation
    if not operation.hold_after_failures and operation.hold_below_yield is None:
        return None
    found = _results(job)
    reason = "" if found.is_held else _reason(job, found)
    if not reason:
        return None
    return holds.place_automatically(order=job.order, operation_code=operation.code, reason=reason, by=by, at=at)


def _reason(job: Job, found: Results) -> str:
    operation, booked = job.operation, found.good + found.scrap
    if operation.hold_after_failures and len(found.bad) >= operation.hold_after_failures:
        return _("{count} in a row were not good: {units}").format(count=len(found.bad), units=", ".join(found.bad))
    least = operation.hold_below_yield
    if least is not None and booked >= FEWEST and 100 * found.good < least * booked:
        percent = plain(round(100 * found.good / booked, 1))
        return _("{good} of {booked} good, {percent} %: below {least} %").format(
            good=plain(found.good), booked=plain(booked), percent=percent, least=least
        )
    return ""


def _results(job: Job) -> Results:
    asked: dict[str, Any] = {
        "order": job.order.pk,
        "operation": job.operation.code,
        "in_a_row": job.operation.hold_after_failures,
    }
    with connection.cursor() as cursor:
        cursor.execute(_IN_TURN, [f"{job.order.pk}/{job.operation.code}"])
        cursor.execute(_RESULTS, asked)
        is_held, good, scrap, bad = cursor.fetchone()
    return Results(is_held, good or Decimal(0), scrap or Decimal(0), bad or [])
