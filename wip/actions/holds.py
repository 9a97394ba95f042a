"""Placing and releasing holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from equipment.models import PhysicalAsset, Site, Station
from equipment.policies import NO_DEFECT, Defect, check_site_access, defect_at
from genealogy.forward import gone_into, of_revision, siblings_of, went_into_others
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.audit.actions.signatures import SignatureMissing, Signing, sign
from mes.kernel.audit.models import Meaning, Signature
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.records import update_alike
from mes.kernel.refusals import FieldError, InvalidInput
from orders.models import ProductRevision, WorkOrder
from orders.topics import one_order
from wip.actions import preparations
from wip.defects import area_where
from wip.impact import GONE
from wip.models import Hold, HoldReason, OperationExecution
from wip.numbers import next_numbers
from wip.policies import check_may_release
from wip.status import HOLD, ExecutionStatus, HoldStatus
from wip.topics import holds


@dataclass(frozen=True)
class Why:
    """Why something is held. owner, due_at: who clears it up, by when. is_automatic: a rule says so, no person.

    defect: what was found on a unit whose rework is proposed, or that quality doubts.
    """

    reason_code: str
    reason: str
    owner: Person | None = None
    due_at: datetime | None = None
    is_automatic: bool = False
    defect: Defect = NO_DEFECT


def place(
    *,
    by: Person,
    at: datetime,
    reason_code: str,
    reason: str,
    unit: Unit | None = None,
    order: WorkOrder | None = None,
    station: Station | None = None,
    asset: PhysicalAsset | None = None,
    product_revision: ProductRevision | None = None,
    site: Site | None = None,
    operation_code: str = "",
    cascades: bool = True,
    with_siblings: bool = False,
    owner: Person | None = None,
    due_at: datetime | None = None,
    defect: str = "",
) -> Hold:
    """Hold one thing: nothing is started, recorded or completed on it or with it until the hold is released.

    operation_code: of a unit or an order nothing else waits but this operation. cascades: a unit or lot, or all that an
    order has made or that is of a revision, holds what it went into, too. with_siblings: and the others of its lot.
    site: where a revision is held, as what is made and as a component. defect: what was found on a unit whose rework is
    proposed, or that quality doubts, a code in force where it is worked on.
    """
    check_permission(by, Permission.PLACE_HOLDS)
    why = Why(reason_code, reason.strip(), owner, due_at)
    _check(why, at)
    why = _with_defect(why, None if operation_code else unit, defect)
    on: dict[str, Any] = {
        "unit": unit,
        "work_order": order,
        "station": station,
        "asset": asset,
        "product_revision": product_revision,
    }
    (subject,) = (one for one in on.values() if one is not None)
    heirs: list[Unit] = []
    # Whoever works on it now commits first; whoever comes next sees the hold.
    locked: Any
    if unit is not None and not operation_code:
        locked, heirs = _lock_with_heirs(unit, cascades, with_siblings)
    else:
        locked = type(subject)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=subject.pk)
    site_id = site.pk if site is not None else locked.site_id
    check_site_access(by, site_id)  # a draft order may have moved meanwhile
    if order is not None:
        heirs = _lock_units_with_heirs(order.units.all(), order.units.all(), cascades and not operation_code)
    _wait_for_work(station)
    if product_revision is not None:
        units = of_revision(product_revision, site_id)
        heirs = _lock_units_with_heirs(units, units.exclude(status__in=(*GONE, UnitStatus.CONSUMED)), cascades)
    hold = Hold(site_id=site_id, operation_code=operation_code, **on, **_placed(why, by, at))
    (hold.number,) = next_numbers("hold", 1)
    hold.save(force_insert=True)
    inherit(hold, heirs)
    preparations.withdraw_held(hold=hold, at=at)
    _announce(site_id, [hold], heirs)
    return hold


def place_automatically(
    *,
    reason: str,
    by: Person,
    at: datetime,
    unit: Unit | None = None,
    order: WorkOrder | None = None,
    operation_code: str = "",
) -> Hold:
    """Hold a locked unit, or an operation of an order, by a rule, in the act of `by` that met it.

    Whoever works there at this moment goes on: the rule does not wait for them, it is within an act itself.
    """
    held = unit or order
    assert held is not None, "a rule holds a unit, or an operation of an order"
    why = Why(HoldReason.PROCESS, reason[:200], is_automatic=True)
    on = {"unit": unit, "work_order": order, "operation_code": operation_code}
    hold = Hold(site_id=held.site_id, **on, **_placed(why, by, at))
    (hold.number,) = next_numbers("hold", 1)
    hold.save(force_insert=True)
    preparations.withdraw_held(hold=hold, at=at)
    _announce(held.site_id, [hold], [])
    return hold


def inherit(hold: Hold, heirs: Sequence[Unit]) -> list[Hold]:
    """Let these units inherit a hold: rows of their own that name the origin."""
    if not heirs:
        return []
    origin = hold.origin or hold
    found = Defect(hold.defect_code, hold.defect_name)
    why = Why(hold.reason_code, hold.reason, hold.owner, hold.due_at, hold.is_automatic, found)
    rows = [
        Hold(
            site_id=heir.site_id,
            unit=heir,
            origin=origin,
            operation_code=hold.operation_code,
            number=number,
            **_placed(why, hold.placed_by, hold.placed_at),
        )
        for heir, number in zip(heirs, next_numbers("hold", len(heirs)), strict=True)
    ]
    return list(bulk_create_with_history(rows, Hold, default_user=hold.placed_by, batch_size=2000))


def pass_on(*, unit: Unit, part: Unit) -> list[Hold]:
    """A part that is split off a held lot inherits the lot's open holds; both are locked."""
    held = Hold.objects.filter(unit=unit, status=HoldStatus.OPEN).select_related("origin", "owner", "placed_by")
    return [heir for hold in held for heir in inherit(hold, [part])]


