"""The shapes of gates and their refusals in the API."""

from rest_framework import serializers

from mes.kernel.gates import Hook, Override
from mes.kernel.rest.fields import Text
from mes.kernel.rest.paging import PageQuery


class GateAnswer(serializers.Serializer):
    """A gate: gate is the path that the setting MES_GATES lists it by. applies_to_count: in released routings."""

    gate = serializers.CharField(source="path")
    summary = serializers.CharField()
    hooks = serializers.SerializerMethodField()
    override = serializers.ChoiceField([str(each) for each in Override], source="gate.override")
    applies_to = serializers.CharField(source="place")
    applies_to_count = serializers.IntegerField(source="place_count")
    refused_24_h = serializers.IntegerField(source="last_24_h")
    refused_7_days = serializers.IntegerField(source="last_7_days")
    refused_30_days = serializers.IntegerField(source="last_30_days")

    def get_hooks(self, line) -> list[str]:
        return [str(hook) for hook in Hook if hook in line.gate.hooks]


class GatesAnswer(serializers.Serializer):
    """All gates, in the order in which they are asked."""

    results = GateAnswer(many=True)


class RefusalsQuery(PageQuery):
    """Which refusals: of a gate (its path), a verdict's code, a person (user name), a station, from since to until."""

    gate = Text(max_length=120, required=False)
    code = Text(max_length=60, required=False)
    person = Text(max_length=150, required=False)
    station = Text(max_length=20, required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class RefusalAnswer(serializers.Serializer):
    """What one gate refused. person: null where the system itself tried; subject: unit and operation."""

    at = serializers.DateTimeField()
    person = serializers.CharField(source="by.username", allow_null=True, default=None)
    site = serializers.CharField(source="site.code")
    station = serializers.CharField(allow_blank=True)
    hook = serializers.CharField()
    subject = serializers.CharField()
    gate = serializers.CharField()
    code = serializers.CharField()
    what = serializers.CharField()
    evidence = serializers.DictField()
    request_id = serializers.CharField(allow_blank=True)
