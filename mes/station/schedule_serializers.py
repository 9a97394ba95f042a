"""The shapes of the board in the API."""

from rest_framework import serializers

from mes.kernel.rest.fields import Input, Number, Text
from mes.station.queue_serializers import RowPinAnswer


class ScheduleQuery(Input):
    """Which day of which work center. site: its site's code, where several have such a work center; day: else today."""

    work_center = Text(max_length=20)
    site = Text(max_length=20, required=False)
    day = serializers.DateField(required=False)


class ApplyInput(ScheduleQuery):
    """The proposal as it was answered: its as_of and digest."""

    as_of = serializers.DateTimeField()
    digest = Text(max_length=64)


class RemovalInput(Input):
    """A job: order by its ERP reference, operation by its code."""

    order = Text(max_length=40)
    operation = Text(max_length=12)


class PlanJobInput(RemovalInput):
    """station: its code at the order's site. Conflicts are no reason to refuse: the schedule lists them."""

    station = Text(max_length=20)
    starts_at = serializers.DateTimeField()


class BarAnswer(serializers.Serializer):
    """A job on the board. unit: of what runs; quantity: of what is left to begin, or runs; work_s: planned time, s."""

    order = serializers.CharField(source="order.erp_reference")
    unit = serializers.CharField(allow_blank=True)
    operation = serializers.CharField(source="operation.code")
    station = serializers.CharField(source="station.code")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    quantity = Number()
    work_s = serializers.IntegerField()
    is_running = serializers.BooleanField()
    is_done = serializers.BooleanField()


class ConflictAnswer(serializers.Serializer):
    """What stands against a job. code: the stable name to program against."""

    order = serializers.CharField(source="bar.order.erp_reference")
    unit = serializers.CharField(source="bar.unit", allow_blank=True)
    operation = serializers.CharField(source="bar.operation.code")
    code = serializers.CharField()
    what = serializers.CharField()


class WindowAnswer(serializers.Serializer):
    """A day of a work center."""

    work_center = serializers.CharField(source="work_center.code")
    day = serializers.DateField()
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class ScheduleAnswer(WindowAnswer):
    """What runs and is planned on a day, and what stands against it."""

    jobs = BarAnswer(many=True)
    conflicts = ConflictAnswer(many=True)


class PlannedAnswer(serializers.Serializer):
    """When and where a job is planned."""

    order = serializers.CharField(source="work_order.erp_reference")
    operation = serializers.CharField(source="operation_code")
    station = serializers.CharField(source="station.code")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    planned_at = serializers.DateTimeField()
    planned_by = serializers.CharField(source="planned_by.username")


class PlaceAnswer(serializers.Serializer):
    """At a station, from then to then."""

    station = serializers.CharField(source="station.code")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class ProposedChange(serializers.Serializer):
    """What a proposal does with a job; null: not planned. pin: what put it first at its station, before the rule."""

    order = serializers.CharField(source="order.erp_reference")
    operation = serializers.CharField(source="operation.code")
    change = serializers.ChoiceField(["NEW", "MOVED", "SAME", "REMOVED"], source="kind")
    before = PlaceAnswer(allow_null=True)
    after = PlaceAnswer(allow_null=True)
    pin = RowPinAnswer(allow_null=True)


class ProposalAnswer(WindowAnswer):
    """What would change. as_of, digest: what applying it has to name."""

    as_of = serializers.CharField()
    digest = serializers.CharField()
    changes = ProposedChange(many=True)
