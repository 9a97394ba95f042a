from collections.abc import Collection
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from equipment.models import Site
from mes.kernel.audit.models import AuditEvent
from mes.kernel.refusals import Refusal
from orders.models import BomLine, Operation, PinnedPlan, Product, ProductRevision, RoutingRevision, Step, WorkOrder
from orders.plans import ComponentPlan, OperationPlan, Plan, StepPlan
from orders.status import OrderStatus, RevisionStatus


class RoutingHasCycle(Refusal):
    """Operations wait for each other in a circle."""


def order_by_reference(erp_reference: str, sites: Collection[UUID] | None = None) -> WorkOrder | None:
    """The order of this ERP reference, at one of the sites, with its revisions and the people it names."""
    found = WorkOrder.objects.select_related(
        "site",
        "product_revision__product",
        "routing_revision__routing",
        "created_by",
        "released_by",
        "completed_by",
    ).filter(erp_reference=erp_reference)
    return (found.filter(site__in=sites) if sites is not None else found).first()


def find_orders(sites: "list[UUID]", *, text: str = "", status: str = "") -> QuerySet[WorkOrder]:
    """Orders of the sites by rank, narrowed by text (reference or product) and status ("open": not completed)."""
    found = WorkOrder.objects.select_related("site", "product_revision__product").filter(site__in=sites)
    if text:
        found = found.filter(Q(erp_reference__icontains=text) | Q(product_revision__product__code__icontains=text))
    if status == "open":
        found = found.exclude(status=OrderStatus.COMPLETED)
    elif status:
        found = found.filter(status=status)
    return found


def released_revision(product: Product, code: str = "") -> ProductRevision | None:
    """The released revision of this code, or the one released last."""
    released = product.revisions.filter(status=RevisionStatus.RELEASED)
    if code:
        released = released.filter(code=code)
    return released.order_by("-released_at").first()


def released_routing(product: Product, site: Site) -> RoutingRevision | None:
    """The routing revision to pin for a product at a site: the one released last."""
    return (
        RoutingRevision.objects.filter(routing__product=product, routing__site=site, status=RevisionStatus.RELEASED)
        .select_related("routing")
        .order_by("-number")
        .first()
    )


class PlanAltered(Refusal):
    """A pinned plan's content does not give its digest: the database was changed behind the application."""


def plan_of(order: WorkOrder) -> Plan:
    """The plan that a released order has pinned."""
    assert order.plan_id is not None, "a draft has no plan"
    return pinned_plan(order.plan_id)


@lru_cache(maxsize=4096)
def pinned_plan(digest: str) -> Plan:
    """The plan of this digest. Kept in memory: it is named by its content, so it can't change. Raises PlanAltered."""
    plan = Plan.of(PinnedPlan.objects.get(digest=digest).content)
    if plan.digest != digest:
        raise PlanAltered(
            f"The pinned plan {digest[:8]} has been altered in the database.",
            do="Stop work on its orders and call whoever keeps the database.",
        )
    return plan


def current_plan(routing_revision_id: UUID, product_revision_id: UUID) -> Plan:
    """The plan of two released revisions with today's names: what an order released now pins."""
    return _plan_with_names(routing_revision_id, product_revision_id, _names_changed_last())


@lru_cache(maxsize=2048)
def _plan_with_names(routing_revision_id: UUID, product_revision_id: UUID, names_version: int) -> Plan:
    return read_plan(
        RoutingRevision.objects.select_related("routing").get(pk=routing_revision_id),
        ProductRevision.objects.select_related("product").get(pk=product_revision_id),
    )


def _names_changed_last() -> int:
    """When anything that a plan quotes by name changed last, as the ledger's sequence; revisions are frozen."""
    quoted = ["orders_product", "orders_routing", "personnel_qualification", "equipment_stationclass"]
    return AuditEvent.objects.filter(table_name__in=quoted).aggregate(last=Max("sequence"))["last"] or 0


def operations_in_order(routing: RoutingRevision) -> list[Operation]:
    """The operations so that each comes after those it waits for, else by code. Raises RoutingHasCycle."""
    operations = {
        operation.pk: operation
        for operation in routing.operations.select_related("station_class")
        .prefetch_related("steps__component", "qualifications__qualification", "edges_in__before")
        .order_by("code")
    }
    sorter = TopologicalSorter({key: [edge.before_id for edge in o.edges_in.all()] for key, o in operations.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " → ".join(operations[key].code for key in error.args[1])
        raise RoutingHasCycle(
            f"The operations wait for each other in a circle: {circle}.", do="Remove one of these edges."
        ) from error
    ordered: list[Operation] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda key: operations[key].code)
        ordered += [operations[key] for key in ready]
        sorter.done(*ready)
    return ordered


def read_plan(routing: RoutingRevision, product: ProductRevision) -> Plan:
    """Read the plan from its rows. Raises RoutingHasCycle."""
    lines: dict[str, dict[UUID, BomLine]] = {}
    for line in product.bom_lines.select_related("component"):
        lines.setdefault(line.operation_code, {})[line.component_id] = line
    return Plan(
        product_code=product.product.code,
        product_name=product.product.name,
        product_revision=product.code,
        routing=routing.routing.name,
        routing_revision=routing.number,
        operations=tuple(_operation(o, lines.get(o.code, {})) for o in operations_in_order(routing)),
    )


def _operation(operation: Operation, lines: dict[UUID, BomLine]) -> OperationPlan:
    return OperationPlan(
        code=operation.code,
        name=operation.name,
        station_class_id=operation.station_class_id,
        station_class=operation.station_class.name,
        run_time_s=operation.run_time_s,
        signature_meaning=operation.signature_meaning,
        qualifications=tuple(
            sorted(
                (q.qualification.code, q.qualification.name, q.minimum_level) for q in operation.qualifications.all()
            )
        ),
        predecessors=tuple(sorted(edge.before.code for edge in operation.edges_in.all())),
        steps=tuple(_step(step, lines) for step in sorted(operation.steps.all(), key=lambda s: s.position)),
    )


def _step(step: Step, lines: dict[UUID, BomLine]) -> StepPlan:
    line = lines.get(step.component_id) if step.component_id else None
    component = (
        ComponentPlan(
            product_id=line.component_id,
            code=line.component.code,
            name=line.component.name,
            tracking=line.component.tracking,
            quantity=line.quantity,
            quantity_unit=line.component.quantity_unit,
        )
        if line
        else None
    )
    return StepPlan(
        code=step.code,
        position=step.position,
        kind=step.kind,
        name=step.name,
        instruction=step.instruction,
        picture=step.picture.name or "",
        is_required=step.is_required,
        samples=step.samples,
        quantity_unit=step.quantity_unit,
        lower=step.lower,
        target=step.target,
        upper=step.upper,
        component=component,
    )
