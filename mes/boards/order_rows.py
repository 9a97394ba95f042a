"""The rows of the list of orders: one flat line each, so that the page only has to print it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.urls import reverse

from equipment.models import Site
from mes.boards.templatetags.plant import moment, plain
from mes.kernel.pieces import Flat
from mes.kernel.prepared import at_once
from orders.lists import orders_listed
from orders.models import WorkOrder
from orders.status import OrderStatus
from wip.overview import Progress, hold_counts, of_held_revisions, progress_in, progress_rows

STATES = {OrderStatus.DRAFT: "waiting", OrderStatus.RELEASED: "ready", OrderStatus.RUNNING: "running"}


@dataclass(frozen=True, slots=True)
class OrderRow(Flat):
    """One order. state: of its badge; done of total: how far it is, None before its release; released: how
    much, while there is more to release; held: open holds."""

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
    released: str
    priority: int
    due: str
    is_late: bool
    held: int


def rows_of(keys: Sequence[UUID], sites: Mapping[UUID, Site], now: datetime) -> list[OrderRow]:
    """The rows of the orders of these keys, by rank. Four statements in one go. sites: those they may be at."""
    asked = (orders_listed, progress_rows, hold_counts, of_held_revisions)
    orders, counts, holds, of_held = at_once(*(question.of(keys) for question in asked))
    progress, held = progress_in(counts, keys), Counter(dict(holds)) + Counter(order for (order,) in of_held)
    return [_row(order, sites[order.site_id], progress[order.pk], held.get(order.pk, 0), now) for order in orders]


def _row(order: WorkOrder, site: Site, progress: Progress, held: int, now: datetime) -> OrderRow:
    is_draft = order.status == OrderStatus.DRAFT
    return OrderRow(
        reference=order.erp_reference,
        url=reverse("order", args=[order.erp_reference]),
        state=STATES.get(OrderStatus(order.status), "done"),
        status=str(OrderStatus(order.status).label),
        is_draft=is_draft,
        product=f"{order.product_revision.product}, {order.product_revision.code}",
        finished=plain(progress.finished),
        quantity=f"{plain(order.quantity)} {order.quantity_unit}",
        scrapped=plain(progress.scrapped),
        done=None if is_draft else progress.finished,
        total=order.quantity,
        released=plain(order.quantity_released) if order.is_in_parts else "",
        priority=order.priority,
        due=moment(order.due_at, site),
        is_late=order.due_at < now and not order.is_over,
        held=held,
    )