def release(*, hold: Hold, reason: str, by: Person, at: datetime, signing: Signing | None = None) -> Hold:
    """Release a hold, with the reason why work may go on, and with it what inherited it and is still held by that.

    signing: means RELEASED. Raises SignatureMissing, SignatureVoid, NotYoursToRelease.
    """
    locked = _lock(hold, reason, by)
    heirs = list(
        locked.heirs.select_related("unit")
        .select_for_update(of=("self",), no_key=True)
        .filter(status=HoldStatus.OPEN)
        .order_by("pk")
    )
    signature = _sign(locked, locked, _agreed(locked, signing), reason, (), at)
    _end([locked, *heirs], reason, signature, by, at)
    _announce(locked.site_id, [hold], [heir.unit for heir in heirs if heir.unit])
    return locked


def release_for(
    *, hold: Hold, units: Sequence[Unit], reason: str, by: Person, at: datetime, signing: Signing | None = None
) -> list[Hold]:
    """Release a hold for some units, and leave it open for the rest: its heirs, and the units of a held order.

    Raises InvalidInput for a unit that it does not stop; and as release.
    """
    locked = _lock(hold, reason, by)
    if not units:
        raise InvalidInput(_("No unit is chosen."), do=_("Choose at least one."))
    open_heirs = {
        heir.unit_id: heir
        for heir in locked.heirs.select_for_update(of=("self",), no_key=True).filter(status=HoldStatus.OPEN)
    }
    agreed = _agreed(locked, signing)
    heirs = [open_heirs[unit.pk] for unit in units if unit.pk in open_heirs]
    others = [unit for unit in units if unit.pk not in open_heirs]
    for unit in others:
        if locked.work_order_id is None or unit.work_order_id != locked.work_order_id:
            raise _not_stopped(unit, locked)
    if others:  # of the held order: a row of its own says that it is not stopped any more
        freed = set(locked.heirs.filter(status=HoldStatus.RELEASED).values_list("unit", flat=True))
        heirs += inherit(locked, [unit for unit in others if unit.pk not in freed])
    if heirs:
        signature = _sign(heirs[0], locked, agreed, reason, units, at)
        _end(heirs, reason, signature, by, at)
    _announce(locked.site_id, [hold], units)
    return heirs


def settle_proposals(*, unit: Unit, reason: str, by: Person, at: datetime) -> None:
    """Release what proposed a rework of a locked unit, now that one is decided; with what inherited it.

    Who may decide on a rework may do so, whoever owns the proposal. Raises RoleMissing, NoSiteAccess.
    """
    check_permission(by, Permission.REWORK)
    check_site_access(by, unit.site_id)
    of_it = Q(unit=unit) | Q(origin__unit=unit)
    proposals = Hold.objects.filter(of_it, reason_code=HoldReason.REWORK, status=HoldStatus.OPEN).order_by("pk")
    settled = list(proposals.select_related("unit").select_for_update(of=("self",), no_key=True))
    if settled:
        _end(settled, reason, None, by, at)
        _announce(unit.site_id, settled, [one.unit for one in settled if one.unit])


def release_content(hold: Hold) -> dict[str, Any]:
    """What the person who releases a hold has read and signs; for which units is what they do with it."""
    return {
        "hold": hold.number,
        "on": hold.subject,
        "kind": hold.reason_code,
        "reason": hold.reason,
        "placed_at": hold.placed_at,
        "placed_by": hold.placed_by.username,
    }


def _lock(hold: Hold, reason: str, by: Person) -> Hold:
    check_may_release(by, hold)
    check_site_access(by, hold.site_id)
    if not reason.strip():
        raise InvalidInput(_("Releasing a hold needs a reason."), do=_("Say in a few words why work may go on."))
    locked = Hold.objects.select_for_update(of=("self",), no_key=True).get(pk=hold.pk)
    HOLD.after(locked.status, "release", name=locked.number)
    return locked


def _agreed(hold: Hold, signing: Signing | None) -> Signing:
    if signing is None:
        raise SignatureMissing(
            _("{hold} is released with your signature.").format(hold=hold),
            do=_("Read what is shown, enter your secret again, and sign."),
        )
    return signing


