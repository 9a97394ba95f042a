"""Pinning units and orders to the front of a station's queue, whatever its rule says."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from equipment.models import Station
from equipment.policies import check_site_access
from genealogy.models import Unit
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal
from orders.models import WorkOrder
from wip.models import DispatchPin, OpenOperation
from wip.topics import queue


class NothingWaits(Refusal):
    """Nothing of what is to be pinned waits at the station."""


class PinGone(Refusal):
    """The pin was taken off meanwhile."""


def pin(
    *,
    station: Station,
    by: Person,
    at: datetime,
    reason: str,
    unit: Unit | None = None,
    order: WorkOrder | None = None,
    position: int = 1,
) -> DispatchPin:
    """Put a unit, or all units of an order, to the front of a station's queue: position 1 is the very first.

    What is pinned there already moves. Raises NothingWaits, InvalidInput without a reason.
    """
    pinned, reason = unit or order, _may(by, station, reason)
    assert pinned is not None, "a pin is on a unit or an order"
    pins = _lock(station, by, at)
    waits = OpenOperation.objects.filter(station_class=station.station_class_id, site=station.site_id)
    if not waits.filter(unit=unit) if unit else not waits.filter(work_order=order):
        raise NothingWaits(
            _("Nothing of {pinned} waits at {station}.").format(pinned=pinned, station=station.code),
            do=_("Pin it when the operations before have begun."),
        )
    known = next((one for one in pins if (one.unit or one.work_order) == pinned), None)
    if known is None:
        known = DispatchPin(site_id=station.site_id, station=station, unit=unit, work_order=order)
    return _place(pins, known, position, reason, by, at)


def move(*, pin: DispatchPin, position: int, reason: str, by: Person, at: datetime) -> DispatchPin:
    """Move a pin to another place among those at its station. Raises PinGone, InvalidInput without a reason."""
    reason = _may(by, pin.station, reason)
    pins = _lock(pin.station, by, at)
    return _place(pins, _one_of(pins, pin), position, reason, by, at)


def unpin(*, pin: DispatchPin, reason: str, by: Person, at: datetime) -> DispatchPin:
    """Take a pin off: the rule alone says where its units stand. Raises PinGone, InvalidInput without a reason."""
    reason = _may(by, pin.station, reason)
    pins = _lock(pin.station, by, at)
    known = _one_of(pins, pin)
    _remove(known, reason, by, at)
    _number([one for one in pins if one != known])
    return known


def _may(by: Person, station: Station, reason: str) -> str:
    check_permission(by, Permission.PIN_JOBS)
    check_site_access(by, station.site_id)
    if not reason.strip():
        raise InvalidInput(_("A pin needs a reason."), do=_("Say in a few words why it goes first."))
    announce(queue(station.site_id, station.station_class_id))
    return reason.strip()


def _lock(station: Station, by: Person, at: datetime) -> list[DispatchPin]:
    """The pins at a station by position, with nobody else changing them; those of what waits no more are taken off."""
    Station.objects.select_for_update(of=("self",), no_key=True).get(pk=station.pk)
    found = list(station.pins.filter(position__isnull=False).select_related("unit", "work_order"))
    waits = OpenOperation.objects.filter(station_class=station.station_class_id, site=station.site_id)
    units = set(waits.filter(unit__in=[one.unit_id for one in found]).values_list("unit_id", flat=True))
    orders = set(waits.filter(work_order__in=[o.work_order_id for o in found]).values_list("work_order_id", flat=True))
    gone = [one for one in found if one.unit_id not in units and one.work_order_id not in orders]
    for one in gone:
        _remove(one, _("Nothing of it waits here any more."), by, at)
    left = [one for one in found if one not in gone]
    if gone:
        _number(left)
    return left


def _one_of(pins: Sequence[DispatchPin], pin: DispatchPin) -> DispatchPin:
    found = next((one for one in pins if one == pin), None)
    if found is None:
        raise PinGone(
            _("{pinned} is not pinned any more.").format(pinned=pin.subject), do=_("Look at the queue again.")
        )
    return found


def _place(
    pins: Sequence[DispatchPin], pin: DispatchPin, position: int, reason: str, by: Person, at: datetime
) -> DispatchPin:
    pin.reason, pin.pinned_by, pin.pinned_at, pin.position = reason, by, at, None
    others = [one for one in pins if one != pin]
    others.insert(max(0, position - 1), pin)
    _number(others)
    return pin


def _number(pins: Sequence[DispatchPin]) -> None:
    """Store 1, 2, 3 … where it is not so. Two may have the same for a moment: the constraint is asked at the end."""
    for position, one in enumerate(pins, 1):
        if one.position != position:
            one.position = position
            one.save()


def _remove(pin: DispatchPin, reason: str, by: Person, at: datetime) -> None:
    pin.position, pin.removed_at, pin.removed_by, pin.remove_reason = None, at, by, reason
    pin.save()
