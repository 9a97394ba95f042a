from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, ForeignKey, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment import outline
from equipment.actions import reasons
from equipment.interlocks import mistakes_at, tags_at
from equipment.models import (
    Area,
    AssetClass,
    CalibrationRecord,
    ClearanceItem,
    Enterprise,
    HelpCall,
    PhysicalAsset,
    ReasonTree,
    Site,
    SiteAccess,
    Station,
    StationClass,
    WorkCenter,
)
from equipment.queries import Branch, branches_of, in_state, lines_of, sites_of
from equipment.status import CalibrationState, TreeStatus
from mes.kernel.audit.admin import PlainChoices, ReadOnlyAdmin, ReasonForm, RecordAdmin, sentences
from mes.kernel.door import Passage, current
from mes.kernel.personnel.admin import PersonAdmin
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput


class OfYourSites:
    """Shows the records of the person's sites only. site_path: from the record to its site."""

    site_path = "site"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(**{f"{self.site_path}__in": sites_of(request.user)})

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Site:
            kwargs["queryset"] = Site.objects.filter(pk__in=sites_of(request.user))
        elif db_field.related_model in (Area, Station, WorkCenter):
            kwargs["queryset"] = db_field.related_model._default_manager.filter(site__in=sites_of(request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class FixedFields:
    """Fields that are given once, when the record is made: others know it by them."""

    fixed: tuple[str, ...] = ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(self.fixed if obj else ()))


@admin.register(Enterprise)
class EnterpriseAdmin(RecordAdmin):
    list_display = ("name", "code")
    search_fields = ("name", "code")


@admin.register(Site)
class SiteAdmin(RecordAdmin):
    """All sites: who gives people access has to see them."""

    list_display = ("name", "code", "enterprise", "time_zone")
    list_select_related = ("enterprise",)
    search_fields = ("name", "code")


@admin.register(Area)
class AreaAdmin(OfYourSites, RecordAdmin):
    list_display = ("name", "code", "site")
    list_select_related = ("site",)
    search_fields = ("name", "code")


@admin.register(WorkCenter)
class WorkCenterAdmin(OfYourSites, RecordAdmin):
    list_display = ("name", "code", "area", "site", "calendar", "dispatch_rule")
    list_filter = ("area",)
    list_select_related = ("site", "area", "calendar")
    search_fields = ("name", "code")


@admin.register(StationClass)
class StationClassAdmin(RecordAdmin):
    list_display = ("name", "code")
    search_fields = ("name", "code")


class ClearanceItemInline(PlainChoices, admin.TabularInline):
    """What a person ticks before other work begins here. A line is taken out of use, never deleted."""

    model = ClearanceItem
    extra = 0
    can_delete = False
    verbose_name_plural = lazy("line clearance: the station's checklist")


class StationForm(ReasonForm):
    """A station whose permission is a tag that it has, and that can carry one."""

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("interlock") and given.get("permission_tag"):
            station = Station(**{name: given.get(name) for name in ("code", "interlock", "permission_tag")})
            tags = tags_at([self.instance.pk]).get(self.instance.pk, {})
            for what, do in mistakes_at(station, (), tags):
                self.add_error("permission_tag", f"{what} {do}")
        return given


@admin.register(Station)
class StationAdmin(OfYourSites, RecordAdmin):
    form = StationForm
    list_display = ("code", "name", "work_center", "station_class", "site", "is_active")
    list_filter = ("is_active", "work_center")
    list_select_related = ("site", "work_center", "station_class")
    search_fields = ("code", "name")
    inlines = (ClearanceItemInline,)


class SiteAccessInline(PlainChoices, admin.TabularInline):
    model = SiteAccess
    fk_name = "person"
    extra = 0
    verbose_name_plural = lazy("sites")


@admin.register(Person)
class PersonWithSitesAdmin(PersonAdmin):
    """A person's page, with the sites they work at."""

    inlines = (SiteAccessInline, *PersonAdmin.inlines)


@admin.register(AssetClass)
class AssetClassAdmin(FixedFields, RecordAdmin):
    list_display = ("name", "code", "kind", "calibration_interval_days", "life_cycles", "life_hours", "in_use")
    list_filter = ("kind",)
    search_fields = ("name", "code")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AssetClass]:
        here = Q(assets__is_active=True, assets__site__in=sites_of(request.user))
        return super().get_queryset(request).annotate(in_use=Count("assets", filter=here))

    @admin.display(description=lazy("in use"), ordering="in_use")
    def in_use(self, one: Any) -> int:
        return int(one.in_use)


