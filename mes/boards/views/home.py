"""The start page: what waits for this person."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from equipment.queries import sites_of
from mes.kernel.desk import office
from mes.kernel.personnel.roles import Permission
from orders.queries import find_orders
from orders.status import OrderStatus
from wip.overview import running_in
from wip.queries import find_holds

SHOWN = 8


@require_safe
@office(Permission.VIEW_ORDERS)
def home(request: HttpRequest) -> HttpResponse:
    sites, now = list(sites_of(request.user)), timezone.now()
    drafts = find_orders(sites, status=OrderStatus.DRAFT)
    late = find_orders(sites, status="open").exclude(status=OrderStatus.DRAFT).filter(due_at__lt=now)
    context = {
        "now": now,
        "late": _some(late),
        "running": _some(running_in(sites)),
        "holds": _some(find_holds(sites).select_related("site")),
    }
    if request.user.may(Permission.RELEASE_ORDERS):
        context["drafts"] = _some(drafts)
    return render(request, "boards/home.html", context)


def _some(rows: Any) -> dict[str, Any]:
    """The first of many, and how many there are."""
    shown = list(rows[: SHOWN + 1])
    return {"rows": shown[:SHOWN], "count": rows.count() if len(shown) > SHOWN else len(shown)}
