"""Products, routings and their revisions: drafts are edited here, released ones only looked at and copied."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from equipment.admin import FixedFields, OfYourSites
from mes.kernel.audit.admin import PlainChoices, RecordAdmin
from orders.catalogue import revision_before
from orders.content import AnyRevision, parts_of
from orders.differences import differences, operations_changed
from orders.drawing import draw
from orders.models import (
    BomLine,
    BomSubstitute,
    Instruction,
    InstructionFile,
    InstructionRevision,
    Operation,
    OperationEdge,
    Product,
    ProductRevision,
    Routing,
    RoutingRevision,
)
from orders.policies import mistakes_of


def revision_of(obj: models.Model) -> AnyRevision:
    """The revision that a part belongs to, or the revision itself."""
    if isinstance(obj, BomLine):
        return obj.product_revision
    return obj.routing_revision if isinstance(obj, Operation) else obj  # type: ignore[return-value]


def is_draft(obj: models.Model | None) -> bool:
    return obj is None or revision_of(obj).is_draft


class DraftPart(PlainChoices):
    """Rows that belong to a revision: edited while it is a draft."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_add_permission(request, obj) and is_draft(obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and is_draft(obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and is_draft(obj)


class PartInline(DraftPart, admin.TabularInline):
    """Such rows as a table."""


class RevisionAdmin(RecordAdmin):
    """What revisions have in common: a draft is edited here; its life goes on at the desk, on the revision's page."""

    change_form_template = "admin/orders/revision.html"
    list_filter = ("status",)
    actions = None
    readonly_fields = ("status", "approved_at", "approved_by", "released_at", "released_by")
    kind: str

    def frozen(self, obj: Any) -> str:
        if is_draft(obj):
            return ""
        revision = revision_of(obj)
        state = revision.get_status_display().lower()
        return _("{revision} is {state} and so frozen: copy it to a new draft and change that.").format(
            revision=revision, state=state
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        more = {"kind": self.kind} | self.picture(obj) if obj is not None else {}
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))

    def picture(self, obj: Any) -> dict[str, Any]:
        """What is shown above the rows."""
        return {"mistakes": mistakes_of(obj)} if obj.is_draft else {}


@admin.register(Product)
class ProductAdmin(FixedFields, RecordAdmin):
    list_display = ("code", "name", "tracking", "quantity_unit", "is_active", "is_quarantined")
    list_filter = ("tracking", "is_active", "is_quarantined")
    search_fields = ("code", "name")


class BomLineInline(PartInline):
    model = BomLine
    fk_name = "product_revision"
    autocomplete_fields = ("component", "component_revision")
    readonly_fields = ("substitutes_here",)
    verbose_name_plural = lazy("bill of materials")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BomLine]:
        lines = super().get_queryset(request).select_related("component", "component_revision__product")
        return lines.prefetch_related("substitutes__product")

    @admin.display(description=lazy("substitutes"))
    def substitutes_here(self, line: BomLine) -> str:
        if line._state.adding:
            return _("after saving")
        codes = ", ".join(each.product.code for each in line.substitutes.all())
        url = reverse("admin:orders_bomline_change", args=[line.pk])
        return format_html('<a href="{}">{}</a>', url, codes or (_("add") if is_draft(line) else _("none")))


@admin.register(ProductRevision)
class ProductRevisionAdmin(RevisionAdmin):
    kind = "product"
    list_display = ("__str__", "product_name", "status", "effective_from", "effective_to", "released_at", "released_by")
    list_select_related = ("product", "released_by")
    search_fields = ("product__code", "product__name", "code")
    autocomplete_fields = ("product",)
    inlines = (BomLineInline,)

    @admin.display(description=lazy("product"))
    def product_name(self, revision: ProductRevision) -> str:
        return revision.product.name


class BomSubstituteInline(PartInline):
    model = BomSubstitute
    autocomplete_fields = ("product",)


class PartAdmin(RecordAdmin):
    """A row of a revision on a page of its own, for what belongs to it; reached from the revision's page."""

    frozen = RevisionAdmin.frozen

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(BomLine)
class BomLineAdmin(PartAdmin):
    """One line of a bill with its substitutes."""

    inlines = (BomSubstituteInline,)
    autocomplete_fields = ("component", "component_revision")
    readonly_fields = ("product_revision",)


