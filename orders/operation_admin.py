"""Operations in the administration: the list of all, and the page of one with its steps as rows that unfold."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from equipment.admin import OfYourSites
from mes.kernel.audit.admin import RecordAdmin
from mes.kernel.numbers import with_places
from orders.admin import DraftPart, PartAdmin, PartInline
from orders.models import Operation, OperationAsset, OperationQualification, OperationSetpoint, Step


class StepInline(DraftPart, admin.StackedInline):
    """Each step is a row that says what it asks for, and unfolds to its fields."""

    model = Step
    template = "admin/orders/steps.html"
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"})}}
    autocomplete_fields = ("component",)
    fieldsets = (
        (None, {"fields": (("position", "code", "kind", "is_required"), "name", "instruction", "picture")}),
        (
            lazy("What is entered"),
            {"fields": (("samples", "quantity_unit", "decimals", "lower", "target", "upper"), "component", "choices")},
        ),
        (
            lazy("When it is asked, who stands by it, where it is read"),
            {
                "fields": (
                    ("condition_step", "condition_comparison", "condition_value"),
                    ("needs_witness", "signature_meaning"),
                    ("tag", "is_from_machine"),
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Step]:
        return super().get_queryset(request).select_related("component")

    def get_formset(self, request: HttpRequest, obj: Operation | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.facts = property(lambda form: facts_of(form.instance))
        return formset


def facts_of(step: Step) -> list[str]:
    """What a step asks for beside a record, in a few words each; of a new one nothing."""
    if step._state.adding:
        return []
    found = [
        _limits(step),
        step.component.code if step.component else "",
        ", ".join(step.choices),
        _("{count} times").format(count=step.samples) if step.samples > 1 else "",
        "" if step.is_required else _("optional"),
        _("if {step} {comparison} {value}").format(
            step=step.condition_step,
            comparison=step.get_condition_comparison_display().lower(),
            value=step.condition_value,
        )
        if step.condition_step
        else "",
        _("witness") if step.needs_witness else "",
        _("signed") if step.signature_meaning else "",
        _("from {tag}").format(tag=step.tag) if step.tag else "",
        _("with a picture") if step.picture else "",
    ]
    return [fact for fact in found if fact]


def _limits(step: Step) -> str:
    lower, upper = (None if limit is None else with_places(limit, step.decimals) for limit in (step.lower, step.upper))
    if lower is not None and upper is not None:
        said = _("{lower} to {upper}").format(lower=lower, upper=upper)
    elif lower is not None:
        said = _("at least {lower}").format(lower=lower)
    elif upper is not None:
        said = _("at most {upper}").format(upper=upper)
    else:
        said = ""
    return f"{said} {step.quantity_unit}".strip()


class FoldedInline(PartInline):
    """A table under its heading, which says what is in it as long as it is folded."""

    called: Any
    classes = ("collapse",)

    def get_formset(self, request: HttpRequest, obj: Operation | None = None, **kwargs: Any) -> Any:
        self.verbose_name_plural = heading(self.called, (str(each) for each in self.of(obj)) if obj else ())
        return super().get_formset(request, obj, **kwargs)

    def of(self, operation: Operation) -> Iterable[Any]:
        raise NotImplementedError


def heading(called: Any, facts: Iterable[str]) -> str:
    """A heading with what is said below it, or with a dash."""
    return f"{called}: {', '.join(facts) or '–'}"


class OperationQualificationInline(FoldedInline):
    model = OperationQualification
    called = lazy("qualifications it asks for")

    def of(self, operation: Operation) -> Iterable[OperationQualification]:
        return operation.qualifications.select_related("qualification")


class OperationAssetInline(FoldedInline):
    model = OperationAsset
    called = lazy("tools, gauges and fixtures it asks for")

    def of(self, operation: Operation) -> Iterable[OperationAsset]:
        return operation.assets.select_related("asset_class")


class OperationSetpointInline(FoldedInline):
    model = OperationSetpoint
    called = lazy("recipe: what is written to the machine before it starts")

    def of(self, operation: Operation) -> Iterable[OperationSetpoint]:
        return operation.setpoints.all()


@admin.register(Operation)
class OperationAdmin(OfYourSites, PartAdmin):
    """All operations, to find one by what it is and where it is; one with its steps, beside those of its revision."""

    site_path = "routing_revision__routing__site"
    change_form_template = "admin/orders/operation.html"
    list_display = ("code", "name", "revision", "status", "station_class", "run_time_s")
    list_display_links = ("code", "name")
    list_filter = ("routing_revision__status", "station_class", "routing_revision__routing__site")
    list_select_related = ("routing_revision__routing", "routing_revision__redline_of", "station_class")
    search_fields = (
        *("code", "name", "routing_revision__routing__name", "routing_revision__routing__product__code"),
        "station_class__name",
    )
    ordering = ("routing_revision__routing__name", "-routing_revision__number", "code")
    inlines = (StepInline, OperationQualificationInline, OperationAssetInline, OperationSetpointInline)
    readonly_fields = ("copied_from",)
    exclude = ("routing_revision",)
    autocomplete_fields = ("instruction",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return RecordAdmin.has_module_permission(self, request)

    @admin.display(description=lazy("routing revision"), ordering="routing_revision__routing__name")
    def revision(self, operation: Operation) -> str:
        url = reverse("admin:orders_routingrevision_change", args=[operation.routing_revision_id])
        return format_html('<a href="{}">{}</a>', url, operation.routing_revision)

    @admin.display(description=lazy("status"), ordering="routing_revision__status")
    def status(self, operation: Operation) -> str:
        return operation.routing_revision.get_status_display()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        more = {"neighbours": Operation.objects.filter(routing_revision=obj.routing_revision_id)} if obj else {}
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))

    def get_fieldsets(self, request: HttpRequest, obj: Operation | None = None) -> Any:
        """What each operation has, then what few have: folded, with what is said there in the heading.

        All is unfolded where something is wrong in it, and there is no reason where nothing can be changed.
        """
        folded = {} if request.method == "POST" else {"classes": ("collapse",)}
        shown = [
            (
                None,
                {"fields": (("code", "name"), ("station_class", "setup_time_s", "run_time_s"))},
            ),
            (
                heading(_("Together with others"), _together(obj)),
                {
                    **folded,
                    "fields": (("setup_family", "batch_quantity"),),
                    "description": _(
                        "Jobs of one setup family need no new setup one after the other. A batch quantity is how much "
                        "goes into one run of several units or lots; without one each is done by itself."
                    ),
                },
            ),
            (
                heading(_("Way through the routing"), _way(obj)),
                {**folded, "fields": (("is_optional", "alternate_group", "max_attempts"),)},
            ),
            (
                heading(_("What it asks for"), _asked(obj)),
                {
                    **folded,
                    "fields": (
                        ("instruction", "must_confirm_instruction"),
                        ("needs_line_clearance", "signature_meaning"),
                        ("hold_after_failures", "hold_below_yield"),
                        "copied_from",
                    ),
                },
            ),
        ]
        may = obj is None or self.has_change_permission(request, obj)
        return [*shown, (None, {"fields": ("reason",)})] if may else shown


def _said(*facts: Any) -> list[str]:
    return [str(fact) for fact in facts if fact]


def _together(operation: Operation | None) -> list[str]:
    if operation is None:
        return []
    batch = operation.batch_quantity
    return _said(operation.setup_family, batch and _("batch of {quantity}").format(quantity=with_places(batch, None)))


def _way(operation: Operation | None) -> list[str]:
    if operation is None:
        return []
    most = operation.max_attempts
    return _said(
        operation.is_optional and _("optional"),
        operation.alternate_group and _("one of {group}").format(group=operation.alternate_group),
        most and ngettext("at most {count} attempt", "at most {count} attempts", most).format(count=most),
    )


def _asked(operation: Operation | None) -> list[str]:
    if operation is None:
        return []
    failures, share = operation.hold_after_failures, operation.hold_below_yield
    held = ngettext("held after {count} failure", "held after {count} failures", failures).format(count=failures)
    return _said(
        operation.instruction and operation.instruction.code,
        operation.needs_line_clearance and _("line clearance"),
        operation.signature_meaning and _("signed"),
        failures and held,
        share and _("held below {share} %").format(share=share),
        operation.copied_from_id and _("from the library"),
    )
