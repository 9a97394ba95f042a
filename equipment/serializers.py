"""The shapes of areas, stations, assets, reasons and help calls in the API."""

from rest_framework import serializers

from equipment import outline
from equipment.models import ReasonTree
from equipment.queries import lines_of
from equipment.status import (
    AssetKind,
    CalibrationResult,
    CalibrationState,
    CallKind,
    CallStatus,
    DispatchRule,
    ReasonKind,
    TreeStatus,
)
from mes.kernel.rest.fields import Input, Number, Text
from mes.kernel.rest.paging import PageQuery


class AreasQuery(PageQuery):
    """Narrow the list. site: its code."""

    site = Text(max_length=20, required=False)


class AreaAnswer(serializers.Serializer):
    """A part of a site (ISA-95: area)."""

    code = serializers.CharField()
    name = serializers.CharField()
    site = serializers.CharField(source="site.code")


class StationsQuery(AreasQuery):
    """Narrow the list, by codes."""

    area = Text(max_length=20, required=False)
    work_center = Text(max_length=20, required=False)
    is_active = serializers.BooleanField(required=False, allow_null=True, default=None)


class StationAnswer(serializers.Serializer):
    """A station (ISA-95: work unit), with the codes of what it belongs to."""

    code = serializers.CharField()
    name = serializers.CharField()
    site = serializers.CharField(source="site.code")
    area = serializers.CharField(source="work_center.area.code", allow_null=True, default=None)
    work_center = serializers.CharField(source="work_center.code")
    station_class = serializers.CharField(source="station_class.code")
    is_active = serializers.BooleanField()
    dispatch_rule = serializers.ChoiceField(DispatchRule.choices, source="rule")


class AssetsQuery(AreasQuery):
    """Narrow the list. code: of the asset; asset_class, station: theirs; calibration: what it is worth today."""

    code = Text(max_length=40, required=False)
    asset_class = Text(max_length=40, required=False)
    station = Text(max_length=20, required=False)
    calibration = serializers.ChoiceField(CalibrationState.choices, required=False)
    is_active = serializers.BooleanField(required=False, allow_null=True, default=None)


class AssetAnswer(serializers.Serializer):
    """A tool, gauge or fixture (ISA-95: physical asset). station: null in the store; *_left: null without a limit."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(AssetKind.choices, source="asset_class.kind")
    asset_class = serializers.CharField(source="asset_class.code")
    site = serializers.CharField(source="site.code")
    station = serializers.CharField(source="station.code", allow_null=True, default=None)
    serial_number = serializers.CharField(allow_blank=True)
    is_active = serializers.BooleanField()
    calibration_due_date = serializers.DateField(allow_null=True)
    calibration = serializers.ChoiceField(CalibrationState.choices, help_text="What it is worth today at its site.")
    cycles = serializers.IntegerField()
    cycles_left = serializers.IntegerField(allow_null=True)
    hours = Number()
    hours_left = Number(allow_null=True)


class PlaceInput(Input):
    """station: the code of a station of the asset's site; null: the store."""

    station = Text(max_length=20, allow_null=True)


class WhyInput(Input):
    """reason: why, or what was done, in a few words."""

    reason = Text(max_length=200)


class CalibrationInput(Input):
    """A calibration as its certificate has it. due_date: by default after the interval of the asset's class."""

    result = serializers.ChoiceField(CalibrationResult.choices)
    as_found = Text(max_length=200)
    as_left = Text(max_length=200)
    standard = Text(max_length=120)
    certificate_number = Text(max_length=60, default="", allow_blank=True)
    due_date = serializers.DateField(default=None, allow_null=True)


class CalibrationAnswer(serializers.Serializer):
    """A calibration (ISO 10012). due_date: of the next one, null after one that failed."""

    id = serializers.UUIDField()
    asset = serializers.CharField(source="asset.code")
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username")
    result = serializers.ChoiceField(CalibrationResult.choices)
    as_found = serializers.CharField()
    as_left = serializers.CharField()
    standard = serializers.CharField()
    certificate_number = serializers.CharField(allow_blank=True)
    due_date = serializers.DateField(allow_null=True)


