"""The gate of the interlock. Who has none pays nothing."""

from django.utils.translation import gettext as _

from equipment.preparations import preparations
from mes.kernel.gates import Facts, Hook, Override, Verdict, gate
from wip.facts import jobs
from wip.preparations import lack_of


@gate(Hook.START, needs=[jobs, preparations], override=Override.SUPERVISOR)
def machine_prepared(facts: Facts) -> Verdict | None:
    """Where the station asks for it, its machine has the recipe and the permission for this very work."""
    known, job = facts[preparations], facts[jobs]
    lack = lack_of(known, job) if known is not None else None
    if known is None or lack is None:
        return None
    return Verdict(
        "MACHINE_NOT_PREPARED",
        _("The machine at {station} is not prepared for {unit}.").format(station=known.station.code, unit=job.unit),
        lack.why,
        lack.do,
        tone="caution",
        evidence={"station": known.station.code, "command": str(known.last.key) if known.last else None},
        comes_with_start=True,
    )
