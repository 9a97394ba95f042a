"""Creating and changing orders, as the ERP asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from simple_history.utils import bulk_create_with_history

from equipment.models import Site
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal
from orders.models import ProductRevision, WorkOrder
from orders.status import ORDER, OrderStatus


@dataclass(frozen=True)
class OrderRequest:
    """What the ERP wants: one row of a file, one member of a request. quantity in quantity_unit."""

    erp_reference: str
    product_revision: ProductRevision
    quantity: Decimal
    quantity_unit: str
    due_at: datetime
    priority: int
    site: Site


class OrderCantChange(Refusal):
    """The order is past the point where this field may change."""


# What may still change, by status; a released order keeps what its units were made for.
_CHANGEABLE = {
    OrderStatus.DRAFT: ("product_revision_id", "quantity", "quantity_unit", "due_at", "priority", "site_id"),
    OrderStatus.RELEASED: ("due_at", "priority"),
    OrderStatus.RUNNING: ("due_at", "priority"),
    OrderStatus.COMPLETED: (),
}
_WORDS = {"product_revision_id": "product or revision", "site_id": "site"}


def create(*, requests: Sequence[OrderRequest], by: Person, at: datetime) -> list[WorkOrder]:
    """Create draft orders, in one statement a batch. Rights are checked by the use case that calls."""
    status = ORDER.after(None, "create")
    return bulk_create_with_history(
        [WorkOrder(**_values(request), status=status, created_at=at, created_by=by) for request in requests],
        WorkOrder,
        batch_size=1000,
        default_user=by,
        default_date=at,
    )


def change(*, order: WorkOrder, request: OrderRequest) -> list[str]:
    """Change a locked order to what is asked; the names of the fields that changed, none when it is so already.

    Raises OrderCantChange when a field that differs is fixed in the order's status.
    """
    wanted = _values(request)
    changed = [name for name in wanted if getattr(order, name) != wanted[name]]
    fixed = [name for name in changed if name not in _CHANGEABLE[OrderStatus(order.status)]]
    if fixed:
        words = ", ".join(_WORDS.get(name, name.replace("_", " ")) for name in fixed)
        raise OrderCantChange(
            f"The {words} of {order.erp_reference} can't change any more.",
            why=f"The order is {order.get_status_display().lower()}; only due date and priority may still change.",
            do="Send the row with the former value, or make a new order.",
            evidence={"order": order.erp_reference, "fields": fixed},
        )
    if changed:
        for name in changed:
            setattr(order, name, wanted[name])
        order.save(update_fields=changed)
    return changed


def _values(request: OrderRequest) -> dict[str, object]:
    return {
        "erp_reference": request.erp_reference,
        "product_revision_id": request.product_revision.pk,
        "quantity": request.quantity,
        "quantity_unit": request.quantity_unit,
        "due_at": request.due_at,
        "priority": request.priority,
        "site_id": request.site.pk,
    }
