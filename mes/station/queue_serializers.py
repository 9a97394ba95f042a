"""The shapes of queues and pins in the API."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from equipment.status import DispatchRule
from mes.kernel.rest.fields import Input, Text
from mes.kernel.rest.paging import PageQuery
from mes.kernel.rest.schema import Blocker


class QueueQuery(PageQuery):
    """site: the code of the station's site, where several have a station of that code."""

    site = Text(max_length=20, required=False)


class TermsAnswer(serializers.Serializer):
    """What the row is ranked by. work_s: here; left_s: with all that comes after it; both planned, in s.

    waits_since: null while the unit is still on its way.
    """

    priority = serializers.IntegerField(source="terms.priority")
    due_at = serializers.DateTimeField(source="terms.due_at")
    work_s = serializers.IntegerField(source="terms.work_s")
    left_s = serializers.IntegerField(source="terms.left_s")
    critical_ratio = serializers.FloatField()
    setup_family = serializers.CharField(source="terms.setup_family", allow_blank=True)
    same_setup = serializers.BooleanField()
    waits_since = serializers.DateTimeField(source="terms.waits_since", allow_null=True)


class RowPinAnswer(serializers.Serializer):
    """Why the row stands at the front."""

    position = serializers.IntegerField()
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class SlotAnswer(serializers.Serializer):
    """When and where it is planned."""

    starts_at = serializers.DateTimeField()
    station = serializers.CharField()


class QueueRow(serializers.Serializer):
    """A unit that waits for an operation. why: the terms that the rule looks at, in words."""

    rank = serializers.IntegerField()
    unit = serializers.CharField(source="job.unit.serial")
    order = serializers.CharField(source="job.order.erp_reference")
    operation = serializers.CharField(source="job.operation.code")
    name = serializers.CharField(source="job.operation.name")
    why = serializers.CharField()
    terms = TermsAnswer(source="*")
    pin = RowPinAnswer(allow_null=True)
    planned = SlotAnswer(source="slot", allow_null=True)
    blockers = Blocker(many=True)


class QueueAnswer(serializers.Serializer):
    """A page of a station's queue: what may begin by rank, then what is held or on its way. next: the next page."""

    station = serializers.CharField(source="station.code")
    rule = serializers.ChoiceField(DispatchRule.choices)
    last_setup_family = serializers.CharField(allow_blank=True)
    next = serializers.URLField(allow_null=True)
    results = QueueRow(many=True)


class PinInput(Input):
    """Pin a unit (by serial) or all units of an order (by its ERP reference). position: 1 is the very first."""

    site = Text(max_length=20, required=False)
    unit = Text(max_length=60, required=False)
    order = Text(max_length=40, required=False)
    position = serializers.IntegerField(min_value=1, max_value=1000, default=1)
    reason = Text(max_length=200)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if ("unit" in asked) == ("order" in asked):
            raise serializers.ValidationError({"unit": [_("Name a unit or an order, one of them.")]})
        return asked


class PinRemoveInput(Input):
    """reason: why the rule alone decides again."""

    reason = Text(max_length=200)


class PinMoveInput(PinRemoveInput):
    """position: its place among the station's pins, 1 is the first."""

    position = serializers.IntegerField(min_value=1, max_value=1000)


class PinAnswer(serializers.Serializer):
    """A unit or an order at the front of a station's queue. position: null once it is taken off."""

    id = serializers.UUIDField()
    station = serializers.CharField(source="station.code")
    unit = serializers.CharField(source="unit.serial", allow_null=True, default=None)
    order = serializers.CharField(source="work_order.erp_reference", allow_null=True, default=None)
    position = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    pinned_at = serializers.DateTimeField()
    pinned_by = serializers.CharField(source="pinned_by.username")
    removed_at = serializers.DateTimeField(allow_null=True)
    removed_by = serializers.CharField(source="removed_by.username", allow_null=True, default=None)
    remove_reason = serializers.CharField(allow_blank=True)
