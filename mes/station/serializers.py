"""The shapes of units and operations in the API: what comes in, what goes out."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from genealogy.status import UnitStatus
from mes.kernel.audit.models import Meaning
from mes.kernel.rest.fields import AnyValue, Input, Number, Text
from mes.kernel.rest.paging import PageQuery
from mes.kernel.rest.schema import Blocker
from orders.models import StepKind
from orders.status import OrderStatus
from wip.status import BatchStatus, ExecutionStatus

MAX_ENTRIES = 500


class OverrideInput(Input):
    """Pass a gate that says no. gate: its path, or the code of its verdict; reason: why it may be passed.

    reason_code: of a released override reason of the station, which has to be named where it has any; reason is the
    remark to it then. permit: the deviation permit that covers it; badge and pin: of the supervisor who passes it.
    Which, the gate says.
    """

    gate = Text(max_length=120)
    reason_code = Text(max_length=24, default="", allow_blank=True)
    reason = Text(max_length=200, default="", allow_blank=True)
    permit = Text(max_length=20, required=False)
    badge = Text(max_length=64, required=False)
    pin = serializers.CharField(max_length=16, trim_whitespace=False, write_only=True, required=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if ("permit" in asked) == ("badge" in asked) or ("badge" in asked) != ("pin" in asked):
            raise serializers.ValidationError({"permit": [_("Name a permit, or send badge and PIN.")]})
        return asked


class OverridableInput(Input):
    """What gates may refuse, and somebody may let pass: each gate that is to be passed, with its reason."""

    overrides = OverrideInput(many=True, default=list, max_length=20)


class StartInput(OverridableInput):
    """Start an operation. station: the code of the station where it is done."""

    station = Text(max_length=20)


class SignatureInput(Input):
    """A signature of the token's person. secret: their password; digest: of what they were shown, if they were."""

    meaning = serializers.ChoiceField(Meaning.choices)
    secret = serializers.CharField(max_length=200, trim_whitespace=False, write_only=True)
    digest = Text(max_length=64, default="", allow_blank=True)


class WitnessInput(Input):
    """Who saw it beside the person who records it: their badge and PIN."""

    badge = Text(max_length=64)
    pin = serializers.CharField(max_length=16, trim_whitespace=False, write_only=True)


class StepInput(Input):
    """A value for a step. reason: only to correct the value that is recorded already.

    value: a text, a number or true; of a table all its numbers in a list; of a file its digest; of a person the user
    name; of a time ISO 8601 or "now". witness, signature: where the step asks for them.
    """

    step = Text(max_length=24)
    sample = serializers.IntegerField(min_value=1, max_value=32767, default=1)
    value = AnyValue()
    reason = Text(max_length=200, default="", allow_blank=True)
    witness = WitnessInput(required=False)
    signature = SignatureInput(required=False)


class ConsumptionInput(Input):
    """A component that is built in. serial: of the unit or lot; quantity: must be what the BOM asks for, if sent."""

    step = Text(max_length=24)
    sample = serializers.IntegerField(min_value=1, max_value=32767, default=1)
    serial = Text(max_length=200)
    quantity = Number(required=False)


class RecordInput(OverridableInput):
    """Values and components, recorded together or not at all."""

    station = Text(max_length=20)
    steps = StepInput(many=True, default=list, max_length=MAX_ENTRIES)
    consumptions = ConsumptionInput(many=True, default=list, max_length=MAX_ENTRIES)


class CompleteInput(RecordInput):
    """Values, components and how it ends. good: by default all that is open, less the scrap.

    defect: what was found in the scrap, a code of the released defects (`/reasons?kind=DEFECT`).
    """

    good = Number(required=False)
    scrap = Number(default=0)
    scrap_reason = Text(max_length=200, default="", allow_blank=True)
    defect = Text(max_length=24, default="", allow_blank=True)
    signature = SignatureInput(required=False)


class BookInput(OverridableInput):
    """A part of a lot. good and scrap: in the product's quantity_unit, together not above what is open.

    defect: what was found in the scrap, a code of the released defects (`/reasons?kind=DEFECT`).
    """

    station = Text(max_length=20)
    good = Number(default=0)
    scrap = Number(default=0)
    scrap_reason = Text(max_length=200, default="", allow_blank=True)
    defect = Text(max_length=24, default="", allow_blank=True)


class SplitInput(Input):
    """A part that becomes a lot of its own. quantity: in the product's quantity_unit, less than what is left."""

    quantity = Number()
    reason = Text(max_length=200)


