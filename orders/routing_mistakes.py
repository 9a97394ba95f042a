"""What is wrong with a routing, named before it is approved: in its graph, its operations and their steps."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from equipment.models import Station
from mes.kernel.refusals import FieldError, Refusal
from orders.catalogue import newer_standards
from orders.models import Comparison, InstructionRevision, Operation, OperationEdge, RoutingRevision, Step, StepKind
from orders.motion_mistakes import mistakes_in_rework, warnings_in_motion
from orders.queries import operations_in_order
from orders.setpoint_mistakes import mistakes_in_setpoints, warnings_in_setpoints
from orders.status import RevisionStatus

# What an earlier answer can be compared with; a scan, a table, a person, a time and a file have no one word to it.
_NUMBERS = {StepKind.NUMBER}
_COMPARABLE = {StepKind.NUMBER, StepKind.CHECK, StepKind.TASK, StepKind.TEXT, StepKind.LIST}


def mistakes_in_routing(revision: RoutingRevision) -> list[FieldError]:
    """Everything that stops a routing revision from being approved and released."""
    operations = _operations(revision)
    if not operations:
        return [FieldError("operations", _("The routing has no operation."), _("Add one."))]
    edges = list(revision.edges.select_related("before", "after"))
    graph = () if revision.routing.is_library else _graph(revision, operations, edges)
    steps = (mistake for operation in operations for mistake in _steps(operation))
    return [
        *_stations(revision, operations),
        *_edges(revision, edges),
        *graph,
        *mistakes_in_rework(revision, operations),
        *_instructions(operations),
        *steps,
        *mistakes_in_setpoints(revision, operations),
    ]


def warnings_in_routing(revision: RoutingRevision) -> list[FieldError]:
    """What is probably not meant, and does not stop a release."""
    operations = _operations(revision)
    found = [*warnings_in_motion(revision, operations), *warnings_in_setpoints(revision, operations)]
    found += [
        FieldError(
            _("operation {operation}").format(operation=draft.code),
            _("{origin} is newer than what it was copied from.").format(origin=origin),
            _("Compare them."),
        )
        for draft, origin in newer_standards(revision)
    ]
    for operation in operations:
        place = _("operation {operation}").format(operation=operation.code)
        if not operation.steps.all():
            found.append(FieldError(place, _("It has no step: nothing is recorded but its start and end.")))
        if operation.instruction is None and not any(step.instruction for step in operation.steps.all()):
            found.append(FieldError(place, _("It has no instruction, and none of its steps says what to do.")))
        found += [
            FieldError(
                _("{place}, step {step}").format(place=place, step=step.code),
                _("It is a number without limits: any number is good."),
            )
            for step in operation.steps.all()
            if step.kind in (StepKind.NUMBER, StepKind.TABLE) and step.lower is None and step.upper is None
        ]
    return found


def _operations(revision: RoutingRevision) -> list[Operation]:
    found = revision.operations.select_related("station_class", "instruction").prefetch_related("steps", "setpoints")
    return list(found.order_by("code"))


def _stations(revision: RoutingRevision, operations: Sequence[Operation]) -> Iterator[FieldError]:
    site = revision.routing.site
    staffed = set(Station.objects.filter(site=site, is_active=True).values_list("station_class_id", flat=True))
    for operation in operations:
        if operation.station_class_id not in staffed:
            yield FieldError(
                _("operation {operation}").format(operation=operation.code),
                _("{site} has no active station of the class {station_class}.").format(
                    site=site, station_class=operation.station_class
                ),
                _("Add a station or choose another class."),
            )


def _edges(revision: RoutingRevision, edges: Sequence[OperationEdge]) -> Iterator[FieldError]:
    for edge in edges:
        if {edge.before.routing_revision_id, edge.after.routing_revision_id} != {revision.pk}:
            yield FieldError(
                _("edge {edge}").format(edge=edge), _("It joins operations of another revision."), _("Remove it.")
            )
        group = edge.before.alternate_group
        if group and group == edge.after.alternate_group:
            yield FieldError(
                _("edge {edge}").format(edge=edge),
                _("Both are alternates of the group {group}: a unit goes through one of them.").format(group=group),
                _("Remove the edge, or take one out of the group."),
            )


def _graph(
    revision: RoutingRevision, operations: Sequence[Operation], edges: Sequence[OperationEdge]
) -> Iterator[FieldError]:
    try:
        operations_in_order(revision)
    except Refusal as circle:
        yield FieldError("edges", circle.what, circle.do)
    joined = {edge.before_id for edge in edges} | {edge.after_id for edge in edges}
    alone = [operation for operation in operations if operation.pk not in joined] if edges else []
    for operation in alone:
        yield FieldError(
            _("operation {operation}").format(operation=operation.code),
            _("No edge leads to it or from it: nothing reaches it."),
            _("Add its edges."),
        )
    groups = Counter(operation.alternate_group for operation in operations if operation.alternate_group)
    for group, count in groups.items():
        if count == 1:
            yield FieldError(
                _("group {group}").format(group=group),
                _("It has one operation only."),
                _("Add its alternates or empty the field."),
            )
    yield from _join([operation for operation in operations if operation not in alone], edges)


def _join(operations: Sequence[Operation], edges: Sequence[OperationEdge]) -> Iterator[FieldError]:
    """Branches come together in one last operation, or in alternates of one group."""
    waited_for = {edge.before_id for edge in edges}
    last = [operation for operation in operations if operation.pk not in waited_for]
    ends = {operation.alternate_group or operation.code for operation in last}
    if len(ends) > 1:
        codes = ", ".join(operation.code for operation in last)
        yield FieldError(
            "edges",
            _("Nothing follows {codes}: the branches don't come together.").format(codes=codes),
            _("Join them in one last operation."),
        )


def _instructions(operations: Sequence[Operation]) -> Iterator[FieldError]:
    asked = {operation.instruction_id for operation in operations if operation.instruction_id}
    if not asked:
        return
    released = set(
        InstructionRevision.objects.filter(instruction__in=asked, status=RevisionStatus.RELEASED).values_list(
            "instruction_id", flat=True
        )
    )
    for operation in operations:
        if operation.instruction_id and operation.instruction_id not in released:
            yield FieldError(
                _("operation {operation}").format(operation=operation.code),
                _("No revision of the instruction {instruction} is released.").format(
                    instruction=operation.instruction
                ),
                _("Release one first."),
            )


def _steps(operation: Operation) -> Iterator[FieldError]:
    steps = sorted(operation.steps.all(), key=lambda step: step.position)
    earlier: dict[str, Step] = {}
    for step in steps:
        place = _("operation {operation}, step {step}").format(operation=operation.code, step=step.code)
        if step.condition_step and (found := _condition_mistake(step, earlier, {s.code for s in steps})):
            yield FieldError(place, *found)
        if twice := [choice for choice, count in Counter(step.choices).items() if count > 1]:
            yield FieldError(place, _("It offers {choice} twice.").format(choice=twice[0]), _("Remove one."))
        earlier[step.code] = step


def _condition_mistake(step: Step, earlier: dict[str, Step], known: set[str]) -> tuple[str, str] | None:
    """What is wrong with when a step is asked, and what to do."""
    asked = earlier.get(step.condition_step)
    if asked is None:
        if step.condition_step in known:
            return (
                _("Its condition names {step}, which does not come before it.").format(step=step.condition_step),
                _("Move one of them."),
            )
        return (
            _("Its condition names {step}, which is no step here.").format(step=step.condition_step),
            _("Correct the code."),
        )
    if asked.kind not in _COMPARABLE:
        return (
            _("{step} is a {kind}: its answer can't be compared.").format(
                step=asked.code, kind=asked.get_kind_display()
            ),
            _("Choose another step."),
        )
    if step.condition_comparison in (Comparison.ABOVE, Comparison.BELOW) and asked.kind not in _NUMBERS:
        return (
            _("{step} is no number: it is never above or below.").format(step=asked.code),
            _("Compare with is or is not."),
        )
    if (allowed := _answers(asked)) is not None and step.condition_value not in allowed:
        return (
            _("{step} never is “{value}”.").format(step=asked.code, value=step.condition_value),
            _("Choose one of: {allowed}.").format(allowed=", ".join(allowed)),
        )
    if asked.kind in _NUMBERS and not _is_number(step.condition_value):
        return (
            _("“{value}” is no number.").format(value=step.condition_value),
            _("{step} is one: compare it with a number.").format(step=asked.code),
        )
    return None


def _answers(step: Step) -> list[str] | None:
    """The only answers that a step can have; None: any."""
    if step.kind in (StepKind.CHECK, StepKind.TASK):
        return ["yes"]
    return list(step.choices) if step.kind == StepKind.LIST else None


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
