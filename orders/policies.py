from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from equipment.queries import sites_of
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import FieldError, NotFound, Refusal
from orders.instructions import sheet_of
from orders.models import (
    BomLine,
    InstructionRevision,
    Operation,
    Product,
    ProductRevision,
    RoutingRevision,
    StepKind,
    Tracking,
    WorkOrder,
)
from orders.plans import Plan, StepPlan
from orders.product_mistakes import mistakes_in_bill, warnings_in_bill
from orders.queries import RoutingHasCycle, current_plan, order_by_reference, read_plan, released_revision
from orders.routing_mistakes import mistakes_in_routing, warnings_in_routing


class NotReleasable(Refusal):
    """The revision has mistakes; `errors` names each."""


def known_order(person: Person, erp_reference: str) -> WorkOrder:
    """The order of this reference at one of the person's sites.

    Raises NotFound; whether another site has one is not told.
    """
    order = order_by_reference(erp_reference, sites_of(person))
    if order is None:
        raise NotFound(
            _("There is no order {order} at your sites.").format(order=erp_reference[:40]),
            do=_("Check the reference."),
        )
    return order


_REVISIONS: dict[str, type[ProductRevision | RoutingRevision | InstructionRevision]] = {
    "product": ProductRevision,
    "routing": RoutingRevision,
    "instruction": InstructionRevision,
}


def known_revision(person: Person, kind: str, key: UUID) -> ProductRevision | RoutingRevision | InstructionRevision:
    """The revision of this kind ("product", "routing", "instruction"); a routing's at one of the person's sites.

    Raises NotFound; whether another site has one is not told.
    """
    model = _REVISIONS.get(kind)
    found = model._default_manager.filter(pk=key).first() if model else None
    if found is None or (isinstance(found, RoutingRevision) and found.routing.site_id not in sites_of(person)):
        raise NotFound(_("There is no such revision at your sites."), do=_("Look for it under master data."))
    return found


def mistakes_of(revision: ProductRevision | RoutingRevision | InstructionRevision) -> list[FieldError]:
    """Everything that stops a revision from being approved and released."""
    if isinstance(revision, ProductRevision):
        return mistakes_in_bill(revision)
    if isinstance(revision, RoutingRevision):
        return [*mistakes_in_routing(revision), *_misfits_of_redline(revision)]
    if not revision.body.strip():
        return [FieldError("body", _("The instruction says nothing."), _("Write it."))]
    return []


def warnings_of(revision: ProductRevision | RoutingRevision | InstructionRevision, *, on: date) -> list[FieldError]:
    """What is probably not meant, and does not stop a release; on: the day of the bills that a routing has to fit."""
    if isinstance(revision, ProductRevision):
        return warnings_in_bill(revision)
    if isinstance(revision, RoutingRevision):
        return [*warnings_in_routing(revision), *_misfits(revision, on)]
    missing = sheet_of(revision).unknown
    return [
        FieldError("body", _("It names {name}, and there is no such picture.").format(name=name), _("Add the file."))
        for name in missing
    ]


def _misfits_of_redline(routing: RoutingRevision) -> list[FieldError]:
    """Where a redline does not fit what its order makes."""
    return _misfits_with(routing, routing.redline_of.product_revision, None) if routing.redline_of else []


def _misfits(routing: RoutingRevision, on: date) -> list[FieldError]:
    """Where a routing does not fit the product revision that orders pin on the day; nothing while it has a circle.

    A rework routing has no bill to fit.
    """
    if routing.routing.is_rework:
        return []
    if routing.routing.product is None or routing.redline_of_id is not None:
        return []
    product = released_revision(routing.routing.product, on=on)
    return _misfits_with(routing, product, on) if product else []


def _misfits_with(routing: RoutingRevision, product: ProductRevision, on: date | None) -> list[FieldError]:
    """Where they don't fit together; nothing while the routing has a circle."""
    try:
        plan = read_plan(routing, product, on=on)
    except RoutingHasCycle:
        return []
    return [FieldError(f"{product}: {each.where}", each.what, each.do) for each in plan_mistakes(plan, product)]


