"""The shapes of gates and their refusals in the API."""

from rest_framework import serializers

from mes.kernel.gates import Hook, Override
from mes.kernel.rest.fields import Input, Text
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
    overridden_30_days = serializers.IntegerField(source="overridden")

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


class UnitWhyNotQuery(Input):
    """Ask about one operation (code), at a station (code), for a person (user name); each may be left out."""

    operation = Text(max_length=12, required=False)
    station = Text(max_length=20, required=False)
    person = Text(max_length=150, required=False)


class OrderWhyNotQuery(Input):
    """Ask for a station (code) and a person (user name); both may be left out."""

    station = Text(max_length=20, required=False)
    person = Text(max_length=150, required=False)


class RemedyAnswer(serializers.Serializer):
    """What lifts a gate's no. permission: the right to it; people: some who have it, people_count: how many do."""

    verb = serializers.CharField(allow_blank=True)
    permission = serializers.CharField(allow_blank=True)
    roles = serializers.ListField(child=serializers.CharField())
    people = serializers.ListField(child=serializers.CharField())
    people_count = serializers.IntegerField()


class BlockedAnswer(serializers.Serializer):
    """A gate that says no, and what lifts it."""

    gate = serializers.CharField(source="verdict.gate")
    code = serializers.CharField(source="verdict.code")
    what = serializers.CharField(source="verdict.what")
    why = serializers.CharField(source="verdict.why", allow_blank=True)
    do = serializers.CharField(source="verdict.do", allow_blank=True)
    override = serializers.ChoiceField([str(each) for each in Override], source="verdict.override")
    evidence = serializers.DictField(source="verdict.evidence")
    remedy = RemedyAnswer()


class OperationWhyNot(serializers.Serializer):
    """An operation of the unit's plan. blocked: what stops its start, or its completion while it runs."""

    code = serializers.CharField(source="operation.code")
    name = serializers.CharField(source="operation.name")
    state = serializers.ChoiceField(["waiting", "running", "done", "off"])
    blocked = BlockedAnswer(many=True)


class UnitWhyNotAnswer(serializers.Serializer):
    """What stops the operations of a unit; none for what was received."""

    unit = serializers.CharField()
    operations = OperationWhyNot(many=True)


class CauseAnswer(BlockedAnswer):
    """One cause: at an operation, of so many units, some of which are named."""

    operation = serializers.CharField(source="operation.code")
    count = serializers.IntegerField()
    units = serializers.ListField(child=serializers.CharField())


class OrderWhyNotAnswer(serializers.Serializer):
    """What would unblock an order. units: in process; free: may go on now; is_whole: all units were looked at."""

    order = serializers.CharField()
    units = serializers.IntegerField()
    free = serializers.IntegerField()
    running = serializers.IntegerField()
    is_whole = serializers.BooleanField()
    causes = CauseAnswer(many=True)
