"""The two forms in which the ERP's orders come in, and what importing them would do."""

from collections.abc import Mapping, Sequence
from typing import Any

from mes.erp.policies import COLUMNS, OrderImport, examine
from mes.erp.queries import orders_named
from mes.kernel import csv_import
from mes.kernel.csv_import import Table
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission


def table_of_file(content: bytes) -> Table:
    """The orders in a CSV file. Raises csv_import.FileUnreadable and ColumnsWrong."""
    return csv_import.read(content, COLUMNS)


def table_of_items(items: Sequence[Mapping[str, Any]]) -> Table:
    """The orders in a request: one mapping each, with the columns' names as members; rows count from 0."""
    return csv_import.table_of(items, COLUMNS)


def preview(table: Table, *, by: Person) -> OrderImport:
    """What importing the table would do now. Changes nothing, locks nothing. Raises RoleMissing."""
    check_permission(by, Permission.IMPORT_ORDERS)
    return examine(table, by=by, existing=orders_named(table))
