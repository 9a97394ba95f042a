"""Gates about parts of lots, and about what runs and moves together. Pure, as those of wip.gates."""

from django.utils.translation import gettext as _

from mes.kernel.gates import Facts, Hook, Verdict, gate
from mes.kernel.numbers import plain
from wip.facts import jobs
from wip.lot_facts import ways_of_parts


@gate(Hook.RECORD, Hook.COMPLETE, needs=[jobs, ways_of_parts])
def upstream_ready(facts: Facts) -> Verdict | None:
    """No more of a lot is booked than the operations before, which still run, have let go on."""
    job, way = facts[jobs], facts[ways_of_parts]
    if way is None or job.execution is None or job.good + job.scrap == 0:
        return None
    upstream = way.upstream_good(job.operation)
    if upstream is None:
        return None
    booked = job.execution.quantity_good + job.execution.quantity_scrapped
    free = upstream - booked
    if job.good + job.scrap <= free:
        return None
    return Verdict(
        "UPSTREAM_NOT_READY",
        _("Only {free} of {unit} may be booked here now, not {asked}.").format(
            free=plain(free), unit=job.unit, asked=plain(job.good + job.scrap)
        ),
        _("{good} are good at the operation before, which still runs; {booked} are booked here already.").format(
            good=plain(upstream), booked=plain(booked)
        ),
        _("Book up to {free}, or wait until more come.").format(free=plain(free)),
        tone="caution",
        evidence={"free": plain(free), "upstream_good": plain(upstream)},
    )


@gate(Hook.COMPLETE, needs=[jobs, ways_of_parts])
def upstream_ended(facts: Facts) -> Verdict | None:
    """An operation that began on a part of a lot does not end before those that let it begin."""
    job, way = facts[jobs], facts[ways_of_parts]
    running = way.running_before(job.operation) if way is not None else []
    if not running:
        return None
    first = running[0]
    return Verdict(
        "UPSTREAM_RUNNING",
        _("Operation {operation} still runs on {unit}.").format(operation=first.operation_code, unit=job.unit),
        _("{person} works on it at {station}.").format(person=first.worked_by, station=first.station.code),
        _("Book what is good here, and complete once that operation has ended."),
        tone="caution",
        evidence={"operations": [one.operation_code for one in running]},
    )
