"""Taking back what was done to units: each verb writes an activity that names the one it reverses.

The units are locked; balances and status change in the same transaction.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from genealogy.activities import At, activity, store
from genealogy.models import Activity, ActivityUnit, Direction, Unit
from genealogy.status import UNIT, ActivityKind, UnitStatus
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal
from mes.kernel.writes import update


class ComponentGone(Refusal):
    """What was left of the component was rejected or returned since; nothing more comes back to it."""


def reopen(*, unit: Unit, finished: Activity, where: At, reason: str, by: Person, at: datetime) -> None:
    """A finished unit is in process again."""
    unit.status = UNIT.after(unit.status, "reopen", name=unit.serial)
    update([unit], "status")
    outputs = [(unit, unit.quantity_left)]
    store(
        [activity(ActivityKind.REOPEN, unit.site_id, by, at, where, outputs=outputs, reason=reason, reverses=finished)]
    )


def restore(*, unit: Unit, scrapped: Activity, where: At, reason: str, by: Person, at: datetime) -> None:
    """What was scrapped of a unit is there again."""
    (part,) = scrapped.units.all()
    unit.quantity_scrapped -= part.quantity
    if unit.status == UnitStatus.SCRAPPED:
        unit.status = UNIT.after(unit.status, "restore", name=unit.serial)
    update([unit], "quantity_scrapped", "status")
    outputs = [(unit, part.quantity)]
    store(
        [activity(ActivityKind.RESTORE, unit.site_id, by, at, where, outputs=outputs, reason=reason, reverses=scrapped)]
    )


def lock_components_of(consumed: Collection[UUID]) -> None:
    """Lock, by key, what these activities have built in."""
    inputs = ActivityUnit.objects.filter(activity__in=consumed, direction=Direction.INPUT).values("unit")
    list(Unit.objects.select_for_update(no_key=True).filter(pk__in=inputs).order_by("pk"))


def take_out(*, unit: Unit, consumed: Activity, where: At, reason: str, by: Person, at: datetime) -> list[Unit]:
    """What was built into a unit comes out again, and is as much more of the component as went in.

    Locks the components, by key. Returns them. Raises ComponentGone.
    """
    parts = list(consumed.units.filter(direction=Direction.INPUT).order_by("id"))
    keys = {part.unit_id for part in parts}
    locked = Unit.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    components = {component.pk: component for component in locked}
    for part in parts:
        _give_back(components[part.unit_id], part)
    outputs = [(components[part.unit_id], part.quantity) for part in parts]
    made, rows = activity(
        ActivityKind.REMOVE,
        unit.site_id,
        by,
        at,
        where,
        inputs=[(unit, unit.quantity, "", "")],
        outputs=outputs,
        reason=reason,
        reverses=consumed,
    )
    _name_steps(rows, parts)
    store([(made, rows)])
    update(list(components.values()), "quantity_consumed", "status")
    return list(components.values())


def _give_back(component: Unit, part: ActivityUnit) -> None:
    component.quantity_consumed -= part.quantity
    if component.status == UnitStatus.CONSUMED:
        component.status = UNIT.after(component.status, "give_back", name=component.serial)
    elif component.status != UnitStatus.FINISHED:
        raise ComponentGone(
            _("{unit} is {status}.").format(unit=component, status=component.get_status_display().lower()),
            why=_("What was left of it went another way since, and what is taken out would have to follow."),
            do=_("Place a hold, and let quality decide what becomes of it."),
        )


def _name_steps(rows: Sequence[ActivityUnit], parts: Sequence[ActivityUnit]) -> None:
    came_out = [row for row in rows if row.direction == Direction.OUTPUT]
    for row, part in zip(came_out, parts, strict=True):
        row.step_code = part.step_code
