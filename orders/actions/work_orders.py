"""Creating and changing orders, as the ERP asks, and pinning what they are made by."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from equipment.models import Site
from mes.kernel.audit import canonical
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal
from orders.models import PinnedPlan, ProductRevision, WorkOrder
from orders.plans import Plan
from orders.status import ORDER, OrderStatus
from orders.topics import one_order, orders


@dataclass(frozen=True)
class OrderRequest:
    """What the ERP wants: one row of a file, one member of a request. quantity in quantity_unit.

    is_cancelled: not to be made; what else is asked does not count then.
    """

    erp_reference: str
    product_revision: ProductRevision
    quantity: Decimal
    quantity_unit: str
    due_at: datetime
    priority: int
    site: Site
    replaces_scrap: bool = False
    is_cancelled: bool = False


class OrderCantChange(Refusal):
    """The order is past the point where this field may change."""


# What may still change, by status; a released order keeps what its units were made for.
_CHANGEABLE = {
    OrderStatus.DRAFT: (
        *("product_revision_id", "quantity", "quantity_unit", "due_at", "priority", "site_id"),
        "replaces_scrap",
    ),
    OrderStatus.RELEASED: ("quantity", "due_at", "priority", "replaces_scrap"),
    OrderStatus.RUNNING: ("quantity", "due_at", "priority", "replaces_scrap"),
    OrderStatus.COMPLETED: (),
    OrderStatus.CLOSED: (),
    OrderStatus.CANCELLED: (),
}
_WORDS = {
    "erp_reference": lazy("erp reference"),
    "product_revision_id": lazy("product or revision"),
    "quantity": lazy("quantity"),
    "quantity_unit": lazy("quantity unit"),
    "due_at": lazy("due at"),
    "priority": lazy("priority"),
    "site_id": lazy("site"),
    "replaces_scrap": lazy("replacement of scrap"),
}


def create(*, requests: Sequence[OrderRequest], by: Person, at: datetime) -> list[WorkOrder]:
    """Create draft orders, in one statement a batch. Rights are checked by the use case that calls."""
    status = ORDER.after(None, "create")
    announce(*(orders(request.site.pk) for request in requests))
    return bulk_create_with_history(
        [WorkOrder(**_values(request), status=status, created_at=at, created_by=by) for request in requests],
        WorkOrder,
        batch_size=1000,
        default_user=by,
        default_date=at,
    )


def differences(order: WorkOrder, request: OrderRequest) -> list[str]:
    """The names of the fields in which the order is not yet as asked; none when it is so already.

    Raises OrderCantChange when one of them is fixed in the order's status.
    """
    wanted = _values(request)
    changed = [name for name in wanted if getattr(order, name) != wanted[name]]
    fixed = [name for name in changed if name not in _CHANGEABLE[OrderStatus(order.status)]]
    if fixed:
        words = ", ".join(str(_WORDS[name]) for name in fixed)
        raise OrderCantChange(
            _("The {fields} of {order} can't change any more.").format(fields=words, order=order.erp_reference),
            why=_still(order),
            do=_("Send the row with the former value, or make a new order."),
            evidence={"order": order.erp_reference, "fields": fixed},
        )
    return changed


def change(*, changes: Sequence[tuple[WorkOrder, OrderRequest]], by: Person, at: datetime) -> None:
    """Change locked orders to what is asked, in one statement a batch. Raises OrderCantChange.

    The quantity of an order that has units is changed with them (wip.actions.order_changes), before this is called.
    """
    fields: set[str] = set()
    for order, request in changes:
        wanted = _values(request)
        for name in differences(order, request):
            setattr(order, name, wanted[name])
            fields.add(name)
        announce(one_order(order.site_id, order.pk), orders(order.site_id))
    if fields:
        bulk_update_with_history(
            [order for order, _request in changes],
            WorkOrder,
            sorted(fields),
            batch_size=1000,
            default_user=by,
            default_date=at,
        )


def _still(order: WorkOrder) -> str:
    """What _CHANGEABLE leaves of the order, in words."""
    status = order.get_status_display().lower()
    if not _CHANGEABLE[OrderStatus(order.status)]:
        return _("The order is {status}; it is over.").format(status=status)
    return _(
        "The order is {status}; only quantity, due date, priority and replacement of scrap may still change."
    ).format(status=status)


def _values(request: OrderRequest) -> dict[str, object]:
    return {
        "erp_reference": request.erp_reference,
        "product_revision_id": request.product_revision.pk,
        "quantity": request.quantity,
        "quantity_unit": request.quantity_unit,
        "due_at": request.due_at,
        "priority": request.priority,
        "site_id": request.site.pk,
        "replaces_scrap": request.replaces_scrap,
    }


def pin(*, plan: Plan) -> PinnedPlan:
    """Keep a plan for the orders that are released with it; content that is kept already is used again."""
    kept = PinnedPlan.objects.filter(digest=plan.digest)
    found = kept.first()
    if found is None:
        content = json.loads(canonical.canonical(plan.content))
        PinnedPlan.objects.bulk_create([PinnedPlan(digest=plan.digest, content=content)], ignore_conflicts=True)
        found = kept.get()
    return found