class CalibrationFilter(admin.SimpleListFilter):
    """By what the calibration is worth today at each site."""

    title = lazy("calibration")
    parameter_name = "calibration"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(CalibrationState.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[PhysicalAsset]) -> QuerySet[PhysicalAsset]:
        if self.value() not in CalibrationState.values:
            return queryset
        sites = sites_of(request.user).values()
        return queryset.filter(in_state([CalibrationState(self.value())], sites, timezone.now()))


@admin.register(PhysicalAsset)
class PhysicalAssetAdmin(FixedFields, OfYourSites, RecordAdmin):
    """What an asset is. Where it is, its calibrations and its life are changed on its page, by verbs."""

    fixed = ("site", "asset_class", "code")
    list_display = (
        "code",
        "name",
        "asset_class",
        "calibration_due_date",
        "calibration",
        "life",
        "station",
        "is_active",
    )
    list_filter = ("is_active", CalibrationFilter, "asset_class__kind", "asset_class", "station")
    list_select_related = ("asset_class", "station", "site")
    search_fields = ("code", "name", "serial_number")
    readonly_fields = ("page", "station", "is_active", "calibration_due_date", "calibration", "life")
    fields = ("page", "site", "asset_class", "code", "name", "serial_number", *readonly_fields[1:], "reason")

    @admin.display(description=lazy("calibration"))
    def calibration(self, asset: PhysicalAsset) -> str:
        if asset._state.adding:
            return "–"
        return str(asset.calibration_on(asset.site.local(timezone.now()).date()).label)

    @admin.display(description=lazy("life left"))
    def life(self, asset: PhysicalAsset) -> str:
        if asset._state.adding:
            return "–"
        limits = asset.asset_class
        left = [
            (asset.cycles_left, limits.life_cycles, _("{left} of {limit} cycles")),
            (asset.hours_left, limits.life_hours, _("{left} of {limit} hours")),
        ]
        shown = [
            (max(0, number), limit, words.format(left=f"{max(0, number):,.0f}", limit=f"{limit:,.0f}"))
            for number, limit, words in left
            if number is not None
        ]
        bar = '<progress value="{0}" max="{1}" aria-label="{2}"></progress> {2}'
        return format_html_join(SafeString("<br>"), bar, shown) or _("no limit")

    @admin.display(description=lazy("its page"))
    def page(self, asset: PhysicalAsset) -> str:
        if asset._state.adding:
            return _("It begins in the store. Calibrate and place it on its page, once it is saved.")
        url = reverse("asset", args=[asset.pk])
        return format_html(
            '<a href="{}">{}</a>',
            url,
            _("{asset}: place, calibrate, overhaul, take out of use").format(asset=asset),
        )


@admin.register(CalibrationRecord)
class CalibrationRecordAdmin(OfYourSites, ReadOnlyAdmin):
    list_display = ("asset", "at", "by", "result", "as_found", "as_left", "due_date", "certificate_number")
    list_filter = ("result",)
    list_select_related = ("asset", "by")
    search_fields = ("asset__code", "certificate_number")


@admin.register(HelpCall)
class HelpCallAdmin(OfYourSites, ReadOnlyAdmin):
    list_display = ("kind", "station", "status", "called_at", "called_by", "taken_at", "taken_by", "done_at", "answer")
    list_filter = ("kind", "status")
    list_select_related = ("station", "called_by", "taken_by")
    search_fields = ("station__code", "note", "answer")


