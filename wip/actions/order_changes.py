"""What the ERP may still change of an order on the floor: how much it makes, and that it is not made at all.

Units that nobody has begun can go; whatever has begun stays and is finished or scrapped.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from equipment.policies import check_site_access
from genealogy.actions import units
from genealogy.models import Unit
from genealogy.policies import check_in_pieces, pieces_of
from genealogy.status import UnitStatus
from mes.kernel.door import announce
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal
from orders.models import Tracking, WorkOrder
from orders.queries import plan_of
from orders.status import ORDER, OrderStatus
from orders.topics import one_order
from orders.topics import orders as all_orders
from wip.actions import openings, orders, preparations
from wip.models import OperationExecution
from wip.overview import least_quantities
from wip.policies import check_can_be_reduced
from wip.status import ExecutionStatus
from wip.topics import after_release


class OrderBegun(Refusal):
    """Work on the order has begun, so it can't be cancelled whole."""


def resize(*, order: WorkOrder, quantity: Decimal, by: Person, at: datetime) -> None:
    """Make more or less of a locked order that is on the floor: units are added, or those not begun are cancelled.

    quantity: of the whole order, in its quantity_unit; what is not released yet is added to, or taken from, first.
    Raises OrderCantShrink with the least that is possible.
    """
    is_whole, released = order.quantity_left == 0, order.quantity_released
    difference = quantity - released
    check_in_pieces(order, quantity)
    if difference < 0:
        free = _not_begun(order)
        check_can_be_reduced(order, quantity, least_quantities([order]).get(order.pk, Decimal(0)))
        _take_away(free, -difference, by, at)
        released = quantity
    elif difference > 0 and is_whole:  # of an order that is released in parts, more is released later
        _add(order, difference, by, at)
        released = quantity
    order.quantity, order.quantity_released = quantity, released
    order.save(update_fields=["quantity", "quantity_released"])
    if order.status == OrderStatus.RUNNING:
        orders.complete_if_nothing_left(order=order, by=by, at=at)
    announce(one_order(order.site_id, order.pk), *after_release(order.site_id, plan_of(order)))


def cancel(*, order: WorkOrder, reason: str, by: Person, at: datetime) -> WorkOrder:
    """Cancel an order that nobody has begun, its units with it. Raises OrderBegun with what can be done instead."""
    check_permission(by, Permission.IMPORT_ORDERS)
    check_site_access(by, order.site_id)
    if not reason.strip():
        raise InvalidInput(_("Cancelling needs a reason."), do=_("Say in a few words why it is not made."))
    locked = WorkOrder.objects.select_for_update(of=("self",), no_key=True).get(pk=order.pk)
    status = ORDER.after(locked.status, "cancel", name=locked.erp_reference)
    if locked.status != OrderStatus.DRAFT:
        free = _not_begun(locked)
        begun = least_quantities([locked]).get(locked.pk, Decimal(0))
        if begun:
            raise OrderBegun(
                _("{quantity} {unit} of {order} have begun.").format(
                    quantity=plain(begun), unit=locked.quantity_unit, order=locked
                ),
                do=_("Reduce its quantity to that, or scrap what has begun, then finish the order."),
                evidence={"order": locked.erp_reference, "least_quantity": plain(begun)},
            )
        units.cancel(units=free, reason=reason.strip(), by=by, at=at)
        openings.close(units=free)
    locked.status, locked.cancelled_at, locked.cancelled_by = status, at, by
    locked.save(update_fields=["status", "cancelled_at", "cancelled_by"])
    preparations.withdraw_ended(site=locked.site_id, by=by, at=at)
    announce(one_order(locked.site_id, locked.pk), all_orders(locked.site_id))
    return locked


def _not_begun(order: WorkOrder) -> list[Unit]:
    """The units of a locked order that nobody has begun, locked, the latest serial first."""
    in_process = Unit.objects.filter(work_order=order, status=UnitStatus.IN_PROCESS)
    list(in_process.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    begun = OperationExecution.objects.filter(unit=OuterRef("pk")).exclude(status=ExecutionStatus.CANCELLED)
    return list(in_process.filter(~Exists(begun)).order_by("-serial"))


def _take_away(free: Sequence[Unit], quantity: Decimal, by: Person, at: datetime) -> None:
    """Cancel so many of the units; a lot that is larger than what is left to take shrinks."""
    gone = []
    for unit in free:
        if quantity <= 0:
            break
        if unit.quantity_left <= quantity:
            gone.append(unit)
        else:
            units.shrink(unit=unit, quantity=quantity, by=by, at=at)
        quantity -= unit.quantity_left if unit in gone else quantity
    if gone:
        units.cancel(units=gone, reason=_("Less is ordered."), by=by, at=at)
        openings.close(units=gone)


def _add(order: WorkOrder, quantity: Decimal, by: Person, at: datetime) -> None:
    """Further serial numbers; of what is counted by lot the lot grows that nobody has begun, else there is another."""
    if order.product_revision.product.tracking != Tracking.SERIAL and (free := _not_begun(order)):
        units.grow(unit=free[-1], quantity=quantity, by=by, at=at)
        return
    made = units.create_more(order=order, quantities=pieces_of(order, quantity), by=by, at=at)
    openings.open_for(units=made)
