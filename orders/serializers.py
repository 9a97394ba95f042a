"""The shapes of master data in the API: names are those of the fields."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mes.kernel.audit.models import Meaning
from mes.kernel.rest.fields import Input, Number, Text
from mes.kernel.rest.paging import PageQuery
from orders.models import Comparison, QuantityBasis, StepKind, TraceLevel, Tracking
from orders.status import RevisionStatus


class ProductsQuery(PageQuery):
    """Narrow the list. text: part of the code or name."""

    text = Text(max_length=100, default="")
    tracking = serializers.ChoiceField(Tracking.choices, required=False)
    is_active = serializers.BooleanField(required=False)


class RoutingsQuery(PageQuery):
    """Narrow the list. text: part of the name or of the product's code."""

    text = Text(max_length=100, default="")
    site = Text(max_length=20, required=False)
    product = Text(max_length=100, required=False)


class InstructionsQuery(PageQuery):
    """Narrow the list. text: part of the code or name."""

    text = Text(max_length=100, default="")


class AgainstQuery(Input):
    """What to compare with: another revision of the same; without it the one that was released before."""

    against = serializers.UUIDField(required=False)


class RevisionShort(serializers.Serializer):
    """A revision in a list. revision: its code, of a routing or instruction its number."""

    id = serializers.UUIDField()
    revision = serializers.SerializerMethodField()
    status = serializers.ChoiceField(RevisionStatus.choices)
    effective_from = serializers.DateField(allow_null=True)
    effective_to = serializers.DateField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    approved_by = serializers.CharField(source="approved_by.username", allow_null=True, default=None)
    released_at = serializers.DateTimeField(allow_null=True)
    released_by = serializers.CharField(source="released_by.username", allow_null=True, default=None)

    def get_revision(self, revision: Any) -> str:
        return str(getattr(revision, "code", None) or revision.number)


class ProductAnswer(serializers.Serializer):
    """A product (ISA-95: material definition)."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    is_active = serializers.BooleanField()
    quantity_unit = serializers.CharField()
    tracking = serializers.ChoiceField(Tracking.choices)
    serial_pattern = serializers.CharField(allow_blank=True)
    shelf_life_days = serializers.IntegerField(allow_null=True)
    is_quarantined = serializers.BooleanField()
    revisions = RevisionShort(many=True, source="listed")


class RoutingAnswer(serializers.Serializer):
    """A routing (ISA-95: operations definition); product null: a library of standard operations."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    product = serializers.CharField(source="product.code", allow_null=True, default=None)
    site = serializers.CharField(source="site.code")
    revisions = RevisionShort(many=True, source="listed")


class InstructionAnswer(serializers.Serializer):
    """A work instruction."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    revisions = RevisionShort(many=True, source="listed")


class SubstituteAnswer(serializers.Serializer):
    """What may replace a component; both days included."""

    product = serializers.CharField(source="product.code")
    factor = Number()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)


class BomLineAnswer(serializers.Serializer):
    """A line of the bill. quantity: in the component's unit; trace_level empty: as the component is tracked."""

    operation_code = serializers.CharField()
    component = serializers.CharField(source="component.code")
    component_revision = serializers.CharField(source="component_revision.code", allow_null=True, default=None)
    quantity = Number()
    quantity_unit = serializers.CharField(source="component.quantity_unit")
    basis = serializers.ChoiceField(QuantityBasis.choices)
    trace_level = serializers.ChoiceField(TraceLevel.choices, allow_blank=True)
    reference_designators = serializers.CharField(allow_blank=True)
    substitutes = SubstituteAnswer(many=True)


class StepAnswer(serializers.Serializer):
    """One step of an operation; limits in quantity_unit, null where open."""

    position = serializers.IntegerField()
    code = serializers.CharField()
    kind = serializers.ChoiceField(StepKind.choices)
    name = serializers.CharField()
    instruction = serializers.CharField(allow_blank=True)
    is_required = serializers.BooleanField()
    samples = serializers.IntegerField()
    quantity_unit = serializers.CharField(allow_blank=True)
    decimals = serializers.IntegerField(allow_null=True)
    lower = Number(allow_null=True)
    target = Number(allow_null=True)
    upper = Number(allow_null=True)
    component = serializers.CharField(source="component.code", allow_null=True, default=None)
    choices = serializers.ListField(child=serializers.CharField())
    condition_step = serializers.CharField(allow_blank=True)
    condition_comparison = serializers.ChoiceField(Comparison.choices, allow_blank=True)
    condition_value = serializers.CharField(allow_blank=True)
    needs_witness = serializers.BooleanField()
    signature_meaning = serializers.ChoiceField(Meaning.choices, allow_blank=True)
    tag = serializers.CharField(allow_blank=True)
    is_from_machine = serializers.BooleanField()


class QualificationAsked(serializers.Serializer):
    """A qualification that an operation asks for, at this level or above."""

    qualification = serializers.CharField(source="qualification.code")
    minimum_level = serializers.IntegerField()


