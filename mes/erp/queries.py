from django.db.models import QuerySet

from mes.kernel.csv_import import Table
from orders.models import WorkOrder


def orders_named(table: Table) -> QuerySet[WorkOrder]:
    """The orders that the table's references name already, in the order in which they are locked."""
    references = {row["erp_reference"] for row in table.rows}
    return (
        WorkOrder.objects.filter(erp_reference__in=references)
        .select_related("site", "product_revision__product")
        .order_by("pk")
    )
