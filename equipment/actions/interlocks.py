"""Preparing the machine of a station, and withdrawing what it may run by. Called within the verbs of the floor, which
know what it is for; the collector carries it out.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.interlocks import Setpoint, lines_for, mistakes_at, tags_at, withdrawing
from equipment.models import MachineCommand, Station, Tag
from equipment.status import MACHINE_COMMAND, CommandStatus, Purpose
from equipment.topics import at_station, machine, machine_state
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import FieldError, Refusal

SENT_WITHIN = timedelta(seconds=15)  # who pressed the button stands there
WITHDRAWN_WITHIN = timedelta(days=30)  # nobody is surprised by a machine that may not run


class NoInterlock(Refusal):
    """The machine of the station takes no permission from here."""


class CantBeTold(Refusal):
    """The station's tags don't take what the recipe says."""


def prepare(
    *,
    station: Station,
    setpoints: Sequence[Setpoint],
    units: Collection[UUID],
    operation_code: str,
    subject: str,
    by: Person,
    at: datetime,
) -> MachineCommand:
    """Ask for the recipe to be written to a locked station's machine, and for its permission when it is read back.

    One that still waits is cancelled. Raises NoInterlock, CantBeTold with everything that can't be written.
    """
    if not station.interlock:
        raise NoInterlock(
            _("The machine at {station} is not prepared from here.").format(station=station.code),
            do=_("Start the operation."),
        )
    tags = tags_at([station.pk]).get(station.pk, {})
    errors = [FieldError(station.code, what, do) for what, do in mistakes_at(station, setpoints, tags)]
    if errors:
        raise CantBeTold(
            errors[0].what,
            why=_("Nothing is sent."),
            do=_("Tell an engineer: {do}").format(do=errors[0].do),
            errors=errors,
        )
    _cancel_what_waits(station.pk, at)
    return _queue(
        site_id=station.site_id,
        station_id=station.pk,
        connection_id=tags[station.permission_tag].connection_id,
        purpose=Purpose.PREPARE,
        lines=lines_for(station, setpoints, tags),
        deadline_at=at + SENT_WITHIN,
        units=sorted(units),
        operation_code=operation_code,
        subject=subject[:80],
        asked_by=by,
        asked_at=at,
    )


def withdraw(
    *, prepared: UUID, reason: str, by: Person | None, at: datetime, cause: UUID | None = None
) -> MachineCommand:
    """Take away what a command, by its key, lets a machine run by. cause: the hold that is the reason."""
    told = MachineCommand.objects.get(pk=prepared)
    assert told.station_id is not None, "an interlock is a station's"
    _cancel_what_waits(told.station_id, at)
    return _queue(
        site_id=told.site_id,
        station_id=told.station_id,
        connection_id=told.connection_id,
        purpose=Purpose.WITHDRAW,
        lines=[{"tag": line["tag"], "value": type(line["value"])(0)} for line in told.lines if line.get("enables")],
        deadline_at=at + WITHDRAWN_WITHIN,
        units=told.units,
        operation_code=told.operation_code,
        subject=told.subject,
        reason=reason[:200],
        cause=cause,
        asked_by=by,
        asked_at=at,
    )


def withdraw_unrecorded(*, permission: Tag, last: UUID | None, at: datetime) -> MachineCommand:
    """Take away a permission that a machine shows though none is on record. last: key of the last command to it."""
    told = MachineCommand.objects.get(pk=last) if last else None
    return _queue(
        site_id=permission.site_id,
        station_id=permission.station_id,
        connection_id=permission.connection_id,
        purpose=Purpose.WITHDRAW,
        lines=withdrawing(permission),
        deadline_at=at + WITHDRAWN_WITHIN,
        units=told.units if told else [],
        operation_code=told.operation_code if told else "",
        subject=told.subject if told else str(permission.station),
        reason=_("The machine shows a permission that is not on record."),
        asked_at=at,
    )


def _cancel_what_waits(station: UUID, at: datetime) -> None:
    """A preparation that nobody has begun to write is not to be written any more."""
    waiting = MachineCommand.objects.filter(station=station, purpose=Purpose.PREPARE, status=CommandStatus.QUEUED)
    for command in waiting.select_for_update(of=("self",), no_key=True).order_by("pk"):
        command.status = MACHINE_COMMAND.after(command.status, "cancel", name=str(command))
        command.answered_at = at
        command.save(update_fields=["status", "answered_at"])


def _queue(**content: Any) -> MachineCommand:
    command = MachineCommand(status=MACHINE_COMMAND.after(None, "queue"), **content)
    command.save(force_insert=True)
    site, station = command.site_id, content["station_id"]
    announce(machine(site, station), machine_state(site, station), at_station(site, station))
    return command
