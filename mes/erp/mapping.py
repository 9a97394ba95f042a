"""The section of a mapping that says where orders are. Documented in docs/mappings.md."""

from dataclasses import dataclass

from mes.erp.policies import COLUMNS
from mes.kernel.csv_import import Row, Table
from mes.kernel.csv_mapping import From, Values


@dataclass(frozen=True)
class OrderFields:
    erp_reference: From
    product: From
    quantity: From
    due_at: From
    site: From
    revision: From | None = None
    quantity_unit: From | None = None
    priority: From | None = None


@dataclass(frozen=True)
class DefaultRouting:
    """The one operation of a product that has no routing at the order's site."""

    station_class: str
    operation_code: str
    operation_name: str
    run_time_s: int = 60


@dataclass(frozen=True)
class Orders:
    fields: OrderFields
    default_routing: DefaultRouting | None = None


def mapped(table: Table, orders: Orders, values: Values) -> Table:
    """The table in the columns that orders have here. Raises MappingDoesNotFit, SourceMissing."""
    nothing = dict.fromkeys(COLUMNS.names, "")
    rows = [Row(row.number, nothing | values.all_of(row, orders.fields)) for row in table.rows]
    return Table(COLUMNS, rows, table.errors)
