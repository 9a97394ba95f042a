"""Calling for help from a station (andon): called, taken, done."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.models import HelpCall, Station
from equipment.policies import check_site_access
from equipment.status import HELP_CALL, CallKind, CallStatus
from equipment.topics import at_station, help_calls
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal


class AlreadyCalled(Refusal):
    """This help is called for at the station, and not done yet."""


def call(*, station: Station, kind: str, note: str = "", by: Person, at: datetime) -> HelpCall:
    """Call for help of a kind at a station. Raises AlreadyCalled while the call before is not done."""
    check_permission(by, Permission.CALL_HELP)
    check_site_access(by, station.site_id)
    if kind not in CallKind.values:
        raise InvalidInput(
            _("A call's kind is one of: {values}.").format(values=", ".join(CallKind.values)), do=_("Choose one.")
        )
    if _is_called(station, kind):
        raise AlreadyCalled(
            _("{kind} is called to {station} already.").format(kind=CallKind(kind).label, station=station),
            do=_("Wait, or call by phone."),
        )
    return _call(station, kind, note.strip(), by, at)


def call_for_machine(
    *, station: Station, note: str, at: datetime, kind: CallKind = CallKind.MAINTENANCE
) -> HelpCall | None:
    """Call somebody to a machine: maintenance where it does not do as it is told, a supervisor where what it did is not
    booked. None while they are called there already.

    In nobody's name: no person has seen it.
    """
    if _is_called(station, kind):
        return None
    return _call(station, kind, note[:200], None, at)


def take(*, call: HelpCall, by: Person, at: datetime) -> HelpCall:
    """Take a call: the station sees who is coming. The second to take it is told who was first."""
    check_permission(by, Permission.ANSWER_HELP)
    locked = _lock(call, by)
    locked.status = HELP_CALL.after(locked.status, "take", name=str(locked), do=_taken_by(locked))
    locked.taken_at, locked.taken_by = at, by
    locked.save(update_fields=["status", "taken_at", "taken_by"])
    _announce(call.site_id, call.station_id)
    return locked


def finish(*, call: HelpCall, answer: str = "", by: Person, at: datetime) -> HelpCall:
    """End a call. Who called may take it back; others need the right to answer. answer: what was done."""
    if call.called_by_id != by.pk:
        check_permission(by, Permission.ANSWER_HELP)
    locked = _lock(call, by)
    locked.status = HELP_CALL.after(locked.status, "finish", name=str(locked))
    locked.done_at, locked.done_by, locked.answer = at, by, answer.strip()
    locked.save(update_fields=["status", "done_at", "done_by", "answer"])
    _announce(call.site_id, call.station_id)
    return locked


def _is_called(station: Station, kind: str) -> bool:
    return HelpCall.objects.filter(station=station, kind=kind).exclude(status=CallStatus.DONE).exists()


def _call(station: Station, kind: str, note: str, by: Person | None, at: datetime) -> HelpCall:
    _announce(station.site_id, station.pk)
    return HelpCall.objects.create(
        site_id=station.site_id,
        station=station,
        kind=kind,
        note=note,
        status=HELP_CALL.after(None, "call"),
        called_at=at,
        called_by=by,
    )


def _announce(site: UUID, station: UUID) -> None:
    announce(help_calls(site), at_station(site, station))


def _lock(call: HelpCall, by: Person) -> HelpCall:
    check_site_access(by, call.site_id)
    return HelpCall.objects.select_for_update(no_key=True).get(pk=call.pk)


def _taken_by(call: HelpCall) -> str:
    if call.status != CallStatus.TAKEN:
        return ""
    return _("{person} has taken it: look for them there.").format(person=call.taken_by)
