"""Putting a redline into effect: from now on every operation of the order that starts is done by it."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from equipment.policies import check_site_access
from genealogy.actions import units as unit_verbs
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.writes import insert
from orders.actions.redlines import check_on_the_floor
from orders.actions.work_orders import pin
from orders.models import PinnedPlan, RoutingRevision, WorkOrder
from orders.policies import check_fits
from orders.queries import plan_of
from orders.status import OrderStatus
from wip.actions import openings, orders
from wip.models import OperationExecution, ProcessException
from wip.redlines import check_can_be_applied, check_takes_nothing_away
from wip.status import ExceptionKind
from wip.topics import after_redline


def apply(*, order: WorkOrder, revision: RoutingRevision, by: Person, at: datetime) -> WorkOrder:
    """Put an order's released redline into effect, in a bounded number of statements, however many units it has.

    What runs ends by the plan it was started by. What the redline puts before an operation that a unit has begun is
    not asked of that unit. Raises NotPermitted, NotOnTheFloor, RedlineNotReleased, NotReleasable where it does not fit
    the product revision, RedlineTakesAway.
    """
    check_permission(by, Permission.RELEASE_MASTER_DATA)
    check_site_access(by, order.site_id)
    # Without joins: after waiting for a change of the order, Postgres would drop the row, its joins changed.
    locked = WorkOrder.objects.select_for_update(no_key=True).get(pk=order.pk)
    check_on_the_floor(locked)
    redline = RoutingRevision.objects.select_related("routing", "redline_of", "approved_by").get(pk=revision.pk)
    check_can_be_applied(locked, redline)
    old = plan_of(locked)
    new = check_fits(redline, locked.product_revision, on=locked.site.local(at).date())
    in_process = Unit.objects.filter(work_order=locked, status=UnitStatus.IN_PROCESS).select_related("product")
    units = list(in_process.select_for_update(of=("self",), no_key=True).order_by("pk"))
    check_takes_nothing_away(old, new, units)
    # Executions from before there were redlines say no plan: they are done by what the order had until now.
    OperationExecution.objects.filter(work_order=locked, plan__isnull=True).update(plan=old.digest)
    _change_to(locked, redline, pin(plan=new), units)
    finished = [unit for unit in openings.rebuild(units=units) if not unit.rework_plan_id]
    unit_verbs.finish_many(units=finished, by=by, at=at)
    _note(locked, redline, by, at)
    if finished and locked.status == OrderStatus.RUNNING:
        orders.complete_if_nothing_left(order=locked, by=by, at=at)
    announce(*after_redline(locked, old, new))
    return locked


def _change_to(order: WorkOrder, redline: RoutingRevision, pinned: PinnedPlan, units: Sequence[Unit]) -> None:
    order.routing_revision, order.plan = redline, pinned
    order.save(update_fields=["routing_revision", "plan"])
    for unit in units:
        unit.work_order, unit.redline_plan = order, pinned
    Unit.objects.filter(pk__in=[unit.pk for unit in units]).update(redline_plan=pinned)


def _note(order: WorkOrder, redline: RoutingRevision, by: Person, at: datetime) -> None:
    noted = ProcessException(
        site_id=order.site_id,
        kind=ExceptionKind.REDLINE,
        work_order=order,
        code=str(redline.number),
        what=_("Redline {number} of {order} is in effect.").format(number=redline.number, order=order),
        reason=redline.redline_reason,
        at=at,
        by=by,
        approved_by=redline.approved_by,
    )
    insert([noted])
