"""The shapes of holds, permits and exceptions in the API."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from genealogy.status import UnitStatus
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning
from mes.kernel.rest.fields import Input, Number, Text
from mes.kernel.rest.paging import PageQuery
from wip.actions.holds import release_content
from wip.models import Hold, HoldReason
from wip.status import ExceptionKind, HoldStatus, PermitStatus

_SUBJECTS = ("unit", "order", "station", "asset", "product")


class HoldInput(Input):
    """Hold one of: a unit (serial), an order (ERP reference), a station, a tool (asset), a revision of a product.

    revision: of the product, which is held as a component. operation: of the unit or order, nothing else waits then.
    cascades: also what the unit or lot, or what the order has made, went into; with_siblings: also the others of its
    lot. site: where station, tool or product are not told apart without it. owner: who clears it up, a user name;
    due_at: by when. defect: what was found on a unit whose rework is proposed, a code of the released defects.
    """

    unit = Text(max_length=60, required=False)
    order = Text(max_length=40, required=False)
    station = Text(max_length=20, required=False)
    asset = Text(max_length=40, required=False)
    product = Text(max_length=60, required=False)
    revision = Text(max_length=20, required=False)
    site = Text(max_length=20, required=False)
    operation = Text(max_length=12, default="", allow_blank=True)
    cascades = serializers.BooleanField(default=True)
    with_siblings = serializers.BooleanField(default=False)
    owner = Text(max_length=150, required=False)
    due_at = serializers.DateTimeField(required=False)
    reason_code = serializers.ChoiceField(HoldReason.choices)
    reason = Text(max_length=200)
    defect = Text(max_length=24, default="", allow_blank=True)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if sum(name in asked for name in _SUBJECTS) != 1:
            sentence = _("Name one of them: {names}.").format(names=", ".join(_SUBJECTS))
            raise serializers.ValidationError({"unit": [sentence]})
        if ("product" in asked) != ("revision" in asked):
            raise serializers.ValidationError({"revision": [_("A product is held in one of its revisions.")]})
        if asked["operation"] and not ("unit" in asked or "order" in asked):
            raise serializers.ValidationError({"operation": [_("It is of a unit or an order.")]})
        return asked


class HoldSignature(Input):
    """A signature of the token's person that means RELEASED. digest: the hold's release_digest, as it was shown."""

    meaning = serializers.ChoiceField(Meaning.choices)
    secret = serializers.CharField(max_length=200, trim_whitespace=False, write_only=True)
    digest = Text(max_length=64)


class HoldReleaseInput(Input):
    """reason: why work may go on. units: release it for these alone, by serial. signature: of who releases it."""

    reason = Text(max_length=200)
    units = serializers.ListField(child=Text(max_length=60), max_length=500, required=False)
    signature = HoldSignature(required=False)


class HoldsQuery(PageQuery):
    """status: open ones, released ones, or ALL. origin: those that were inherited from this one, by its number."""

    status = serializers.ChoiceField([*HoldStatus.values, "ALL"], default=HoldStatus.OPEN)
    origin = Text(max_length=20, required=False)


class HoldAnswer(serializers.Serializer):
    """A hold, on one thing. origin: the hold it was inherited from; heir_count: of those that inherited it, the open.

    release_digest: of what is signed when it is released.
    """

    number = serializers.CharField()
    unit = serializers.CharField(source="unit.serial", default=None, allow_null=True)
    order = serializers.CharField(source="work_order.erp_reference", default=None, allow_null=True)
    station = serializers.CharField(source="station.code", default=None, allow_null=True)
    asset = serializers.CharField(source="asset.code", default=None, allow_null=True)
    product = serializers.CharField(source="product_revision.product.code", default=None, allow_null=True)
    revision = serializers.CharField(source="product_revision.code", default=None, allow_null=True)
    operation = serializers.CharField(source="operation_code", allow_blank=True)
    origin = serializers.CharField(source="origin.number", default=None, allow_null=True)
    heir_count = serializers.IntegerField()
    status = serializers.ChoiceField(HoldStatus.choices)
    reason_code = serializers.ChoiceField(HoldReason.choices)
    reason = serializers.CharField()
    defect = serializers.CharField(source="defect_code", allow_blank=True)
    owner = serializers.CharField(source="owner.username", default=None, allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    is_automatic = serializers.BooleanField()
    release_digest = serializers.SerializerMethodField()
    placed_at = serializers.DateTimeField()
    placed_by = serializers.CharField(source="placed_by.username")
    released_at = serializers.DateTimeField(allow_null=True)
    released_by = serializers.CharField(source="released_by.username", default=None, allow_null=True)
    release_reason = serializers.CharField(allow_blank=True)

    def get_release_digest(self, hold: Hold) -> str:
        return digest(release_content(hold)) if hold.is_open else ""


class ImpactQuery(Input):
    """unit: by serial, order: by its ERP reference, or product and revision, at a site: one of them.

    with_siblings: of a unit, the others of its lot as well.
    """

    unit = Text(max_length=60, required=False)
    order = Text(max_length=40, required=False)
    product = Text(max_length=60, required=False)
    revision = Text(max_length=24, required=False)
    site = Text(max_length=20, required=False)
    with_siblings = serializers.BooleanField(default=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if ("product" in asked) != ("revision" in asked):
            raise serializers.ValidationError({"revision": [_("Name a revision with its product.")]})
        if sum(name in asked for name in ("unit", "order", "product")) != 1:
            raise serializers.ValidationError({"unit": [_("Name a unit, an order or a revision, one of them.")]})
        return asked


class ImpactUnit(serializers.Serializer):
    """A unit that would inherit the hold."""

    serial = serializers.CharField()
    product = serializers.CharField(source="product.code")
    order = serializers.CharField(source="work_order.erp_reference", default=None, allow_null=True)
    status = serializers.ChoiceField(UnitStatus.choices)


class ImpactAnswer(serializers.Serializer):
    """What a hold on a unit, lot or order would stop besides it. gone: affected, and not there any more."""

    in_process = serializers.IntegerField()
    finished = serializers.IntegerField()
    consumed = serializers.IntegerField()
    gone = serializers.IntegerField()
    units = ImpactUnit(many=True)


class PermitSignature(Input):
    """A signature of the token's person that means APPROVED, of what the request says."""

    meaning = serializers.ChoiceField(Meaning.choices)
    secret = serializers.CharField(max_length=200, trim_whitespace=False, write_only=True)


