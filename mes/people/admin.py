"""A person's page in the administration, completed by what reaches the stations: disabling; and the API's tokens."""

from typing import Any

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import ExpressionWrapper, F, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.admin import PersonWithSitesAdmin
from equipment.models import Site
from mes.kernel.audit.admin import ReadOnly, RecordAdmin
from mes.kernel.personnel.models import ApiToken, Person
from mes.people.actions.people import disable
from mes.people.actions.tokens import revoke_token

admin.site.unregister(Person)


@admin.register(Person)
class PersonEverywhereAdmin(PersonWithSitesAdmin):
    """Disabling somebody also ends their log-ons at stations, which only this floor knows."""

    actions = (*PersonWithSitesAdmin.actions, "disable")

    @admin.action(description=lazy("Disable (needs a reason)"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        for person in queryset:
            self.carry_out(
                request,
                lambda passage, who=person: disable(
                    person=who, reason=passage.reason, by=passage.person, at=passage.at
                ),
                done=_("{person} is disabled: no log-in, no tokens, logged off at every station.").format(
                    person=person
                ),
            )


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly, RecordAdmin):
    """Tokens are made by `manage.py create_api_token`, which alone can show one. Here they are revoked."""

    list_display = ("name", "person", "scope_names", "site_names", "created_at", "revoked_at")
    fields = ("name", "person", "scopes", "site_names", "created_at", "created_by", "revoked_at", "revoked_by")
    readonly_fields = ("site_names",)
    list_select_related = ("person",)
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        own = ExpressionWrapper(OuterRef("sites"), output_field=ApiToken._meta.get_field("sites"))
        named = Site.objects.annotate(own=own).filter(own__contains=[F("pk")]).values("name")
        return super().get_queryset(request).annotate(at=ArraySubquery(named))

    @admin.display(description=lazy("Scopes"))
    def scope_names(self, token: ApiToken) -> str:
        return ", ".join(token.scopes) or _("all its person may do")

    @admin.display(description=lazy("Sites"))
    def site_names(self, token: Any) -> str:
        return ", ".join(token.at) if token.sites else _("all its person's")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("personnel.change_apitoken")

    @admin.action(description=lazy("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            self.carry_out(
                request,
                lambda passage, which=token: revoke_token(token=which, by=passage.person, at=passage.at),
                done=_("{token} is revoked.").format(token=token),
            )
