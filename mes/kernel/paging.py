"""Turning the pages of a long list."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet


class Pages(Paginator):
    """Pages of records in their model's order: a page's rows are found and ordered by key alone, and only they are
    joined with what `joined` names. Otherwise PostgreSQL carries all their columns through the sorting of all pages.
    """

    object_list: QuerySet[Model]

    def __init__(self, found: QuerySet[Any], per_page: int, *, joined: tuple[str, ...] = ()) -> None:
        super().__init__(found, per_page)
        self.joined = joined

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        last = number * self.per_page
        keys = self.object_list.values("pk")[last - self.per_page : last]
        rows = self.object_list.model._default_manager.filter(pk__in=keys)
        return Page(rows.select_related(*self.joined) if self.joined else rows, number, self)
