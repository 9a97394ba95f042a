"""Which steps of an operation are asked, given what is recorded.

A step with a condition is asked while the last answer of an earlier step, that of its highest sample, compares as the
condition says; not before that is answered, and not while the earlier step itself is not asked. A correction of the
answer may change it either way. What was recorded for a step that is not asked (any more) stays on record and does not
count: it is neither required nor judged, and counts again when the step is asked again.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from mes.kernel.numbers import decimal_of
from orders.models import Comparison
from orders.plans import ConditionPlan, StepPlan
from wip.models import Reading

Values = Mapping[tuple[str, int], Reading]


def asked(steps: Sequence[StepPlan], values: Values) -> frozenset[str]:
    """The codes of the steps that are asked. steps: in their order; values: those in force, by step code and sample."""
    if all(step.condition is None for step in steps):
        return frozenset(step.code for step in steps)
    answers = _last_answers(values)
    found: set[str] = set()
    for step in steps:
        if step.condition is None or (step.condition.step in found and _holds(step.condition, answers)):
            found.add(step.code)
    return frozenset(found)


def why_not_asked(steps: Sequence[StepPlan], step: StepPlan, values: Values) -> str:
    """Why a step is not asked, in a few words to the person: its condition, or the answer that decided."""
    condition = step.condition
    assert condition is not None, "a step without a condition is always asked"
    earlier = next((one.name for one in steps if one.code == condition.step), condition.step)
    answer = _last_answers(values).get(condition.step)
    if answer is None or condition.step not in asked(steps, values):
        return _("only if {step} {comparison} {value}").format(
            step=earlier, comparison=Comparison(condition.comparison).label, value=condition.value
        )
    return _("not asked: {step} was {answer}").format(step=earlier, answer=answer.shown)


def _last_answers(values: Values) -> dict[str, Reading]:
    return {code: values[code, sample] for code, sample in sorted(values)}


def _holds(condition: ConditionPlan, answers: Mapping[str, Reading]) -> bool:
    answer = answers.get(condition.step)
    if answer is None:
        return False
    if condition.comparison in (Comparison.ABOVE, Comparison.BELOW):
        limit = _number(condition.value)
        if answer.number is None or limit is None:
            return False
        return answer.number > limit if condition.comparison == Comparison.ABOVE else answer.number < limit
    return _is_same(answer, condition.value) == (condition.comparison == Comparison.IS)


def _is_same(answer: Reading, value: str) -> bool:
    return answer.number == _number(value) if answer.number is not None else answer.value == value


def _number(text: str) -> Decimal | None:
    try:
        return decimal_of(text)
    except ValueError:
        return None
