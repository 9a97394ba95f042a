"""Where the office shows a record."""

from django.urls import reverse

from genealogy.models import Unit
from orders.models import WorkOrder
from wip.models import Hold


def page_of(record: WorkOrder | Unit | Hold) -> str:
    """The address of its page; a hold on a unit or an order is shown there."""
    held = (record.unit or record.work_order or record) if isinstance(record, Hold) else record
    if isinstance(held, Hold):
        return reverse("hold", args=[held.number])
    if isinstance(held, Unit):
        return reverse("unit", args=[held.serial])
    return reverse("order", args=[held.erp_reference])