class ReasonsQuery(AreasQuery):
    """Narrow the list. area: those of its own; where it has none of a kind, the site's are chosen from there."""

    area = Text(max_length=20, required=False)
    kind = serializers.ChoiceField(ReasonKind.choices, required=False)


class ReasonAnswer(serializers.Serializer):
    """A released reason. heading: code of the one above; only what is_leaf can be chosen. area: null for the site's."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(ReasonKind.choices, source="tree.kind")
    site = serializers.CharField(source="tree.site.code")
    area = serializers.CharField(source="tree.area.code", allow_null=True, default=None)
    version = serializers.IntegerField(source="tree.number")
    heading = serializers.CharField(source="parent.code", allow_null=True, default=None)
    is_leaf = serializers.BooleanField()


class ReasonTreesQuery(ReasonsQuery):
    """Narrow the list. status: DRAFT, RELEASED or OBSOLETE; by default every version."""

    status = serializers.ChoiceField(TreeStatus.choices, required=False)


class ReasonTreeInput(Input):
    """Begin the next version of a kind of reasons, of a site or of one of its areas: a copy of the one in force."""

    site = Text(max_length=20)
    area = Text(max_length=20, default=None, allow_null=True)
    kind = serializers.ChoiceField(ReasonKind.choices)


class OutlineInput(Input):
    """outline: a line a reason, code first, two blanks deeper than its heading; it replaces what the draft has."""

    outline = serializers.CharField(max_length=20_000, trim_whitespace=False, allow_blank=True)


class ReasonTreeAnswer(serializers.Serializer):
    """A version of reasons. area: null for the site's. outline: a line a reason, two blanks deeper than its heading."""

    id = serializers.UUIDField()
    site = serializers.CharField(source="site.code")
    area = serializers.CharField(source="area.code", allow_null=True, default=None)
    kind = serializers.ChoiceField(ReasonKind.choices)
    version = serializers.IntegerField(source="number")
    status = serializers.ChoiceField(TreeStatus.choices)
    outline = serializers.SerializerMethodField()
    released_at = serializers.DateTimeField(allow_null=True)
    released_by = serializers.CharField(source="released_by.username", allow_null=True, default=None)

    def get_outline(self, tree: ReasonTree) -> str:
        return outline.write(lines_of(tree))


class HelpCallsQuery(AreasQuery):
    """Narrow the list. status: OPEN, TAKEN, DONE, or ALL; by default those that are not done."""

    status = serializers.ChoiceField([*CallStatus.values, "ALL"], required=False)
    kind = serializers.ChoiceField(CallKind.choices, required=False)
    station = Text(max_length=20, required=False)


class HelpCallInput(Input):
    """Call for help. site: needed where several of your sites have a station of this code."""

    station = Text(max_length=20)
    site = Text(max_length=20, required=False)
    kind = serializers.ChoiceField(CallKind.choices)
    note = Text(max_length=200, default="", allow_blank=True)


class FinishInput(Input):
    """answer: what was done."""

    answer = Text(max_length=200, default="", allow_blank=True)


class HelpCallAnswer(serializers.Serializer):
    """A call for help from a station."""

    id = serializers.UUIDField()
    station = serializers.CharField(source="station.code")
    site = serializers.CharField(source="site.code")
    kind = serializers.ChoiceField(CallKind.choices)
    status = serializers.ChoiceField(CallStatus.choices)
    note = serializers.CharField(allow_blank=True)
    called_at = serializers.DateTimeField()
    called_by = serializers.CharField(source="called_by.username", allow_null=True, default=None)
    taken_at = serializers.DateTimeField(allow_null=True)
    taken_by = serializers.CharField(source="taken_by.username", allow_null=True, default=None)
    done_at = serializers.DateTimeField(allow_null=True)
    done_by = serializers.CharField(source="done_by.username", allow_null=True, default=None)
    answer = serializers.CharField(allow_blank=True)
