from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from equipment.models import Site
from mes.kernel.audit.models import AuditEvent
from mes.kernel.door import moment
from mes.kernel.prepared import prepared
from mes.kernel.refusals import Refusal
from orders.models import (
    BomLine,
    InstructionRevision,
    Operation,
    PinnedPlan,
    Product,
    ProductRevision,
    QuantityBasis,
    RoutingRevision,
    Step,
    WorkOrder,
)
from orders.models.work_orders import IS_OPEN
from orders.plans import (
    AssetPlan,
    ComponentPlan,
    ConditionPlan,
    EdgePlan,
    InstructionPlan,
    OperationPlan,
    Plan,
    SetpointPlan,
    StepPlan,
    SubstitutePlan,
)
from orders.status import RevisionStatus


class RoutingHasCycle(Refusal):
    """Operations wait for each other in a circle."""


def order_by_reference(erp_reference: str, sites: Collection[UUID] | None = None) -> WorkOrder | None:
    """The order of this ERP reference, at one of the sites, with its revisions and the people it names."""
    found = _by_reference(erp_reference)
    return next((order for order in found if sites is None or order.site_id in sites), None)


@prepared
def _by_reference(erp_reference: str) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.select_related(
        "site",
        "product_revision__product",
        "routing_revision__routing",
        "created_by",
        "released_by",
        "completed_by",
        "cancelled_by",
    ).filter(erp_reference=erp_reference)


def find_orders(sites: "list[UUID]", *, text: str = "", status: str = "") -> QuerySet[WorkOrder]:
    """Orders of the sites by rank, with site and product, narrowed."""
    found = WorkOrder.objects.select_related("site", "product_revision__product").filter(site__in=sites)
    return narrowed(found, text=text, status=status)


def narrowed(found: QuerySet[WorkOrder], *, text: str, status: str) -> QuerySet[WorkOrder]:
    """The orders of these that have a text in their reference or product, of a status ("open": not over)."""
    if text:
        # Each of the two by its index: joined by OR, PostgreSQL would look at every order.
        named = WorkOrder.objects.filter(erp_reference__icontains=text).values("pk")
        makes = WorkOrder.objects.filter(product_revision__product__code__icontains=text).values("pk")
        found = found.filter(pk__in=named.order_by().union(makes.order_by()))
    if status == "open":
        found = found.filter(IS_OPEN)
    elif status:
        found = found.filter(status=status)
    return found


def effective_on(day: date) -> Q:
    """Revisions that a new order may pin on a day at the site."""
    return (
        Q(status=RevisionStatus.RELEASED)
        & (Q(effective_from__isnull=True) | Q(effective_from__lte=day))
        & (Q(effective_to__isnull=True) | Q(effective_to__gte=day))
    )


def released_revision(product: Product, *, on: date, code: str = "") -> ProductRevision | None:
    """The revision of this code that is effective on a day; without a code, of several the one released last."""
    effective = product.revisions.filter(effective_on(on))
    if code:
        effective = effective.filter(code=code)
    return effective.order_by("-released_at", "-pk").first()


def released_routing(product: Product, site: Site, *, on: date) -> RoutingRevision | None:
    """The routing revision to pin for a product at a site on a day: of those effective the one released last."""
    return (
        RoutingRevision.objects.filter(
            effective_on(on),
            routing__product=product,
            routing__site=site,
            routing__is_rework=False,
            redline_of__isnull=True,
        )
        .select_related("routing")
        .order_by("-released_at", "-number")
        .first()
    )


def rework_routings(product: UUID, site: UUID, *, on: date) -> list[RoutingRevision]:
    """Of each rework routing of a product at a site the revision that is effective on a day; of several the latest."""
    found = RoutingRevision.objects.filter(
        effective_on(on), routing__product=product, routing__site=site, routing__is_rework=True, redline_of__isnull=True
    )
    latest = {one.routing_id: one for one in found.select_related("routing").order_by("released_at", "number")}
    return sorted(latest.values(), key=lambda one: one.routing.name)


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
            _("The pinned plan {digest} has been altered in the database.").format(digest=digest[:8]),
            do=_("Stop work on its orders and call whoever keeps the database."),
        )
    return plan


def current_plan(routing_revision_id: UUID, product_revision_id: UUID, *, on: date) -> Plan:
    """The plan of two released revisions with the names and instructions in force on a day: what an order pins."""
    return _plan_with_names(routing_revision_id, product_revision_id, on, _names_changed_last())


@lru_cache(maxsize=2048)
def _plan_with_names(routing_revision_id: UUID, product_revision_id: UUID, on: date, names_version: int) -> Plan:
    return read_plan(
        RoutingRevision.objects.select_related("routing").get(pk=routing_revision_id),
        ProductRevision.objects.select_related("product").get(pk=product_revision_id),
        on=on,
    )


def _names_changed_last() -> int:
    """When anything that a plan quotes by name changed last, as the ledger's sequence; revisions are frozen."""
    quoted = [
        *("orders_product", "orders_routing", "orders_instruction", "orders_instructionrevision"),
        *("personnel_qualification", "equipment_stationclass", "equipment_assetclass"),
    ]
    return AuditEvent.objects.filter(table_name__in=quoted).aggregate(last=Max("sequence"))["last"] or 0


