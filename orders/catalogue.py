"""Finding master data: lists, what is in work, the siblings of a revision, standard operations."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from mes.kernel.prepared import any_of, at_once, prepared
from orders.models import (
    Instruction,
    InstructionRevision,
    Operation,
    Product,
    ProductRevision,
    Routing,
    RoutingRevision,
)
from orders.redlines import before_redline
from orders.status import RevisionStatus

MOST_IN_WORK = 100  # of each kind


def find_products(text: str = "") -> QuerySet[Product]:
    """Products by code, narrowed by a text in code or name."""
    found = Product.objects.order_by("code")
    return found.filter(Q(code__icontains=text) | Q(name__icontains=text)) if text else found


def find_routings(sites: Collection[UUID], text: str = "") -> QuerySet[Routing]:
    """Routings and libraries of the sites by name, narrowed by a text in the name or the product's code."""
    found = Routing.objects.filter(site__in=sites).order_by("name", "pk")
    return found.filter(Q(name__icontains=text) | Q(product__code__icontains=text)) if text else found


def find_instructions(text: str = "") -> QuerySet[Instruction]:
    """Instructions by code, narrowed by a text in code or name."""
    found = Instruction.objects.order_by("code")
    return found.filter(Q(code__icontains=text) | Q(name__icontains=text)) if text else found


def of_plants(model: type[Model]) -> QuerySet[Any]:
    """The revisions that orders may pin, without redlines, which are one order's alone."""
    found = model._default_manager.all()
    return found.filter(redline_of__isnull=True) if model is RoutingRevision else found


def revisions_in_work(sites: Collection[UUID]) -> dict[str, list[Any]]:
    """What is drafted and what waits for its release, by status; the latest first, MOST_IN_WORK of each kind.

    Six statements in one go.
    """
    kinds = (_products_in_work, _routings_in_work, _instructions_in_work)
    statuses = (RevisionStatus.APPROVED, RevisionStatus.DRAFT)
    found = iter(at_once(*(kind.of(status, list(sites)) for status in statuses for kind in kinds)))
    return {status: [one for _ in kinds for one in next(found)] for status in statuses}


@prepared
def _products_in_work(status: str, sites: Collection[UUID]) -> QuerySet[ProductRevision]:
    found = ProductRevision.objects.select_related("product", "approved_by")
    return found.filter(status=status).order_by("-pk")[:MOST_IN_WORK]


@prepared
def _routings_in_work(status: str, sites: Collection[UUID]) -> QuerySet[RoutingRevision]:
    found = RoutingRevision.objects.select_related("routing", "redline_of", "approved_by")
    return found.filter(status=status, routing__site=any_of(sites)).order_by("-pk")[:MOST_IN_WORK]


@prepared
def _instructions_in_work(status: str, sites: Collection[UUID]) -> QuerySet[InstructionRevision]:
    found = InstructionRevision.objects.select_related("instruction", "approved_by")
    return found.filter(status=status).order_by("-pk")[:MOST_IN_WORK]


def siblings_of(revision: ProductRevision | RoutingRevision | InstructionRevision) -> QuerySet[Any]:
    """All revisions of the same product, routing or instruction, the newest first; of a redline those of its order."""
    if isinstance(revision, ProductRevision):
        return ProductRevision.objects.filter(product=revision.product_id).select_related("product").order_by("-pk")
    if isinstance(revision, RoutingRevision):
        siblings = RoutingRevision.objects.filter(routing=revision.routing_id, redline_of=revision.redline_of_id)
        return siblings.select_related("routing__site", "redline_of").order_by("-number")
    found = InstructionRevision.objects.filter(instruction=revision.instruction_id)
    return found.select_related("instruction").order_by("-number")


def revision_before(
    revision: ProductRevision | RoutingRevision | InstructionRevision,
) -> ProductRevision | RoutingRevision | InstructionRevision | None:
    """What a revision is compared with: of its siblings the one that was released last before it.

    A redline is compared with what its order was made by before.
    """
    if isinstance(revision, RoutingRevision) and revision.redline_of is not None:
        return before_redline(revision)
    siblings = siblings_of(revision).filter(released_at__isnull=False).exclude(pk=revision.pk)
    if revision.released_at is not None:
        siblings = siblings.filter(released_at__lt=revision.released_at)
    return siblings.order_by("-released_at", "-pk").first()


def standard_operations(site_id: UUID) -> list[Operation]:
    """The operations of the site's libraries, of the revision that was released last of each."""
    newest = (
        RoutingRevision.objects.filter(
            routing__product__isnull=True, routing__site=site_id, status=RevisionStatus.RELEASED
        )
        .order_by("routing", "-released_at", "-number")
        .distinct("routing")
        .values("pk")
    )
    found = Operation.objects.filter(routing_revision__in=newest)
    return list(found.select_related("routing_revision__routing").order_by("routing_revision__routing__name", "code"))


def newer_standards(revision: RoutingRevision) -> list[tuple[Operation, Operation]]:
    """The operations copied from a library that has a newer released revision of them: (the copy, the newer one)."""
    copies = list(revision.operations.filter(copied_from__isnull=False).select_related("copied_from__routing_revision"))
    origins = {copy.pk: copy.copied_from for copy in copies if copy.copied_from is not None}
    if not origins:
        return []
    newest = (
        Operation.objects.filter(
            routing_revision__routing__in={one.routing_revision.routing_id for one in origins.values()},
            code__in={one.code for one in origins.values()},
            routing_revision__status=RevisionStatus.RELEASED,
        )
        .select_related("routing_revision__routing")
        .order_by("routing_revision__routing", "code", "-routing_revision__number")
        .distinct("routing_revision__routing", "code")
    )
    known = {(one.routing_revision.routing_id, one.code): one for one in newest}
    found = []
    for copy in copies:
        origin = origins[copy.pk]
        one = known.get((origin.routing_revision.routing_id, origin.code))
        if one is not None and one.pk != origin.pk:
            found.append((copy, one))
    return found


def released_routings_of(product_id: UUID) -> list[RoutingRevision]:
    """The routing revision released last at each site, with its operations."""
    found = RoutingRevision.objects.filter(
        routing__product=product_id, status=RevisionStatus.RELEASED, redline_of__isnull=True
    )
    newest = found.select_related("routing").order_by("routing", "-released_at", "-number").distinct("routing")
    return list(newest.prefetch_related("operations"))
