"""Keeping the rows that queues are read from in step with where units stand (wip.ways, ADR 9).

Called by every verb that moves a unit, within its transaction and under the unit's lock.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from genealogy.models import Unit
from genealogy.queries import plan_for
from genealogy.status import UnitStatus
from mes.kernel.door import moment
from mes.kernel.writes import write
from wip.arrivals import arrivals_of
from wip.efforts import effort_from, effort_of
from wip.models import OpenOperation
from wip.ways import Way

Openings = Mapping[str, bool]

_OPEN = """INSERT INTO wip_openoperation
    (id, site_id, work_order_id, unit_id, serial, waits_since, operation_code, is_ready, station_class_id, work_s,
        left_s, setup_family)
    SELECT gen_random_uuid(), %s, %s, %s, %s, CASE WHEN new.is_ready THEN %s::timestamptz END, new.*
    FROM unnest(%s::text[], %s::boolean[], %s::uuid[], %s::bigint[], %s::bigint[], %s::text[])
        AS new (code, is_ready, station_class, work_s, left_s, setup_family)
    ON CONFLICT (unit_id, operation_code) DO UPDATE
    SET is_ready = excluded.is_ready, work_s = excluded.work_s, left_s = excluded.left_s,
        waits_since = CASE WHEN wip_openoperation.is_ready AND excluded.is_ready
            THEN wip_openoperation.waits_since ELSE excluded.waits_since END"""


def follow(*, unit: Unit, before: Openings, after: Openings, is_less: bool = False) -> None:
    """Store how what comes next on the unit has changed: a statement for what is gone, one for what is new.

    What may begin by it waits since now; what could before, since then.
    is_less: some of the unit was scrapped, so that all that comes next on it takes less time.
    """
    gone = [code for code in before if code not in after]
    if gone:
        sql = "DELETE FROM wip_openoperation WHERE unit_id = %s AND operation_code = ANY(%s)"
        write(sql, [unit.pk, gone])
    new = {code: is_ready for code, is_ready in after.items() if is_less or before.get(code) != is_ready}
    if new:
        about = [unit.site_id, unit.work_order_id, unit.pk, unit.serial, moment()]
        columns = zip(*(_planned(unit, code).values() for code in new), strict=True)
        write(_OPEN, [*about, list(new), list(new.values()), *map(list, columns)])


def open_for(*, units: Sequence[Unit]) -> None:
    """What comes first on units that were just made, in one statement; each comes with its order."""
    _open_all([(unit, dict.fromkeys(Way(plan_for(unit), {}).openings, unit.created_at)) for unit in units])


def close(*, units: Collection[Unit]) -> None:
    """Nothing comes next on these units."""
    write("DELETE FROM wip_openoperation WHERE unit_id = ANY(%s)", [[unit.pk for unit in units]])


def rebuild(*, units: Iterable[Unit]) -> list[Unit]:
    """Find anew what comes next on locked units, each with its order, whatever moved them: three statements for 1000.

    Since when it waits, too (wip.arrivals, with its statements). The answer: those in process that nothing is left to
    be done to.
    """
    known = {unit.pk: unit for unit in units}
    close(units=known.values())
    found = arrivals_of([unit for unit in known.values() if unit.status == UnitStatus.IN_PROCESS])
    _open_all([(one.unit, one.waiting) for one in found])
    return [one.unit for one in found if one.way.is_finished]


def _open_all(found: Sequence[tuple[Unit, Mapping[str, datetime | None]]]) -> None:
    """Store what comes next on units that had nothing stored: by code since when it waits, None: not yet."""
    rows = [
        OpenOperation(
            site_id=unit.site_id,
            work_order=unit.work_order,
            unit=unit,
            serial=unit.serial,
            operation_code=code,
            is_ready=since is not None,
            waits_since=since,
            **_planned(unit, code),
        )
        for unit, waiting in found
        for code, since in waiting.items()
    ]
    OpenOperation.objects.bulk_create(rows, batch_size=2000)


def _planned(unit: Unit, code: str) -> dict[str, UUID | int | str]:
    """What the plan says of an operation on the unit, by column."""
    plan = plan_for(unit)
    operation = plan.operation(code)
    assert operation is not None, "a way is made of its plan's operations"
    return {
        "station_class_id": operation.station_class_id,
        "work_s": effort_of(operation).for_quantity(unit.quantity_left),
        "left_s": effort_from(plan, code).for_quantity(unit.quantity_left),
        "setup_family": operation.setup_family,
    }
