"""Building and storing activities, for the verbs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack
from uuid import UUID

from genealogy.models import Activity, ActivityUnit, Direction, Unit
from genealogy.status import ActivityKind
from mes.kernel.personnel.models import Person
from mes.kernel.writes import insert_both


@dataclass(frozen=True)
class At:
    """Where in the process something was done: wip's execution by key, operation and station by code."""

    execution: UUID | None = None
    operation_code: str = ""
    station_code: str = ""


NOWHERE = At()


class Moved(TypedDict, total=False):
    """What went in (unit, quantity, step code, raw scan) and came out (unit, quantity) of an activity, and why.

    reverses: the activity that it takes back.
    """

    inputs: Sequence[tuple[Unit, Decimal, str, str]]
    outputs: Sequence[tuple[Unit, Decimal]]
    reason: str
    reverses: Activity


def record(
    kind: ActivityKind, site_id: UUID, by: Person, at: datetime, where: At = NOWHERE, **what: Unpack[Moved]
) -> None:
    """Store one activity with the units that went in and came out."""
    store([activity(kind, site_id, by, at, where, **what)])


def activity(
    kind: ActivityKind, site_id: UUID, by: Person, at: datetime, where: At = NOWHERE, **what: Unpack[Moved]
) -> tuple[Activity, list[ActivityUnit]]:
    """An activity with its units, not stored yet."""
    made = Activity(
        site_id=site_id,
        kind=kind,
        at=at,
        by=by,
        execution=where.execution,
        operation_code=where.operation_code,
        station_code=where.station_code,
        reason=what.get("reason", ""),
        reverses=what.get("reverses"),
    )
    went_in = [
        ActivityUnit(
            site_id=site_id,
            activity=made,
            unit=unit,
            direction=Direction.INPUT,
            quantity=quantity,
            step_code=step,
            scanned=scanned,
        )
        for unit, quantity, step, scanned in what.get("inputs", ())
    ]
    came_out = [
        ActivityUnit(site_id=site_id, activity=made, unit=unit, direction=Direction.OUTPUT, quantity=quantity)
        for unit, quantity in what.get("outputs", ())
    ]
    return made, went_in + came_out


def store(activities: Sequence[tuple[Activity, list[ActivityUnit]]]) -> None:
    """Store activities and their units, in one statement."""
    insert_both([activity for activity, _ in activities], [unit for _, its in activities for unit in its])
