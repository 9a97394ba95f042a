"""Releasing orders to the floor, and their way from first start to last unit."""

from datetime import datetime

from equipment.policies import check_site_access
from genealogy.actions import units
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import Refusal
from orders.actions.work_orders import pin
from orders.models import WorkOrder
from orders.policies import check_fits
from orders.queries import released_routing
from orders.status import ORDER, RevisionStatus


class NoReleasedRouting(Refusal):
    """The product has no released routing at the order's site."""


class RevisionNotReleased(Refusal):
    """The order asks for a product revision that is not released."""


def release(*, order: WorkOrder, by: Person, at: datetime) -> WorkOrder:
    """Release a draft order: pin its revisions with a digest and create its units.

    Raises IllegalTransition, NoReleasedRouting, RevisionNotReleased, NotReleasable.
    """
    check_permission(by, Permission.RELEASE_ORDERS)
    check_site_access(by, order.site_id)
    # Without joins: after waiting for a change of the order, Postgres would drop the row, its joins changed.
    locked = WorkOrder.objects.select_for_update(no_key=True).get(pk=order.pk)
    locked.status = ORDER.after(locked.status, "release", name=locked.erp_reference)
    revision = locked.product_revision
    if revision.status != RevisionStatus.RELEASED:
        raise RevisionNotReleased(
            f"{revision} is {revision.get_status_display().lower()}.", do="Let quality release it, or change the order."
        )
    routing = released_routing(revision.product, locked.site)
    if routing is None:
        raise NoReleasedRouting(
            f"{revision.product} has no released routing at {locked.site}.", do="Let an engineer make one."
        )
    locked.routing_revision = routing
    locked.plan = pin(plan=check_fits(routing, revision))
    locked.released_at, locked.released_by = at, by
    locked.save(update_fields=["status", "routing_revision", "plan", "released_at", "released_by"])
    units.create_for_order(order=locked, by=by, at=at)
    return locked


def begin(*, order: WorkOrder) -> WorkOrder:
    """The first operation on the first unit of a locked order starts."""
    order.status = ORDER.after(order.status, "begin", name=order.erp_reference)
    order.save(update_fields=["status"])
    return order


def complete_if_nothing_left(*, order: WorkOrder, by: Person, at: datetime) -> WorkOrder:
    """Complete a locked order when none of its units is in process any more."""
    if Unit.objects.filter(work_order=order, status=UnitStatus.IN_PROCESS).exists():
        return order
    order.status = ORDER.after(order.status, "complete", name=order.erp_reference)
    order.completed_at, order.completed_by = at, by
    order.save(update_fields=["status", "completed_at", "completed_by"])
    return order
