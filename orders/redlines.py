"""Redlines: the routing revisions of one order alone, by which it is changed while it runs."""

from uuid import UUID

from django.db.models import QuerySet

from mes.kernel.prepared import prepared
from orders.models import RoutingRevision, WorkOrder
from orders.status import RevisionStatus


def redlines_of(order: WorkOrder) -> QuerySet[RoutingRevision]:
    """The order's redlines, the first first, with who signed them."""
    return _in_turn().filter(redline_of=order)


@prepared
def redlines_by_order(order: UUID) -> QuerySet[RoutingRevision]:
    """The redlines of the order of this key, in the same way, for every page of an order."""
    return _in_turn().filter(redline_of=order)


def _in_turn() -> QuerySet[RoutingRevision]:
    found = RoutingRevision.objects.select_related("routing", "redline_of", "approved_by", "released_by")
    return found.order_by("number")


def pinned_in_turn(order: WorkOrder) -> list[UUID]:
    """The routing revisions that a released order has pinned, by key, as one followed the other."""
    pinned = order.history.filter(routing_revision__isnull=False).order_by("history_date", "history_id")
    return list(dict.fromkeys(pinned.values_list("routing_revision_id", flat=True)))


def before_redline(revision: RoutingRevision) -> RoutingRevision | None:
    """What a redline's order was made by before it; while it is not applied, what the order is made by now."""
    assert revision.redline_of is not None
    turns = pinned_in_turn(revision.redline_of)
    before = turns[: turns.index(revision.pk)] if revision.pk in turns else turns
    found = RoutingRevision.objects.select_related("routing__site", "redline_of")
    return found.filter(pk=before[-1]).first() if before else None


def waiting_redline(order: WorkOrder) -> RoutingRevision | None:
    """The order's redline that is not in effect yet: drafted, approved, or released."""
    current = order.routing_revision
    applied = current.number if current is not None and current.redline_of_id is not None else 0
    return redlines_of(order).filter(number__gt=applied).exclude(status=RevisionStatus.OBSOLETE).last()
