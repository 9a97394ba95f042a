"""The paper that goes with an order: its operations in order, and barcodes that a station reads."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mes.boards.order_redlines import redlines_shown
from mes.kernel.code128 import svg
from mes.kernel.desk import office
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import Refusal
from orders.policies import known_order
from orders.queries import plan_of
from orders.status import OrderStatus

UNITS_SHOWN = 60  # on one paper
MOST_AT_ONCE = 1200  # on one that is asked to have them all: 20 papers' worth, which a browser still prints


class NothingPinnedYet(Refusal):
    """A draft has no plan that a traveler could say: its revisions are pinned at release."""


@require_safe
@office(Permission.VIEW_ORDERS)
def traveler(request: HttpRequest, erp_reference: str) -> HttpResponse:
    """An order's traveler, to print: what its pinned plan asks for, with room for what is written by hand.

    Of many units it is printed in parts, ?page=2, or with all of them, ?page=all.
    """
    order = known_order(request.user, erp_reference)
    if order.status == OrderStatus.DRAFT:
        raise NothingPinnedYet(
            _("Order {order} has no traveler yet.").format(order=order),
            why=_("Its revisions are pinned when it is released."),
            do=_("Release it, then print the traveler."),
        )
    serials = order.units.order_by("serial").values_list("serial", flat=True)
    asked, count = request.GET.get("page"), serials.count()
    is_whole = asked == "all" and count <= MOST_AT_ONCE
    page = Paginator(serials, max(count, 1) if is_whole else UNITS_SHOWN).get_page(asked)
    context = {
        "order": order,
        "plan": plan_of(order),
        "redlines": redlines_shown(order, in_effect=True),
        "barcode": _barcode(order.erp_reference),
        "serials": [(serial, _barcode(serial)) for serial in page.object_list],
        "page": page,
        "is_whole": is_whole,
        "can_be_whole": UNITS_SHOWN < count <= MOST_AT_ONCE,
    }
    return render(request, "boards/traveler.html", context)


def _barcode(text: str) -> str:
    try:
        return svg(text)
    except ValueError:  # letters that Code 128 does not have: the paper says it in words alone
        return ""