def plan_mistakes(plan: Plan, revision: ProductRevision) -> list[FieldError]:
    """Where a routing and a bill of materials don't fit: each traced BOM line is taken by exactly one required scan
    step of its operation, in equal parts, an untraced one by none; each scan step takes a traced BOM line.
    """
    mistakes = []
    for line in BomLine.objects.filter(product_revision=revision).select_related("component"):
        operation = plan.operation(line.operation_code)
        if operation is None:
            mistakes.append(
                FieldError(
                    _("BOM line {line}").format(line=line),
                    _("The routing has no such operation."),
                    _("Correct its code."),
                )
            )
            continue
        steps = [s for s in operation.steps if s.component and s.component.product_id == line.component_id]
        if line.is_traced and (found := _line_mistake(line, steps, revision.product)):
            mistakes.append(
                FieldError(
                    _("operation {operation}, {component}").format(operation=operation.code, component=line.component),
                    *found,
                )
            )
    for operation in plan.operations:
        mistakes += [
            FieldError(
                _("operation {operation}, step {step}").format(operation=operation.code, step=step.code),
                _("It scans a component that the BOM does not have, or does not trace, at this operation."),
                _("Add the BOM line, trace it, or remove the step."),
            )
            for step in operation.steps
            if step.kind == StepKind.SCAN and step.component is None
        ]
    return mistakes


def _line_mistake(line: BomLine, steps: Sequence[StepPlan], product: Product) -> tuple[str, str] | None:
    """What is wrong with how a BOM line is scanned, and what to do."""
    if len(steps) != 1:
        said = _("{count} steps scan it.").format(count=len(steps)) if steps else _("No steps scan it.")
        return said, _("Have one scan step for it; samples repeat it.")
    (step,) = steps
    each = line.quantity / step.samples
    if not step.is_required:
        return _("Its scan step is not required."), _("Make the step required.")
    if step.condition is not None:
        return _("Its scan step is asked only sometimes."), _("Remove the step's condition.")
    if each != each.quantize(Decimal("0.0001")):
        return (
            _("{quantity} can't be shared among {samples} scans.").format(
                quantity=plain(line.quantity), samples=step.samples
            ),
            _("Change samples or quantity."),
        )
    if line.component.tracking == Tracking.SERIAL:
        if product.tracking != Tracking.SERIAL:
            return _("It has serial numbers, and the product is made in lots."), _("Take it by lot.")
        if each != 1:
            return (
                _("It has serial numbers, and each scan takes {each}.").format(each=plain(each)),
                _("Have one scan a piece."),
            )
    return None


def check_fits(routing: RoutingRevision, revision: ProductRevision, *, on: date) -> Plan:
    """The plan of two released revisions on a day, or NotReleasable with every mistake."""
    plan = current_plan(routing.pk, revision.pk, on=on)
    if mistakes := _known_mistakes(plan, routing.pk, revision, get_language()):
        raise NotReleasable(
            _("{routing} and {revision} don't fit together.").format(routing=routing, revision=revision),
            do=_("Mend what is named, in a new revision if one is released."),
            errors=mistakes,
        )
    return plan


@lru_cache(maxsize=2048)
def _known_mistakes(
    plan: Plan, routing_revision_id: UUID, revision: ProductRevision, language: str | None
) -> list[FieldError]:
    # Both are frozen, so that what fits once fits for good; the plan says which instructions are in force.
    # The sentences are in one language, so it is part of the key.
    found = plan_mistakes(plan, revision)
    asked = Operation.objects.filter(routing_revision=routing_revision_id, instruction__isnull=False)
    for operation in asked.select_related("instruction"):
        planned = plan.operation(operation.code)
        if planned is not None and planned.instruction is None:
            sentence = _("No revision of the instruction {instruction} is in force.").format(
                instruction=operation.instruction
            )
            found.append(
                FieldError(
                    _("operation {operation}").format(operation=operation.code),
                    sentence,
                    _("Release one, or move its effectivity."),
                )
            )
    return found
