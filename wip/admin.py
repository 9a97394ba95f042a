"""What happened on the floor, to look things up in. It is changed by the verbs of station and office alone."""

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.admin import OfYourSites
from mes.kernel.audit.admin import ReadOnlyAdmin
from wip.models import Hold, LineClearance, OperationExecution, Permit, ProcessException, Reading


@admin.register(OperationExecution)
class OperationExecutionAdmin(OfYourSites, ReadOnlyAdmin):
    list_display = ("unit", "operation_code", "attempt", "status", "station", "worked_by", "started_at", "completed_at")
    list_filter = ("status",)
    list_select_related = ("unit", "station", "worked_by")
    search_fields = ("unit__serial", "work_order__erp_reference", "=operation_code")
    ordering = ("-started_at",)


@admin.register(Reading)
class ReadingAdmin(OfYourSites, ReadOnlyAdmin):
    site_path = "execution__site"
    list_display = (
        "unit",
        "operation",
        "step_code",
        "sample",
        "value",
        "quantity_unit",
        "in_limits",
        "at",
        "by",
        "reason",
    )
    list_filter = ("kind",)  # not by step: to list the codes, every reading ever made would be read
    list_select_related = ("execution__unit", "by")
    search_fields = ("execution__unit__serial", "step_code", "scanned")
    ordering = ("-at",)

    @admin.display(description=lazy("unit"), ordering="execution__unit__serial")
    def unit(self, reading: Reading) -> str:
        return str(reading.execution.unit)

    @admin.display(description=lazy("operation"), ordering="execution__operation_code")
    def operation(self, reading: Reading) -> str:
        return reading.execution.operation_code

    @admin.display(description=lazy("limits"))
    def in_limits(self, reading: Reading) -> str:
        return _("within") if reading.is_within_limits else _("X outside")


@admin.register(Hold)
class HoldAdmin(OfYourSites, ReadOnlyAdmin):
    list_display = ("number", "subject", "status", "reason_code", "reason", "placed_by", "placed_at", "released_at")
    list_filter = ("status", "reason_code", "is_automatic")
    list_select_related = ("unit", "work_order", "station", "asset", "product_revision__product", "placed_by")
    search_fields = ("number", "unit__serial", "work_order__erp_reference", "reason")

    @admin.display(description=lazy("subject"))
    def subject(self, hold: Hold) -> str:
        return hold.subject


@admin.register(LineClearance)
class LineClearanceAdmin(OfYourSites, ReadOnlyAdmin):
    list_display = ("station", "work_order", "unit", "product_code", "at", "by")
    list_select_related = ("station", "work_order", "unit", "by")
    search_fields = ("station__code", "work_order__erp_reference", "unit__serial")
    ordering = ("-sequence",)


@admin.register(Permit)
class PermitAdmin(OfYourSites, ReadOnlyAdmin):
    list_display = ("number", "gate", "status", "quantity_limit", "quantity_used", "valid_to", "granted_by")
    list_filter = ("status",)
    list_select_related = ("granted_by",)
    search_fields = ("number", "gate", "reason")


@admin.register(ProcessException)
class ProcessExceptionAdmin(OfYourSites, ReadOnlyAdmin):
    list_display = (
        "at",
        "kind",
        "work_order",
        "unit",
        "operation_code",
        "what",
        "reason",
        "permit",
        "by",
        "approved_by",
    )
    list_filter = ("kind",)
    list_select_related = ("work_order", "unit", "permit", "by", "approved_by")
    search_fields = ("work_order__erp_reference", "unit__serial", "code")
    ordering = ("-sequence",)