class InstructionFileInline(PartInline):
    model = InstructionFile
    verbose_name_plural = lazy("pictures, documents, films")


@admin.register(Instruction)
class InstructionAdmin(FixedFields, RecordAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")


@admin.register(InstructionRevision)
class InstructionRevisionAdmin(RevisionAdmin):
    """Markdown on the left, its files below; the desk's page shows it as the station will."""

    kind = "instruction"
    list_display = ("__str__", "instruction_name", "status", "effective_from", "released_at", "released_by")
    list_select_related = ("instruction", "released_by")
    search_fields = ("instruction__code", "instruction__name", "body")
    autocomplete_fields = ("instruction",)
    inlines = (InstructionFileInline,)
    formfield_overrides = {
        models.TextField: {
            "widget": forms.Textarea(attrs={"rows": 18, "class": "vLargeTextField", "spellcheck": "true"})
        }
    }

    @admin.display(description=lazy("instruction"))
    def instruction_name(self, revision: InstructionRevision) -> str:
        return revision.instruction.name


@admin.register(Routing)
class RoutingAdmin(OfYourSites, RecordAdmin):
    list_display = ("name", "product", "site")
    list_filter = ("site",)
    list_select_related = ("product", "site")
    autocomplete_fields = ("product",)
    search_fields = ("name", "product__code")


class OperationInline(PartInline):
    """Operations as a list of links: each is edited on its own page, with its steps. Here they come and go."""

    model = Operation
    fields = ("code", "name", "station_class", "run_time_s", "contents")
    readonly_fields = ("contents",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        found = super().get_queryset(request).select_related("station_class", "instruction")
        return found.prefetch_related("steps", "qualifications__qualification", "assets__asset_class")

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    @admin.display(description=lazy("what it asks for"))
    def contents(self, operation: Operation) -> str:
        if operation._state.adding:
            return _("after saving")
        steps = len(operation.steps.all())
        asked = [ngettext("{count} step", "{count} steps", steps).format(count=steps)]
        asked += [str(q) for q in operation.qualifications.all()] + [str(a) for a in operation.assets.all()]
        asked += [str(operation.instruction)] if operation.instruction else []
        url = reverse("admin:orders_operation_change", args=[operation.pk])
        return format_html('<a href="{}">{}</a>', url, "; ".join(asked))


class OperationEdgeInline(PartInline):
    model = OperationEdge
    verbose_name_plural = lazy("edges: what waits for what")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OperationEdge]:
        return super().get_queryset(request).select_related("before", "after")

    def get_formset(self, request: HttpRequest, obj: RoutingRevision | None = None, **kwargs: Any) -> Any:
        self.revision = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Operation:
            kwargs["queryset"] = Operation.objects.filter(routing_revision=self.revision)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(RoutingRevision)
class RoutingRevisionAdmin(OfYourSites, RevisionAdmin):
    kind = "routing"
    site_path = "routing__site"
    list_display = ("__str__", "status", "effective_from", "effective_to", "released_at", "released_by")
    list_filter = ("status", "routing__site")
    list_select_related = ("routing", "redline_of", "released_by")
    search_fields = ("routing__name", "routing__product__code")
    autocomplete_fields = ("routing",)
    inlines = (OperationInline, OperationEdgeInline)

    def get_readonly_fields(self, request: HttpRequest, obj: RoutingRevision | None = None) -> Any:
        """A redline stays its order's: its number and routing are given, and it is pinned by no other order."""
        fixed = super().get_readonly_fields(request, obj)
        given = ("redline_of", "redline_reason", "routing", "number", "effective_from", "effective_to")
        return (*fixed, *given) if obj is not None and obj.redline_of_id is not None else fixed

    def picture(self, obj: RoutingRevision) -> dict[str, Any]:
        """The graph, marked against the revision released before it, and what stands in the way of releasing it."""
        before = revision_before(obj)
        changed = operations_changed(differences(parts_of(before), parts_of(obj))) if before else {}
        return super().picture(obj) | {"drawing": draw(obj, changed), "before": before}


# The page of an operation builds on what stands here.
import orders.operation_admin  # noqa: E402, F401
