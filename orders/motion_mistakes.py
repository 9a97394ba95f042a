"""What is wrong with a rework routing, and what is probably not meant of alternates, optional operations and times."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from mes.kernel.refusals import FieldError
from orders.models import Operation, OperationEdge, RoutingRevision, StepKind
from orders.status import RevisionStatus


def mistakes_in_rework(revision: RoutingRevision, operations: Sequence[Operation]) -> Iterator[FieldError]:
    """What stops a rework routing: it is of a product, and takes no components, for no bill has any for it."""
    routing = revision.routing
    if not routing.is_rework:
        return
    if routing.is_library:
        yield FieldError("routing", _("It is a rework of no product."), _("Choose its product, or untick rework."))
    for operation in operations:
        for step in operation.steps.all():
            if step.kind == StepKind.SCAN:
                yield FieldError(
                    _("operation {operation}, step {step}").format(operation=operation.code, step=step.code),
                    _("A rework routing takes no components."),
                    _("Let units return to the operation that builds the component in."),
                )


def warnings_in_motion(revision: RoutingRevision, operations: Sequence[Operation]) -> Iterator[FieldError]:
    """What is probably not meant."""
    edges = list(revision.edges.select_related("before", "after"))
    yield from _clashes(revision, operations)
    yield from _alternates(operations, edges)
    for operation in operations:
        if operation.is_optional and any(step.kind == StepKind.SCAN for step in operation.steps.all()):
            yield FieldError(
                _("operation {operation}").format(operation=operation.code),
                _("It may be skipped, and it builds components in: who skips it leaves them out."),
            )
    for edge in edges:
        if edge.holds_when_late and edge.maximum_time_s is None:
            yield FieldError(
                _("edge {edge}").format(edge=edge),
                _("It holds what is late, and has no maximum time: nothing is ever late."),
                _("Enter a maximum time."),
            )


def _clashes(revision: RoutingRevision, operations: Sequence[Operation]) -> Iterator[FieldError]:
    """Codes that a rework and a routing of its product share: a unit can't go through both."""
    routing = revision.routing
    if routing.product_id is None:
        return
    others = Operation.objects.filter(
        routing_revision__routing__product=routing.product_id,
        routing_revision__routing__site=routing.site_id,
        routing_revision__routing__is_rework=not routing.is_rework,
        routing_revision__redline_of__isnull=True,
        routing_revision__status=RevisionStatus.RELEASED,
        code__in=[operation.code for operation in operations],
    )
    clashing = others.select_related("routing_revision__routing").order_by("code", "routing_revision__number")
    for code, other in {one.code: one.routing_revision for one in clashing}.items():
        yield FieldError(
            _("operation {operation}").format(operation=code),
            _("{revision} has an operation of this code: no unit can go through both.").format(revision=other),
            _("Give the rework's operations codes of their own, such as R10."),
        )


def _alternates(operations: Sequence[Operation], edges: Sequence[OperationEdge]) -> Iterator[FieldError]:
    """Alternates that wait for different operations are rarely meant: the choice would come at different moments."""
    waits_for: dict[str, dict[str, frozenset[str]]] = {}
    for operation in operations:
        if operation.alternate_group:
            before = frozenset(edge.before.code for edge in edges if edge.after_id == operation.pk)
            waits_for.setdefault(operation.alternate_group, {})[operation.code] = before
    for group, members in waits_for.items():
        if len(set(members.values())) > 1:
            yield FieldError(
                _("group {group}").format(group=group),
                _("Its alternates {codes} wait for different operations.").format(codes=", ".join(sorted(members))),
                _("Let them wait for the same, if the choice is made there."),
            )
