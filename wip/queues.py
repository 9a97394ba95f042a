"""A station's queue: what could be started there, by rank, what is on its way, and why each stands where it does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet

from equipment.models import Station
from equipment.status import DispatchRule
from genealogy.models import Unit
from mes.kernel.door import moment
from mes.kernel.gates import Hook, Verdict, judge
from mes.kernel.prepared import any_of, prepared
from wip.efforts import effort_from, effort_of
from wip.jobs import Job
from wip.models import OperationExecution
from wip.queries import job_for, operation_of, planned
from wip.ranks import Terms, in_words
from wip.status import ExecutionStatus

COUNTED = 50  # of what is ready, and of what is blocked, so many are counted; beyond that a number helps nobody


class Pin(NamedTuple):
    """Why something stands at the front: who put it there, when, and their reason."""

    position: int
    reason: str
    by: str
    at: datetime


class Slot(NamedTuple):
    """When and where something is planned."""

    starts_at: datetime
    station: str


@dataclass
class Candidate:
    """A unit that a station could take: the job, what it is ranked by, and what blocks it.

    key: of its open operation. why: the terms in words, as the station's rule looks at them.
    """

    key: UUID
    job: Job
    terms: Terms
    why: str
    pin: Pin | None = None
    slot: Slot | None = None
    blockers: list[Verdict] = field(default_factory=list)


@dataclass
class Waiting:
    """What waits at a station: of each kind those that were looked at, and how many there are.

    The counts know of holds and of operations before, and go to COUNTED: one more is "more than that". What else blocks
    is known of those looked at; the others count as ready when any of them is. family: as `last_family` says.
    """

    ready: list[Candidate]
    blocked: list[Candidate]
    ready_count: int
    blocked_count: int
    family: str


class Place(NamedTuple):
    """A unit that waits for an operation (code) at a station. is_free: it may begin, and no hold is on it.

    waits_since: None while it is still on its way.
    """

    key: UUID
    unit: UUID
    code: str
    is_free: bool
    waits_since: datetime | None
    pin: Pin | None
    slot: Slot | None


def queue_at(station: Station, person: Any, *, ready: int = 24, coming: int = 8) -> Waiting:
    """What a person could start at a station, by rank, and what is held or on its way, with the reasons.

    ready, coming: how many of each to look at. Rank: what is pinned, then the station's rule (wip.ranks). The station
    comes with its work center. Statements: two for the units, one more where the rule looks at the last job, then those
    of the gates, whatever the number of units.
    """
    family = last_family(station)
    places = places_at(station, family, ready=max(ready, COUNTED + 1), coming=max(coming, COUNTED + 1))
    all_ready = [place for place in places if place.is_free]
    all_blocked = [place for place in places if not place.is_free]
    candidates = candidates_of(all_ready[:ready] + all_blocked[:coming], station, person, family)
    free, blocked = [c for c in candidates if not c.blockers], [c for c in candidates if c.blockers]
    ready_count = len(free) + max(0, len(all_ready) - ready) if free else 0
    return Waiting(free, blocked, ready_count, len(places) - ready_count, family)


def counted(number: int, more: int = 0) -> str:
    """A number that was counted to COUNTED, plus what is known exactly: 12, or 50+ when nobody counted on."""
    return f"{min(number, COUNTED) + more}{'+' if number > COUNTED else ''}"


def candidates_of(places: Sequence[Place], station: Station, person: Any, family: str) -> list[Candidate]:
    """The places as jobs, with their terms and what blocks their start."""
    units = {unit.pk: unit for unit in _units_of([place.unit for place in places])} if places else {}
    found, now = [], moment()
    for place in places:
        unit = units[place.unit]
        job = job_for(unit, operation_of(unit, place.code), station=station, person=person)
        terms = terms_of(job, place.waits_since)
        why = in_words(terms, station.rule, now=now, family=family)
        found.append(Candidate(place.key, job, terms, why, place.pin, place.slot))
    for candidate, blockers in zip(found, judge([c.job for c in found], Hook.START), strict=True):
        candidate.blockers = [one for one in blockers if not one.comes_with_start]
    return found


@prepared
def _units_of(keys: Collection[UUID]) -> QuerySet[Unit]:
    return Unit.objects.filter(pk=any_of(keys)).select_related("work_order").order_by()


def terms_of(job: Job, waits_since: datetime | None) -> Terms:
    """What a job on a unit is ranked by."""
    left = job.unit.quantity_left
    return Terms(
        priority=job.order.priority,
        due_at=job.order.due_at,
        order=job.order.erp_reference,
        serial=job.unit.serial,
        operation=job.operation.code,
        setup_s=job.operation.setup_time_s,
        work_s=effort_of(job.operation).for_quantity(left),
        left_s=effort_from(job.plan, job.operation.code).for_quantity(left),
        setup_family=job.operation.setup_family,
        waits_since=waits_since,
    )


def last_family(station: Station) -> str:
    """The setup family of what runs at the station, else of what ran there last; empty where the rule does not ask."""
    if station.rule != DispatchRule.FAMILY:
        return ""
    return next((planned(execution).setup_family for execution in _last_at(station.pk)), "")


@prepared
def _last_at(station: UUID) -> QuerySet[OperationExecution]:
    here = OperationExecution.objects.filter(station=station, status__in=_WORKED).select_related("work_order")
    return here.order_by(F("completed_at").desc(nulls_first=True), "-started_at")[:1]


_WORKED = (ExecutionStatus.RUNNING, ExecutionStatus.COMPLETED)

# The rules of wip.ranks, in SQL. Each has an index of what may begin in this order (OpenOperation), so that the first
# are read and no more; but for two.
_REST = "waits.erp_reference, waits.serial, waits.operation_code"
_RANKS = {
    DispatchRule.PRIORITY: f"waits.priority, waits.due_at, {_REST}",
    DispatchRule.DUE: f"waits.due_at, waits.priority, {_REST}",
    DispatchRule.SHORTEST: f"waits.work_s, waits.due_at, {_REST}",
    DispatchRule.CRITICAL: f"{{ratio}}, waits.due_at, {_REST}",
    DispatchRule.FAMILY: f"waits.setup_family = '' OR waits.setup_family <> %(family)s, waits.due_at, {_REST}",
    DispatchRule.FIFO: f"waits.waits_since, waits.due_at, {_REST}",  # without it last, as nulls are
}
_RATIO = "date_part('epoch', waits.due_at - %(now)s::timestamptz) / greatest(waits.left_s, 1)"

# By hand, because each queue page asks it: putting it together from models costs more than Postgres needs to answer.
# What is pinned is found by its pins, what may be stopped by the holds: most of what waits is neither, ranked alone.
_WAITING = """
WITH held AS MATERIALIZED (
    SELECT hold.id, unit_id, coalesce(work_order_id, made.id) AS work_order_id, operation_code, station_id
    FROM wip_hold hold LEFT JOIN orders_workorder made  -- a hold on a revision is one on each order that makes it
        ON made.product_revision_id = hold.product_revision_id AND made.site_id = hold.site_id
    WHERE hold.site_id = %(site)s AND hold.status = 'OPEN'
), pin AS MATERIALIZED (
    SELECT pin.*, person.full_name FROM wip_dispatchpin pin JOIN personnel_person person ON person.id = pin.pinned_by_id
    WHERE pin.station_id = %(station)s AND pin.position IS NOT NULL
), pinned AS MATERIALIZED (
    SELECT id, min(position) AS position FROM (
        SELECT waits.id, pin.position FROM pin JOIN wip_openoperation waits ON waits.unit_id = pin.unit_id
        WHERE waits.station_class_id = %(station_class)s
        UNION ALL
        SELECT waits.id, pin.position FROM pin JOIN wip_openoperation waits ON waits.work_order_id = pin.work_order_id
        WHERE waits.station_class_id = %(station_class)s
    ) each GROUP BY id
), stopped AS MATERIALIZED (
    SELECT id FROM wip_openoperation
    WHERE site_id = %(site)s AND station_class_id = %(station_class)s AND NOT is_ready
    UNION
    SELECT waits.id FROM held JOIN wip_openoperation waits USING (unit_id)
    WHERE waits.station_class_id = %(station_class)s
    UNION
    SELECT waits.id FROM held JOIN wip_openoperation waits USING (work_order_id)
    WHERE waits.station_class_id = %(station_class)s
    UNION
    SELECT id FROM wip_openoperation
    WHERE site_id = %(site)s AND station_class_id = %(station_class)s
        AND EXISTS (SELECT FROM held WHERE station_id = %(station)s)
){also}, place AS (
    (SELECT {place}, {free} AS is_free, pinned.position
     FROM pinned JOIN wip_openoperation waits USING (id)
     WHERE waits.site_id = %(site)s ORDER BY pinned.position, {rank} LIMIT %(ready)s)
    UNION ALL
    ({first})
    UNION ALL
    (SELECT {place}, false, NULL {wait} AND NOT {free} AND waits.id IN (SELECT id FROM stopped)
     ORDER BY NOT waits.is_ready, {rank} LIMIT %(coming)s)
), numbered AS (
    SELECT *, row_number() OVER () AS number FROM place
)
SELECT numbered.id, numbered.unit_id, numbered.operation_code, numbered.is_free, numbered.waits_since,
    numbered.position, pin.reason, pin.full_name, pin.pinned_at, job.starts_at, station.code
