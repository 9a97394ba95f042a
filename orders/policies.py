from functools import lru_cache
from uuid import UUID

from equipment.models import Station
from mes.kernel.refusals import FieldError, Refusal
from orders.models import BomLine, RoutingRevision, StepKind
from orders.plans import Plan
from orders.queries import released_plan


class NotReleasable(Refusal):
    """The revision has mistakes; `errors` names each."""


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


def plan_mistakes(plan: Plan, product_revision_id: UUID) -> list[FieldError]:
    """Where a routing and a bill of materials don't fit: a component without a scan step, a scan without a BOM line."""
    mistakes = []
    for line in BomLine.objects.filter(product_revision=product_revision_id).select_related("component"):
        operation = plan.operation(line.operation_code)
        taken = {s.component.product_id for s in operation.steps if s.component} if operation else set()
        if operation is None:
            mistakes.append(FieldError(f"BOM line {line}", "The routing has no such operation.", "Correct its code."))
        elif line.component_id not in taken:
            mistakes.append(
                FieldError(f"operation {operation.code}", f"No step scans {line.component}.", "Add a scan step for it.")
            )
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


@lru_cache(maxsize=2048)
def check_fits(routing_revision_id: UUID, product_revision_id: UUID) -> Plan:
    """The plan of two released revisions, or NotReleasable with every mistake. What fits once fits for good."""
    plan = released_plan(routing_revision_id, product_revision_id)
    if mistakes := plan_mistakes(plan, product_revision_id):
        raise NotReleasable(
            f"{plan.routing}, revision {plan.routing_revision}, and {plan.product_code} rev {plan.product_revision} "
            "don't fit together.",
            do="Mend what is named, in a new revision if one is released.",
            errors=mistakes,
        )
    return plan
