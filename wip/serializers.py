"""The shapes of holds in the API."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from mes.kernel.rest.fields import Input, Text
from mes.kernel.rest.paging import PageQuery
from wip.models import HoldReason
from wip.status import HoldStatus


class HoldInput(Input):
    """Hold a unit (by serial) or an order (by its ERP reference): one of them."""

    unit = Text(max_length=60, required=False)
    order = Text(max_length=40, required=False)
    reason_code = serializers.ChoiceField(HoldReason.choices)
    reason = Text(max_length=200)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if ("unit" in asked) == ("order" in asked):
            raise serializers.ValidationError({"unit": [_("Name a unit or an order, one of them.")]})
        return asked


class HoldReleaseInput(Input):
    """reason: why work may go on."""

    reason = Text(max_length=200)


class HoldsQuery(PageQuery):
    """status: open ones, released ones, or ALL."""

    status = serializers.ChoiceField([*HoldStatus.values, "ALL"], default=HoldStatus.OPEN)


class HoldAnswer(serializers.Serializer):
    """A hold, on a unit or on an order."""

    number = serializers.CharField()
    unit = serializers.CharField(source="unit.serial", allow_null=True)
    order = serializers.CharField(source="work_order.erp_reference", allow_null=True)
    status = serializers.ChoiceField(HoldStatus.choices)
    reason_code = serializers.ChoiceField(HoldReason.choices)
    reason = serializers.CharField()
    placed_at = serializers.DateTimeField()
    placed_by = serializers.CharField(source="placed_by.username")
    released_at = serializers.DateTimeField(allow_null=True)
    released_by = serializers.CharField(source="released_by.username", allow_null=True)
    release_reason = serializers.CharField(allow_blank=True)
