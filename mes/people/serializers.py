"""The shapes of people and qualifications in the API."""

from rest_framework import serializers

from mes.kernel.personnel.actions.qualifications import HIGHEST_LEVEL
from mes.kernel.personnel.roles import Role
from mes.kernel.rest.fields import Input, Text
from mes.kernel.rest.paging import PageQuery
from mes.people.standing import Standing


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
    """A person. sites: those of theirs that are yours, too. Secrets are never told."""

    username = serializers.CharField()
    full_name = serializers.CharField()
    badge = serializers.CharField(allow_null=True)
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices))
    is_active = serializers.BooleanField()
    sites = serializers.SerializerMethodField()

    def get_sites(self, person) -> list[str]:
        return [access.site.code for access in person.access]
