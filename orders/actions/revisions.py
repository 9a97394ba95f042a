"""Releasing and retiring revisions of products and routings."""

from datetime import datetime

from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from orders.models import ProductRevision, RoutingRevision
from orders.policies import NotReleasable, routing_mistakes
from orders.queries import operations_in_order
from orders.status import REVISION


def release_product_revision(*, revision: ProductRevision, by: Person, at: datetime) -> ProductRevision:
    """Release a product revision: from now on the database lets nobody change it or its BOM lines."""
    check_permission(by, Permission.RELEASE_MASTER_DATA)
    locked = ProductRevision.objects.select_for_update(of=("self",)).select_related("product").get(pk=revision.pk)
    locked.status = REVISION.after(locked.status, "release", name=str(locked))
    locked.released_at, locked.released_by = at, by
    locked.save(update_fields=["status", "released_at", "released_by"])
    return locked


def release_routing_revision(*, revision: RoutingRevision, by: Person, at: datetime) -> RoutingRevision:
    """Release a routing revision: from now on it is frozen. Raises NotReleasable with every mistake in it."""
    check_permission(by, Permission.RELEASE_MASTER_DATA)
    locked = RoutingRevision.objects.select_for_update(of=("self",)).select_related("routing__site").get(pk=revision.pk)
    locked.status = REVISION.after(locked.status, "release", name=str(locked))
    if mistakes := routing_mistakes(locked):
        raise NotReleasable(f"{locked} has mistakes.", do="Mend them, then release it.", errors=mistakes)
    operations_in_order(locked)  # refuses a cycle
    locked.released_at, locked.released_by = at, by
    locked.save(update_fields=["status", "released_at", "released_by"])
    return locked


def retire_revision(
    *, revision: ProductRevision | RoutingRevision, by: Person, at: datetime
) -> ProductRevision | RoutingRevision:
    """Make a released revision obsolete: no order can pin it any more, those that did go on."""
    check_permission(by, Permission.RELEASE_MASTER_DATA)
    locked = type(revision)._default_manager.select_for_update(of=("self",)).get(pk=revision.pk)
    locked.status = REVISION.after(locked.status, "retire", name=str(locked))
    locked.save(update_fields=["status"])
    return locked