class PermitInput(Input):
    """Allow a gate (its path) to be passed, at a site: for a quantity, until a day, or both.

    product, order, unit, operation: what it is limited to.
    """

    site = Text(max_length=20)
    gate = Text(max_length=120)
    product = Text(max_length=60, required=False)
    order = Text(max_length=40, required=False)
    unit = Text(max_length=60, required=False)
    operation = Text(max_length=12, default="", allow_blank=True)
    reason = Text(max_length=200)
    quantity_limit = Number(required=False)
    valid_to = serializers.DateField(required=False)
    signature = PermitSignature()


class PermitCloseInput(Input):
    """reason: why it ends."""

    reason = Text(max_length=200)


class PermitsQuery(PageQuery):
    """status: open ones, closed ones, or ALL."""

    status = serializers.ChoiceField([*PermitStatus.values, "ALL"], default=PermitStatus.OPEN)


class PermitAnswer(serializers.Serializer):
    """A deviation permit. quantity_used: what was made under it."""

    number = serializers.CharField()
    site = serializers.CharField(source="site.code")
    gate = serializers.CharField()
    product = serializers.CharField(source="product.code", default=None, allow_null=True)
    order = serializers.CharField(source="work_order.erp_reference", default=None, allow_null=True)
    unit = serializers.CharField(source="unit.serial", default=None, allow_null=True)
    operation = serializers.CharField(source="operation_code", allow_blank=True)
    reason = serializers.CharField()
    quantity_limit = Number(allow_null=True)
    quantity_used = Number()
    valid_to = serializers.DateField(allow_null=True)
    status = serializers.ChoiceField(PermitStatus.choices)
    granted_at = serializers.DateTimeField()
    granted_by = serializers.CharField(source="granted_by.username")
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.CharField(source="closed_by.username", default=None, allow_null=True)
    close_reason = serializers.CharField(allow_blank=True)


class ExceptionsQuery(PageQuery):
    """Narrow the list: by kind, order, unit, permit, gate (its path), from since to until."""

    kind = serializers.ChoiceField(ExceptionKind.choices, required=False)
    order = Text(max_length=40, required=False)
    unit = Text(max_length=60, required=False)
    permit = Text(max_length=20, required=False)
    gate = Text(max_length=120, required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class ExceptionAnswer(serializers.Serializer):
    """Something that went another way than planned. gate, code: of an override; permit: that it was passed under."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(ExceptionKind.choices)
    order = serializers.CharField(source="work_order.erp_reference", default=None, allow_null=True)
    unit = serializers.CharField(source="unit.serial", default=None, allow_null=True)
    operation = serializers.CharField(source="operation_code", allow_blank=True)
    station = serializers.CharField(source="station_code", allow_blank=True)
    gate = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True)
    what = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    permit = serializers.CharField(source="permit.number", default=None, allow_null=True)
    by = serializers.CharField(source="by.username")
    approved_by = serializers.CharField(source="approved_by.username", default=None, allow_null=True)