class MergeInput(Input):
    """Lots that become one with the lot of the address. others: their serials."""

    others = serializers.ListField(child=Text(max_length=60), min_length=1, max_length=50)
    reason = Text(max_length=200)


class UndoInput(Input):
    """Take back the last act. reason: of a correction, after the time for one's own; done_at: when the act was done."""

    station = Text(max_length=20)
    reason = Text(max_length=200, default="", allow_blank=True)
    done_at = serializers.DateTimeField(required=False)


class AtStationInput(Input):
    """station: the code of the station where the operation runs."""

    station = Text(max_length=20)


class ComeInput(AtStationInput, OverridableInput):
    """Come to a running operation: join, resume or take over."""


class PauseInput(AtStationInput):
    """reason: code of a released downtime reason of the station, where one fits; remark: in one's own words."""

    reason = Text(max_length=24, default="", allow_blank=True)
    remark = Text(max_length=120, default="", allow_blank=True)


class HandOverInput(AtStationInput):
    """note: what whoever goes on has to know."""

    note = Text(max_length=500)


class NotesQuery(PageQuery):
    """Narrow the list. station: its code; taken: with those that somebody has taken."""

    station = Text(max_length=20, required=False)
    taken = serializers.BooleanField(required=False, default=False)


class NoteInput(Input):
    """A note for whoever comes next. site: needed where several of your sites have a station of this code."""

    station = Text(max_length=20)
    site = Text(max_length=20, required=False)
    note = Text(max_length=500)


class NoteAnswer(serializers.Serializer):
    """A note for whoever comes next. unit, operation: of the job it was left with; null: it is of the station."""

    id = serializers.UUIDField()
    site = serializers.CharField(source="site.code")
    station = serializers.CharField(source="station.code")
    unit = serializers.CharField(source="execution.unit.serial", allow_null=True, default=None)
    operation = serializers.CharField(source="execution.operation_code", allow_null=True, default=None)
    note = serializers.CharField(source="text")
    written_at = serializers.DateTimeField()
    written_by = serializers.CharField(source="written_by.username")
    taken_at = serializers.DateTimeField(allow_null=True)
    taken_by = serializers.CharField(source="taken_by.username", allow_null=True, default=None)


class ReadInstructionAnswer(serializers.Serializer):
    """A revision of an instruction, its body in Markdown. confirmed_at: when you said that you read it, or null."""

    id = serializers.UUIDField(source="revision.pk")
    instruction = serializers.CharField(source="revision.instruction.code")
    name = serializers.CharField(source="revision.instruction.name")
    revision = serializers.IntegerField(source="revision.number")
    body = serializers.CharField(source="revision.body", allow_blank=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)


class BrowsersQuery(PageQuery):
    """Narrow the list. station: its code."""

    station = Text(max_length=20, required=False)


class BrowserAnswer(serializers.Serializer):
    """A browser that is a station. is_locked: whether too many wrong secrets were entered; revoked: it is none now."""

    id = serializers.UUIDField()
    site = serializers.CharField(source="site.code")
    station = serializers.CharField(source="station.code")
    registered_at = serializers.DateTimeField()
    registered_by = serializers.CharField(source="registered_by.username")
    is_locked = serializers.BooleanField(source="locked")
    locked_until = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    revoked_by = serializers.CharField(source="revoked_by.username", allow_null=True, default=None)


class ExecutionAnswer(serializers.Serializer):
    """One attempt at an operation on a unit (ISA-95: job response). Quantities in the product's quantity_unit."""

    unit = serializers.CharField(source="unit.serial")
    unit_status = serializers.ChoiceField(UnitStatus.choices, source="unit.status")
    operation = serializers.CharField(source="operation_code")
    attempt = serializers.IntegerField()
    status = serializers.ChoiceField(ExecutionStatus.choices)
    station = serializers.CharField(source="station.code")
    quantity = Number()
    good = Number(source="quantity_good")
    scrap = Number(source="quantity_scrapped")
    started_at = serializers.DateTimeField()
    started_by = serializers.CharField(source="started_by.username")
    worked_by = serializers.CharField(source="worked_by.username")
    completed_at = serializers.DateTimeField(allow_null=True)
    completed_by = serializers.CharField(source="completed_by.username", allow_null=True)


class BatchInput(OverridableInput):
    """Start an operation on several units together. units: their serials; container: the code of what they are in."""

    station = Text(max_length=20)
    operation = Text(max_length=12)
    units = serializers.ListField(child=Text(max_length=60), default=list, max_length=200)
    container = Text(max_length=40, default="", allow_blank=True)


