"""Asking for values to be written to machines. The collector that watches the connection writes them, once, and says
what it read back.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from equipment.interlocks import wrong_value
from equipment.models import Connection, MachineCommand, Station, Tag
from equipment.policies import check_site_access
from equipment.status import MACHINE_COMMAND, Purpose
from equipment.topics import connections, machine
from mes.kernel.audit.actions.signatures import SignatureMissing, SignatureRefused, Signing, sign
from mes.kernel.audit.models import Meaning, Signature
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission, check_reason
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, Refusal

LONGEST_WAIT_S = 300  # what is written later than that surprises whoever stands at the machine
MOST_LINES = 20


class NotByHand(Refusal):
    """An interlock asked for it, and an interlock alone takes it back."""


def queue(
    *,
    connection: Connection,
    lines: Sequence[Mapping[str, Any]],
    wait_s: int,
    reason: str,
    by: Person,
    at: datetime,
    signing: Signing | None = None,
) -> MachineCommand:
    """Ask for values to be written to tags of a connection, by hand: all, in their order, or none is sent.

    lines: {"tag": code, "value": …, "expected": …}; expected: what has to be there before, left out where it does not
    matter. wait_s: never sent later than that. signing: means APPROVED, where one of the tags asks for it. Raises
    RoleMissing, SiteNotYours, SignatureMissing, SignatureRefused, SignatureVoid; InvalidInput names every line that may
    not be written: not a tag in use, not writable, out of its bounds, no value of its type.
    """
    check_permission(by, Permission.WRITE_MACHINES)
    check_site_access(by, connection.site_id)
    check_reason(reason)
    if not 1 <= wait_s <= LONGEST_WAIT_S:
        raise InvalidInput(_("A command waits for 1 to {longest} seconds.").format(longest=LONGEST_WAIT_S))
    tags = _tags_of(connection, lines)
    stations = _stations_told(connection, tags)
    command = MachineCommand(
        site_id=connection.site_id,
        connection=connection,
        station=stations.pop() if len(stations) == 1 else None,
        lines=[_kept(line) for line in lines],
        deadline_at=at + timedelta(seconds=wait_s),
        status=MACHINE_COMMAND.after(None, "queue"),
        asked_at=at,
        asked_by=by,
        reason=reason.strip(),
    )
    command.signature = _sign(command, tags, signing, by, at)
    command.save(force_insert=True)
    _announce(command)
    return command


def cancel(*, command: MachineCommand, by: Person, at: datetime) -> MachineCommand:
    """Take back what was asked by hand, and nobody has begun to write.

    Raises RoleMissing, SiteNotYours, NotByHand, IllegalTransition.
    """
    check_permission(by, Permission.WRITE_MACHINES)
    check_site_access(by, command.site_id)
    if command.purpose != Purpose.HAND:
        raise NotByHand(
            _("This was not asked by hand: it is the interlock's."),
            why=_("A machine that keeps its permission runs on."),
            do=_("Take the start back, or end the work: the interlock follows."),
        )
    locked = MachineCommand.objects.select_for_update(of=("self",), no_key=True).get(pk=command.pk)
    locked.status = MACHINE_COMMAND.after(locked.status, "cancel", name=str(locked))
    locked.answered_at = at
    locked.save(update_fields=["status", "answered_at"])
    _announce(locked)
    return locked


def signed_content(
    connection: Connection, tags: Iterable[Tag], lines: Iterable[Mapping[str, Any]], reason: str
) -> dict[str, Any]:
    """What the person who has values written has read and signs. tags: those of the lines."""
    units = {tag.code: tag.quantity_unit for tag in tags}
    return {
        "connection": connection.code,
        "lines": [
            {name: _exact(value) for name, value in _kept(line).items()} | {"unit": units[line["tag"]]}
            for line in lines
        ],
        "reason": reason.strip(),
    }


def _sign(
    command: MachineCommand, tags: Sequence[Tag], signing: Signing | None, by: Person, at: datetime
) -> Signature | None:
    """The asker's signature, where one of the tags asks for it."""
    asking = [tag.code for tag in tags if tag.needs_signature]
    if signing is None and asking:
        raise SignatureMissing(
            _("{tags} is written with your signature.").format(tags=", ".join(asking)),
            why=_("Nothing is sent."),
            do=_("Read what is to be written, enter your secret again, and sign."),
        )
    if signing is None:
        return None
    if not asking:
        sentence = _("None of these values asks for a signature.")
        raise InvalidInput(sentence, do=_("Leave it out."), errors=[FieldError("signature", sentence)])
    if signing.confirmed_by.pk != by.pk:
        raise SignatureRefused(_("Somebody else's secret was entered."), do=_("Sign with your own."))
    return sign(
        signing=signing,
        meaning=Meaning.APPROVED,
        shown=signed_content(command.connection, tags, command.lines, command.reason),
        is_all_new=True,
        act={"deadline_at": command.deadline_at},
        table="equipment_machinecommand",
        record=command.pk,
        site_id=command.site_id,
        at=at,
    )


