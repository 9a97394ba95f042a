"""Registering a browser as a station, and people logging on and off there."""

from datetime import datetime
from secrets import token_urlsafe

from equipment.models import Station
from equipment.policies import check_site_access
from mes.kernel.keys import token_hash
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.station.models import StationDevice, StationLogon


def register_device(*, station: Station, by: Person, at: datetime) -> str:
    """Make the browser that is answered this station; returns the token for its cookie, stored as a hash only."""
    check_permission(by, Permission.REGISTER_STATIONS)
    check_site_access(by, station.site_id)
    token = token_urlsafe(32)
    StationDevice.objects.create(station=station, token_hash=token_hash(token), registered_at=at, registered_by=by)
    return token


def log_on(*, station: Station, person: Person, at: datetime) -> StationLogon:
    """Make a person whose secret was confirmed the active one at the station; who was there is logged off."""
    check_permission(person, Permission.WORK)
    check_site_access(person, station.site_id)
    current = _lock_active(station)
    if current is not None:
        if current.person_id == person.pk:
            return current
        _close(current, person, at)
    return StationLogon.objects.create(station=station, person=person, logged_on_at=at)


def log_off(*, station: Station, by: Person, at: datetime) -> None:
    """Nobody is active at the station. What runs there stays with the person who has it."""
    current = _lock_active(station)
    if current is not None:
        _close(current, by, at)


def _lock_active(station: Station) -> StationLogon | None:
    # The station's row is the lock: two people logging on at once come one after the other.
    Station.objects.select_for_update(of=("self",), no_key=True).get(pk=station.pk)
    return StationLogon.objects.filter(station=station, logged_off_at__isnull=True).first()


def _close(logon: StationLogon, by: Person, at: datetime) -> None:
    logon.logged_off_at, logon.logged_off_by = at, by
    logon.save(update_fields=["logged_off_at", "logged_off_by"])
