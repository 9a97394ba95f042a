"""Verbs on lots in process: splitting a part off, and merging lots. Callers hold the locks."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from genealogy.activities import record
from genealogy.models import Unit
from genealogy.queries import first_of_family
from genealogy.status import UNIT, ActivityKind
from mes.kernel.personnel.models import Person
from mes.kernel.writes import insert, update


def split(*, unit: Unit, quantity: Decimal, reason: str, by: Person, at: datetime) -> Unit:
    """Split a quantity of a locked lot off as a lot of its own, which goes on from the same place.

    The part stands beside the lot: it is in no container.
    """
    status = UNIT.after(unit.status, "split", name=unit.serial)
    part = Unit(
        site_id=unit.site_id,
        serial=next_part(unit),
        product=unit.product,
        product_revision_id=unit.product_revision_id,
        work_order=unit.work_order,
        status=status,
        quantity=quantity,
        expires_date=unit.expires_date,
        split_from=unit,
        redline_plan_id=unit.redline_plan_id,
        rework_revision_id=unit.rework_revision_id,
        rework_plan_id=unit.rework_plan_id,
        created_at=at,
        created_by=by,
    )
    insert([part])
    unit.quantity_split += quantity
    update([unit], "quantity_split")
    moved = [(unit, quantity, "", "")]
    record(ActivityKind.SPLIT, unit.site_id, by, at, inputs=moved, outputs=[(part, quantity)], reason=reason)
    return part


def merge(*, into: Unit, others: Sequence[Unit], reason: str, by: Person, at: datetime) -> Unit:
    """Merge all that is left of locked lots into another one; what each of them brought is in its quantity_split."""
    UNIT.after(into.status, "merge_into", name=into.serial)
    moved = [(other, other.quantity_left, "", "") for other in others]
    for other, quantity, *_ in moved:
        other.status = UNIT.after(other.status, "merge", name=other.serial)
        other.quantity_split += quantity
        other.container = None
        into.quantity += quantity
    update([*others], "status", "quantity_split", "container")
    update([into], "quantity")
    total = sum((quantity for _, quantity, *_ in moved), Decimal(0))
    record(ActivityKind.MERGE, into.site_id, by, at, inputs=moved, outputs=[(into, total)], reason=reason)
    return into


def next_part(unit: Unit) -> str:
    """The next serial for a part: that of the first lot of the family, and a number from 2 on: GS-0004-2, GS-0004-3."""
    first = first_of_family(unit)
    taken = set(Unit.objects.filter(serial__startswith=f"{first}-").values_list("serial", flat=True))
    return next(serial for number in range(2, len(taken) + 3) if (serial := f"{first}-{number}") not in taken)
