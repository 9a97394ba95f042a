"""Verbs on received units and lots: quality's word on them, and where they are staged."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.models import Station
from equipment.policies import check_site_access
from equipment.topics import at_station
from genealogy.activities import At, record
from genealogy.lots import release_content
from genealogy.models import Unit
from genealogy.policies import check_can_be_staged, check_not_expired, check_was_received
from genealogy.status import UNIT, ActivityKind
from mes.kernel.audit.actions.signatures import SignatureMissing, Signing, sign
from mes.kernel.audit.models import Meaning
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal


class NotStaged(Refusal):
    """The unit is at no station."""


def release(*, unit: Unit, reason: str, signing: Signing | None, by: Person, at: datetime) -> Unit:
    """Release what is in quarantine, with a signature that means RELEASED: from now on it may be staged and built in.

    Raises IllegalTransition, Expired, SignatureMissing, SignatureVoid.
    """
    check_permission(by, Permission.RELEASE_LOTS)
    locked = _lock(unit, by)
    locked.status = UNIT.after(locked.status, "release_lot", name=locked.serial)
    check_not_expired(locked, at)
    _check_reason(reason, _("Releasing a lot needs a reason."))
    if signing is None:
        raise SignatureMissing(
            _("{unit} is released with your signature.").format(unit=locked),
            do=_("Read what is shown, enter your secret again, and sign."),
        )
    locked.save(update_fields=["status"])
    sign(
        signing=signing,
        meaning=Meaning.RELEASED,
        shown=release_content(locked),
        is_all_new=False,
        act={"reason": reason.strip()},
        table="genealogy_unit",
        record=locked.pk,
        site_id=locked.site_id,
        at=at,
    )
    left = [(locked, locked.quantity_left)]
    record(ActivityKind.RELEASE_LOT, locked.site_id, by, at, outputs=left, reason=reason.strip())
    return locked


def reject(*, unit: Unit, reason: str, by: Person, at: datetime) -> Unit:
    """Reject all that is left of a received unit or lot, in quarantine or released: it is used no more, and is scrap.

    Raises IllegalTransition, MadeHere.
    """
    check_permission(by, Permission.RELEASE_LOTS)
    _check_reason(reason, _("Rejecting a lot needs a reason."))
    locked, left = _ended(unit, "reject", by)
    locked.quantity_scrapped += left
    return _written_off(locked, left, ActivityKind.REJECT, "quantity_scrapped", reason, by, at)


def return_to_supplier(*, unit: Unit, reason: str, by: Person, at: datetime) -> Unit:
    """Send all that is left of a received unit or lot back, from quarantine or released: it is not here any more.

    Raises IllegalTransition, MadeHere.
    """
    check_permission(by, Permission.RELEASE_LOTS)
    _check_reason(reason, _("Returning a lot needs a reason."))
    locked, left = _ended(unit, "return_to_supplier", by)
    locked.quantity_returned += left
    return _written_off(locked, left, ActivityKind.RETURN, "quantity_returned", reason, by, at)


def stage(*, unit: Unit, station: Station, by: Person, at: datetime) -> Unit:
    """Bring a released unit or lot to a station; one that is at another station moves.

    Raises NotUsable, Expired, StagedHere, InvalidInput for a station of another site or one that is not in use.
    """
    check_permission(by, Permission.STAGE_LOTS)
    locked = _lock(unit, by)
    check_can_be_staged(locked, station, at)
    _announce_stations(locked, locked.station_id, station.pk)
    locked.station = station
    locked.save(update_fields=["station"])
    came_out = [(locked, locked.quantity_left)]
    record(ActivityKind.STAGE, locked.site_id, by, at, At(station_code=station.code), outputs=came_out)
    return locked


def unstage(*, unit: Unit, by: Person, at: datetime) -> Unit:
    """Take what is left of a staged unit or lot back from its station. Raises NotStaged."""
    check_permission(by, Permission.STAGE_LOTS)
    locked = _lock(unit, by)
    if locked.station is None or locked.quantity_left <= 0:
        raise NotStaged(
            _("{unit} is at no station.").format(unit=locked),
            do=_("Look at its page: it was taken back or used up."),
        )
    where = At(station_code=locked.station.code)
    _announce_stations(locked, locked.station_id)
    locked.station = None
    locked.save(update_fields=["station"])
    record(ActivityKind.UNSTAGE, locked.site_id, by, at, where, outputs=[(locked, locked.quantity_left)])
    return locked


def _announce_stations(unit: Unit, *stations: UUID | None) -> None:
    announce(*(at_station(unit.site_id, station) for station in stations if station))


def _ended(unit: Unit, verb: str, by: Person) -> tuple[Unit, Decimal]:
    """The received unit, locked and ended by the verb, and what is left of it."""
    locked = _lock(unit, by)
    check_was_received(locked)
    locked.status = UNIT.after(locked.status, verb, name=locked.serial)
    return locked, locked.quantity_left


def _written_off(
    unit: Unit, left: Decimal, kind: ActivityKind, balance: str, reason: str, by: Person, at: datetime
) -> Unit:
    """Store that all that was left is in the balance now, and the unit at no station."""
    where = At(station_code=unit.station.code if unit.station else "")
    unit.station = None
    unit.save(update_fields=["status", balance, "station"])
    record(kind, unit.site_id, by, at, where, inputs=[(unit, left, "", "")], reason=reason.strip())
    return unit


def _lock(unit: Unit, by: Person) -> Unit:
    """The unit, locked: whoever consumes of it now commits first.

    Without joins: after waiting for somebody who moved it, Postgres would join the station where it was.
    """
    check_site_access(by, unit.site_id)
    return Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)


def _check_reason(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise InvalidInput(sentence, do=_("Say in a few words what it rests on."))
