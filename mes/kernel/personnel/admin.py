"""People in the administration pages. The page of a person itself is completed by equipment, which knows the sites."""

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mes.kernel.audit.admin import ReadOnly, ReasonForm, RecordAdmin
from mes.kernel.door import current, open_door
from mes.kernel.personnel.actions.people import create, enable, unlock
from mes.kernel.personnel.actions.qualifications import grant, withdraw
from mes.kernel.personnel.actions.secrets import check_pin, set_pin
from mes.kernel.personnel.models import Person, PersonQualification, Qualification
from mes.kernel.personnel.roles import Permission, Role
from mes.kernel.refusals import InvalidInput


class PersonForm(ReasonForm):
    """A person with what only they know: given anew or left as it is, never shown."""

    roles = forms.MultipleChoiceField(
        label=lazy("Roles"), choices=Role, required=False, widget=forms.CheckboxSelectMultiple
    )
    new_password = forms.CharField(
        label=lazy("New password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=lazy("At least 12 characters. Empty: as it is; a new person without one can't log in at the office."),
    )
    new_pin = forms.CharField(
        label=lazy("New PIN"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text=lazy(
            "4 to 8 digits, together with the badge at a station. A new one also ends a lock. Empty: as it is."
        ),
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


class PersonQualificationInline(ReadOnly, admin.TabularInline):
    """What the person is qualified for; granted and withdrawn on pages of its own."""

    model = PersonQualification
    fk_name = "person"
    fields = ("qualification", "level", "expires_date", "evidence", "granted_by", "withdrawn_at")
    extra = 0
    verbose_name_plural = lazy("qualifications")


class PersonAdmin(RecordAdmin):
    form = PersonForm
    list_display = ("full_name", "username", "badge", "role_names", "is_active", "locked_until")
    list_filter = ("is_active",)
    search_fields = ("full_name", "username", "badge")
    fields = ("username", "full_name", "badge", "roles", "is_active", "new_password", "new_pin", "reason")
    readonly_fields = ("is_active",)
    inlines = (PersonQualificationInline,)
    actions = ("unlock", "enable")

    @admin.display(description=lazy("Roles"))
    def role_names(self, person: Person) -> str:
        return ", ".join(str(Role(role).label) for role in person.roles)

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> tuple[str, ...]:
        return ("username", "is_active") if obj else ("is_active",)

    def save_model(self, request: HttpRequest, obj: Person, form: PersonForm, change: bool) -> None:
        password, pin = form.cleaned_data["new_password"], form.cleaned_data["new_pin"]
        if not change:
            create(person=obj, by=request.user, password=password, pin=pin)
            return
        if password:
            obj.set_password(password)
        super().save_model(request, obj, form, change)
        if pin:
            set_pin(person=obj, pin=pin)
        if password or pin:
            unlock(person=obj, by=request.user)  # whoever gets a new secret may use it at once

    @admin.action(description=lazy("Enable (needs a reason)"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        for person in queryset:
            self.carry_out(
                request,
                lambda passage, who=person: enable(person=who, reason=passage.reason, by=passage.person),
                done=_("{person} may log in again.").format(person=person),
            )

    @admin.action(description=lazy("Unlock after wrong secrets"), permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        for person in queryset:
            self.carry_out(
                request,
                lambda passage, who=person: unlock(person=who, by=passage.person),
                done=_("{person} is unlocked.").format(person=person),
            )


@admin.register(Qualification)
class QualificationAdmin(RecordAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")


class GrantForm(ReasonForm):
    evidence = forms.CharField(
        label=lazy("Evidence"), max_length=300, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    certificate = forms.FileField(
        label=lazy("Certificate"),
        required=False,
        help_text=lazy("PDF, PNG or JPEG, at most 5 MB. Empty: none."),
        widget=forms.FileInput,
    )

    def _post_clean(self) -> None:
        """Fill in the record, and leave its rules to the verb: who granted it is not known to the form."""
        self._validate_unique = False
        self.instance.granted_by_id, self.instance.granted_at = None, None
        super()._post_clean()


@admin.register(PersonQualification)
class PersonQualificationAdmin(RecordAdmin):
    """Grants. Saving one grants it or renews it, in one's own name; it is withdrawn with a reason."""

    form = GrantForm
    list_display = ("person", "qualification", "level", "expires_date", "granted_by", "withdrawn_at")
    list_filter = ("qualification", "withdrawn_at")
    list_select_related = ("person", "qualification", "granted_by")
    search_fields = ("person__full_name", "person__username", "qualification__code")
    fields = ("person", "qualification", "level", "expires_date", "evidence", "certificate", "reason")
    actions = ("withdraw",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.may(Permission.GRANT_QUALIFICATIONS)

    def has_change_permission(self, request: HttpRequest, obj: PersonQualification | None = None) -> bool:
        return request.user.may(Permission.GRANT_QUALIFICATIONS)

    def get_readonly_fields(self, request: HttpRequest, obj: PersonQualification | None = None) -> tuple[str, ...]:
        return ("person", "qualification") if obj else ()

    def save_model(self, request: HttpRequest, obj: PersonQualification, form: GrantForm, change: bool) -> None:
        passage = current()
        assert passage is not None
        content = {name: form.cleaned_data[name] for name in ("level", "expires_date", "evidence")}
        granted = grant(
            person=obj.person,
            qualification=obj.qualification,
            certificate=form.cleaned_data["certificate"] or None,
            by=request.user,
            at=passage.at,
            **content,
        )
        obj.pk = granted.pk

    @admin.action(description=lazy("Withdraw (needs a reason)"), permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[PersonQualification]) -> None:
        for held in queryset.select_related("person", "qualification"):
            self.carry_out(
                request,
                lambda passage, which=held: withdraw(
                    held=which, reason=passage.reason, by=passage.person, at=passage.at
                ),
                done=_("{qualification} is withdrawn from {person}.").format(
                    qualification=held.qualification, person=held.person
                ),
            )


def change_password(request: HttpRequest) -> HttpResponse:
    """Changing one's own password: Django's page, through the door."""
    if request.method != "POST":
        return admin.site.password_change(request)
    with open_door(person=request.user if request.user.is_authenticated else None, reason="Changed own password"):
        return admin.site.password_change(request)
