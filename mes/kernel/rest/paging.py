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
    """The page after the cursor: its records, and the address of the next page. Two statements.

    Its keys are found first, alone and by their index; only these records are joined with what they bring. In one
    statement PostgreSQL may join and sort all there are, and does where a table is small.
    """
    before = found.filter(pk__lt=cursor) if cursor is not None else found
    keys = list(before.select_related(None).order_by("-pk").values_list("pk", flat=True)[: limit + 1])
    more = len(keys) > limit
    rows = list(found.filter(pk__in=keys[:limit]).order_by("-pk")) if keys else []
    address = request.build_absolute_uri()
    return {"next": replace_query_param(address, "cursor", rows[-1].pk) if more else None, "results": rows}
