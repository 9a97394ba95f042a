"""Closing an order: its record is reviewed, and stays as it is."""

from datetime import datetime

from django.utils.translation import gettext as _

from equipment.policies import check_site_access
from genealogy.models import Unit
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission, check_reason
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import Refusal
from orders.models import WorkOrder
from orders.status import ORDER
from orders.topics import one_order
from orders.topics import orders as all_orders
from wip.models import OperationExecution
from wip.queries import open_holds_of, unsettled_time_of


class NotReviewed(Refusal):
    """Something of the order is still to be decided on."""


def close(*, order: WorkOrder, reason: str, by: Person, at: datetime) -> WorkOrder:
    """Close a completed order: nothing of it is booked, corrected or undone any more.

    Raises InvalidInput without a reason, IllegalTransition when it is not completed, NotReviewed for what is open.
    """
    check_permission(by, Permission.CLOSE_ORDERS)
    check_site_access(by, order.site_id)
    check_reason(reason)
    # Without joins: after waiting for a change of the order, Postgres would drop the row, its joins changed.
    locked = WorkOrder.objects.select_for_update(no_key=True).get(pk=order.pk)
    status = ORDER.after(locked.status, "close", name=locked.erp_reference)
    # Who holds a unit, or corrects time on a job, commits first; who comes later sees that the order is closed.
    for its in (Unit.objects.filter(work_order=locked), OperationExecution.objects.filter(work_order=locked)):
        list(its.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    _check_reviewed(locked)
    locked.status, locked.closed_at, locked.closed_by, locked.closing_reason = status, at, by, reason.strip()
    locked.save(update_fields=["status", "closed_at", "closed_by", "closing_reason"])
    announce(one_order(locked.site_id, locked.pk), all_orders(locked.site_id))
    return locked


def _check_reviewed(order: WorkOrder) -> None:
    held = open_holds_of(order)
    if held:
        raise NotReviewed(
            _("{order} can't be closed: {hold} is open on it.").format(order=order, hold=held[0].number),
            do=_("Let quality or the supervisor decide on the hold first."),
            evidence={"order": order.erp_reference, "hold": held[0].number},
        )
    span = unsettled_time_of(order.pk).first()
    if span is not None:
        raise NotReviewed(
            _("{order} can't be closed: {person} says that they forgot to stop, and nobody has settled it.").format(
                order=order, person=span.person
            ),
            do=_("Correct that time first, under Time."),
            evidence={"order": order.erp_reference, "span": str(span.pk)},
        )
