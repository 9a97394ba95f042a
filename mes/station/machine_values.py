"""What a machine brings with an event, as the verbs of the screen take it."""

from collections.abc import Mapping, Set
from typing import Any

from django.utils.translation import gettext as _

from equipment.collection.handshakes import QUALITIES
from equipment.collection.reporting import rule_of
from equipment.drivers.base import Quality, is_good
from equipment.models import MachineEvent, Tag
from mes.station.actions.given import Given
from orders.models import StepKind
from orders.plans import OperationPlan, StepPlan
from wip.facts import values_in_force
from wip.models import OperationExecution
from wip.readouts import Source, ValueNotGood, entered, is_good_word

_STEP = "step:"


def is_failed(content: Mapping[str, Any]) -> bool:
    """Whether the machine says that it did not go well; one that says nothing of it does not say so."""
    return "result" in content and not is_good_word(content["result"])


def has_passed(content: Mapping[str, Any]) -> bool:
    return "result" in content and not is_failed(content)


def values_of(
    event: MachineEvent, operation: OperationPlan, execution: OperationExecution, *, leaves_out: bool = False
) -> list[Given]:
    """The values of steps that came with the event, and the check that its good result answers.

    A value is scaled as its tag says. One whose field names no sample is the next of its step. leaves_out: what is not
    good; else it raises ValueNotGood.
    """
    source = Source(event.tag.code, event.at, Quality.GOOD)
    tags = {tag.field: tag for tag in event.tag.fields.all()}
    taken = {(reading.step_code, reading.sample) for reading in values_in_force([execution.pk])}
    found = []
    for field, value in event.content.items():
        if field.startswith(_STEP):
            code, _, sample = field.removeprefix(_STEP).partition(".")
            step = operation.step(code)
            meant = _meant(event, tags.get(field), field, value)
            if meant is None and leaves_out:
                continue
            if meant is None:
                raise _not_good(step.name if step else code, tags.get(field), value)
            place = int(sample) if sample.isdecimal() else _next_sample(step, taken)
            found.append(Given(code, entered(step, meant), place, source=source))
    check = _check(operation, {given.step_code for given in found}) if has_passed(event.content) else None
    if check is not None and (check.code, place := _next_sample(check, taken)) not in taken:
        found.append(Given(check.code, "yes", place, source=source))  # where nobody has answered it
    return found


def _meant(event: MachineEvent, tag: Tag | None, field: str, raw: Any) -> Any:
    """What a value means that came with an event, by the rule of all that is read; None where it is not good."""
    quality = event.content.get(QUALITIES, {}).get(field, Quality.GOOD)
    value, quality = rule_of(tag).value_of(raw, quality) if tag is not None else (raw, quality)
    return value if is_good(quality) else None


def _not_good(step: str, tag: Tag | None, raw: Any) -> ValueNotGood:
    told, code = raw if isinstance(raw, str) else f"{raw:g}", tag.code if tag else ""
    return ValueNotGood(
        _("{step} is not taken: {tag} said {value}, which is not good or out of the tag's range.").format(
            step=step, tag=code, value=told
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
