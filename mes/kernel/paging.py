"""Turning the pages of a long list."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet


class Pages(Paginator):
    """Pages of records in order: a page's rows are found and ordered by key alone, and only they are joined with more.
    Otherwise PostgreSQL carries all their columns through the sorting of all pages.

    read: the records of these keys, in order, by a query put together once; by default as they are, in their model's.
    """

    object_list: QuerySet[Model]

    def __init__(
        self, found: QuerySet[Any], per_page: int, *, read: Callable[[list[Any]], Sequence[Any]] | None = None
    ) -> None:
        super().__init__(found, per_page)
        self.read = read

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        last = number * self.per_page
        keys = self.object_list.values_list("pk", flat=True)[last - self.per_page : last]
        if self.read is not None:
            return Page(self.read(list(keys)), number, self)
        return Page(self.object_list.model._default_manager.filter(pk__in=keys), number, self)


class Found(NamedTuple):
    """What stands on a page, by its keys, and how many there are on all of them."""

    keys: list[Any]
    total: int


def turn_to(asked: Any, find: Callable[..., Found], *, per_page: int) -> Page:
    """The page of keys that an address asks for: the first where it says no number, the last where it says too much.

    find(begin=, end=): what stands there.
    """
    digits = str(asked)
    number = max(1, int(digits[:_DIGITS])) if digits.isdecimal() else 1
    found = find(begin=(number - 1) * per_page, end=number * per_page)
    if number > 1 and not found.keys:
        number = max(1, -(-find(begin=0, end=per_page).total // per_page))
        found = find(begin=(number - 1) * per_page, end=number * per_page)
    return Page(found.keys, number, _Counted(found.total, per_page))


_DIGITS = 6  # of a page number are looked at: there is no list so long


class _Counted(Paginator):
    """Pages that somebody has counted."""

    def __init__(self, count: int, per_page: int) -> None:
        super().__init__([], per_page)
        self.count = count  # in place of the base class counting them
