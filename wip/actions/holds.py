"""Placing and releasing holds."""

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from equipment.policies import check_site_access
from genealogy.models import Unit
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput
from orders.models import WorkOrder
from orders.topics import one_order
from wip.models import Hold, HoldReason
from wip.status import HOLD
from wip.topics import holds


def place(
    *, by: Person, at: datetime, reason_code: str, reason: str, unit: Unit | None = None, order: WorkOrder | None = None
) -> Hold:
    """Hold a unit or an order: nothing is started, recorded or completed on it until the hold is released."""
    check_permission(by, Permission.PLACE_HOLDS)
    held = unit or order
    assert held is not None, "a hold is on a unit or an order"
    if reason_code not in HoldReason.values:
        raise InvalidInput(
            _("A hold's kind is one of: {kinds}.").format(kinds=", ".join(HoldReason.values)), do=_("Choose one.")
        )
    if not reason.strip():
        raise InvalidInput(_("A hold needs a reason."), do=_("Say in a few words what is wrong."))
    # Whoever works on it now commits first; whoever comes next sees the hold.
    locked = type(held)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=held.pk)
    check_site_access(by, locked.site_id)  # a draft order may have moved meanwhile
    if order is not None:  # work on a running order locks its unit alone
        list(order.units.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    _announce(locked.site_id, unit, order)
    return Hold.objects.create(
        site_id=locked.site_id,
        number=_next_number(),
        unit=unit,
        work_order=order,
        status=HOLD.after(None, "place"),
        reason_code=reason_code,
        reason=reason.strip(),
        placed_at=at,
        placed_by=by,
    )


def release(*, hold: Hold, reason: str, by: Person, at: datetime) -> Hold:
    """Release a hold, with the reason why work may go on."""
    check_permission(by, Permission.RELEASE_HOLDS)
    check_site_access(by, hold.site_id)
    if not reason.strip():
        raise InvalidInput(_("Releasing a hold needs a reason."), do=_("Say in a few words why work may go on."))
    locked = Hold.objects.select_for_update(of=("self",), no_key=True).get(pk=hold.pk)
    locked.status = HOLD.after(locked.status, "release", name=locked.number)
    locked.released_at, locked.released_by, locked.release_reason = at, by, reason.strip()
    locked.save(update_fields=["status", "released_at", "released_by", "release_reason"])
    _announce(hold.site_id, hold.unit, hold.work_order)
    return locked


def _announce(site: UUID, unit: Unit | None, order: WorkOrder | None) -> None:
    announce(holds(site))
    if of_order := order.pk if order else unit and unit.work_order_id:
        announce(one_order(site, of_order))


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('hold_number')")
        return f"H-{cursor.fetchone()[0]:04d}"
