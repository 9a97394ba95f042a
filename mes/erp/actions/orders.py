"""Taking over orders from the ERP: the one use case behind the command, the page and the API."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mes.erp.policies import Fate, OrderImport, examine
from mes.erp.queries import orders_named
from mes.kernel.csv_import import Table
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput
from orders.actions import work_orders
from wip.actions import order_changes


class ImportRefused(InvalidInput):
    """At least one row has a mistake; `errors` are CellErrors, and nothing was applied."""


def check_without_errors(found: OrderImport) -> None:
    """Raise ImportRefused with every mistake there is."""
    if count := len(found.errors):
        raise ImportRefused(
            ngettext("{count} mistake: nothing was imported.", "{count} mistakes: nothing was imported.", count).format(
                count=count
            ),
            do=_("Correct what is named, and send all rows again."),
            errors=found.errors,
        )


def import_orders(*, table: Table, by: Person, at: datetime) -> OrderImport:
    """Create and change the orders of the table, all of them or none; those that are so already stay untouched.

    Everything is judged again with the orders locked, so a preview can't be overtaken. Raises ImportRefused and
    RoleMissing.
    """
    check_permission(by, Permission.IMPORT_ORDERS)
    locked = orders_named(table).select_for_update(no_key=True)
    found = examine(table, by=by, existing=locked)
    check_without_errors(found)
    work_orders.create(requests=[line.request for line in found.of(Fate.CREATE)], by=by, at=at)
    changes = [(line.order, line.request) for line in found.of(Fate.CHANGE) if line.order is not None]
    for order, request in changes:
        if order.is_open_for_work and order.quantity != request.quantity:
            order_changes.resize(order=order, quantity=request.quantity, by=by, at=at)
    work_orders.change(changes=changes, by=by, at=at)
    for line in found.of(Fate.CANCEL):
        assert line.order is not None
        order_changes.cancel(order=line.order, reason=_("Cancelled by the ERP."), by=by, at=at)
    return found
