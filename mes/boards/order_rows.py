"""The rows of the list of orders: one flat line each, so that the page only has to print it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from mes.boards.templatetags.plant import moment, plain
from orders.models import WorkOrder
from orders.status import OrderStatus
from wip.overview import hold_counts, progress_of

STATES = {OrderStatus.DRAFT: "waiting", OrderStatus.RELEASED: "ready", OrderStatus.RUNNING: "running"}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order. state: of its badge; done of total: how far it is, None before its release; held: open holds."""

    reference: str
    url: str
    state: str
    status: str
    is_draft: bool
    product: str
    finished: str
    quantity: str
    scrapped: str
    done: Decimal | None
    total: Decimal
    priority: int
    due: str
    is_late: bool
    held: int


def rows_of(orders: Sequence[WorkOrder], now: datetime) -> list[OrderRow]:
    """The rows of orders that come with product and site. Two statements."""
    progress, held = progress_of(orders), hold_counts(orders)
    return [
        _row(order, progress[order.pk].finished, progress[order.pk].scrapped, held.get(order.pk, 0), now)
        for order in orders
    ]


def _row(order: WorkOrder, finished: Decimal, scrapped: Decimal, held: int, now: datetime) -> OrderRow:
    is_draft = order.status == OrderStatus.DRAFT
    return OrderRow(
        reference=order.erp_reference,
        url=reverse("order", args=[order.erp_reference]),
        state=STATES.get(OrderStatus(order.status), "done"),
        status=str(OrderStatus(order.status).label),
        is_draft=is_draft,
        product=f"{order.product_revision.product}, {order.product_revision.code}",
        finished=plain(finished),
        quantity=f"{plain(order.quantity)} {order.quantity_unit}",
        scrapped=plain(scrapped),
        done=None if is_draft else finished,
        total=order.quantity,
        priority=order.priority,
        due=moment(order.due_at, order.site),
        is_late=order.due_at < now and order.status != OrderStatus.COMPLETED,
        held=held,
    )
