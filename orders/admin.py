"""Products, routings and their revisions: drafts are edited here, released ones only looked at and copied."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html

from equipment.admin import OfYourSites
from mes.kernel.audit.admin import PlainChoices, RecordAdmin
from mes.kernel.door import Passage
from mes.kernel.personnel.roles import Permission
from orders.actions import drafts, revisions
from orders.drawing import draw
from orders.models import (
    BomLine,
    Operation,
    OperationEdge,
    OperationQualification,
    Product,
    ProductRevision,
    Routing,
    RoutingRevision,
    Step,
)
from orders.policies import mistakes_of
from orders.status import RevisionStatus


def revision_of(obj: models.Model) -> ProductRevision | RoutingRevision:
    """The revision that a part belongs to, or the revision itself."""
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
    """What revisions have in common: release, retirement and copying, by the verbs, with a reason."""

    change_form_template = "admin/orders/revision.html"
    list_filter = ("status",)
    actions = ("retire",)
    readonly_fields = ("status", "released_at", "released_by")

    def frozen(self, obj: Any) -> str:
        if is_draft(obj):
            return ""
        revision = revision_of(obj)
        state = revision.get_status_display().lower()
        return f"{revision} is {state} and so frozen: copy it to a new draft and change that."

    def has_release_permission(self, request: HttpRequest) -> bool:
        return request.user.may(Permission.RELEASE_MASTER_DATA)

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        act = path("<uuid:pk>/act/", self.admin_site.admin_view(self.act_view), name=name)
        return [act, *super().get_urls()]

    def verbs(self) -> dict[str, tuple[Any, str]]:
        """Name of a verb -> (the verb, what is said when it is done)."""
        raise NotImplementedError

    def act_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """A verb on one revision, from the buttons of its page."""
        obj = self.get_object(request, str(pk))
        name = request.POST.get("verb", "")
        if request.method != "POST" or name not in self.verbs() or not self.has_view_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        made = self.act(request, name, obj)
        return HttpResponseRedirect(reverse(f"admin:orders_{self.opts.model_name}_change", args=[(made or obj).pk]))

    def act(self, request: HttpRequest, name: str, obj: Any) -> Any:
        """Carry out a verb on a revision; what it returned, or None when it was refused."""
        verb, done = self.verbs()[name]
        if not request.POST.get("reason", "").strip():
            self.message_user(request, "Say in a few words why: the reason is kept in the audit trail.", messages.ERROR)
            return None
        made: list[Any] = []

        def act(passage: Passage) -> None:
            made.append(verb(revision=obj, by=passage.person, at=passage.at))

        return made[0] if self.carry_out(request, act, done=done.format(obj)) else None

    @admin.action(description="Make obsolete", permissions=["release"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for revision in queryset:
            self.act(request, "retire", revision)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        more = self.picture(obj) | self.ways_on(request, obj) if obj is not None else {}
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))

    def picture(self, obj: Any) -> dict[str, Any]:
        return {}

    def ways_on(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """The buttons of the page: what the person may do with the revision in its state."""
        ways = []
        if self.has_release_permission(request) and obj.status == RevisionStatus.RELEASED:
            ways.append(("retire", "Make obsolete"))
        if request.user.may(Permission.DRAFT_MASTER_DATA):
            ways.append(("copy", "Copy to a new draft"))
        return {"ways_on": ways, "act_url": reverse(f"admin:orders_{self.opts.model_name}_act", args=[obj.pk])}


@admin.register(Product)
class ProductAdmin(RecordAdmin):
    list_display = ("code", "name", "tracking", "quantity_unit", "serial_pattern")
    list_filter = ("tracking",)
    search_fields = ("code", "name")


class BomLineInline(PartInline):
    model = BomLine
    fk_name = "product_revision"
    autocomplete_fields = ("component", "component_revision")
    verbose_name_plural = "bill of materials"


@admin.register(ProductRevision)
class ProductRevisionAdmin(RevisionAdmin):
    list_display = ("__str__", "product_name", "status", "released_at", "released_by")
    list_select_related = ("product", "released_by")
    search_fields = ("product__code", "product__name", "code")
    autocomplete_fields = ("product",)
    inlines = (BomLineInline,)

    @admin.display(description="product")
    def product_name(self, revision: ProductRevision) -> str:
        return revision.product.name

    def verbs(self) -> dict[str, tuple[Any, str]]:
        return {
            "retire": (revisions.retire, "{} is obsolete: no further order can pin it."),
            "copy": (drafts.copy_product_revision, "This is a new draft, a copy of {}."),
        }


@admin.register(Routing)
class RoutingAdmin(OfYourSites, RecordAdmin):
    list_display = ("name", "product", "site")
    list_select_related = ("product", "site")
    autocomplete_fields = ("product",)
    search_fields = ("name", "product__code")


class OperationInline(PartInline):
    model = Operation
    fields = ("code", "name", "station_class", "run_time_s", "signature_meaning", "contents")
    readonly_fields = ("contents",)
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        return super().get_queryset(request).prefetch_related("steps", "qualifications__qualification")

    @admin.display(description="steps, qualification")
    def contents(self, operation: Operation) -> str:
        steps, asked = len(operation.steps.all()), ", ".join(str(q) for q in operation.qualifications.all())
        url = reverse("admin:orders_operation_change", args=[operation.pk])
        words = f"{steps} step{'' if steps == 1 else 's'}" + (f"; {asked}" if asked else "")
        return format_html('<a href="{}">{}</a>', url, words)


class OperationEdgeInline(PartInline):
    model = OperationEdge
    verbose_name_plural = "edges: what waits for what"

    def get_formset(self, request: HttpRequest, obj: RoutingRevision | None = None, **kwargs: Any) -> Any:
        self.revision = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Operation:
            kwargs["queryset"] = Operation.objects.filter(routing_revision=self.revision)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(RoutingRevision)
class RoutingRevisionAdmin(OfYourSites, RevisionAdmin):
    site_path = "routing__site"
    list_display = ("__str__", "status", "released_at", "released_by")
    list_select_related = ("routing", "released_by")
    search_fields = ("routing__name", "routing__product__code")
    inlines = (OperationInline, OperationEdgeInline)

    def verbs(self) -> dict[str, tuple[Any, str]]:
        return {
            "retire": (revisions.retire, "{} is obsolete: no further order can pin it."),
            "copy": (drafts.copy_routing_revision, "This is a new draft, a copy of {}."),
        }

    def picture(self, obj: RoutingRevision) -> dict[str, Any]:
        """The graph, marked against the revision before it, and what stands in the way of releasing it."""
        before = obj.routing.revisions.filter(number__lt=obj.number).order_by("-number").first()
        return {"drawing": draw(obj, before), "before": before, "mistakes": mistakes_of(obj)}


class StepInline(DraftPart, admin.StackedInline):
    model = Step
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"})}}
    autocomplete_fields = ("component",)
    fields = (
        ("position", "code", "kind", "is_required"),
        "name",
        "instruction",
        "picture",
        ("samples", "quantity_unit", "lower", "target", "upper"),
        "component",
    )


class OperationQualificationInline(PartInline):
    model = OperationQualification
    verbose_name_plural = "qualifications it asks for"


@admin.register(Operation)
class OperationAdmin(OfYourSites, RecordAdmin):
    """One operation of a routing revision with its steps; reached from the revision's page."""

    site_path = "routing_revision__routing__site"
    inlines = (StepInline, OperationQualificationInline)
    readonly_fields = ("routing_revision",)
    frozen = RevisionAdmin.frozen

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
