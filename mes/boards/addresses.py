"""Where the office shows a record."""

from django.urls import reverse

from genealogy.models import Unit
from orders.models import WorkOrder
from wip.models import Hold


def page_of(record: WorkOrder | Unit | Hold) -> str:
    """The address of its page; a hold is shown on the page of what it holds."""
    held = (record.unit or record.work_order) if isinstance(record, Hold) else record
    if isinstance(held, Unit):
        return reverse("unit", args=[held.serial])
    return reverse("order", args=[held.erp_reference])
