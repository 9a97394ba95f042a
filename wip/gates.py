"""Gates about the unit's way through its routing. Pure: they read facts, they never query or raise."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from genealogy.status import UnitStatus
from mes.kernel.gates import Facts, Hook, Override, Verdict, gate
from wip.clearances import lot_of
from wip.facts import clearances, earlier_lots, jobs, joined, open_holds, recorded, ways
from wip.models import Hold


@gate(*Hook, needs=[jobs])
def unit_in_process(facts: Facts) -> Verdict | None:
    """The unit is still being made."""
    unit = facts[jobs].unit
    if unit.status == UnitStatus.IN_PROCESS:
        return None
    return Verdict(
        f"UNIT_{unit.status}",
        _("{unit} is {status} already.").format(unit=unit, status=unit.get_status_display().lower()),
        do=_("Nothing is left to do on it: take another unit."),
        tone="caution",
        evidence={"unit": unit.serial, "status": unit.status},
    )


@gate(*Hook, needs=[open_holds])
def no_open_hold(facts: Facts) -> Verdict | None:
    """Nothing that the work is done on or with is on hold: unit, order, operation, station, tools."""
    held = facts[open_holds].here
    if not held:
        return None
    first = held[0]
    one, more = _("On hold: {number}, {reason}."), _("On hold: {number} and {others} more, {reason}.")
    where = _where_held(first)
    return Verdict(
        "ON_HOLD",
        (more if len(held) > 1 else one).format(
            number=first.number, others=len(held) - 1, reason=first.reason.rstrip(".")
        ),
        where.format(person=first.placed_by, tool=first.asset),
        _("Leave it as it is; quality or the supervisor releases the hold."),
        tone="held",
        evidence={"holds": [hold.number for hold in held]},
    )


def _where_held(hold: Hold) -> str:
    if hold.station_id is not None:
        return _("Placed by {person}, on the station.")
    if hold.asset is not None:
        return _("Placed by {person}, on {tool}, which is at the station.")
    if hold.operation_code:
        return _("Placed by {person}, on this operation.")
    if hold.origin_id is not None:
        return _("Placed by {person}, on what went into it.")
    return _("Placed by {person}, on the unit.") if hold.unit_id else _("Placed by {person}, on the whole order.")


@gate(Hook.START, Hook.SKIP, needs=[jobs, ways], override=Override.PERMIT)
def predecessors_done(facts: Facts) -> Verdict | None:
    """Every operation that this one waits for is done on the unit, or as much of its lot as may go on."""
    job, way = facts[jobs], facts[ways]
    missing = way.lacks(job.operation)
    if not missing:
        return None
    running = next((e for code in missing if (e := way.current.get(code)) and e.is_running), None)
    what, why = _("Operation {operation} is not done yet on {unit}."), ""
    if running:
        what = _("Operation {operation} still runs on {unit}.")
        why = _("{person} works on it at {station}.").format(person=running.worked_by, station=running.station.code)
    operation = job.plan.operation(missing[0])
    name = f"{operation.code} {operation.name}" if operation else missing[0]
    return Verdict(
        "PREDECESSOR_NOT_DONE",
        what.format(operation=name, unit=job.unit),
        why,
        _("Take another unit until it is done."),
        tone="caution",
        evidence={"operations": missing},
    )


@gate(Hook.START, Hook.SKIP, needs=[jobs, ways])
def operation_not_begun(facts: Facts) -> Verdict | None:
    """The operation neither runs on the unit nor is done: the second person is told who has it."""
    job = facts[jobs]
    last = facts[ways].current.get(job.operation.code)
    if last is None:
        return None
    if last.is_running:
        return Verdict(
            "OPERATION_RUNNING",
            _("{person} has {unit} at {station}.").format(
                person=last.worked_by, unit=job.unit, station=last.station.code
            ),
            _("Operation {operation} {name} runs there.").format(operation=job.operation.code, name=job.operation.name),
            _("Take another unit, or take this one over at that station."),
            tone="caution",
            evidence={"station": last.station.code, "person": str(last.worked_by)},
        )
    return Verdict(
        "OPERATION_DONE",
        _("{operation} {name} is done on {unit} already.").format(
            operation=job.operation.code, name=job.operation.name, unit=job.unit
        ),
        do=_("Move it on to its next operation."),
        tone="caution",
        evidence={"operation": job.operation.code},
    )


@gate(Hook.START, needs=[jobs])
def station_fits(facts: Facts) -> Verdict | None:
    """The station is of the class that the operation needs, and at the unit's site."""
    job = facts[jobs]
    if job.station is None:
        return None
    fits = job.station.station_class_id == job.operation.station_class_id and job.station.site_id == job.unit.site_id
    if fits and job.station.is_active:
        return None
    return Verdict(
        "WRONG_STATION",
        _("{operation} {name} is not done at {station}.").format(
            operation=job.operation.code, name=job.operation.name, station=job.station.code
        ),
        _("It needs a station of the class {station_class}.").format(station_class=job.operation.station_class),
        _("Bring {unit} there.").format(unit=job.unit),
        tone="caution",
        evidence={"station": job.station.code, "station_class": job.operation.station_class},
    )


