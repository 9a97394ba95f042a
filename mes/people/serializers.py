"""The shapes of people and qualifications in the API."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from mes.kernel.personnel.actions.qualifications import HIGHEST_LEVEL
from mes.kernel.personnel.roles import Role
from mes.kernel.rest.fields import Input, Text
from mes.kernel.rest.paging import PageQuery
from mes.people.standing import Standing
from wip.models import LaborSpan
from wip.timesheets import ends_at


class PeopleQuery(PageQuery):
    """site: code of one of your sites; is_active: enabled people (true), disabled ones (false), or both."""

    site = Text(max_length=20, required=False)
    is_active = serializers.BooleanField(required=False, allow_null=True, default=None)


class PersonInput(Input):
    """A new person. sites: codes of sites of yours. Password and PIN are given in the administration, never here."""

    username = Text(max_length=64)
    full_name = Text(max_length=120)
    badge = Text(max_length=64, required=False, allow_null=True, default=None)
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices), max_length=len(Role))
    sites = serializers.ListField(child=Text(max_length=20), min_length=1, max_length=100)


class ReasonInput(Input):
    """reason: why, in a few words."""

    reason = Text(max_length=200)


class LaborQuery(Input):
    """The time to look at, and what to narrow it to. person: a user name; order: an ERP reference."""

    from_ = serializers.DateTimeField()
    to = serializers.DateTimeField()
    person = Text(max_length=64, required=False)
    order = Text(max_length=40, required=False)

    def get_fields(self) -> dict[str, Any]:
        """`from` is no name in Python."""
        fields = super().get_fields()
        return {"from": fields.pop("from_"), **fields}


class LaborCorrectionInput(Input):
    """What the span should have been; the same two times: it counts nothing."""

    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    reason = Text(max_length=200)


class LaborClaimInput(Input):
    """ended_at: when one really stopped, within the span; reason: what happened."""

    ended_at = serializers.DateTimeField()
    reason = Text(max_length=200)


class LaborEntryInput(LaborCorrectionInput):
    """Work that somebody (by user name) did without clocking in, on the latest attempt at an operation of a unit."""

    person = Text(max_length=150)
    unit = Text(max_length=60)
    operation = Text(max_length=12)


class SpanAnswer(serializers.Serializer):
    """Somebody on an operation. ended_at: null while it runs. end: how it ended, empty with its operation.

    corrects: the span that this one replaces, by its key. claimed_at: when the person says they stopped.
    """

    key = serializers.UUIDField(source="pk")
    person = serializers.CharField(source="person.username")
    order = serializers.CharField(source="execution.work_order.erp_reference")
    unit = serializers.CharField(source="execution.unit.serial")
    operation = serializers.CharField(source="execution.operation_code")
    began_at = serializers.DateTimeField()
    ended_at = serializers.SerializerMethodField()
    end = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    claimed_at = serializers.DateTimeField(allow_null=True)
    corrects = serializers.UUIDField(source="corrects_id", allow_null=True)

    def get_ended_at(self, span: LaborSpan) -> datetime | None:
        return ends_at(span)


class LaborEntryAnswer(serializers.Serializer):
    """A span, and what of it lies in the time that was asked for. seconds: its length; counts_s: its share of that.

    A person on several operations at once gives each an equal part of the time; a batch is one of them, and its part
    goes to what is in it by quantity.
    """

    span = SpanAnswer()
    seconds = serializers.FloatField(source="length_s")
    counts_s = serializers.FloatField()


class OperationTimeAnswer(serializers.Serializer):
    """Labor and machine time at one operation of an order."""

    order = serializers.CharField(source="order.erp_reference")
    operation = serializers.CharField(source="code")
    labor_s = serializers.FloatField()
    machine_s = serializers.FloatField()


class LaborAnswer(serializers.Serializer):
    """People's time. operations: of an order, when one was asked for; otherwise empty."""

    spans = LaborEntryAnswer(many=True)
    operations = OperationTimeAnswer(many=True)


class GrantInput(Input):
    """evidence: what it rests on; expires_date: the last day on which it holds, left out: for good."""

    qualification = Text(max_length=40)
    level = serializers.IntegerField(min_value=1, max_value=HIGHEST_LEVEL)
    expires_date = serializers.DateField(required=False, allow_null=True, default=None)
    evidence = Text(max_length=300)


class QualificationAnswer(serializers.Serializer):
    """A skill or certificate that an operation may ask for."""

    code = serializers.CharField()
    name = serializers.CharField()


class GrantAnswer(serializers.Serializer):
    """A person's qualification, and what it is worth today."""

    qualification = serializers.CharField(source="qualification.code")
    name = serializers.CharField(source="qualification.name")
    level = serializers.IntegerField()
    standing = serializers.ChoiceField(Standing.choices)
    expires_date = serializers.DateField(allow_null=True)
    evidence = serializers.CharField(allow_blank=True)
    has_certificate = serializers.BooleanField(source="certificate")
    granted_at = serializers.DateTimeField()
    granted_by = serializers.CharField(source="granted_by.username")
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_by = serializers.CharField(source="withdrawn_by.username", allow_null=True)
    withdrawal_reason = serializers.CharField(allow_blank=True)


class PersonAnswer(serializers.Serializer):
    """A person. sites: those of theirs that are yours, too; locked_until: after wrong secrets, which are never told."""

    username = serializers.CharField()
    full_name = serializers.CharField()
    badge = serializers.CharField(allow_null=True)
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices))
    is_active = serializers.BooleanField()
    locked_until = serializers.DateTimeField(allow_null=True)
    sites = serializers.SerializerMethodField()

    def get_sites(self, person) -> list[str]:
        return [access.site.code for access in person.access]
