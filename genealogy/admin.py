from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as lazy

from equipment.admin import OfYourSites
from genealogy.actions import units
from genealogy.models import Container, Supplier, Unit
from mes.kernel.audit.admin import DoorAdmin, RecordAdmin
from mes.kernel.door import current


@admin.register(Unit)
class UnitAdmin(OfYourSites, DoorAdmin):
    """Units change by what is done to them; here they are looked up, and bought ones received."""

    list_display = ("serial", "product", "status", "quantity", "quantity_left", "work_order", "created_at")
    list_filter = ("status",)  # by product: search its code, a list of all would be longer than the page
    list_select_related = ("product", "work_order")
    search_fields = ("serial", "work_order__erp_reference", "=product__code")
    autocomplete_fields = ("product",)
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Unit | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Unit | None = None) -> list[str]:
        if obj is None:
            return ["site", "product", "serial", "quantity", "reason"]
        return [*(field.name for field in Unit._meta.fields if field.name != "id"), "quantity_left"]

    @admin.display(description=lazy("quantity left"))
    def quantity_left(self, unit: Unit) -> Decimal:
        return unit.quantity_left

    def get_readonly_fields(self, request: HttpRequest, obj: Unit | None = None) -> list[str]:
        return [] if obj is None else self.get_fields(request, obj)

    def save_model(self, request: HttpRequest, obj: Unit, form: Any, change: bool) -> None:
        passage = current()
        assert passage is not None
        received = units.receive(
            site=obj.site,
            product=obj.product,
            serial=obj.serial,
            quantity=obj.quantity,
            by=passage.person,
            at=passage.at,
            reason=passage.reason,
        )
        obj.__dict__.update(received.__dict__)


@admin.register(Supplier)
class SupplierAdmin(RecordAdmin):
    """Who delivers. One who is no longer bought from is made inactive; the code stays."""

    list_display = ("code", "name", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Supplier | None = None) -> list[str]:
        return ["code"] if obj else []


@admin.register(Container)
class ContainerAdmin(OfYourSites, RecordAdmin):
    """Carriers, trays and pallets. One that is no longer used is made inactive; the code stays."""

    list_display = ("code", "kind", "site", "station", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("site", "station")
    search_fields = ("code", "kind")

    def get_readonly_fields(self, request: HttpRequest, obj: Container | None = None) -> list[str]:
        return ["code", "site"] if obj else []
