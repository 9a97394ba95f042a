"""How steps, their limits and their values are put in few words."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from mes.kernel.numbers import with_places
from orders.models import StepKind
from orders.plans import StepPlan
from wip.models import Reading

# What the list of steps says of a value that says nothing by itself.
_SAYS = {StepKind.CHECK: lazy("confirmed"), StepKind.TASK: lazy("done"), StepKind.TIME: lazy("recorded")}


def note(step: StepPlan, recorded: Sequence[Reading]) -> str:
    """What is recorded for a step, or, without anything, what it asks for."""
    if not recorded:
        return _asks_for(step)
    if len(recorded) < step.samples:
        return _("{count} of {samples}").format(count=len(recorded), samples=step.samples)
    numbers = [reading.number for reading in recorded if reading.number is not None]
    if len(numbers) > 1 and min(numbers) != max(numbers):
        least, most = (with_places(number, step.decimals) for number in (min(numbers), max(numbers)))
        return f"{least}–{most} {step.quantity_unit}"
    says = _SAYS.get(StepKind(step.kind))
    return str(says) if says else f"{recorded[0].shown} {step.quantity_unit}".strip()


def _asks_for(step: StepPlan) -> str:
    if step.samples > 1:
        if step.kind == StepKind.TABLE:
            return ngettext("{count} value", "{count} values", step.samples).format(count=step.samples)
        return _("{count} of {samples}").format(count=0, samples=step.samples)
    return limits_in_words(step) or (step.component.name if step.component else "")


def written(step: StepPlan, number: Decimal | None) -> str | None:
    """A limit or target as the step shows it: with its decimal places."""
    return None if number is None else with_places(number, step.decimals)


def limits_in_words(step: StepPlan) -> str:
    """ "1.10–1.30 N·m", "up to 0.3 ml/h", "from 5 N"; the unit alone without limits."""
    low, high = written(step, step.lower), written(step, step.upper)
    if low is not None and high is not None:
        words = f"{low}–{high}"
    elif high is not None:
        words = _("up to {limit}").format(limit=high)
    elif low is not None:
        words = _("from {limit}").format(limit=low)
    else:
        return step.quantity_unit
    return f"{words} {step.quantity_unit}".strip()


def groups(digest: str) -> str:
    """The start of a digest in groups of four, as people compare it."""
    return " ".join(digest[start : start + 4] for start in range(0, 12, 4))
