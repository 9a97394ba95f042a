"""Orders: the list, the page of one, releasing and holding them."""

from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from equipment.queries import sites_of
from mes.boards.forms import CancelForm, CloseForm, HoldForm, ReleaseForm
from mes.boards.order_grid import draw, notable_of
from mes.boards.order_redlines import beside_order
from mes.boards.order_rows import rows_of
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of, text_of
from mes.kernel.numbers import plain
from mes.kernel.paging import Pages, turn_to
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput
from orders.lists import find_page
from orders.models import WorkOrder
from orders.policies import known_order
from orders.status import OrderStatus
from orders.topics import one_order
from wip.actions import closings, holds, order_changes
from wip.actions import orders as floor
from wip.overview import progress_of, waiting_at
from wip.queries import open_holds_of

PER_PAGE = 50  # units of an order
ORDERS_PER_PAGE = 40
MOST_AT_ONCE = 100

_FILTERS = [("open", lazy("Open")), *OrderStatus.choices, ("all", lazy("All"))]


@require_safe
@office(Permission.VIEW_ORDERS)
def order_list(request: HttpRequest) -> HttpResponse:
    status = request.GET.get("status", "open")
    status = status if status in dict(_FILTERS) else "open"
    text, sites = text_of(request, "text"), sites_of(request.user)
    find = partial(find_page, list(sites), text=text, status="" if status == "all" else status)
    page = turn_to(request.GET.get("page"), find, per_page=ORDERS_PER_PAGE)
    rows = rows_of(page.object_list, sites, timezone.now()) if page.object_list else []
    context = {
        "page": page,
        "rows": rows,
        "filters": _FILTERS,
        "status": status,
        "text": text,
        "chooses": request.user.may(Permission.RELEASE_ORDERS) and any(row.is_draft for row in rows),
        "may_import": request.user.may(Permission.IMPORT_ORDERS),
    }
    return render(request, "boards/order_list.html", context)


@require_safe
@office(Permission.VIEW_ORDERS)
def order_page(request: HttpRequest, erp_reference: str) -> HttpResponse:
    """An order; what changes with the work alone to who asks for the live part."""
    order, now = known_order(request.user, erp_reference), timezone.now()
    context: dict[str, Any] = {
        "order": order,
        "now": now,
        "topic": one_order(order.site_id, order.pk),
        "progress": progress_of([order])[order.pk],
        "open_holds": open_holds_of(order),
        "hold_form": HoldForm(auto_id="hold_%s"),
        "why_not_cancel": refusal_of(check_permission, request.user, Permission.IMPORT_ORDERS),
        "why_not_close": refusal_of(check_permission, request.user, Permission.CLOSE_ORDERS),
        "why_not_release": refusal_of(check_permission, request.user, Permission.RELEASE_ORDERS),
        "why_not_hold": refusal_of(check_permission, request.user, Permission.PLACE_HOLDS),
        "why_not_release_hold": refusal_of(check_permission, request.user, Permission.RELEASE_HOLDS),
        "is_late": not order.is_over and order.due_at < now,
    }
    if order.status != OrderStatus.DRAFT:
        context |= _on_the_floor(request, order, now)
    if request.GET.get("part") == "grid":
        return render(request, "boards/order_live.html", context | {"beside": True})
    return render(request, "boards/order.html", context)


def _on_the_floor(request: HttpRequest, order: WorkOrder, now: datetime) -> dict[str, Any]:
    """What a released order has besides: its grid, where it waits, what is to be reviewed."""
    pages = Pages(order.units.all(), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    redlines = beside_order(order, request.user)
    grid = draw(order, page=page.number, per_page=PER_PAGE, now=now)
    waiting = waiting_at(order)
    return redlines | {
        "page": page,
        "grid": grid,
        "has_batches": any(operation.batch_quantity for operation in grid.plan.operations),
        "waiting": [(o, waiting[o.code]) for o in grid.plan.operations if o.code in waiting],
        "exceptions": notable_of(order, grid.plan, now=now),
    }


@require_POST
@office(Permission.RELEASE_ORDERS)
def release(request: HttpRequest, erp_reference: str) -> HttpResponse:
    order, given = known_order(request.user, erp_reference), cleaned(ReleaseForm(request.POST))
    with desk_door(request) as passage:
        if not passage.replayed:
            released = floor.release(order=order, by=passage.person, at=passage.at, **given)
            said = _("Order %(order)s is released.") % {"order": order}
            if released.is_in_parts:
                said = _("%(quantity)s of %(all)s %(unit)s of order %(order)s are released.") % {
                    "quantity": plain(released.quantity_released),
                    "all": plain(released.quantity),
                    "unit": released.quantity_unit,
                    "order": order,
                }
            passage.remember(said=said, to=reverse("order", args=[order.erp_reference]))
    return answer(request, passage)


@require_POST
@office(Permission.RELEASE_ORDERS)
def release_several(request: HttpRequest) -> HttpResponse:
    """All of the chosen orders, or none of them."""
    references = sorted(set(request.POST.getlist("order")))
    if not 0 < len(references) <= MOST_AT_ONCE:
        raise InvalidInput(
            _("Choose 1 to {most} orders.").format(most=MOST_AT_ONCE),
            do=_("Tick the orders that go to the floor."),
        )
    orders = [known_order(request.user, reference.replace("\0", "")) for reference in references]
    with desk_door(request) as passage:
        if not passage.replayed:
            floor.release_many(orders=orders, by=passage.person, at=passage.at)
            said = _("Released: %(orders)s.") % {"orders": ", ".join(references)}
            passage.remember(said=said, to=reverse("orders"))
    return answer(request, passage)


@require_POST
@office(Permission.IMPORT_ORDERS)
def cancel(request: HttpRequest, erp_reference: str) -> HttpResponse:
    order, given = known_order(request.user, erp_reference), cleaned(CancelForm(request.POST))
    with desk_door(request, reason=given["reason"]) as passage:
        if not passage.replayed:
            order_changes.cancel(order=order, by=passage.person, at=passage.at, **given)
            said = _("Order %(order)s is cancelled.") % {"order": order}
            passage.remember(said=said, to=reverse("order", args=[order.erp_reference]))
    return answer(request, passage)


@require_POST
@office(Permission.CLOSE_ORDERS)
def close(request: HttpRequest, erp_reference: str) -> HttpResponse:
    """The order's record is reviewed, and stays as it is."""
    order, given = known_order(request.user, erp_reference), cleaned(CloseForm(request.POST))
    with desk_door(request, reason=given["reason"]) as passage:
        if not passage.replayed:
            closings.close(order=order, by=passage.person, at=passage.at, **given)
            said = _("Order %(order)s is closed.") % {"order": order}
            passage.remember(said=said, to=reverse("order", args=[order.erp_reference]))
    return answer(request, passage)


@require_POST
@office(Permission.PLACE_HOLDS)
def hold(request: HttpRequest, erp_reference: str) -> HttpResponse:
    order, given = known_order(request.user, erp_reference), cleaned(HoldForm(request.POST))
    with desk_door(request) as passage:
        if not passage.replayed:
            placed = holds.place(order=order, by=passage.person, at=passage.at, **given)
            said = _("%(order)s is on hold, %(hold)s.") % {"order": order, "hold": placed}
            if count := placed.heirs.count():
                more = ngettext("%(n)s unit inherits it.", "%(n)s units inherit it.", count) % {"n": count}
                said = f"{said} {more}"
            passage.remember(said=said, to=reverse("order", args=[order.erp_reference]))
    return answer(request, passage)