class ReasonTreeForm(ReasonForm):
    """A tree with its reasons as an outline."""

    outline = forms.CharField(
        label=lazy("Reasons"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "cols": 60, "class": "outline", "spellcheck": "false"}),
        help_text=lazy(
            "One a line: its code, a blank, what it says. Two blanks more than the line above puts it below that "
            "heading; up to three levels. Empty: a new version begins as a copy of the released one."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["outline"].initial = outline.write(lines_of(self.instance))

    def clean_outline(self) -> str:
        text = self.cleaned_data["outline"]
        try:
            outline.parse(text)
        except InvalidInput as refusal:
            raise forms.ValidationError(sentences(refusal)) from refusal
        return str(text)


@admin.register(ReasonTree)
class ReasonTreeAdmin(FixedFields, OfYourSites, RecordAdmin):
    """Versions of the reasons: drafted and written here by engineers, released by quality."""

    form = ReasonTreeForm
    fixed = ("kind", "site", "area", "status", "released_at", "released_by", "drawn")
    fields = ("kind", "site", "area", "outline", "reason")
    change_form_template = "admin/equipment/reason_tree.html"
    list_display = ("__str__", "kind", "site", "area", "number", "status", "released_at", "released_by")
    list_filter = ("status", "kind", "area")
    list_select_related = ("site", "area", "released_by")
    search_fields = ("reasons__code", "reasons__name")

    def get_fields(self, request: HttpRequest, obj: ReasonTree | None = None) -> list[Any]:
        if obj is None:
            return list(self.fields)
        written = ["outline"] if self.has_change_permission(request, obj) else []
        after = ["reason"] if written else []
        return [*self.fixed[:-1], *written, "drawn", *after]

    def frozen(self, obj: ReasonTree) -> str:
        if obj.is_draft:
            return ""
        return _("{tree} is released and so frozen: draft a new version and change that.").format(tree=obj)

    def save_model(self, request: HttpRequest, obj: ReasonTree, form: Any, change: bool) -> None:
        passage, text = current(), form.cleaned_data["outline"]
        assert passage is not None, "every save comes through the door"
        who = {"by": passage.person, "at": passage.at}
        if not change:
            made = reasons.draft(site=obj.site, area=obj.area, kind=obj.kind, **who)
            obj.pk, obj.number, obj._state = made.pk, made.number, made._state
        if change or text.strip():
            reasons.write(tree=obj, text=text, **who)

    @admin.display(description=lazy("as it is chosen from"))
    def drawn(self, tree: ReasonTree) -> str:
        return _nested(branches_of(tree.reasons.all())) or _("no reasons yet")

    def get_urls(self) -> list[Any]:
        act = path("<uuid:pk>/act/", self.admin_site.admin_view(self.act_view), name="equipment_reasontree_act")
        return [act, *super().get_urls()]

    def act_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Release a version, or begin the next one, from the buttons of its page."""
        tree = self.get_object(request, str(pk))
        if request.method != "POST" or tree is None or request.POST.get("verb") not in ("release", "draft"):
            raise PermissionDenied
        made = [tree]

        def act(passage: Passage) -> None:
            who = {"by": passage.person, "at": passage.at}
            if request.POST["verb"] == "release":
                reasons.release(tree=tree, **who)
            else:
                made[0] = reasons.draft(site=tree.site, area=tree.area, kind=tree.kind, **who)

        released = _("{tree} is released: it is chosen from now on.").format(tree=tree)
        done = (
            released if request.POST["verb"] == "release" else _("This is a new draft, a copy of the released version.")
        )
        kept = self.carry_out(request, act, done=done)
        return HttpResponseRedirect(reverse("admin:equipment_reasontree_change", args=[(made[0] if kept else tree).pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        tree = self.get_object(request, object_id)
        more: dict[str, Any] = {}
        if tree is not None:
            ways = []
            if tree.is_draft and request.user.may(Permission.RELEASE_MASTER_DATA):
                ways.append(("release", _("Release")))
            if tree.status == TreeStatus.RELEASED and request.user.may(Permission.EDIT_EQUIPMENT):
                ways.append(("draft", _("Draft the next version")))
            more = {"ways_on": ways, "act_url": reverse("admin:equipment_reasontree_act", args=[tree.pk])}
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))


def _nested(branches: list[Branch]) -> SafeString:
    """The tree as lists within lists."""
    if not branches:
        return SafeString("")
    rows = ((one.code, one.name, _nested(one.below)) for one in branches)
    return format_html("<ul>{}</ul>", format_html_join("", "<li><strong>{}</strong> {}{}</li>", rows))


# The pages of calendars and of machines have files of their own; at the end, because they build on what is above.
import equipment.calendars.admin  # noqa: E402
import equipment.machine_admin  # noqa: E402, F401
