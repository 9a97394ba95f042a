"""How records are kept in the administration pages: through the door, with person and reason."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from mes.kernel.door import Passage, open_door
from mes.kernel.refusals import Refusal

REASON_LENGTH = 200
ROWS = 20  # on a page of a list: each cell goes through Django's general way of showing any field


class ReasonForm(forms.ModelForm):
    """A record's form with the reason that goes into the ledger. refusal: what the last try was answered with."""

    refusal: Refusal | None = None
    reason = forms.CharField(
        label=_("Reason for change"),
        max_length=REASON_LENGTH,
        help_text=_("Kept with the change in the audit trail."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is not None:
            raise ValidationError(sentences(self.refusal))
        return cleaned


class ReasonActionForm(admin.helpers.ActionForm):
    reason = forms.CharField(label=_("Reason"), max_length=REASON_LENGTH, required=False)


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


class KeysFirst(ChangeList):
    """A list whose rows are found and put in order by key alone; only those of the page are joined with the rest."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        keys = list(self.result_list.select_related(None).values_list("pk", flat=True))
        rows = self.apply_select_related(self.root_queryset.order_by()).in_bulk(keys)
        self.result_list = [rows[key] for key in keys]


class DoorAdmin(PlainChoices, admin.ModelAdmin):
    """The base of every page that changes records. Each write goes through the door; no record is deleted."""

    form = ReasonForm
    action_form = ReasonActionForm
    save_on_top = False
    list_per_page = ROWS
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeysFirst

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

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        self._check_is_seen(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        self._check_is_seen(request, object_id)
        if request.method not in ("GET", "HEAD"):  # simple-history hides the button alone, and would save a post
            raise PermissionDenied
        return super().history_form_view(request, object_id, version_id, extra_context)

    def _check_is_seen(self, request: HttpRequest, object_id: str) -> None:
        """Raise Http404 unless the person sees the record itself: its history is looked up past its list."""
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
    """A list to look things up in."""

    list_per_page = ROWS
    show_full_result_count = False
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeysFirst

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().changelist_view(
            request, {"title": capfirst(self.opts.verbose_name_plural)} | (extra_context or {})
        )
