"""Orders that wait for somebody."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from mes.boards.start.panel import SHOWN, Asked, Line, Panel, panel
from mes.boards.templatetags.plant import moment, plain
from mes.kernel.prepared import any_of, prepared
from orders.models import WorkOrder
from orders.status import OrderStatus

ON_THE_FLOOR = (OrderStatus.RELEASED, OrderStatus.RUNNING)


def late(asked: Asked) -> Panel:
    """Released orders past their due date, the oldest first."""
    return panel(
        _("Late orders"),
        _late(asked.now, site__in=asked.sites),
        lambda order: _line(order, tone="caution", letter="L"),
        empty=_("None: every released order is within its due date."),
        more=reverse("orders") + "?status=open",
        first=_first_late(list(asked.sites), asked.now),
    )


def due_next(asked: Asked) -> Panel:
    """Released orders by due date."""
    return panel(
        _("Due next"),
        _orders(*ON_THE_FLOOR, site__in=asked.sites).filter(due_at__gte=asked.now).order_by("due_at"),
        _line,
        empty=_("Nothing is on the floor."),
        more=reverse("orders") + "?status=open",
    )


def drafts(asked: Asked) -> Panel:
    """Orders that nobody has released yet."""
    return panel(
        _("Orders to release"),
        _orders(OrderStatus.DRAFT, site__in=asked.sites),
        _line,
        empty=_("None: all orders are on the floor."),
        more=reverse("orders") + "?status=DRAFT",
        first=_first_drafts(list(asked.sites)),
    )


@prepared
def _first_late(sites: Collection[UUID], now: datetime) -> QuerySet[WorkOrder]:
    return _first(_late(now, site=any_of(sites))).order_by("due_at")


@prepared
def _first_drafts(sites: Collection[UUID]) -> QuerySet[WorkOrder]:
    return _first(_orders(OrderStatus.DRAFT, site=any_of(sites)))


def _first(found: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """The first of them, found by key alone: else Postgres joins and sorts all of them with all they bring."""
    keys = found.select_related(None).values("pk")[: SHOWN + 1]
    return WorkOrder.objects.filter(pk__in=keys).select_related("site", "product_revision__product")


def _late(now: datetime, **at: Any) -> QuerySet[WorkOrder]:
    return _orders(*ON_THE_FLOOR, **at).filter(due_at__lt=now).order_by("due_at")


def _orders(*status: str, **at: Any) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.filter(status__in=status, **at).select_related("site", "product_revision__product")


def _line(order: WorkOrder, *, tone: str = "", letter: str = "") -> Line:
    return Line(
        str(order),
        reverse("order", args=[order.erp_reference]),
        f"{plain(order.quantity)} × {order.product_revision.product}",
        _("due %(at)s") % {"at": moment(order.due_at, order.site)},
        tone,
        letter,
    )