def _sign(record: Hold, hold: Hold, signing: Signing, reason: str, units: Sequence[Unit], at: datetime) -> Signature:
    """A hold that is released for some units at a time is signed for as often: each time of another row."""
    return sign(
        signing=signing,
        meaning=Meaning.RELEASED,
        shown=release_content(hold),
        is_all_new=False,
        act={"reason": reason.strip(), "units": sorted(unit.serial for unit in units)},
        table="wip_hold",
        record=record.pk,
        site_id=hold.site_id,
        at=at,
    )


def _end(ended: Sequence[Hold], reason: str, signature: Signature | None, by: Person, at: datetime) -> None:
    """All of them are open; none, where nothing was proposed. signature: none of what is settled otherwise."""
    if not ended:
        return
    (status,) = {HOLD.after(hold.status, "release", name=hold.number) for hold in ended}
    update_alike(
        ended,
        status=status,
        released_at=at,
        released_by=by,
        release_reason=reason.strip(),
        release_signature=signature,
    )


def _check(why: Why, at: datetime) -> None:
    if why.reason_code not in HoldReason.values:
        raise InvalidInput(
            _("A hold's kind is one of: {kinds}.").format(kinds=", ".join(HoldReason.values)), do=_("Choose one.")
        )
    if not why.reason:
        raise InvalidInput(_("A hold needs a reason."), do=_("Say in a few words what is wrong."))
    if why.due_at is not None and why.due_at < at:
        raise InvalidInput(_("A hold is due in the future."), do=_("Enter a later day."))


def _with_defect(why: Why, whole: Unit | None, defect: str) -> Why:
    """The same, with what was found. whole: the unit held as a whole, if one is."""
    if why.reason_code == HoldReason.REWORK and (whole is None or whole.work_order_id is None):
        raise InvalidInput(
            _("Rework is proposed of a unit in process, as a whole."), do=_("Choose another kind of hold.")
        )
    if whole is not None and why.reason_code in HoldReason.of_defects():
        return replace(why, defect=defect_at(whole.site_id, area_where(whole), defect))
    if defect:
        sentence = _("A defect is named of a unit whose rework is proposed, or that quality doubts.")
        do = _("Leave it out, or choose another kind of hold.")
        raise InvalidInput(sentence, do=do, errors=[FieldError("defect", sentence, do)])
    return why


def _placed(why: Why, by: Person, at: datetime) -> dict[str, Any]:
    return {
        "status": HOLD.after(None, "place"),
        "reason_code": why.reason_code,
        "reason": why.reason,
        "defect_code": why.defect.code,
        "defect_name": why.defect.name,
        "owner": why.owner,
        "due_at": why.due_at,
        "is_automatic": why.is_automatic,
        "placed_at": at,
        "placed_by": by,
    }


def _lock_with_heirs(unit: Unit, cascades: bool, with_siblings: bool) -> tuple[Unit, list[Unit]]:
    """The locked unit, and what inherits its hold, locked by key before it: hosts come before components.

    What went further while this waited is found when it is asked once more.
    """
    known: dict[UUID, Unit] = {}
    locked: Unit | None = None
    while True:
        origin = locked or unit
        family = {unit.pk} | (siblings_of(origin) if with_siblings else set())
        may_have_gone = with_siblings or origin.quantity_consumed or origin.quantity_split or origin.status in GONE
        found = (gone_into(family) if cascades and may_have_gone else set()) | family
        new = found - known.keys() - {unit.pk}
        if locked is not None and not new:
            return locked, sorted((one for one in known.values() if one.status not in GONE), key=str)
        for one in Unit.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=new).order_by("pk"):
            known[one.pk] = one
        if locked is None:
            locked = Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)


def _lock_units_with_heirs(units: QuerySet[Unit], at_work: QuerySet[Unit], cascades: bool) -> list[Unit]:
    """What inherits the hold on a locked order or revision: what its units went into, of others.

    at_work: of the units, those that somebody may work on or build in now. That locks a unit alone, so they are locked,
    after what inherits: hosts come before components. What went further while this waited is found when asked again.
    """
    known: dict[UUID, Unit] = {}
    are_locked = False
    while True:
        new = went_into_others(units) - known.keys() if cascades else set()
        if are_locked and not new:
            return sorted((one for one in known.values() if one.status not in GONE), key=str)
        for one in Unit.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=new).order_by("pk"):
            known[one.pk] = one
        if not are_locked:
            list(at_work.select_for_update(no_key=True).order_by("pk").values_list("pk"))
            are_locked = True


def _wait_for_work(station: Station | None) -> None:
    """Work at a station locks its execution: whoever is at it commits first."""
    if station is not None:
        running = OperationExecution.objects.filter(station=station, status=ExecutionStatus.RUNNING)
        list(running.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _not_stopped(unit: Unit, hold: Hold) -> InvalidInput:
    return InvalidInput(
        _("{hold} does not stop {unit}.").format(hold=hold, unit=unit), do=_("Choose among the units that it stops.")
    )


def _announce(site: UUID, placed: Sequence[Hold], heirs: Sequence[Unit]) -> None:
    announce(holds(site))
    orders = {unit.work_order_id for unit in heirs}
    orders |= {hold.work_order_id or (hold.unit.work_order_id if hold.unit else None) for hold in placed}
    announce(*(one_order(site, order) for order in orders if order is not None))
