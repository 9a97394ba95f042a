"""Releasing orders to the floor, and their way from first start to last unit."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils import dateformat
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

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
from mes.kernel.refusals import FieldError, InvalidInput, Refusal
from orders.actions.work_orders import pin
from orders.models import PinnedPlan, RoutingRevision, WorkOrder
from orders.policies import check_fits
from orders.queries import plan_of, released_routing
from orders.status import ORDER, OrderStatus, RevisionStatus
from orders.topics import one_order
from orders.topics import orders as all_orders
from wip.actions import openings
from wip.models import OperationExecution
from wip.status import ExecutionStatus
from wip.topics import after_release


class NoReleasedRouting(Refusal):
    """The product has no released routing at the order's site."""


class RevisionNotReleased(Refusal):
    """The order asks for a product revision that is not released."""


def release(*, order: WorkOrder, quantity: Decimal | None = None, by: Person, at: datetime) -> WorkOrder:
    """Release a draft order: pin its revisions and plan, and create its units; or a further part of one on the floor.

    quantity: how much of it now, in its quantity_unit; by default all that is left. Raises what `release_many` does,
    and InvalidInput for a quantity that is not left.
    """
    (locked,) = _lock([order], by)
    if not locked.is_in_parts:
        (released,) = _release([locked], {locked.pk: quantity}, by, at)
        return released
    return _release_more(locked, quantity, by, at)


def release_many(*, orders: Sequence[WorkOrder], by: Person, at: datetime) -> list[WorkOrder]:
    """Release draft orders whole, all of them or none, in a constant number of statements for each product and site.

    Raises IllegalTransition, NoReleasedRouting, RevisionNotReleased, NotReleasable; its words name the order.
    """
    return _release(_lock(orders, by), {}, by, at)


def _lock(orders: Sequence[WorkOrder], by: Person) -> list[WorkOrder]:
    """The orders, each once, locked, for somebody who may release them."""
    check_permission(by, Permission.RELEASE_ORDERS)
    for site_id in {order.site_id for order in orders}:
        check_site_access(by, site_id)
    # Without joins: after waiting for a change of an order, Postgres would drop the row, its joins changed.
    keys = [order.pk for order in orders]
    locked = WorkOrder.objects.select_for_update(no_key=True).order_by("pk").in_bulk(keys)
    found = [locked[key] for key in dict.fromkeys(keys)]
    prefetch_related_objects(found, "site", "product_revision__product")
    return found


def _release(
    released: list[WorkOrder], parts: Mapping[UUID, Decimal | None], by: Person, at: datetime
) -> list[WorkOrder]:
    """Release locked draft orders. parts: how much now, by the order's key; without one all of it."""
    pinned: dict[tuple[UUID, UUID], tuple[RoutingRevision, PinnedPlan]] = {}
    for order in released:
        order.status = ORDER.after(order.status, "release", name=order.erp_reference)
        made = (order.product_revision_id, order.site_id)
        if made not in pinned:
            day = order.site.local(at).date()
            routing = _routing_for(order, day)
            plan = check_fits(routing, order.product_revision, on=day)
            pinned[made] = routing, pin(plan=plan)
            announce(*after_release(order.site_id, plan))
        order.routing_revision, order.plan = pinned[made]
        order.released_at, order.released_by = at, by
        order.quantity_released = _part(order, parts.get(order.pk))
        _announce(order)
    fields = ["status", "routing_revision", "plan", "released_at", "released_by", "quantity_released"]
    bulk_update_with_history(released, WorkOrder, fields, batch_size=500, default_user=by, default_date=at)
    openings.open_for(units=units.create_for_orders(orders=released, by=by, at=at))
    return released


