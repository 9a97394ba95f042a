"""Orders that wait for somebody."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from mes.boards.start.panel import Asked, Line, Panel, panel
from mes.boards.templatetags.plant import moment, plain
from orders.models import WorkOrder
from orders.queries import find_orders
from orders.status import OrderStatus


def late(asked: Asked) -> Panel:
    """Released orders past their due date, the oldest first."""
    return panel(
        _("Late orders"),
        _on_the_floor(asked).filter(due_at__lt=asked.now).order_by("due_at"),
        lambda order: _line(order, tone="caution", letter="L"),
        empty=_("None: every released order is within its due date."),
        more=reverse("orders") + "?status=open",
    )


def due_next(asked: Asked) -> Panel:
    """Released orders by due date."""
    return panel(
        _("Due next"),
        _on_the_floor(asked).filter(due_at__gte=asked.now).order_by("due_at"),
        _line,
        empty=_("Nothing is on the floor."),
        more=reverse("orders") + "?status=open",
    )


def drafts(asked: Asked) -> Panel:
    """Orders that nobody has released yet."""
    return panel(
        _("Orders to release"),
        find_orders(list(asked.sites), status=OrderStatus.DRAFT),
        _line,
        empty=_("None: all orders are on the floor."),
        more=reverse("orders") + "?status=DRAFT",
    )


def _on_the_floor(asked: Asked) -> QuerySet[WorkOrder]:
    return find_orders(list(asked.sites), status="open").exclude(status=OrderStatus.DRAFT)


def _line(order: WorkOrder, *, tone: str = "", letter: str = "") -> Line:
    return Line(
        str(order),
        reverse("order", args=[order.erp_reference]),
        f"{plain(order.quantity)} × {order.product_revision.product}",
        _("due %(at)s") % {"at": moment(order.due_at, order.site)},
        tone,
        letter,
    )
