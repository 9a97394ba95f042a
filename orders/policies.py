from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from equipment.models import Station
from equipment.queries import sites_of
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import FieldError, NotFound, Refusal
from orders.models import BomLine, Product, ProductRevision, RoutingRevision, StepKind, Tracking, WorkOrder
from orders.plans import Plan, StepPlan
from orders.queries import current_plan, order_by_reference


class NotReleasable(Refusal):
    """The revision has mistakes; `errors` names each."""


def known_order(person: Person, erp_reference: str) -> WorkOrder:
    """The order of this reference at one of the person's sites.

    Raises NotFound; whether another site has one is not told.
    """
    order = order_by_reference(erp_reference, sites_of(person))
    if order is None:
        raise NotFound(f"There is no order {erp_reference[:40]} at your sites.", do="Check the reference.")
    return order


def routing_mistakes(revision: RoutingRevision) -> list[FieldError]:
    """What stops a routing revision from being released: cycles, no operation, no station of the class, empty scans."""
    operations = list(revision.operations.select_related("station_class").prefetch_related("steps"))
    if not operations:
        return [FieldError("operations", "The routing has no operation.", "Add one.")]
    staffed = set(
        Station.objects.filter(site=revision.routing.site, is_active=True).values_list("station_class_id", flat=True)
    )
    mistakes = [
        FieldError(
            f"operation {operation.code}",
            f"{revision.routing.site} has no active station of the class {operation.station_class}.",
            "Add a station or choose another class.",
        )
        for operation in operations
        if operation.station_class_id not in staffed
    ]
    mistakes += [
        FieldError(f"edge {edge}", "It joins operations of another revision.", "Remove it.")
        for edge in revision.edges.select_related("before", "after")
        if {edge.before.routing_revision_id, edge.after.routing_revision_id} != {revision.pk}
    ]
    return mistakes


def plan_mistakes(plan: Plan, revision: ProductRevision) -> list[FieldError]:
    """Where a routing and a bill of materials don't fit: each BOM line is taken by exactly one required scan step of
    its operation, in equal parts; each scan step takes a BOM line.
    """
    mistakes = []
    for line in BomLine.objects.filter(product_revision=revision).select_related("component"):
        operation = plan.operation(line.operation_code)
        if operation is None:
            mistakes.append(FieldError(f"BOM line {line}", "The routing has no such operation.", "Correct its code."))
            continue
        steps = [s for s in operation.steps if s.component and s.component.product_id == line.component_id]
        if found := _line_mistake(line, steps, revision.product):
            mistakes.append(FieldError(f"operation {operation.code}, {line.component}", *found))
    for operation in plan.operations:
        mistakes += [
            FieldError(
                f"operation {operation.code}, step {step.code}",
                "It scans a component that the BOM does not have at this operation.",
                "Add the BOM line or remove the step.",
            )
            for step in operation.steps
            if step.kind == StepKind.SCAN and step.component is None
        ]
    return mistakes


def _line_mistake(line: BomLine, steps: Sequence[StepPlan], product: Product) -> tuple[str, str] | None:
    """What is wrong with how a BOM line is scanned, and what to do."""
    if len(steps) != 1:
        return f"{len(steps) or 'No'} steps scan it.", "Have one scan step for it; samples repeat it."
    (step,) = steps
    each = line.quantity / step.samples
    if not step.is_required:
        return "Its scan step is not required.", "Make the step required."
    if each != each.quantize(Decimal("0.0001")):
        return f"{plain(line.quantity)} can't be shared among {step.samples} scans.", "Change samples or quantity."
    if line.component.tracking == Tracking.SERIAL:
        if product.tracking != Tracking.SERIAL:
            return "It has serial numbers, and the product is made in lots.", "Take it by lot."
        if each != 1:
            return f"It has serial numbers, and each scan takes {plain(each)}.", "Have one scan a piece."
    return None


def check_fits(routing: RoutingRevision, revision: ProductRevision) -> Plan:
    """The plan of two released revisions, or NotReleasable with every mistake."""
    plan = current_plan(routing.pk, revision.pk)
    if mistakes := _known_mistakes(plan, revision):
        raise NotReleasable(
            f"{routing} and {revision} don't fit together.",
            do="Mend what is named, in a new revision if one is released.",
            errors=mistakes,
        )
    return plan


@lru_cache(maxsize=2048)
def _known_mistakes(plan: Plan, revision: ProductRevision) -> list[FieldError]:
    # Both are frozen, so that what fits once fits for good.
    return plan_mistakes(plan, revision)
