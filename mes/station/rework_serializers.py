"""The shapes of skips and reworks in the API."""

from rest_framework import serializers

from mes.kernel.rest.fields import Input, Text
from mes.kernel.rest.paging import PageQuery
from mes.station.serializers import OverridableInput
from wip.status import ReworkStatus


class SkipInput(OverridableInput):
    """Leave an optional operation out. station: where that is decided; reason: why it is not needed."""

    station = Text(max_length=20)
    reason = Text(max_length=200)


class SendBackInput(Input):
    """Send a unit back. found_in: the operation in which it was found; return_to: where it goes on, both by code.

    The same code twice does that operation again. routing: the name of a rework routing that is followed first.
    reason_code: of the plant's reason tree, if it has one. defect: what was found, a code of the released defects
    (`/reasons?kind=DEFECT`).
    """

    found_in = Text(max_length=12)
    return_to = Text(max_length=12)
    routing = Text(max_length=120, required=False)
    reason_code = Text(max_length=60, default="", allow_blank=True)
    reason = Text(max_length=200)
    defect = Text(max_length=24, default="", allow_blank=True)


class CancelReworkInput(Input):
    """reason: why it is taken back."""

    reason = Text(max_length=200)


class ReworksQuery(PageQuery):
    pass


class ReworkAnswer(serializers.Serializer):
    """A decision that a unit goes back. defect: what was found, by code, if it was named."""

    number = serializers.CharField()
    unit = serializers.CharField(source="unit.serial")
    found_in = serializers.CharField()
    return_to = serializers.CharField()
    routing = serializers.CharField(source="routing_revision.routing.name", allow_null=True)
    status = serializers.ChoiceField(ReworkStatus.choices)
    reason_code = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()
    defect = serializers.CharField(source="defect_code", allow_blank=True)
    decided_at = serializers.DateTimeField()
    decided_by = serializers.CharField(source="decided_by.username")
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.CharField(source="ended_by.username", allow_null=True)