@gate(Hook.TAKE_OVER, Hook.RECORD, Hook.COMPLETE, needs=[jobs])
def station_is_the_jobs(facts: Facts) -> Verdict | None:
    """A job is worked on at the station where it runs."""
    job = facts[jobs]
    if job.execution is None or job.station is None or job.execution.station_id == job.station.pk:
        return None
    there = job.execution.station.code
    return Verdict(
        "JOB_ELSEWHERE",
        _("{operation} {name} on {unit} runs at {elsewhere}, not at {station}.").format(
            operation=job.operation.code,
            name=job.operation.name,
            unit=job.unit,
            elsewhere=there,
            station=job.station.code,
        ),
        do=_("Go on with it at {station}.").format(station=there),
        tone="caution",
        evidence={"station": there},
    )


@gate(Hook.RECORD, Hook.COMPLETE, needs=[jobs, joined], override=Override.SUPERVISOR)
def execution_is_yours(facts: Facts) -> Verdict | None:
    """Who records or completes is the person who has the job, or somebody who has joined it."""
    job = facts[jobs]
    if job.execution is None or job.person is None or job.execution.worked_by_id == job.person.pk or facts[joined]:
        return None
    return Verdict(
        "JOB_OF_ANOTHER",
        _("{person} has {unit} here.").format(person=job.execution.worked_by, unit=job.unit),
        do=_("Join it or take it over first, or leave it to them."),
        tone="caution",
        evidence={"person": str(job.execution.worked_by)},
    )


@gate(Hook.RECORD, Hook.COMPLETE, needs=[jobs, open_holds])
def component_not_on_hold(facts: Facts) -> Verdict | None:
    """No component that is about to be taken is on hold, nor the order that made it or its revision."""
    for scan in facts[jobs].components:
        hold = facts[open_holds].on_components.get(scan.unit.pk) if scan.unit else None
        if hold is not None:
            return Verdict(
                "COMPONENT_ON_HOLD",
                _("Do not use it: {scanned} is on hold.").format(scanned=scan.scanned),
                _("Hold {number}, {reason}, {person}.").format(
                    number=hold.number, reason=hold.reason, person=hold.placed_by
                ),
                _("Put it on the red shelf, then scan another {component}.").format(component=scan.wanted.name),
                evidence={"scanned": scan.scanned, "hold": hold.number},
            )
    return None


@gate(Hook.START, needs=[jobs, clearances])
def line_cleared(facts: Facts) -> Verdict | None:
    """Where the operation asks for it, the station is cleared for this order or lot, with nothing else there since."""
    job, known = facts[jobs], facts[clearances]
    if known is None or job.station is None or known.holds_for(job.unit, job.order):
        return None
    last, station = known.last, job.station.code
    if last is None:
        why = _("Nobody has cleared it yet.")
    elif known.voided_by:
        why = _("It was cleared for {subject}; {order} was there since.").format(
            subject=last.subject, order=known.voided_by
        )
    else:
        why = _("It is cleared for {subject}.").format(subject=last.subject)
    return Verdict(
        "LINE_NOT_CLEARED",
        _("{station} is not cleared for {subject}.").format(station=station, subject=lot_of(job.unit) or job.order),
        why,
        _("Go through the station's checklist and sign it."),
        tone="caution",
        evidence={"station": station, "unit": job.unit.serial},
    )


@gate(Hook.RECORD, Hook.COMPLETE, needs=[jobs, earlier_lots], override=Override.SUPERVISOR)
def first_expiry_first(facts: Facts) -> Verdict | None:
    """Of the lots staged here that are free to take, the one that expires first is taken first."""
    for scan in facts[jobs].components:
        earlier = facts[earlier_lots].get(scan.unit.pk) if scan.unit else None
        if scan.unit is not None and earlier is not None:
            if scan.unit.expires_date:
                why = _("{lot} expires {date}; first expiry goes first.")
            else:
                why = _("{lot} keeps; first expiry goes first.")
            return Verdict(
                "EARLIER_LOT_STAGED",
                _("Take {lot} first: it expires {date}.").format(lot=earlier, date=earlier.expires_date),
                why.format(lot=scan.unit, date=scan.unit.expires_date),
                _("Scan {lot}, or take it back from the station if it can't be used.").format(lot=earlier),
                tone="caution",
                evidence={"scanned": scan.scanned, "first": earlier.serial},
            )
    return None


@gate(Hook.COMPLETE, needs=[recorded])
def required_steps_recorded(facts: Facts) -> Verdict | None:
    """Every required step that is asked is recorded, each sample of it; a unit that is scrapped whole needs none."""
    known = facts[recorded]
    missing = known.missing
    if not missing or known.scrapped_whole:
        return None
    names = list(dict.fromkeys(step.name for step, sample in missing))
    what = ngettext("{count} entry left: {steps}.", "{count} entries left: {steps}.", len(missing))
    return Verdict(
        "STEPS_MISSING",
        what.format(count=len(missing), steps=", ".join(names)),
        do=_("Record {step} next.").format(step=names[0]),
        tone="caution",
        evidence={"steps": [f"{step.code}.{sample}" for step, sample in missing]},
    )
