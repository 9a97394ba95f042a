"""Clearing a station for an order or lot."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from equipment.models import ClearanceItem, Station
from equipment.policies import check_site_access
from equipment.topics import at_station
from genealogy.models import Unit
from mes.kernel.audit.actions.signatures import SignatureMissing, Signing, sign
from mes.kernel.audit.models import Meaning
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput
from mes.kernel.writes import insert
from wip.clearances import checklist_of, clearance_content, lot_of
from wip.models import LineClearance
from wip.policies import check_can_be_cleared_for, check_nothing_else_at


def clear(
    *, station: Station, unit: Unit, ticked: Collection[int], signing: Signing | None, by: Person, at: datetime
) -> LineClearance:
    """Clear a station for the unit's order (for the unit, if it is a lot): every line ticked, and signed as VERIFIED.

    ticked: positions on the station's checklist. Raises NotOnFloor, NoChecklist, StationOccupied, SignatureMissing,
    SignatureVoid; InvalidInput that names every line that is not ticked.
    """
    check_permission(by, Permission.CLEAR_LINE)
    check_site_access(by, station.site_id)
    items = checklist_of(station)
    check_can_be_cleared_for(station, unit, items)
    _check_all_ticked(items, ticked)
    assert unit.work_order is not None
    check_nothing_else_at(station, unit)
    clearance = LineClearance(
        site_id=station.site_id,
        station=station,
        work_order=unit.work_order,
        unit=lot_of(unit),
        product_code=unit.product.code,
        items=[item.text for item in items],
        at=at,
        by=by,
    )
    insert([clearance])
    if signing is None:
        raise SignatureMissing(
            _("{station} is cleared with your signature.").format(station=station.code),
            do=_("Go through the checklist, then sign it."),
        )
    sign(
        signing=signing,
        meaning=Meaning.VERIFIED,
        shown=clearance_content(station, unit, items),
        is_all_new=True,
        act={"ticked": sorted(ticked)},
        table="wip_lineclearance",
        record=clearance.pk,
        site_id=station.site_id,
        at=at,
    )
    announce(at_station(station.site_id, station.pk))
    return clearance


def _check_all_ticked(items: Collection[ClearanceItem], ticked: Collection[int]) -> None:
    positions = {item.position for item in items}
    errors = [FieldError(f"items.{item.position}", _("Not ticked: {item}").format(item=item.text)) for item in items]
    errors = [error for error, item in zip(errors, items, strict=True) if item.position not in ticked]
    errors += [
        FieldError("items", _("There is no line {position}.").format(position=extra))
        for extra in sorted(set(ticked) - positions)
    ]
    if errors:
        raise InvalidInput(_("The checklist is not done."), do=_("Do every line, then tick it."), errors=errors)
