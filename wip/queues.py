"""A station's queue: what could be started there, by rank, and what is on its way."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from equipment.models import Station
from genealogy.models import Unit
from mes.kernel.gates import Hook, Verdict, judge
from wip.jobs import Job
from wip.queries import job_for, operation_of


@dataclass
class Candidate:
    """A unit that a station could take: the job and what blocks it."""

    job: Job
    blockers: list[Verdict] = field(default_factory=list)


@dataclass
class Waiting:
    """What waits at a station: of each kind those that were looked at, and how many there are in all.

    The counts know of holds and of operations before. What else blocks is known of those looked at; the others count
    as ready when any of them is.
    """

    ready: list[Candidate]
    blocked: list[Candidate]
    ready_count: int
    blocked_count: int


def queue_at(station: Station, person: Any, *, ready: int = 24, coming: int = 8) -> Waiting:
    """What a person could start at a station, by rank, and what is held or on its way, with the reasons.

    ready, coming: how many of each to look at. Rank: priority, due date, order, serial. Statements: two for the units,
    then those of the gates, whatever the number of units.
    """
    counts, found = _waiting_at(station, ready, coming)
    units = Unit.objects.select_related("work_order").in_bulk([one.unit for one in found])
    candidates = []
    for one in found:
        unit = units[one.unit]
        candidates.append(Candidate(job_for(unit, operation_of(unit, one.code), station=station, person=person)))
    for candidate, blockers in zip(candidates, judge([c.job for c in candidates], Hook.START), strict=True):
        candidate.blockers = blockers
    free, blocked = [c for c in candidates if not c.blockers], [c for c in candidates if c.blockers]
    unseen = counts[0] - sum(one.is_free for one in found)
    ready_count = len(free) + unseen if free else 0
    return Waiting(free, blocked, ready_count, sum(counts) - ready_count)


class _Place(NamedTuple):
    """A unit that waits for an operation (code) at a station. is_free: it may begin, and no hold is on it."""

    unit: UUID
    code: str
    is_free: bool


# By hand, because each queue page asks it: putting it together from models costs more than Postgres needs to answer.
# Two limits over one set: sorting all of it for a rank within each would take three times as long.
_WAITING = """
WITH held AS MATERIALIZED (
    SELECT id, unit_id, work_order_id, operation_code, station_id
    FROM wip_hold WHERE site_id = %(site)s AND status = 'OPEN'
), waiting AS MATERIALIZED (
    SELECT waits.unit_id, waits.operation_code, waits.serial, waits.is_ready, placed.priority, placed.due_at,
        placed.erp_reference,
        waits.is_ready
        AND NOT EXISTS (SELECT FROM held WHERE station_id = %(station)s)
        AND waits.unit_id NOT IN (SELECT unit_id FROM held WHERE unit_id IS NOT NULL AND operation_code = '')
        AND (waits.unit_id, waits.operation_code)
            NOT IN (SELECT unit_id, operation_code FROM held WHERE unit_id IS NOT NULL)
        AND (waits.work_order_id NOT IN (SELECT work_order_id FROM held WHERE work_order_id IS NOT NULL)
            OR NOT EXISTS (  -- of a held order: other operations, and units for which the hold was released
                SELECT FROM held WHERE held.work_order_id = waits.work_order_id
                    AND held.operation_code IN ('', waits.operation_code)
                    AND NOT EXISTS (SELECT FROM wip_hold freed WHERE freed.origin_id = held.id
                        AND freed.unit_id = waits.unit_id AND freed.status = 'RELEASED')
            )) AS is_free
    FROM wip_openoperation waits JOIN orders_workorder placed ON placed.id = waits.work_order_id
    WHERE waits.site_id = %(site)s AND waits.station_class_id = %(station_class)s
)
(SELECT NULL AS unit_id, NULL AS operation_code, NULL AS is_free,
    count(*) FILTER (WHERE is_free) AS free, count(*) FILTER (WHERE NOT is_free) AS shut FROM waiting)
UNION ALL
(SELECT unit_id, operation_code, is_free, NULL, NULL FROM waiting WHERE is_free
 ORDER BY priority, due_at, erp_reference, serial, operation_code LIMIT %(ready)s)
UNION ALL
(SELECT unit_id, operation_code, is_free, NULL, NULL FROM waiting WHERE NOT is_free
 ORDER BY NOT is_ready, priority, due_at, erp_reference, serial, operation_code LIMIT %(coming)s)
"""


def _waiting_at(station: Station, ready: int, coming: int) -> tuple[tuple[int, int], list[_Place]]:
    """How many are free and how many are not, and the first of both by rank."""
    asked: dict[str, Any] = {
        "station_class": station.station_class_id,
        "station": station.pk,
        "site": station.site_id,
        "ready": ready,
        "coming": coming,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, asked)
        counts, *rows = cursor.fetchall()
    return (counts[3], counts[4]), [_Place(*row[:3]) for row in rows]
