"""Clocking people on and off jobs, for the verbs. Under the lock of the execution."""

from datetime import datetime

from mes.kernel.keys import uuid7
from mes.kernel.personnel.models import Person
from mes.kernel.writes import write
from wip.models import OperationExecution
from wip.models.labor import LaborEnd

# Who is on the job already stays so: whoever joined and then takes it over has one span.
_ON = """INSERT INTO wip_laborspan
    (id, site_id, execution_id, person_id, began_at, "end", note, entered_at, entered_by_id)
    VALUES (%s, %s, %s, %s, %s, '', '', %s, %s)
    ON CONFLICT (execution_id, person_id) WHERE ended_at IS NULL DO NOTHING"""
_OFF = """UPDATE wip_laborspan SET ended_at = greatest(%s, began_at), "end" = %s, note = %s
    WHERE execution_id = %s AND person_id = %s AND ended_at IS NULL"""


def clock_on(execution: OperationExecution, person: Person, *, at: datetime) -> None:
    """From now on the person is on the job."""
    write(_ON, [uuid7(), execution.site_id, execution.pk, person.pk, at, at, person.pk])


def clock_off(execution: OperationExecution, person: Person, *, end: LaborEnd, note: str = "", at: datetime) -> None:
    """The person is on the job no more, if they were."""
    write(_OFF, [at, end, note, execution.pk, person.pk])
