"""One box for whatever one holds in one's hand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from equipment.queries import sites_of
from genealogy.models import Unit
from mes.boards.queries import found_by_name
from mes.kernel.desk import office, text_of
from mes.kernel.personnel.roles import Permission
from orders.models import WorkOrder
from orders.queries import find_orders


@require_safe
@office(Permission.VIEW_UNITS)
def find(request: HttpRequest) -> HttpResponse:
    text = text_of(request, "q")
    found = found_by_name(request.user, text) if text else None
    if isinstance(found, WorkOrder):
        return redirect("order", found.erp_reference)
    if isinstance(found, Unit):
        return redirect("unit", found.serial)
    if found is not None:
        return redirect("unit", found.unit.serial) if found.unit else redirect("order", found.work_order.erp_reference)
    sites = list(sites_of(request.user))
    near = {
        "units": Unit.objects.filter(site__in=sites, serial__icontains=text).select_related("product")[:20],
        "orders": find_orders(sites, text=text)[:20],
    }
    return render(request, "boards/find.html", {"q": text, **(near if text else {})})
