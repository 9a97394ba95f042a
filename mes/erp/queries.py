from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from mes.kernel.csv_import import Table
from orders.models import WorkOrder
from wip.models import Hold
from wip.status import HoldStatus


def orders_named(table: Table) -> QuerySet[WorkOrder]:
    """The orders that the table's references name already, in the order in which they are locked.

    What they point to is fetched beside them: of a joined row that it waited for, Postgres lets go without a word when
    the other changed what joins it, and an order that is there would look like a new one.
    """
    references = {row["erp_reference"] for row in table.rows}
    return (
        WorkOrder.objects.filter(erp_reference__in=references)
        .prefetch_related("site", "product_revision__product")
        .order_by("pk")
    )


def open_holds_on(orders: Iterable[WorkOrder]) -> dict[UUID, Hold]:
    """The first open hold on each of the orders that has one."""
    found = Hold.objects.filter(work_order__in=list(orders), status=HoldStatus.OPEN).order_by("-placed_at")
    return {hold.work_order_id: hold for hold in found if hold.work_order_id is not None}
