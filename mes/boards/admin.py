"""The ledger and the signatures in the administration pages: those of the person's sites, as on the office's page."""

from django.contrib import admin
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.queries import sites_of
from mes.boards.ledger import seen_from
from mes.kernel.audit.admin import ReadOnlyAdmin
from mes.kernel.audit.models import AuditEvent, Signature
from mes.kernel.personnel.models import Person


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("sequence", "at", "who", "station", "operation", "table_name", "reason")
    list_filter = ("operation",)
    search_fields = ("=record", "=table_name", "person_name", "reason")
    search_help_text = lazy("Key of a record, name of a table, person or reason.")
    ordering = ("-sequence",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[AuditEvent]:
        people = Person.objects.annotate(key=Cast("pk", models.TextField())).filter(key=OuterRef("person"))
        seen = seen_from(sites_of(request.user), super().get_queryset(request))
        return seen.annotate(person_name=Subquery(people.values("full_name")[:1]))

    @admin.display(description=lazy("person"), ordering="person")
    def who(self, event: AuditEvent) -> str:
        return event.person_name or event.person or _("outside the application")


@admin.register(Signature)
class SignatureAdmin(ReadOnlyAdmin):
    list_display = ("signed_at", "signed_by", "meaning", "record_table", "record", "digest_groups")
    list_filter = ("meaning",)
    search_fields = ("=record", "signed_by__full_name", "shown_digest", "digest")
    list_select_related = ("signed_by",)
    ordering = ("-signed_at",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Signature]:
        here = Q(site_id__in=sites_of(request.user)) | Q(site_id__isnull=True)  # null: master data, which has no site
        return super().get_queryset(request).filter(here)

    @admin.display(description=lazy("digest"))
    def digest_groups(self, signature: Signature) -> str:
        return signature.digest_groups
