"""What a revision would change in open orders: which would pin it, which go on with what they have."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from orders.content import AnyRevision
from orders.models import Operation, ProductRevision, RoutingRevision, WorkOrder
from orders.status import OrderStatus

SHOWN = 20


@dataclass(frozen=True)
class Effect:
    """Open orders at the person's sites. would_pin: not released yet, they take what is in force at their release.

    stay: not released yet, and yet untouched, since they name another product revision. keep: released, they go on
    with what they pinned.
    """

    would_pin: QuerySet[WorkOrder]
    stay: QuerySet[WorkOrder]
    keep: QuerySet[WorkOrder]


def effect_of(revision: AnyRevision, sites: Collection[UUID]) -> Effect:
    """The open orders that a revision concerns."""
    orders = (
        _concerned(revision)
        .filter(site__in=sites)
        .select_related("site", "product_revision__product", "routing_revision__routing")
    )
    if isinstance(revision, RoutingRevision) and revision.redline_of_id is not None:
        return Effect(orders.none(), orders.none(), orders.filter(pk=revision.redline_of_id))
    waiting = orders.filter(status=OrderStatus.DRAFT)
    keep = orders.filter(status__in=[OrderStatus.RELEASED, OrderStatus.RUNNING])
    if isinstance(revision, ProductRevision):
        return Effect(waiting.filter(product_revision=revision), waiting.exclude(product_revision=revision), keep)
    return Effect(waiting, waiting.none(), keep)


def _concerned(revision: AnyRevision) -> QuerySet[WorkOrder]:
    if isinstance(revision, ProductRevision):
        return WorkOrder.objects.filter(product_revision__product=revision.product_id)
    if isinstance(revision, RoutingRevision):
        routing = revision.routing
        return WorkOrder.objects.filter(product_revision__product=routing.product_id, site=routing.site_id)
    asking = Operation.objects.filter(
        instruction=revision.instruction_id, routing_revision__routing__product__isnull=False
    )
    products = asking.values("routing_revision__routing__product")
    return WorkOrder.objects.filter(product_revision__product__in=products)