class BatchScrapInput(Input):
    """What of one unit of a batch is scrap."""

    unit = Text(max_length=60)
    quantity = Number()


class BatchCompleteInput(RecordInput):
    """How a batch ends: all that is open is good, but what is scrap.

    defect: what was found in the scrap, a code of the released defects (`/reasons?kind=DEFECT`).
    """

    scrap = BatchScrapInput(many=True, default=list, max_length=200)
    scrap_reason = Text(max_length=200, default="", allow_blank=True)
    defect = Text(max_length=24, default="", allow_blank=True)
    signature = SignatureInput(required=False)


class BatchAnswer(serializers.Serializer):
    """Several units in one run of a station, each with its execution."""

    number = serializers.CharField()
    status = serializers.ChoiceField(BatchStatus.choices)
    station = serializers.CharField(source="station.code")
    started_at = serializers.DateTimeField()
    started_by = serializers.CharField(source="started_by.username")
    completed_at = serializers.DateTimeField(allow_null=True)
    completed_by = serializers.CharField(source="completed_by.username", default=None, allow_null=True)
    executions = ExecutionAnswer(many=True, source="members")


class ReadingAnswer(serializers.Serializer):
    """A value in force: corrected ones are not shown. name: of the person or file that the value stands for."""

    step = serializers.CharField(source="step_code")
    sample = serializers.IntegerField()
    kind = serializers.ChoiceField(StepKind.choices)
    value = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    quantity_unit = serializers.CharField(allow_blank=True)
    lower = Number(allow_null=True)
    upper = Number(allow_null=True)
    is_within_limits = serializers.BooleanField()
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username")
    witnessed_by = serializers.CharField(source="witnessed_by.username", default=None, allow_null=True)
    signature = serializers.UUIDField(source="signature_id", allow_null=True)
    station = serializers.CharField(source="station_code")
    machine_tag = serializers.CharField(allow_blank=True)
    machine_at = serializers.DateTimeField(allow_null=True)
    machine_quality = serializers.IntegerField(allow_null=True)


class OperationAnswer(serializers.Serializer):
    """An operation of the unit's plan. blockers: what stops its start, or its completion while it runs.

    signature_digest: of what is to be signed at its end, while it runs; signed as `digest` in the signature.
    """

    code = serializers.CharField(source="plan.code")
    name = serializers.CharField(source="plan.name")
    station_class = serializers.CharField(source="plan.station_class")
    waits_for = serializers.ListField(child=serializers.CharField(), source="plan.predecessors")
    status = serializers.ChoiceField(["WAITING", *ExecutionStatus.values])
    execution = ExecutionAnswer(allow_null=True)
    readings = ReadingAnswer(many=True)
    blockers = Blocker(many=True)
    signature_meaning = serializers.CharField(source="plan.signature_meaning", allow_blank=True)
    signature_digest = serializers.CharField(allow_blank=True)


class HoldOnUnit(serializers.Serializer):
    """An open hold on the unit or on its order."""

    number = serializers.CharField()
    reason_code = serializers.CharField()
    reason = serializers.CharField()
    placed_at = serializers.DateTimeField()
    placed_by = serializers.CharField(source="placed_by.username")


class UnitLine(serializers.Serializer):
    """A unit or lot in a list."""

    serial = serializers.CharField()
    product = serializers.CharField(source="product.code")
    order = serializers.CharField(source="work_order.erp_reference", allow_null=True)
    site = serializers.CharField(source="site.code")
    status = serializers.ChoiceField(UnitStatus.choices)
    quantity = Number()
    quantity_left = Number()
    split_from = serializers.CharField(source="split_from.serial", default=None, allow_null=True)
    container = serializers.CharField(source="container.code", default=None, allow_null=True)


class WayAnswer(serializers.Serializer):
    """How far a unit is on its way through its routing, and what holds it."""

    order_status = serializers.ChoiceField(OrderStatus.choices, allow_null=True)
    operations = OperationAnswer(many=True)
    holds = HoldOnUnit(many=True)


class UnitAnswer(UnitLine, WayAnswer):
    """A unit or lot with everything that is known of its way through its routing."""


class UnitQuery(Input):
    """station: judge what the calling person could do there, by its code."""

    station = Text(max_length=20, required=False)


class UnitsQuery(PageQuery):
    """Narrow the list: by the order that makes them, by product, by status."""

    order = Text(max_length=40, required=False)
    product = Text(max_length=60, required=False)
    status = serializers.ChoiceField(UnitStatus.choices, required=False)
