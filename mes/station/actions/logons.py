"""Registering a browser as a station, and people logging on and off there."""

from datetime import datetime
from secrets import token_urlsafe

from equipment.models import Station
from equipment.policies import check_site_access
from mes.kernel.keys import token_hash
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import Refusal
from mes.station.models import StationDevice, StationLogon


class DeviceRevoked(Refusal):
    """The browser was a station, and is none any more."""


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
    """Make a person whose secret was confirmed the active one at the browser; who was there is logged off.

    Raises DeviceRevoked.
    """
    check_permission(person, Permission.WORK)
    check_site_access(person, device.site_id)
    locked = _lock_registered(device)
    current = _active(locked)
    if current is not None:
        if current.person_id == person.pk:
            return current
        _close(current, person, at)
    return StationLogon.objects.create(site_id=locked.site_id, device=locked, person=person, logged_on_at=at)


def log_off(*, device: StationDevice, by: Person, at: datetime) -> None:
    """Nobody is active at the browser. What runs at its station stays with the person who has it."""
    current = _active(_lock(device))
    if current is not None:
        _close(current, by, at)


def _lock(device: StationDevice) -> StationDevice:
    # The browser's row is the lock: two people logging on at once come one after the other.
    return StationDevice.objects.select_for_update(no_key=True).get(pk=device.pk)


def _lock_registered(device: StationDevice) -> StationDevice:
    locked = _lock(device)
    if locked.revoked_at is not None:
        raise DeviceRevoked(
            "This browser is no station any more.", do="Let a supervisor open Stations and choose which one it is."
        )
    return locked


def _active(device: StationDevice) -> StationLogon | None:
    return StationLogon.objects.filter(device=device, logged_off_at__isnull=True).first()


def _close(logon: StationLogon, by: Person, at: datetime) -> None:
    logon.logged_off_at, logon.logged_off_by = at, by
    logon.save(update_fields=["logged_off_at", "logged_off_by"])


def _revoke(device: StationDevice, by: Person, at: datetime) -> StationDevice:
    current = _active(device)
    if current is not None:
        _close(current, by, at)
    device.revoked_at, device.revoked_by = at, by
    device.save(update_fields=["revoked_at", "revoked_by"])
    return device