def _exact(value: Any) -> Any:
    """A number without what a float would add to it."""
    return value if isinstance(value, bool | str) else Decimal(repr(value))


def _stations_told(connection: Connection, tags: Sequence[Tag]) -> set[Station]:
    """The stations whose machines are told, under whichever codes their tags lie where something is written.

    Raises InvalidInput for a permission, which nobody gives by hand, and where several machines would be touched.
    """
    stations = {tag.station for tag in tags if tag.station is not None}
    interlocked = Tag.objects.filter(connection=connection, is_active=True).exclude(station__interlock="")
    for touched in interlocked.exclude(station=None).select_related("connection", "station"):
        written = next((tag for tag in tags if tag.overlaps(touched)), None)
        if written is not None:
            assert touched.station is not None, "it was asked for"
            _check_no_permission(written, touched, touched.station)
            stations.add(touched.station)
    if len(stations) > 1 and any(station.interlock for station in stations):
        raise InvalidInput(
            _("Machines with an interlock are written to one at a time."), do=_("Send a command for each station.")
        )
    return stations


def _check_no_permission(written: Tag, touched: Tag, station: Station) -> None:
    if touched.code != station.permission_tag:
        return
    what = _("{tag} is the permission of the machine at {station}.").format(tag=written.code, station=station.code)
    if written != touched:
        what = _("{tag} lies where {permission} does, the permission of the machine at {station}.").format(
            tag=written.code, permission=touched.code, station=station.code
        )
    raise InvalidInput(
        what,
        why=_("It is given when the machine is prepared, and withdrawn when the work ends."),
        do=_("Prepare the machine at its station."),
    )


def _tags_of(connection: Connection, lines: Sequence[Mapping[str, Any]]) -> list[Tag]:
    """The tags of the lines, each of which may be written so."""
    if not 1 <= len(lines) <= MOST_LINES:
        raise InvalidInput(_("A command writes 1 to {most} values.").format(most=MOST_LINES))
    codes = [str(line["tag"]) for line in lines]
    found = Tag.objects.filter(connection=connection, code__in=codes, is_active=True)
    tags = {tag.code: tag for tag in found.select_related("connection", "station")}
    errors = []
    for place, line in enumerate(lines):
        wrong = _mistake(tags.get(codes[place]), line) or ("" if codes.count(codes[place]) == 1 else _("Named twice."))
        if wrong:
            errors.append(FieldError(f"lines.{place}", f"{codes[place][:60]}: {wrong}"))
    if errors:
        raise InvalidInput(errors[0].what, why=_("Nothing is sent."), do=_("Mend the values."), errors=errors)
    return [tags[code] for code in codes]


def _mistake(tag: Tag | None, line: Mapping[str, Any]) -> str:
    if tag is None:
        return _("The connection has no such tag in use.")
    if not tag.is_writable:
        return _("It may not be written.")
    return next((wrong for name in ("value", "expected") if (wrong := wrong_value(tag, line.get(name), name))), "")


def _kept(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: line[name] for name in ("tag", "value", "expected") if line.get(name) is not None}


def _announce(command: MachineCommand) -> None:
    station: Station | None = command.station
    announce(machine(command.site_id, station.pk) if station else connections(command.site_id))
