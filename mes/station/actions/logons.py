"""Registering a browser as a station, and people logging on and off there."""

from datetime import datetime, timedelta
from secrets import token_urlsafe

from django.utils.translation import gettext as _

from equipment.models import Station
from equipment.policies import check_site_access
from mes.kernel.door import open_door
from mes.kernel.keys import token_hash
from mes.kernel.personnel.actions.secrets import SecretWrong, confirm_pin
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotPermitted, Refusal
from mes.station.models import LastAct, StationDevice, StationLogon

MOST_ON = 6  # people at one browser: as many faces as fit
WRONG_SECRETS = 10
WRONG_WITHIN = timedelta(minutes=10)
LOCKED_FOR = timedelta(minutes=10)


class DeviceRevoked(Refusal):
    """The browser was a station, and is none any more."""


class NotActive(Refusal):
    """Somebody else became active at the browser, or nobody is."""


class LogOnLocked(NotPermitted):
    """Too many wrong secrets were entered at the browser, by whomever; time or a supervisor unlocks."""


def register_device(*, station: Station, by: Person, at: datetime, instead_of: StationDevice | None = None) -> str:
    """Make the browser that is answered this station; returns the token for its cookie, stored as a hash only.

    instead_of: what the browser was so far; it is that no more.
    """
    check_permission(by, Permission.REGISTER_STATIONS)
    check_site_access(by, station.site_id)
    if instead_of is not None and (former := _lock(instead_of)).revoked_at is None:
        _revoke(former, by, at)
    token = token_urlsafe(32)
    StationDevice.objects.create(
        site_id=station.site_id, station=station, token_hash=token_hash(token), registered_at=at, registered_by=by
    )
    return token


def revoke_device(*, device: StationDevice, by: Person, at: datetime) -> StationDevice:
    """The browser is a station no more, and whoever is on there is logged off. Raises DeviceRevoked."""
    check_permission(by, Permission.REGISTER_STATIONS)
    check_site_access(by, device.site_id)
    return _revoke(_lock_registered(device), by, at)


def log_on(*, device: StationDevice, person: Person, at: datetime) -> StationLogon:
    """Make a person whose secret was confirmed the active one at the browser; who was active stays on beside them.

    Of more than MOST_ON people the one who did nothing for longest is logged off. Raises DeviceRevoked, LogOnLocked.
    """
    # Their row first, as disabling does: somebody who is disabled meanwhile is not left on.
    check_permission(Person.objects.select_for_update(no_key=True).get(pk=person.pk), Permission.WORK)
    check_site_access(person, device.site_id)
    locked = _lock_registered(device)
    _check_log_on_open(locked, at)
    own, others = None, []
    for logon in _on(locked):
        if logon.person_id == person.pk:
            own = logon
            continue
        others.append(logon)
        if logon.is_active:
            logon.is_active = False
            logon.save(update_fields=["is_active"])
    for logon in sorted(others, key=lambda other: other.last_at)[: -(MOST_ON - 1)]:
        _close(logon, person, at)
    if own is None:
        return StationLogon.objects.create(site_id=locked.site_id, device=locked, person=person, logged_on_at=at)
    own.is_active, own.confirmed_at = True, at
    own.save(update_fields=["is_active", "confirmed_at"])
    return own


def resume(*, device: StationDevice, person: Person, at: datetime) -> StationLogon:
    """The active person, whose secret was confirmed, goes on after an idle time. Raises NotActive and as log_on."""
    locked = _lock_registered(device)
    _check_log_on_open(locked, at)
    for logon in _on(locked):
        if logon.is_active and logon.person_id == person.pk:
            logon.confirmed_at = at
            logon.save(update_fields=["confirmed_at"])
            return logon
    raise NotActive(
        _("{person} is not active here any more.").format(person=person.full_name), do=_("Load the page again.")
    )


def log_off(*, device: StationDevice, by: Person, at: datetime, person: Person | None = None) -> None:
    """A person, or else the active one, is at the browser no more. What runs at its station stays with them."""
    for logon in _on(_lock(device)):
        if logon.is_active if person is None else logon.person_id == person.pk:
            _close(logon, by, at)


