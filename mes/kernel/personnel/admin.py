"""People in the administration pages. The page of a person itself is completed by equipment, which knows the sites."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.forms import BaseModelFormSet
from django.http import HttpRequest, HttpResponse

from mes.kernel.audit.admin import PlainChoices, ReadOnly, ReasonForm, RecordAdmin
from mes.kernel.door import current, open_door
from mes.kernel.personnel.actions.people import unlock
from mes.kernel.personnel.actions.secrets import check_pin, set_pin
from mes.kernel.personnel.actions.tokens import revoke_token
from mes.kernel.personnel.models import ApiToken, Person, PersonQualification, Qualification
from mes.kernel.personnel.roles import Role
from mes.kernel.refusals import InvalidInput


class PersonForm(ReasonForm):
    """A person with what only they know: given anew or left as it is, never shown."""

    roles = forms.MultipleChoiceField(choices=Role, required=False, widget=forms.CheckboxSelectMultiple)
    new_password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. Empty: as it is; a new person without one can't log in at the office.",
    )
    new_pin = forms.CharField(
        label="New PIN",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text="4 to 8 digits, together with the badge at a station. Empty: as it is.",
    )

    def clean_new_password(self) -> str:
        password = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password

    def clean_new_pin(self) -> str:
        pin = self.cleaned_data["new_pin"]
        if pin:
            try:
                check_pin(pin)
            except InvalidInput as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return pin


class PersonQualificationInline(PlainChoices, admin.TabularInline):
    """Qualifications are kept for good: one that is over has an end."""

    model = PersonQualification
    fk_name = "person"
    fields = ("qualification", "level", "expires_date", "granted_by")
    readonly_fields = ("granted_by",)
    extra = 0
    can_delete = False
    verbose_name_plural = "qualifications"


class PersonAdmin(RecordAdmin):
    form = PersonForm
    list_display = ("full_name", "username", "badge", "role_names", "is_active", "locked_until")
    list_filter = ("is_active",)
    search_fields = ("full_name", "username", "badge")
    fields = ("username", "full_name", "badge", "roles", "is_active", "new_password", "new_pin", "reason")
    inlines = (PersonQualificationInline,)
    actions = ("unlock",)

    @admin.display(description="Roles")
    def role_names(self, person: Person) -> str:
        return ", ".join(Role(role).label for role in person.roles)

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> tuple[str, ...]:
        return ("username",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Person, form: PersonForm, change: bool) -> None:
        if password := form.cleaned_data["new_password"]:
            obj.set_password(password)
        elif not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if pin := form.cleaned_data["new_pin"]:
            set_pin(person=obj, pin=pin)

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseModelFormSet, change: bool) -> None:
        passage = current()
        assert passage is not None
        for inline in formset.forms:
            if isinstance(inline.instance, PersonQualification) and inline.has_changed():
                inline.instance.granted_at, inline.instance.granted_by = passage.at, request.user
        super().save_formset(request, form, formset, change)

    @admin.action(description="Unlock after wrong secrets", permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        for person in queryset:
            self.carry_out(
                request,
                lambda passage, who=person: unlock(person=who, by=passage.person),
                done=f"{person} is unlocked.",
            )


@admin.register(Qualification)
class QualificationAdmin(RecordAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly, RecordAdmin):
    """Tokens are made by `manage.py create_api_token`, which alone can show one. Here they are revoked."""

    list_display = ("name", "person", "scope_names", "created_at", "revoked_at")
    fields = ("name", "person", "scopes", "created_at", "created_by", "revoked_at", "revoked_by")
    list_select_related = ("person",)
    actions = ("revoke",)

    @admin.display(description="Scopes")
    def scope_names(self, token: ApiToken) -> str:
        return ", ".join(token.scopes) or "all its person may do"

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("personnel.change_apitoken")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            self.carry_out(
                request,
                lambda passage, which=token: revoke_token(token=which, by=passage.person, at=passage.at),
                done=f"{token} is revoked.",
            )


def change_password(request: HttpRequest) -> HttpResponse:
    """Changing one's own password: Django's page, through the door."""
    if request.method != "POST":
        return admin.site.password_change(request)
    with open_door(person=request.user if request.user.is_authenticated else None, reason="Changed own password"):
        return admin.site.password_change(request)
