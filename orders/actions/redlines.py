"""Drafting a change of one order's routing while it runs. What becomes of it on the floor is wip's."""

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from equipment.policies import check_site_access
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, Refusal
from orders.actions.drafts import copy_graph
from orders.models import RoutingRevision, WorkOrder
from orders.redlines import redlines_of, waiting_redline
from orders.topics import one_order


class NotOnTheFloor(Refusal):
    """The order is not released yet, or it is over: there is nothing to change by a redline."""


class RedlineWaiting(Refusal):
    """The order has a redline that is not in effect yet."""


def draft(*, order: WorkOrder, reason: str, by: Person, at: datetime) -> RoutingRevision:
    """A draft with all that the order is made by now, to be changed, signed by two, and applied to this order alone.

    Raises NotPermitted, InvalidInput, NotOnTheFloor, RedlineWaiting.
    """
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    check_site_access(by, order.site_id)
    if not reason.strip():
        sentence = _("A redline needs a reason.")
        raise InvalidInput(
            sentence, do=_("Say in a few words why the order is changed."), errors=[FieldError("reason", sentence)]
        )
    locked = WorkOrder.objects.select_for_update(of=("self",), no_key=True).get(pk=order.pk)
    check_on_the_floor(locked)
    if (waiting := waiting_redline(locked)) is not None:
        raise RedlineWaiting(
            _("{redline} is {status} and not in effect yet.").format(
                redline=waiting, status=waiting.get_status_display().lower()
            ),
            do=_("Change that one, apply it, or make it obsolete."),
        )
    base = locked.routing_revision
    assert base is not None, "a released order has its routing"
    number = (redlines_of(locked).aggregate(last=Max("number"))["last"] or 0) + 1
    made = RoutingRevision.objects.create(
        routing=base.routing, number=number, redline_of=locked, redline_reason=reason.strip()
    )
    copy_graph(base, made)
    announce(one_order(locked.site_id, locked.pk))
    return made


def check_on_the_floor(order: WorkOrder) -> None:
    """Raises NotOnTheFloor for an order that no work is done on."""
    if not order.is_open_for_work:
        raise NotOnTheFloor(
            _("Order {order} is {status}.").format(order=order, status=order.get_status_display().lower()),
            why=_("A redline changes an order while it is on the floor."),
            do=_("Before the release change the routing; afterwards it is on record as it was made."),
        )