def operations_in_order(routing: RoutingRevision) -> list[Operation]:
    """The operations so that each comes after those it waits for, else by code. Raises RoutingHasCycle."""
    operations = {
        operation.pk: operation
        for operation in routing.operations.select_related("station_class", "instruction")
        .prefetch_related(
            "steps__component", "qualifications__qualification", "assets__asset_class", "setpoints", "edges_in__before"
        )
        .order_by("code")
    }
    sorter = TopologicalSorter({key: [edge.before_id for edge in o.edges_in.all()] for key, o in operations.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " → ".join(operations[key].code for key in error.args[1])
        raise RoutingHasCycle(
            _("The operations wait for each other in a circle: {circle}.").format(circle=circle),
            do=_("Remove one of these edges."),
        ) from error
    ordered: list[Operation] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda key: operations[key].code)
        ordered += [operations[key] for key in ready]
        sorter.done(*ready)
    return ordered


def read_plan(routing: RoutingRevision, product: ProductRevision, *, on: date | None = None) -> Plan:
    """Read the plan from its rows, with the instructions in force on a day (None: now, wherever it is).

    Raises RoutingHasCycle.
    """
    lines: dict[str, list[BomLine]] = {}
    found = product.bom_lines.select_related("component", "component_revision").prefetch_related("substitutes__product")
    for line in found:
        lines.setdefault(line.operation_code, []).append(line)
    operations = operations_in_order(routing)
    day = on or moment().date()
    instructions = _instructions_in_force({o.instruction_id for o in operations if o.instruction_id}, day)
    return Plan(
        product_code=product.product.code,
        product_name=product.product.name,
        product_revision=product.code,
        routing=routing.routing.name,
        routing_revision=routing.number,
        operations=tuple(_operation(o, lines.get(o.code, []), instructions) for o in operations),
    )


def _instructions_in_force(instructions: Collection[UUID], day: date) -> dict[UUID, InstructionRevision]:
    """Of each instruction the revision that is effective; of several the one released last."""
    if not instructions:
        return {}
    found = InstructionRevision.objects.filter(effective_on(day), instruction__in=instructions)
    return {revision.instruction_id: revision for revision in found.order_by("released_at", "number")}


def _operation(
    operation: Operation, lines: Sequence[BomLine], instructions: Mapping[UUID, InstructionRevision]
) -> OperationPlan:
    edges = sorted(operation.edges_in.all(), key=lambda edge: edge.before.code)
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
        predecessors=tuple(edge.before.code for edge in edges),
        steps=tuple(_step(step, lines) for step in sorted(operation.steps.all(), key=lambda s: s.position)),
        setup_time_s=operation.setup_time_s,
        is_optional=operation.is_optional,
        alternate_group=operation.alternate_group,
        max_attempts=operation.max_attempts,
        needs_line_clearance=operation.needs_line_clearance,
        instruction=_instruction(operation, instructions),
        assets=tuple(
            AssetPlan(a.asset_class.code, a.asset_class.name, a.asset_class.kind, a.cycles_per_piece)
            for a in sorted(operation.assets.all(), key=lambda a: a.asset_class.code)
        ),
        edges=tuple(
            EdgePlan(
                edge.before.code,
                edge.transfer_quantity,
                edge.minimum_time_s,
                edge.maximum_time_s,
                edge.holds_when_late and edge.maximum_time_s is not None,
            )
            for edge in edges
            if (edge.transfer_quantity, edge.minimum_time_s, edge.maximum_time_s) != (None, None, None)
        ),
        untraced=tuple(_component(line) for line in lines if not line.is_traced),
        setup_family=operation.setup_family,
        batch_quantity=operation.batch_quantity,
        hold_after_failures=operation.hold_after_failures,
        hold_below_yield=operation.hold_below_yield,
        setpoints=tuple(
            SetpointPlan(one.tag, one.value, one.tolerance)
            for one in sorted(operation.setpoints.all(), key=lambda one: one.position)
        ),
    )


def _instruction(operation: Operation, instructions: Mapping[UUID, InstructionRevision]) -> InstructionPlan | None:
    instruction = operation.instruction
    revision = instructions.get(instruction.pk) if instruction else None
    if instruction is None or revision is None:
        return None
    return InstructionPlan(
        revision.pk, instruction.code, instruction.name, revision.number, operation.must_confirm_instruction
    )


def _component(line: BomLine) -> ComponentPlan:
    return ComponentPlan(
        product_id=line.component_id,
        code=line.component.code,
        name=line.component.name,
        tracking=line.component.tracking,
        quantity=line.quantity,
        quantity_unit=line.component.quantity_unit,
        is_per_run=line.basis == QuantityBasis.PER_RUN,
        trace_level=line.trace_level,
        revision=line.component_revision.code if line.component_revision else "",
        reference_designators=line.reference_designators,
        substitutes=tuple(
            SubstitutePlan(
                product_id=each.product_id,
                code=each.product.code,
                name=each.product.name,
                tracking=each.product.tracking,
                factor=each.factor,
                quantity_unit=each.product.quantity_unit,
                valid_from=each.valid_from,
                valid_to=each.valid_to,
            )
            for each in sorted(line.substitutes.all(), key=lambda each: each.product.code)
        ),
    )


def _step(step: Step, lines: Sequence[BomLine]) -> StepPlan:
    line = next((each for each in lines if each.is_traced and each.component_id == step.component_id), None)
    condition = (
        ConditionPlan(step.condition_step, step.condition_comparison, step.condition_value)
        if step.condition_step
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
        component=_component(line) if line else None,
        decimals=step.decimals,
        choices=tuple(step.choices),
        condition=condition,
        needs_witness=step.needs_witness,
        signature_meaning=step.signature_meaning,
        tag=step.tag,
        is_from_machine=step.is_from_machine,
    )
