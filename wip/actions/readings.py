"""Recording values for steps."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mes.kernel.personnel.models import Person
from mes.kernel.prepared import prepared
from mes.kernel.refusals import Refusal
from mes.kernel.stored_files import keep
from mes.kernel.writes import insert
from orders.models import StepKind
from wip.entries import Entry
from wip.models import OperationExecution, Reading


class NothingToCorrect(Refusal):
    """A reason for a correction was given, and there is no value yet."""


def record(
    *, execution: OperationExecution, entries: Sequence[Entry], station_code: str, by: Person, at: datetime
) -> list[Reading]:
    """Record entries on a locked, running execution; one with a reason corrects the value in force.

    The database refuses a second value without one (reading_once), unless the first was taken back. Raises
    NothingToCorrect.
    """
    if not entries:
        return []
    latest = {}
    is_asked = getattr(execution, "has_taken_back", True)  # known of one that is locked (executions.lock)
    if is_asked or any(entry.reason for entry in entries):
        latest = {(r.step_code, r.sample): r for r in _latest(execution.pk)}
    readings = []
    for entry in entries:
        earlier = latest.get((entry.step.code, entry.sample))
        is_in_force = earlier is not None and earlier.value != ""
        if entry.reason and not is_in_force:
            raise NothingToCorrect(
                _("{step} has no value yet, so there is nothing to correct.").format(step=entry.step.name),
                do=_("Record it without a reason."),
            )
        reading = entry.as_reading()
        reading.site_id, reading.execution, reading.station_code = execution.site_id, execution, station_code
        reading.at, reading.by = at, by
        if is_in_force and not entry.reason:
            earlier = None  # the database refuses it
        reading.corrects = earlier
        reading.reason = entry.reason or (_("Recorded again") if earlier else "")
        reading.scanned = entry.value if entry.step.component else ""
        reading.witnessed_by, reading.witnessed_at = entry.witness, at if entry.witness else None
        reading.signature = entry.signature
        if entry.source is not None:
            reading.machine_tag, reading.machine_at = entry.source.tag, entry.source.at
            reading.machine_quality = entry.source.quality
        readings.append(reading)
    insert(readings)
    for reading in readings:
        if reading.kind == StepKind.FILE:
            transaction.on_commit(partial(keep, reading.value), robust=True)
    return readings


@prepared
def _latest(execution: UUID) -> QuerySet[Reading]:
    """Of each step and sample the last reading, also one that only takes a value back."""
    return Reading.objects.filter(execution=execution, corrected_by_reading__isnull=True)
