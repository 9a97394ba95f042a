"""Connections to machines in the administration pages: where they answer, what is read, what states come of it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Field, ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.actions import certificates, state_conditions
from equipment.admin import FixedFields, OfYourSites
from equipment.models import (
    Connection,
    EventBooking,
    MachineCommand,
    MachineEvent,
    QuarantinedRow,
    SecurityProfile,
    StateCondition,
    StateTerm,
    Tag,
)
from equipment.queries import sites_of
from equipment.security_profiles import certificates_of, lacks
from equipment.tag_rules import Before, mistakes_among
from mes.kernel.audit.admin import PlainChoices, ReadOnlyAdmin, ReasonForm, RecordAdmin
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Role
from mes.kernel.words import told


class OfYourMachines(OfYourSites):
    """The same for what hangs on connections, tags and profiles of a site."""

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model in (Connection, SecurityProfile, Tag):
            kwargs["queryset"] = db_field.related_model._default_manager.filter(site__in=sites_of(request.user))
        elif db_field.related_model is Person:
            here = Person.objects.filter(is_active=True, roles__contains=[Role.INTEGRATION])
            kwargs["queryset"] = here.filter(site_access__site__in=sites_of(request.user)).distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


SECRETS = ("private_key", "password")


class SecurityProfileForm(ReasonForm):
    """A profile; a private key is pasted as PEM, and like the password never shown again."""

    private_key = forms.CharField(
        label=lazy("Private key"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 70, "autocomplete": "off", "spellcheck": "false"}),
        help_text=lazy("PEM, without a password. Leave empty to keep what is stored."),
    )
    forget_private_key = forms.BooleanField(label=lazy("Forget the private key that is stored"), required=False)
    forget_password = forms.BooleanField(label=lazy("Forget the password that is stored"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("private_key", None)
        if "trusted" in self.fields:
            self.fields["trusted"].help_text = _(
                "PEM: certificates of servers, or of who issued them. Revocation lists may stand among them."
            )

    def clean_private_key(self) -> Any:
        given = self.cleaned_data["private_key"]
        return given if given.strip() else self.instance.private_key

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for name in SECRETS:
            if self._is_forgotten(name) and isinstance(given := self.cleaned_data.get(name), str) and given:
                self.add_error(f"forget_{name}", _("There is a new one above: give it, or forget the stored one."))
        return cleaned

    def save(self, commit: bool = True) -> Any:
        for name in SECRETS:
            if self._is_forgotten(name):
                setattr(self.instance, name, "")
        return super().save(commit)

    def _is_forgotten(self, name: str) -> bool:
        return bool(self.cleaned_data.get(f"forget_{name}"))


@admin.register(SecurityProfile)
class SecurityProfileAdmin(FixedFields, OfYourMachines, RecordAdmin):
    """How OPC UA servers trust us, and we them. Secrets can be given, never read."""

    form = SecurityProfileForm
    fixed = ("site", "code")
    list_display = ("code", "name", "site", "policy", "mode", "user_name")
    list_filter = ("policy", "mode")
    list_select_related = ("site",)
    search_fields = ("code", "name")
    change_form_template = "admin/equipment/security_profile.html"
    fields = (
        *("site", "code", "name", "policy", "mode", "certificate", "private_key", "forget_private_key"),
        *("trusted", "user_name", "password", "forget_password", "reason"),
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What can be forgotten is what is stored, by who may change it."""
        may = obj is not None and self.has_change_permission(request, obj)
        gone = {f"forget_{name}" for name in SECRETS if not (may and getattr(obj, name))}
        return [name for name in super().get_fields(request, obj) if name not in gone]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.certificate_view)
        return [path("<uuid:pk>/certificate/", view, name="equipment_securityprofile_certificate"), *super().get_urls()]

    def certificate_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Make a new certificate, from the button of its page."""
        profile = self.get_object(request, str(pk))
        if request.method != "POST" or profile is None:
            raise PermissionDenied
        self.carry_out(
            request,
            lambda passage: certificates.renew(profile=profile, by=passage.person, at=passage.at),
            done=_("The profile has a new certificate: have the servers trust it."),
        )
        return HttpResponseRedirect(reverse("admin:equipment_securityprofile_change", args=[profile.pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        more: dict[str, Any] = {}
        profile = self.get_object(request, object_id)
        if profile is not None:
            more |= {"certificates": certificates_of(profile), "site": profile.site, "lacks": list(lacks(profile))}
        if self.has_change_permission(request):
            more |= {"certificate_url": reverse("admin:equipment_securityprofile_certificate", args=[object_id])}
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))


@admin.register(Connection)
class ConnectionAdmin(FixedFields, OfYourMachines, RecordAdmin):
    """Where a PLC or a server answers. The collector follows a change at once."""

    fixed = ("site", "code")
    list_display = ("code", "name", "site", "kind", "address", "period_ms", "is_paused", "page")
    list_filter = ("kind", "is_paused")
    list_select_related = ("site",)
    search_fields = ("code", "name", "address")
    change_form_template = "admin/equipment/connection.html"

    @admin.display(description=lazy("its page"))
    def page(self, connection: Connection) -> str:
        to = reverse("connection", args=[connection.site.code, connection.code])
        return format_html('<a href="{}">{}</a>', to, _("How it stands"))


class TagForm(ReasonForm):
    """A tag, judged among the others of its connection."""

    def _post_clean(self) -> None:
        super()._post_clean()
        tag = self.instance
        if self.errors or not tag.connection_id:
            return
        stored = list(Tag.objects.filter(connection=tag.connection_id).select_related("station", "connection"))
        before = next((Before.of(one) for one in stored if one.pk == tag.pk), None)
        for one in mistakes_among([*(one for one in stored if one.pk != tag.pk), tag], {tag.pk: before}):
            self.add_error(one.column if one.column in self.fields else None, f"{one.what} {one.do}")


@admin.register(Tag)
class TagAdmin(FixedFields, OfYourMachines, RecordAdmin):
    """What is read at a connection. It is taken out of use, never deleted."""

    form = TagForm
    fixed = ("site", "connection", "code")
    list_display = ("code", "name", "connection", "station", "address", "value_type", "role", "books", "is_active")
    list_filter = ("is_active", "connection", "role", "books")
    list_select_related = ("connection", "station")
    search_fields = ("code", "name", "address", "station__code")
    actions = ("begin_packml", "begin_machinery")
    fieldsets = (
        (None, {"fields": ("site", "connection", "station", "code", "name", "is_active")}),
        (lazy("What is read"), {"fields": ("address", "value_type", "length", "byte_order")}),
        (lazy("What it means"), {"fields": ("quantity_unit", "scale", "offset", "low", "high")}),
        (lazy("When it is stored"), {"fields": ("report", "deadband", "max_silence_s")}),
        (
            lazy("What it counts or tells"),
            {
                "fields": (
                    *("role", "books", "scrap_reason", "defect", "rollover", "reset_below", "most_per_minute"),
                    *("acknowledge_address", "event", "field", "defect_codes"),
                )
            },
        ),
        (lazy("What may be written"), {"fields": ("is_writable", "write_low", "write_high", "needs_signature")}),
        (None, {"fields": ("reason",)}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the reason for who may not change it."""
        editable = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return self.fieldsets if editable else self.fieldsets[:-1]

    @admin.action(description=lazy("Its station's state by PackML (needs a reason)"), permissions=["change"])
    def begin_packml(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        self._begin(request, queryset, "PACKML")

    @admin.action(description=lazy("Its station's state by OPC UA Machinery (needs a reason)"), permissions=["change"])
    def begin_machinery(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        self._begin(request, queryset, "MACHINERY")

    def _begin(self, request: HttpRequest, queryset: QuerySet[Tag], preset: str) -> None:
        for tag in queryset:
            self.carry_out(
                request,
                lambda passage, tag=tag: state_conditions.begin_from_preset(
                    tag=tag, preset=preset, by=passage.person, at=passage.at
                ),
                done=_("{station} has its states from {tag}.").format(station=tag.station, tag=tag),
            )


class StateTermInline(PlainChoices, OfYourMachines, admin.TabularInline):
    model = StateTerm
    fields = ("tag", "comparison", "value")
    extra = 1
    verbose_name_plural = lazy("terms: all of them hold in this state")

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """In a table only the heading says what a field is; who does not see it hears it from the field."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = capfirst(str(db_field.verbose_name))
        return field


@admin.register(StateCondition)
class StateConditionAdmin(FixedFields, OfYourMachines, RecordAdmin):
    """By which tags a station is in which state; the first condition that holds tells it."""

    fixed = ("site", "station")
    list_display = ("station", "rank", "state", "detail", "by_terms", "connection")
    list_filter = ("state", "station")
    list_select_related = ("station", "connection")
    search_fields = ("station__code", "detail")
    inlines = (StateTermInline,)
    actions = ("remove",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StateCondition]:
        return super().get_queryset(request).prefetch_related("terms__tag")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """A term is of its condition's site."""
        for one in formset.forms:
            one.instance.site_id = form.instance.site_id
        super().save_formset(request, form, formset, change)

    @admin.display(description=lazy("while"))
    def by_terms(self, condition: StateCondition) -> str:
        return _(" and ").join(str(term) for term in condition.terms.all()) or _("never: it has no terms")

    @admin.action(description=lazy("Remove (needs a reason)"), permissions=["change"])
    def remove(self, request: HttpRequest, queryset: QuerySet[StateCondition]) -> None:
        chosen = list(queryset)

        def act(passage: Any) -> None:
            for condition in chosen:
                state_conditions.remove(condition=condition, by=passage.person, at=passage.at)

        self.carry_out(request, act, done=_("{count} conditions are removed.").format(count=len(chosen)))


@admin.register(MachineEvent)
class MachineEventAdmin(OfYourSites, ReadOnlyAdmin):
    list_display = ("at", "station", "tag", "number", "books", "quantity")
    list_filter = ("books", "station")
    list_select_related = ("station", "tag")
    search_fields = ("station__code", "tag__code")


@admin.register(EventBooking)
class EventBookingAdmin(OfYourSites, ReadOnlyAdmin):
    list_display = ("at", "event", "station", "result", "by", "sentence")
    list_filter = ("result", "event__station")
    list_select_related = ("event__station", "by")
    search_fields = ("event__station__code", "sentence")

    @admin.display(description=lazy("station"), ordering="event__station")
    def station(self, booking: EventBooking) -> str:
        return str(booking.event.station)


@admin.register(MachineCommand)
class MachineCommandAdmin(OfYourSites, ReadOnlyAdmin):
    list_display = ("asked_at", "connection", "station", "status", "asked_by", "signature", "what_came")
    list_filter = ("status", "connection")
    list_select_related = ("connection", "station", "asked_by", "signature__signed_by")
    search_fields = ("station__code", "connection__code")

    @admin.display(description=lazy("detail"))
    def what_came(self, command: MachineCommand) -> str:
        return told(command.detail)


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(OfYourSites, ReadOnlyAdmin):
    site_path = "connection__site"
    list_display = ("at", "connection", "error")
    list_filter = ("connection",)
    list_select_related = ("connection",)
