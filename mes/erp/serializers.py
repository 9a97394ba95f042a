"""The shapes of work orders in the API: names are those of the CSV's columns."""

from rest_framework import serializers

from mes.kernel.rest.fields import Input, Number, Text
from mes.kernel.rest.paging import PageQuery
from orders.status import OrderStatus

MAX_ORDERS = 5000


class WorkOrderInput(Input):
    """An order as the ERP wants it. due_at: ISO 8601; a date alone means that day's end, at the site."""

    erp_reference = Text(max_length=40)
    product = Text(max_length=60)
    revision = Text(max_length=20, required=False, help_text="By default the one released last.")
    quantity = Number()
    quantity_unit = Text(max_length=12, required=False, help_text="The product's; another one is refused.")
    due_at = Text(max_length=40)
    priority = serializers.IntegerField(min_value=1, max_value=9, required=False, help_text="1 first, 9 last.")
    site = Text(max_length=20)
    replaces_scrap = serializers.BooleanField(required=False, help_text="Make each scrapped piece once more.")
    status = serializers.ChoiceField([("CANCELLED", "Cancelled")], required=False, help_text="To cancel the order.")


class OrderReleaseInput(Input):
    """quantity: how much goes to the floor now, the rest later; by default all that is left."""

    quantity = Number(required=False)


class CancelInput(Input):
    """Why the order is not made."""

    reason = Text(max_length=200)


class CloseInput(Input):
    """What was reviewed, or why the record may stay as it is."""

    reason = Text(max_length=200)


class WorkOrdersQuery(PageQuery):
    """Narrow the list. text: part of the reference or of the product's code."""

    status = serializers.ChoiceField(OrderStatus.choices, required=False)
    site = Text(max_length=20, required=False)
    product = Text(max_length=60, required=False)
    text = Text(max_length=60, default="")


class WorkOrderAnswer(serializers.Serializer):
    """A work order (ISA-95: operations request). digest: of the revisions that its release pinned."""

    erp_reference = serializers.CharField()
    site = serializers.CharField(source="site.code")
    product = serializers.CharField(source="product_revision.product.code")
    revision = serializers.CharField(source="product_revision.code")
    quantity = Number()
    quantity_unit = serializers.CharField()
    quantity_released = Number()
    due_at = serializers.DateTimeField()
    priority = serializers.IntegerField()
    status = serializers.ChoiceField(OrderStatus.choices)
    replaces_scrap = serializers.BooleanField()
    digest = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(source="created_by.username")
    released_at = serializers.DateTimeField(allow_null=True)
    released_by = serializers.CharField(source="released_by.username", allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    completed_by = serializers.CharField(source="completed_by.username", allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.CharField(source="closed_by.username", allow_null=True)
    closing_reason = serializers.CharField(allow_blank=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancelled_by = serializers.CharField(source="cancelled_by.username", allow_null=True)


class OutcomeAnswer(serializers.Serializer):
    """What became of one order that was sent. changed: names of its fields that are different now."""

    outcome = serializers.ChoiceField(["created", "changed", "unchanged", "cancelled"])
    changed = serializers.ListField(child=serializers.CharField())
    work_order = WorkOrderAnswer()
