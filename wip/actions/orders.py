"""Releasing orders to the floor, and their way from first start to last unit."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils import dateformat
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from equipment.policies import check_site_access
from genealogy.actions import units
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import Refusal
from orders.actions.work_orders import pin
from orders.models import PinnedPlan, RoutingRevision, WorkOrder
from orders.policies import check_fits
from orders.queries import released_routing
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


def release(*, order: WorkOrder, by: Person, at: datetime) -> WorkOrder:
    """Release a draft order: pin its revisions and plan, and create its units. Raises what `release_many` does."""
    (released,) = release_many(orders=[order], by=by, at=at)
    return released


def release_many(*, orders: Sequence[WorkOrder], by: Person, at: datetime) -> list[WorkOrder]:
    """Release draft orders, all of them or none, in a constant number of statements for each product and site.

    Raises IllegalTransition, NoReleasedRouting, RevisionNotReleased, NotReleasable; its words name the order.
    """
    check_permission(by, Permission.RELEASE_ORDERS)
    for site_id in {order.site_id for order in orders}:
        check_site_access(by, site_id)
    # Without joins: after waiting for a change of an order, Postgres would drop the row, its joins changed.
    keys = [order.pk for order in orders]
    locked = WorkOrder.objects.select_for_update(no_key=True).order_by("pk").in_bulk(keys)
    released = [locked[key] for key in dict.fromkeys(keys)]
    prefetch_related_objects(released, "site", "product_revision__product")
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
        _announce(order)
    fields = ["status", "routing_revision", "plan", "released_at", "released_by"]
    bulk_update_with_history(released, WorkOrder, fields, batch_size=500, default_user=by, default_date=at)
    openings.open_for(units=units.create_for_orders(orders=released, by=by, at=at))
    return released


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
    """Complete a locked order when none of its units is in process any more."""
    if Unit.objects.filter(work_order=order, status=UnitStatus.IN_PROCESS).exists():
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
