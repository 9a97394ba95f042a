"""The values that a machine brings with an event, as the verbs of the screen take them."""

from collections.abc import Set

from equipment.drivers.base import Quality
from equipment.machine_content import brought, has_passed, meant_by
from equipment.models import MachineEvent
from mes.station.actions.given import Given
from orders.models import StepKind
from orders.plans import OperationPlan, StepPlan
from wip.facts import values_in_force
from wip.models import OperationExecution
from wip.readouts import Source, entered

_STEP = "step:"


def values_of(
    event: MachineEvent, operation: OperationPlan, execution: OperationExecution, *, leaves_out: bool = False
) -> list[Given]:
    """The values of steps that came with the event, and the check that its good result answers.

    A value is scaled as its tag says. One whose field names no sample is the next of its step. leaves_out: what is not
    good; else it raises ValueNotGood.
    """
    source = Source(event.tag.code, event.at, Quality.GOOD)
    taken = {(reading.step_code, reading.sample) for reading in values_in_force([execution.pk])}
    found = []
    for field in event.content:
        if field.startswith(_STEP):
            code, _, sample = field.removeprefix(_STEP).partition(".")
            step = operation.step(code)
            if leaves_out and meant_by(event, field) is None:
                continue
            value = brought(event, field, step.name if step else code)
            place = int(sample) if sample.isdecimal() else _next_sample(step, taken)
            found.append(Given(code, entered(step, value), place, source=source))
    check = _check(operation, {given.step_code for given in found}) if has_passed(event) else None
    if check is not None and (check.code, place := _next_sample(check, taken)) not in taken:
        found.append(Given(check.code, "yes", place, source=source))  # where nobody has answered it
    return found


def _check(operation: OperationPlan, given: set[str]) -> StepPlan | None:
    """The check that a good result answers: the only one of the operation that has no value of its own."""
    checks = [step for step in operation.steps if step.kind == StepKind.CHECK and step.code not in given]
    return checks[0] if len(checks) == 1 else None


def _next_sample(step: StepPlan | None, taken: Set[tuple[str, int]]) -> int:
    """The first that has no value in force; the last where all have one, which is refused as any second value is."""
    if step is None or step.kind == StepKind.TABLE:
        return 1
    return next((n for n in range(1, step.samples + 1) if (step.code, n) not in taken), step.samples)