FROM numbered LEFT JOIN pin USING (position)
LEFT JOIN wip_plannedjob job
    ON job.work_order_id = numbered.work_order_id AND job.operation_code = numbered.operation_code
LEFT JOIN equipment_station station ON station.id = job.station_id
ORDER BY numbered.number
"""
_PLACE = "waits.id, waits.unit_id, waits.work_order_id, waits.operation_code, waits.waits_since"
_WAIT = """FROM wip_openoperation waits
     WHERE waits.site_id = %(site)s AND waits.station_class_id = %(station_class)s
         AND waits.id NOT IN (SELECT id FROM pinned)"""
_FREE = """(waits.is_ready
         AND NOT EXISTS (SELECT FROM held WHERE station_id = %(station)s)
         AND waits.unit_id NOT IN (SELECT unit_id FROM held WHERE unit_id IS NOT NULL AND operation_code = '')
         AND (waits.unit_id, waits.operation_code)
             NOT IN (SELECT unit_id, operation_code FROM held WHERE unit_id IS NOT NULL)
         AND (waits.work_order_id NOT IN (SELECT work_order_id FROM held WHERE work_order_id IS NOT NULL)
             OR NOT EXISTS (  -- of a held order: other operations, and units for which the hold was released
                 SELECT FROM held WHERE held.work_order_id = waits.work_order_id
                     AND held.operation_code IN ('', waits.operation_code)
                     AND NOT EXISTS (SELECT FROM wip_hold freed WHERE freed.origin_id = held.id
                         AND freed.unit_id = waits.unit_id AND freed.status = 'RELEASED'))))"""
# How what is free comes by rank.
_FIRST = "SELECT {place}, true, NULL::smallint {wait} AND {free} ORDER BY {rank} LIMIT %(ready)s"
# What has the setup of the last job, and only where that is not enough, the rest: both by due date.
_FIRST_BY_FAMILY = """SELECT * FROM (
    (SELECT {place}, true, NULL::smallint {wait} AND {free}
         AND waits.setup_family = %(family)s AND %(family)s <> ''
     ORDER BY waits.due_at, {rest} LIMIT %(ready)s)
    UNION ALL
    (SELECT {place}, true, NULL::smallint {wait} AND {free}
         AND (waits.setup_family = '' OR waits.setup_family <> %(family)s)
     ORDER BY waits.due_at, {rest} LIMIT %(ready)s)) by_family LIMIT %(ready)s"""
# The critical ratio is another at every moment, so no index has its order. But the work left of a power is known to a
# factor of e, and within one the earliest due come about first. As many of each as are asked for have, all powers
# together, a ratio that the last of the first can't exceed; by that, each power has a due date after which none of them
# is. A second more, for what is lost in rounding; infinity where there are fewer than asked for.
_POWER = "floor(ln(greatest(waits.left_s, 1)))"
_POWERS = """, power AS MATERIALIZED (
    SELECT generate_series(
        (SELECT {power} {wait} AND waits.is_ready ORDER BY {power} LIMIT 1)::int,
        (SELECT {power} {wait} AND waits.is_ready ORDER BY {power} DESC LIMIT 1)::int)::float8 AS power
    LIMIT 44  -- there are no more: said to the planner, which would take any series for a thousand
), most AS MATERIALIZED (
    SELECT ratio FROM power, LATERAL (
        SELECT {ratio} AS ratio {wait} AND {free} AND {power} = power.power ORDER BY waits.due_at LIMIT %(ready)s) each
    ORDER BY ratio OFFSET %(ready)s - 1 LIMIT 1
), until AS MATERIALIZED (
    SELECT power, coalesce(%(now)s::timestamptz + interval '1 second' * (SELECT
        1 + greatest(-1e10, least(1e10, ratio * exp(CASE WHEN ratio > 0 THEN power + 1 ELSE power END))) FROM most),
        'infinity') AS due_at
    FROM power
)"""
_FIRST_BY_RATIO = """SELECT {place}, true, NULL::smallint FROM until, LATERAL (
        SELECT * {wait} AND {free} AND {power} = until.power AND waits.due_at <= until.due_at OFFSET 0) waits
    ORDER BY {rank} LIMIT %(ready)s"""


def _statement(rule: DispatchRule) -> str:
    also, first = {
        DispatchRule.FAMILY: ("", _FIRST_BY_FAMILY),
        DispatchRule.CRITICAL: (_POWERS, _FIRST_BY_RATIO),
    }.get(rule, ("", _FIRST))
    parts = {"place": _PLACE, "wait": _WAIT, "free": _FREE, "ratio": _RATIO, "rest": _REST, "power": _POWER}
    parts["rank"] = _RANKS[rule].format(ratio=_RATIO)
    return _WAITING.format(also=also.format(**parts), first=first.format(**parts), **parts)


_STATEMENTS = {rule: _statement(rule) for rule in DispatchRule}


def places_at(station: Station, family: str, *, ready: int, coming: int) -> list[Place]:
    """The first of what is free to begin, and of what is not, each by rank. One statement."""
    asked = {
        "station": station.pk,
        "station_class": station.station_class_id,
        "site": station.site_id,
        "ready": ready,
        "coming": coming,
        "now": moment(),
        "family": family,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENTS[station.rule], asked)
        return [_place(*row) for row in cursor.fetchall()]


def _place(key: UUID, unit: UUID, code: str, is_free: bool, waits_since: datetime | None, *said: Any) -> Place:
    position, reason, by, pinned_at, starts_at, at_station = said
    pin = None if position is None else Pin(position, reason, by, pinned_at)
    return Place(key, unit, code, is_free, waits_since, pin, None if starts_at is None else Slot(starts_at, at_station))
