"""Lists of orders by rank, page by page: its orders are found by an index that is in this order, and only they read."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Window

from mes.kernel.paging import Found
from mes.kernel.prepared import Prepared, any_of, at_once, count_of, prepared
from orders.models import WorkOrder
from orders.queries import narrowed


def find_page(sites: Collection[UUID], *, text: str, status: str, begin: int, end: int) -> Found:
    """The keys of the orders from begin to end, by rank, and how many there are. text, status: see `narrowed`."""
    statement = _ranked(status, bool(text), begin, end)
    if text:  # all that have it are looked at anyway
        rows = statement(sites, text)
        return Found([key for key, _ in rows], rows[0][1] if rows else 0)
    rows, counts = at_once(statement.of(sites, text), _counted(status).of(sites, text))
    return Found([key for (key,) in rows], counts[0][0])


@prepared
def orders_listed(keys: Collection[UUID]) -> QuerySet[WorkOrder]:
    """The orders of a page, by rank, with what a list says of them. Their sites are the reader's, who knows them."""
    found = WorkOrder.objects.filter(pk=any_of(keys)).select_related("product_revision__product")
    return found.only(*_SHOWN)


_SHOWN = (
    *("site_id", "erp_reference", "quantity", "quantity_unit", "quantity_released", "due_at", "priority", "status"),
    *("product_revision__code", "product_revision__product__code", "product_revision__product__name"),
)


@lru_cache(512)
def _ranked(status: str, has_text: bool, begin: int, end: int) -> Prepared[Any, Any]:
    def build(sites: Collection[UUID], text: str) -> QuerySet[WorkOrder, Any]:
        found = _at(sites, text if has_text else "", status)
        keys = (
            found.annotate(count=Window(Count("*"))).values_list("pk", "count") if has_text else found.values_list("pk")
        )
        return keys[begin:end]

    return prepared(build)


@lru_cache(16)
def _counted(status: str) -> Prepared[Any, tuple[int]]:
    def build(sites: Collection[UUID], text: str) -> QuerySet[WorkOrder, tuple[int]]:
        return count_of(_at(sites, "", status))

    return prepared(build)


def _at(sites: Collection[UUID], text: str, status: str) -> QuerySet[WorkOrder]:
    return narrowed(WorkOrder.objects.filter(site=any_of(sites)), text=text, status=status)
