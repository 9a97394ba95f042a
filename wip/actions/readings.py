"""Recording values for steps."""

from collections.abc import Sequence
from datetime import datetime

from mes.kernel.personnel.models import Person
from mes.kernel.prepared import insert
from mes.kernel.refusals import Refusal
from wip.facts import values_in_force
from wip.jobs import Entry
from wip.models import OperationExecution, Reading


class NothingToCorrect(Refusal):
    """A reason for a correction was given, and there is no value yet."""


def record(
    *, execution: OperationExecution, entries: Sequence[Entry], station_code: str, by: Person, at: datetime
) -> list[Reading]:
    """Record entries on a locked, running execution; one with a reason corrects the value in force.

    The database refuses a second value without one (reading_once). Raises NothingToCorrect.
    """
    if not entries:
        return []
    in_force = {}
    if any(entry.reason for entry in entries):
        in_force = {(r.step_code, r.sample): r for r in values_in_force({execution.pk})}
    readings = []
    for entry in entries:
        earlier = in_force.get((entry.step.code, entry.sample)) if entry.reason else None
        if entry.reason and earlier is None:
            raise NothingToCorrect(
                f"{entry.step.name} has no value yet, so there is nothing to correct.", do="Record it without a reason."
            )
        readings.append(
            Reading(
                site_id=execution.site_id,
                execution=execution,
                step_code=entry.step.code,
                sample=entry.sample,
                kind=entry.step.kind,
                value=entry.value,
                number=entry.number,
                quantity_unit=entry.step.quantity_unit,
                lower=entry.step.lower,
                upper=entry.step.upper,
                scanned=entry.value if entry.step.component else "",
                at=at,
                by=by,
                station_code=station_code,
                corrects=earlier,
                reason=entry.reason,
            )
        )
    insert(readings)
    return readings