class AssetAsked(serializers.Serializer):
    """A class of tool, gauge or fixture that an operation asks for."""

    asset_class = serializers.CharField(source="asset_class.code")
    cycles_per_piece = serializers.IntegerField()


class SetpointAnswer(serializers.Serializer):
    """A value of an operation's recipe, in the order of writing. tolerance: of what is read back, null for none."""

    tag = serializers.CharField()
    value = serializers.CharField()
    tolerance = Number(allow_null=True)


class RoutingOperationAnswer(serializers.Serializer):
    """One operation of a routing; times in seconds."""

    code = serializers.CharField()
    name = serializers.CharField()
    station_class = serializers.CharField(source="station_class.code")
    setup_time_s = serializers.IntegerField()
    run_time_s = serializers.IntegerField()
    signature_meaning = serializers.ChoiceField(Meaning.choices, allow_blank=True)
    is_optional = serializers.BooleanField()
    alternate_group = serializers.CharField(allow_blank=True)
    max_attempts = serializers.IntegerField()
    needs_line_clearance = serializers.BooleanField()
    instruction = serializers.CharField(source="instruction.code", allow_null=True, default=None)
    must_confirm_instruction = serializers.BooleanField()
    steps = StepAnswer(many=True)
    qualifications = QualificationAsked(many=True)
    assets = AssetAsked(many=True)
    setpoints = SetpointAnswer(many=True)


class EdgeAnswer(serializers.Serializer):
    """`after` waits for `before`; times in seconds."""

    before = serializers.CharField(source="before.code")
    after = serializers.CharField(source="after.code")
    transfer_quantity = Number(allow_null=True)
    minimum_time_s = serializers.IntegerField(allow_null=True)
    maximum_time_s = serializers.IntegerField(allow_null=True)


class FileAnswer(serializers.Serializer):
    """A picture, document or film of an instruction."""

    name = serializers.CharField()
    caption = serializers.CharField(allow_blank=True)
    address = serializers.CharField(source="file.url")


class FindingAnswer(serializers.Serializer):
    """A mistake or a warning: what is wrong where, and what to do."""

    where = serializers.CharField()
    what = serializers.CharField()
    do = serializers.CharField(allow_blank=True)


class RevisionAnswer(RevisionShort):
    """A whole revision: its rows by kind, what stands in the way of its release, and the digest to sign it by."""

    of = serializers.CharField()
    digest = serializers.CharField()
    mistakes = FindingAnswer(many=True)
    warnings = FindingAnswer(many=True)
    bom_lines = BomLineAnswer(many=True, required=False)
    operations = RoutingOperationAnswer(many=True, required=False)
    edges = EdgeAnswer(many=True, required=False)
    body = serializers.CharField(required=False)
    files = FileAnswer(many=True, required=False)


class FieldChangeAnswer(serializers.Serializer):
    label = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class ChangeAnswer(serializers.Serializer):
    """A row that was added, removed or changed. within: the operation it belongs to."""

    kind = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    within = serializers.CharField(allow_blank=True)
    what = serializers.ChoiceField(["added", "removed", "changed"])
    fields_changed = FieldChangeAnswer(source="fields", many=True)


class DifferencesAnswer(serializers.Serializer):
    """What leads from one revision to another; against null: there is none before it."""

    against = serializers.UUIDField(allow_null=True)
    changes = ChangeAnswer(many=True)


class BomNodeAnswer(serializers.Serializer):
    """A line at some level of a tree: down into a product, or up to where it is used."""

    level = serializers.IntegerField()
    product = serializers.CharField(source="code")
    name = serializers.CharField()
    revision = serializers.CharField(allow_blank=True)
    status = serializers.CharField(allow_blank=True)
    operation_code = serializers.CharField()
    quantity = Number()
    quantity_unit = serializers.CharField()
    basis = serializers.ChoiceField(QuantityBasis.choices)
    trace_level = serializers.ChoiceField(TraceLevel.choices, allow_blank=True)
    reference_designators = serializers.CharField(allow_blank=True)
    is_substitute = serializers.BooleanField()


class BomTreeAnswer(serializers.Serializer):
    """Lines in depth-first order. is_cut_short: there are more than one answer takes."""

    is_cut_short = serializers.BooleanField()
    lines = BomNodeAnswer(many=True)


@extend_schema_field(OpenApiTypes.STR)
class Secret(serializers.CharField):
    """A password, as it is typed."""


class RevisionSignatureInput(Input):
    """A signature of the token's person. digest: of the revision, as it was read; secret: the password."""

    digest = Text(max_length=64)
    secret = Secret(max_length=200, trim_whitespace=False)


class SignedInput(Input):
    """An approval or release with its signature. reason: what it rests on."""

    reason = Text(max_length=200)
    signature = RevisionSignatureInput()


class RevisionReasonInput(Input):
    """Why."""

    reason = Text(max_length=200)


class EffectivityInput(RevisionReasonInput):
    """on: the last day on which a new order pins it; null: no end."""

    on = serializers.DateField(allow_null=True)


class StandardInput(RevisionReasonInput):
    """A released standard operation, by its id, and its code in the draft."""

    operation = serializers.UUIDField()
    code = Text(max_length=12)
