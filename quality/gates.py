"""Quality judges what wip recorded."""

from django.utils.translation import gettext as _

from mes.kernel.gates import Facts, Hook, Override, Verdict, gate
from wip.facts import recorded


@gate(Hook.COMPLETE, needs=[recorded], override=Override.PERMIT)
def readings_within_limits(facts: Facts) -> Verdict | None:
    """Every number recorded for a step that is asked is within its limits; else the unit does not complete as good."""
    known = facts[recorded]
    outside = known.outside
    if not outside or known.scrapped_whole:
        return None
    first = outside[0]
    step = known.operation.step(first.step_code)
    name = step.name if step else first.step_code
    return Verdict(
        "READING_OUT_OF_LIMITS",
        _("{step} is {value} {unit}, {beyond}.").format(
            step=name, value=first.value, unit=first.quantity_unit, beyond=first.beyond
        ),
        do=_("Measure again and correct the value with a reason, or scrap the unit."),
        evidence={"steps": [f"{reading.step_code}.{reading.sample}" for reading in outside]},
        fails=True,
    )
