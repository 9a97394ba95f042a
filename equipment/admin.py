from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest

from equipment.models import Site, SiteAccess, Station, StationClass, WorkCenter
from equipment.queries import sites_of
from mes.kernel.audit.admin import PlainChoices, RecordAdmin
from mes.kernel.personnel.admin import PersonAdmin
from mes.kernel.personnel.models import Person


class OfYourSites:
    """Shows the records of the person's sites only. site_path: from the record to its site."""

    site_path = "site"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(**{f"{self.site_path}__in": sites_of(request.user)})

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Site:
            kwargs["queryset"] = Site.objects.filter(pk__in=sites_of(request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Site)
class SiteAdmin(RecordAdmin):
    """All sites: who gives people access has to see them."""

    list_display = ("name", "code", "time_zone")
    search_fields = ("name", "code")


@admin.register(WorkCenter)
class WorkCenterAdmin(OfYourSites, RecordAdmin):
    list_display = ("name", "code", "site")
    list_select_related = ("site",)
    search_fields = ("name", "code")


@admin.register(StationClass)
class StationClassAdmin(RecordAdmin):
    list_display = ("name", "code")
    search_fields = ("name", "code")


@admin.register(Station)
class StationAdmin(OfYourSites, RecordAdmin):
    list_display = ("code", "name", "work_center", "station_class", "site", "is_active")
    list_filter = ("is_active", "work_center")
    list_select_related = ("site", "work_center", "station_class")
    search_fields = ("code", "name")


class SiteAccessInline(PlainChoices, admin.TabularInline):
    model = SiteAccess
    fk_name = "person"
    extra = 0
    verbose_name_plural = "sites"


@admin.register(Person)
class PersonWithSitesAdmin(PersonAdmin):
    """A person's page, with the sites they work at."""

    inlines = (SiteAccessInline, *PersonAdmin.inlines)


# The calendars' pages have a file of their own; at the end, because they build on what is above.
import equipment.calendars.admin  # noqa: E402, F401
