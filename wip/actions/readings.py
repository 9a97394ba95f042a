"""Recording values for steps."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal
from mes.kernel.stored_files import keep
from mes.kernel.writes import insert
from orders.models import StepKind
from wip.entries import Entry
from wip.facts import values_in_force
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
                _("{step} has no value yet, so there is nothing to correct.").format(step=entry.step.name),
                do=_("Record it without a reason."),
            )
        reading = entry.as_reading()
        reading.site_id, reading.execution, reading.station_code = execution.site_id, execution, station_code
        reading.at, reading.by = at, by
        reading.corrects, reading.reason = earlier, entry.reason
        reading.scanned = entry.value if entry.step.component else ""
        reading.witnessed_by, reading.witnessed_at = entry.witness, at if entry.witness else None
        reading.signature = entry.signature
        readings.append(reading)
    insert(readings)
    for reading in readings:
        if reading.kind == StepKind.FILE:
            transaction.on_commit(partial(keep, reading.value), robust=True)
    return readings
