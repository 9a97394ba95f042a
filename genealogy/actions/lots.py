"""Verbs on received units and lots: quality's word on them, and where they are staged."""

from datetime import datetime

from equipment.models import Station
from equipment.policies import check_site_access
from genealogy.activities import At, record
from genealogy.lots import release_content
from genealogy.models import Unit
from genealogy.policies import check_can_be_rejected, check_can_be_staged, check_not_expired
from genealogy.status import UNIT, ActivityKind
from mes.kernel.audit.actions.signatures import SignatureMissing, Signing, sign
from mes.kernel.audit.models import Meaning
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
    _check_reason(reason, "Releasing a lot")
    if signing is None:
        raise SignatureMissing(
            f"{locked} is released with your signature.", do="Read what is shown, enter your secret again, and sign."
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
    """Reject all that is left of a received unit or lot, in quarantine or released: it is used no more.

    Raises IllegalTransition, MadeHere.
    """
    check_permission(by, Permission.RELEASE_LOTS)
    locked = _lock(unit, by)
    check_can_be_rejected(locked)
    _check_reason(reason, "Rejecting a lot")
    left = locked.quantity_left
    locked.status = UNIT.after(locked.status, "reject", name=locked.serial)
    locked.quantity_scrapped += left
    where = At(station_code=locked.station.code if locked.station else "")
    locked.station = None
    locked.save(update_fields=["status", "quantity_scrapped", "station"])
    went_in = [(locked, left, "", "")]
    record(ActivityKind.REJECT, locked.site_id, by, at, where, inputs=went_in, reason=reason.strip())
    return locked


def stage(*, unit: Unit, station: Station, by: Person, at: datetime) -> Unit:
    """Bring a released unit or lot to a station; one that is at another station moves.

    Raises NotUsable, Expired, StagedHere, InvalidInput for a station of another site or one that is not in use.
    """
    check_permission(by, Permission.STAGE_LOTS)
    locked = _lock(unit, by)
    check_can_be_staged(locked, station, at)
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
        raise NotStaged(f"{locked} is at no station.", do="Look at its page: it was taken back or used up.")
    where = At(station_code=locked.station.code)
    locked.station = None
    locked.save(update_fields=["station"])
    record(ActivityKind.UNSTAGE, locked.site_id, by, at, where, outputs=[(locked, locked.quantity_left)])
    return locked


def _lock(unit: Unit, by: Person) -> Unit:
    """The unit, locked: whoever consumes of it now commits first.

    Without joins: after waiting for somebody who moved it, Postgres would join the station where it was.
    """
    check_site_access(by, unit.site_id)
    return Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)


def _check_reason(reason: str, act: str) -> None:
    if not reason.strip():
        raise InvalidInput(f"{act} needs a reason.", do="Say in a few words what it rests on.")
