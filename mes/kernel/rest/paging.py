"""Lists in pages, newest first. A cursor is the key of the last record seen, so that new records disturb nothing."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from mes.kernel.rest.fields import Input

MAX_LIMIT = 1000


class PageQuery(Input):
    """Which page of a list."""

    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=100)
    cursor = serializers.UUIDField(required=False, help_text="From the answer's `next`; leave it out for the first.")


def page_of(shape: type[serializers.Serializer], name: str) -> type[serializers.Serializer]:
    """The shape of a page of these records."""
    return type(
        name,
        (serializers.Serializer,),
        {
            "next": serializers.URLField(allow_null=True, help_text="Address of the next page."),
            "results": shape(many=True),
            "__doc__": "One page, newest first.",
        },
    )


def paged(found: QuerySet[Any], request: Request, *, limit: int, cursor: UUID | None) -> dict[str, Any]:
    """The page after the cursor: its records, and the address of the next page. One statement."""
    if cursor is not None:
        found = found.filter(pk__lt=cursor)
    rows = list(found.order_by("-pk")[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    address = request.build_absolute_uri()
    return {"next": replace_query_param(address, "cursor", rows[-1].pk) if more else None, "results": rows}
