"""How records are kept in the administration pages: through the door, with person and reason; and the ledger itself."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from simple_history.admin import SimpleHistoryAdmin

from mes.kernel.audit.models import AuditEvent, Signature
from mes.kernel.door import Passage, open_door
from mes.kernel.refusals import Refusal

REASON_LENGTH = 200


class ReasonForm(forms.ModelForm):
    """A record's form with the reason that goes into the ledger. refusal: what the last try was answered with."""

    refusal: Refusal | None = None
    reason = forms.CharField(
        label="Reason for change",
        max_length=REASON_LENGTH,
        help_text="Kept with the change in the audit trail.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is not None:
            raise ValidationError(sentences(self.refusal))
        return cleaned


class ReasonActionForm(admin.helpers.ActionForm):
    reason = forms.CharField(label="Reason", max_length=REASON_LENGTH, required=False)


def sentences(refusal: Refusal) -> list[str]:
    """A refusal as lines to show: the whole, then each single error."""
    return [str(refusal), *(f"{error.where}: {error.what} {error.do}".strip() for error in refusal.errors)]


class ReadOnly:
    """Shown, never changed here: it has verbs of its own, or nobody may change it at all."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class PlainChoices:
    """A choice of another record is a list to choose from, without buttons to edit that other record on the way."""

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            for act in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{act}_related", False)
        return field


class DoorAdmin(PlainChoices, admin.ModelAdmin):
    """The base of every page that changes records. Each write goes through the door; no record is deleted."""

    form = ReasonForm
    action_form = ReasonActionForm
    save_on_top = False
    list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def frozen(self, obj: models.Model) -> str:
        """Why this record can't be changed any more; empty when it can."""
        return ""

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and self.frozen(obj))

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:
        fields = list(super().get_fields(request, obj))
        editable = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return fields if editable else [name for name in fields if name in self._shown]

    @property
    def _shown(self) -> set[str]:
        """What can be shown of a record: its own fields and this page's columns, not what only a form has."""
        return {field.name for field in self.model._meta.get_fields()} | {
            name for name in self.readonly_fields if isinstance(name, str)
        }

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        obj = self.get_object(request, object_id) if object_id else None
        if obj is not None and (why := self.frozen(obj)):
            self.message_user(request, why, messages.ERROR)
            return HttpResponseRedirect(request.path)
        try:
            with open_door(**self._through(request)):
                return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            # The form again, as it was filled in, with what stands in the way: with an error it saves nothing.
            return super().changeform_view(request, object_id, form_url, extra_context)

    def carry_out(self, request: HttpRequest, act: Callable[[Passage], Any], *, done: str) -> bool:
        """Call a verb through the door, and say what came of it."""
        try:
            with open_door(**self._through(request)) as passage:
                act(passage)
        except Refusal as refusal:
            for line in sentences(refusal):
                self.message_user(request, line, messages.ERROR)
            return False
        self.message_user(request, done, messages.SUCCESS)
        return True

    def _through(self, request: HttpRequest) -> dict[str, Any]:
        reason = request.POST.get("reason", "").replace("\0", "").strip()[:REASON_LENGTH]
        return {"person": request.user, "reason": reason, "request_id": getattr(request, "request_id", "")}


class RecordAdmin(DoorAdmin, SimpleHistoryAdmin):
    """The same for a record with a history."""

    def revert_disabled(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """An old state is never put back silently: enter it anew, with a reason."""
        return True


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
    """A list to look things up in."""

    list_per_page = 50
    show_full_result_count = False
    actions = None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().changelist_view(
            request, {"title": capfirst(self.opts.verbose_name_plural)} | (extra_context or {})
        )


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("sequence", "at", "who", "station", "operation", "table_name", "reason")
    list_filter = ("operation",)
    search_fields = ("=record", "=table_name", "person_name", "reason")
    search_help_text = "Key of a record, name of a table, person or reason."
    ordering = ("-sequence",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[AuditEvent]:
        people = get_user_model().objects.annotate(key=Cast("pk", models.TextField())).filter(key=OuterRef("person"))
        return super().get_queryset(request).annotate(person_name=Subquery(people.values("full_name")[:1]))

    @admin.display(description="person", ordering="person")
    def who(self, event: AuditEvent) -> str:
        return event.person_name or event.person or "outside the application"


@admin.register(Signature)
class SignatureAdmin(ReadOnlyAdmin):
    list_display = ("signed_at", "signed_by", "meaning", "record_table", "record", "digest_groups")
    list_filter = ("meaning",)
    search_fields = ("=record", "signed_by__full_name", "shown_digest", "digest")
    list_select_related = ("signed_by",)
    ordering = ("-signed_at",)