def log_off_everywhere(*, person: Person, by: Person, at: datetime) -> int:
    """The person is on at no browser of any station any more; returns at how many they were."""
    where = StationLogon.objects.filter(person=person, logged_off_at__isnull=True).values_list("device", flat=True)
    for device in StationDevice.objects.select_for_update(no_key=True).filter(pk__in=list(where)).order_by("pk"):
        log_off(device=device, person=person, by=by, at=at)
    return len(where)


def note_act(*, logon: StationLogon, at: datetime) -> None:
    """The person did something: the idle time begins anew. Written at most ten times in an idle time."""
    if (at - logon.last_at) * 10 > timedelta(seconds=logon.device.station.idle_lock_s):
        LastAct.objects.bulk_create(
            [LastAct(logon=logon, at=at)], update_conflicts=True, unique_fields=["logon"], update_fields=["at"]
        )


def confirm_pin_at(*, device: StationDevice, person: Person, pin: str, at: datetime) -> Person:
    """The person, when the PIN is theirs; a wrong one counts for the person and for the browser. Before the door.

    Raises SecretWrong, PersonLocked, LogOnLocked.
    """
    _check_log_on_open(device, at)
    try:
        return confirm_pin(person=person, pin=pin, at=at)
    except SecretWrong:
        with open_door(person=None, at=at, station=device.station.code, reason="Wrong secret entered"):
            locked = _lock(device)
            was_open = not locked.is_locked(at)
            if was_open:
                _count_wrong(locked, at)
        if was_open:
            raise
        _check_log_on_open(locked, at)  # others were quicker: what this guess was worth is not told
        raise


def unlock_device(*, device: StationDevice, by: Person, at: datetime) -> StationDevice:
    """Log-on is possible at the browser again, and the wrong secrets entered there are forgotten."""
    check_permission(by, Permission.REGISTER_STATIONS)
    check_site_access(by, device.site_id)
    locked = _lock_registered(device)
    locked.wrong_secrets, locked.wrong_since, locked.locked_until = 0, None, None
    locked.save(update_fields=["wrong_secrets", "wrong_since", "locked_until"])
    return locked


def _check_log_on_open(device: StationDevice, at: datetime) -> None:
    if device.locked_until is not None and device.is_locked(at):
        minutes = max(1, round((device.locked_until - at).total_seconds() / 60))
        raise LogOnLocked(
            _("Log-on is locked at this station."),
            why=_("{count} wrong secrets were entered here within {minutes} min.").format(
                count=WRONG_SECRETS, minutes=_minutes(WRONG_WITHIN)
            ),
            do=_("Wait {minutes} min, or let a supervisor open Stations and unlock it.").format(minutes=minutes),
        )


def _count_wrong(device: StationDevice, at: datetime) -> None:
    """Note a wrong secret on the locked row. A right one takes nothing back: who has a badge could clear the count."""
    if device.wrong_since is None or at - device.wrong_since > WRONG_WITHIN:
        device.wrong_secrets, device.wrong_since = 0, at
    device.wrong_secrets += 1
    if device.wrong_secrets >= WRONG_SECRETS:
        device.wrong_secrets, device.wrong_since, device.locked_until = 0, None, at + LOCKED_FOR
    device.save(update_fields=["wrong_secrets", "wrong_since", "locked_until"])


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)


def _lock(device: StationDevice) -> StationDevice:
    # The browser's row is the lock: two people logging on at once come one after the other.
    return StationDevice.objects.select_for_update(no_key=True).get(pk=device.pk)


def _lock_registered(device: StationDevice) -> StationDevice:
    locked = _lock(device)
    if locked.revoked_at is not None:
        raise DeviceRevoked(
            _("This browser is no station any more."),
            do=_("Let a supervisor open Stations and choose which one it is."),
        )
    return locked


def _on(device: StationDevice) -> list[StationLogon]:
    """Everybody who is on at the browser, whose row is locked."""
    rows = StationLogon.objects.select_related("last_act").filter(device=device, logged_off_at__isnull=True)
    return list(rows.order_by("logged_on_at"))


def _close(logon: StationLogon, by: Person, at: datetime) -> None:
    logon.logged_off_at, logon.logged_off_by, logon.is_active = at, by, False
    logon.save(update_fields=["logged_off_at", "logged_off_by", "is_active"])


def _revoke(device: StationDevice, by: Person, at: datetime) -> StationDevice:
    for logon in _on(device):
        _close(logon, by, at)
    device.revoked_at, device.revoked_by = at, by
    device.save(update_fields=["revoked_at", "revoked_by"])
    return device