def _release_more(order: WorkOrder, quantity: Decimal | None, by: Person, at: datetime) -> WorkOrder:
    """Release a further part of a locked order, by the plan that it has: an order is made in one way."""
    part = _part(order, quantity)
    order.quantity_released += part
    order.save(update_fields=["quantity_released"])
    why, pieces = _("A further part is released."), pieces_of(order, part)
    made = units.create_more(order=order, quantities=pieces, why=why, by=by, at=at)
    openings.open_for(units=made)
    announce(*after_release(order.site_id, plan_of(order)))
    _announce(order)
    return order


def _part(order: WorkOrder, quantity: Decimal | None) -> Decimal:
    """How much of a locked order is released now: what is asked, else all that is left. Raises InvalidInput."""
    left = order.quantity_left
    part = left if quantity is None else quantity
    if not 0 < part <= left:
        sentence = _("{left} {unit} of {order} are left to release.").format(
            left=plain(left), unit=order.quantity_unit, order=order
        )
        do = _("Send a quantity of more than 0, and no more than that.")
        raise InvalidInput(sentence, do=do, errors=[FieldError("quantity", sentence, do)])
    check_in_pieces(order, order.quantity)  # else a part of a piece would be left for ever
    return part


def _routing_for(order: WorkOrder, day: date) -> RoutingRevision:
    revision = order.product_revision
    if revision.status != RevisionStatus.RELEASED:
        raise RevisionNotReleased(
            _("{order} asks for {revision}, which is {status}.").format(
                order=order.erp_reference, revision=revision, status=revision.get_status_display().lower()
            ),
            do=_("Let quality release it, or change the order."),
        )
    if not revision.is_effective_on(day):
        raise RevisionNotReleased(
            _("{order} asks for {revision}, which is not effective on {day}.").format(
                order=order.erp_reference, revision=revision, day=dateformat.format(day, "d M Y")
            ),
            why=revision.effectivity,
            do=_("Change the order to another revision, or the effectivity."),
        )
    routing = released_routing(revision.product, order.site, on=day)
    if routing is None:
        raise NoReleasedRouting(
            _("{order} asks for {product}, which has no routing in force at {site}.").format(
                order=order.erp_reference, product=revision.product, site=order.site
            ),
            do=_("Let an engineer make one, and quality release it."),
        )
    return routing


def begin(*, order: WorkOrder) -> WorkOrder:
    """The first operation on the first unit of a locked order starts."""
    order.status = ORDER.after(order.status, "begin", name=order.erp_reference)
    order.save(update_fields=["status"])
    _announce(order)
    return order


def complete_if_nothing_left(*, order: WorkOrder, by: Person, at: datetime) -> WorkOrder:
    """Complete a locked order when all of it is released and none of its units is in process any more."""
    if order.quantity_left > 0 or Unit.objects.filter(work_order=order, status=UnitStatus.IN_PROCESS).exists():
        return order
    order.status = ORDER.after(order.status, "complete", name=order.erp_reference)
    order.completed_at, order.completed_by = at, by
    order.save(update_fields=["status", "completed_at", "completed_by"])
    _announce(order)
    return order


def reopen(*, order: WorkOrder) -> WorkOrder:
    """What completed a locked order was taken back: one of its units is in process again."""
    order.status = ORDER.after(order.status, "reopen", name=order.erp_reference)
    order.completed_at = order.completed_by = None
    order.save(update_fields=["status", "completed_at", "completed_by"])
    _announce(order)
    return order


def unbegin_if_nothing_runs(*, order: WorkOrder) -> WorkOrder:
    """The start that began a locked order was taken back: it is as it was released, if nothing else was begun."""
    begun = OperationExecution.objects.filter(work_order=order).exclude(status=ExecutionStatus.CANCELLED)
    if order.status != OrderStatus.RUNNING or begun.exists():
        return order
    order.status = ORDER.after(order.status, "unbegin", name=order.erp_reference)
    order.save(update_fields=["status"])
    _announce(order)
    return order


def _announce(order: WorkOrder) -> None:
    announce(one_order(order.site_id, order.pk), all_orders(order.site_id))
