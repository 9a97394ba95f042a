"""What a machine brings with an event, as the verbs of the screen take it.

All that came is judged by the rule of its tag as it is now. What is not good is refused, not guessed.
"""

from collections.abc import Set
from typing import Any

from django.utils.translation import gettext as _

from equipment.collection.handshakes import QUALITIES, pieces
from equipment.collection.reporting import meant
from equipment.drivers.base import Quality
from equipment.models import MachineEvent, Tag
from mes.station.actions.given import Given
from orders.models import StepKind
from orders.plans import OperationPlan, StepPlan
from wip.facts import values_in_force
from wip.models import OperationExecution
from wip.readouts import Source, ValueNotGood, entered, is_good_word, text_of

_STEP = "step:"


def is_failed(event: MachineEvent) -> bool:
    """Whether the machine says that it did not go well; one that says nothing of it does not say so.

    Raises ValueNotGood.
    """
    return "result" in event.content and not is_good_word(_brought(event, "result", _("The result")))


def has_passed(event: MachineEvent) -> bool:
    """Whether the machine says that it went well. Raises ValueNotGood."""
    return "result" in event.content and not is_failed(event)


def serial_of(event: MachineEvent) -> str:
    """The serial that it read; empty where it read none. Raises ValueNotGood."""
    return text_of(_brought(event, "serial", _("The serial"))) if "serial" in event.content else ""


def pieces_of(event: MachineEvent) -> int:
    """How many pieces it is about. Raises ValueNotGood where the machine says no whole number from 0 on."""
    if "quantity" not in event.content:
        return event.quantity
    name = _("The quantity")
    number = pieces(_brought(event, "quantity", name))
    if number is None:
        raise _not_good(event, "quantity", name)
    return number


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
            if leaves_out and _meant(event, field) is None:
                continue
            value = _brought(event, field, step.name if step else code)
            place = int(sample) if sample.isdecimal() else _next_sample(step, taken)
            found.append(Given(code, entered(step, value), place, source=source))
    check = _check(operation, {given.step_code for given in found}) if has_passed(event) else None
    if check is not None and (check.code, place := _next_sample(check, taken)) not in taken:
        found.append(Given(check.code, "yes", place, source=source))  # where nobody has answered it
    return found


def _brought(event: MachineEvent, field: str, name: str) -> Any:
    """What came in a field, as it is meant. name: for the refusal. Raises ValueNotGood."""
    value = _meant(event, field)
    if value is None:
        raise _not_good(event, field, name)
    return value


def _meant(event: MachineEvent, field: str) -> Any:
    """What came in a field, by the rule of all that is read; None where it is not good."""
    quality = event.content.get(QUALITIES, {}).get(field, Quality.GOOD)
    return meant(_tag(event, field), event.content[field], quality)


def _tag(event: MachineEvent, field: str) -> Tag:
    """The tag of an event's field; where it belongs to none any more, one that leaves the value as it came."""
    named = [tag for tag in event.tag.fields.all() if tag.field == field]
    return next((tag for tag in named if tag.is_active), named[0] if named else Tag(code=field))


def _not_good(event: MachineEvent, field: str, name: str) -> ValueNotGood:
    raw = event.content[field]
    told = f"{raw:.10g}" if isinstance(raw, int | float) else str(raw)
    return ValueNotGood(
        _("{name} is not taken: {tag} said {value}, which is not good or out of the tag's range.").format(
            name=name, tag=_tag(event, field).code, value=told
        ),
        do=_("Measure again and enter it at the station, or correct the tag's range and book this again."),
    )


def _check(operation: OperationPlan, given: set[str]) -> StepPlan | None:
    """The check that a good result answers: the only one of the operation that has no value of its own."""
    checks = [step for step in operation.steps if step.kind == StepKind.CHECK and step.code not in given]
    return checks[0] if len(checks) == 1 else None


def _next_sample(step: StepPlan | None, taken: Set[tuple[str, int]]) -> int:
    """The first that has no value in force; the last where all have one, which is refused as any second value is."""
    if step is None or step.kind == StepKind.TABLE:
        return 1
    return next((n for n in range(1, step.samples + 1) if (step.code, n) not in taken), step.samples)
