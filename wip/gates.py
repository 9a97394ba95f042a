"""Gates about the unit's way through its routing. Pure: they read facts, they never query or raise."""

from genealogy.status import UnitStatus
from mes.kernel.gates import Facts, Hook, Override, Verdict, gate
from wip.clearances import lot_of
from wip.facts import clearances, earlier_lots, executions, jobs, open_holds, recorded
from wip.models import Hold
from wip.status import ExecutionStatus


@gate(*Hook, needs=[jobs])
def unit_in_process(facts: Facts) -> Verdict | None:
    """The unit is still being made."""
    unit = facts[jobs].unit
    if unit.status == UnitStatus.IN_PROCESS:
        return None
    return Verdict(
        f"UNIT_{unit.status}",
        f"{unit} is {unit.get_status_display().lower()} already.",
        do="Nothing is left to do on it: take another unit.",
        tone="caution",
        evidence={"unit": unit.serial, "status": unit.status},
    )


@gate(*Hook, needs=[open_holds])
def no_open_hold(facts: Facts) -> Verdict | None:
    """Neither the unit nor its order is on hold."""
    held = facts[open_holds].here
    if not held:
        return None
    first = held[0]
    more = f" and {len(held) - 1} more" if len(held) > 1 else ""
    return Verdict(
        "ON_HOLD",
        f"On hold: {first.number}{more}, {first.reason}.",
        f"Placed by {first.placed_by}, {_where(first)}.",
        "Leave it as it is; quality or the supervisor releases the hold.",
        tone="held",
        evidence={"holds": [hold.number for hold in held]},
    )


@gate(Hook.START, needs=[jobs, executions])
def predecessors_done(facts: Facts) -> Verdict | None:
    """Every operation that this one waits for is completed on the unit."""
    job, known = facts[jobs], facts[executions]
    done = {execution.operation_code for execution in known if execution.status == ExecutionStatus.COMPLETED}
    missing = [code for code in job.operation.predecessors if code not in done]
    if not missing:
        return None
    running = next((e for e in known if e.operation_code in missing and e.is_running), None)
    why = f"{running.worked_by} works on it at {running.station.code}." if running else ""
    operation = job.plan.operation(missing[0])
    name = f"{operation.code} {operation.name}" if operation else missing[0]
    return Verdict(
        "PREDECESSOR_NOT_DONE",
        f"Operation {name} {'still runs' if running else 'is not done yet'} on {job.unit}.",
        why,
        "Take another unit until it is done.",
        tone="caution",
        evidence={"operations": missing},
    )


@gate(Hook.START, needs=[jobs, executions])
def operation_not_begun(facts: Facts) -> Verdict | None:
    """The operation neither runs on the unit nor is done: the second person is told who has it."""
    job = facts[jobs]
    begun = [e for e in facts[executions] if e.operation_code == job.operation.code]
    if not begun:
        return None
    last = max(begun, key=lambda execution: execution.attempt)
    if last.is_running:
        return Verdict(
            "OPERATION_RUNNING",
            f"{last.worked_by} has {job.unit} at {last.station.code}.",
            f"Operation {job.operation.code} {job.operation.name} runs there.",
            "Take another unit, or take this one over at that station.",
            tone="caution",
            evidence={"station": last.station.code, "person": str(last.worked_by)},
        )
    return Verdict(
        "OPERATION_DONE",
        f"{job.operation.code} {job.operation.name} is done on {job.unit} already.",
        do="Move it on to its next operation.",
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
        f"{job.operation.code} {job.operation.name} is not done at {job.station.code}.",
        f"It needs a station of the class {job.operation.station_class}.",
        f"Bring {job.unit} there.",
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
        f"{job.operation.code} {job.operation.name} on {job.unit} runs at {there}, not at {job.station.code}.",
        do=f"Go on with it at {there}.",
        tone="caution",
        evidence={"station": there},
    )


@gate(Hook.RECORD, Hook.COMPLETE, needs=[jobs], override=Override.SUPERVISOR)
def execution_is_yours(facts: Facts) -> Verdict | None:
    """Who records or completes is the person who has the job."""
    job = facts[jobs]
    if job.execution is None or job.person is None or job.execution.worked_by_id == job.person.pk:
        return None
    return Verdict(
        "JOB_OF_ANOTHER",
        f"{job.execution.worked_by} has {job.unit} here.",
        do="Take the job over first, or leave it to them.",
        tone="caution",
        evidence={"person": str(job.execution.worked_by)},
    )


@gate(Hook.RECORD, Hook.COMPLETE, needs=[jobs, open_holds])
def component_not_on_hold(facts: Facts) -> Verdict | None:
    """No component that is about to be taken is on hold."""
    for scan in facts[jobs].components:
        hold = facts[open_holds].on_components.get(scan.unit.pk) if scan.unit else None
        if hold is not None:
            return Verdict(
                "COMPONENT_ON_HOLD",
                f"Do not use it: {scan.scanned} is on hold.",
                f"Hold {hold.number}, {hold.reason}, {hold.placed_by}.",
                f"Put it on the red shelf, then scan another {scan.wanted.name}.",
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
        why = "Nobody has cleared it yet."
    elif known.voided_by:
        why = f"It was cleared for {last.subject}; {known.voided_by} was there since."
    else:
        why = f"It is cleared for {last.subject}."
    return Verdict(
        "LINE_NOT_CLEARED",
        f"{station} is not cleared for {lot_of(job.unit) or job.order}.",
        why,
        "Go through the station's checklist and sign it.",
        tone="caution",
        evidence={"station": station, "unit": job.unit.serial},
    )


@gate(Hook.RECORD, Hook.COMPLETE, needs=[jobs, earlier_lots], override=Override.SUPERVISOR)
def first_expiry_first(facts: Facts) -> Verdict | None:
    """Of the lots staged here that are free to take, the one that expires first is taken first."""
    for scan in facts[jobs].components:
        earlier = facts[earlier_lots].get(scan.unit.pk) if scan.unit else None
        if scan.unit is not None and earlier is not None:
            later = f"{scan.unit} expires {scan.unit.expires_date}" if scan.unit.expires_date else f"{scan.unit} keeps"
            return Verdict(
                "EARLIER_LOT_STAGED",
                f"Take {earlier} first: it expires {earlier.expires_date}.",
                f"{later}; first expiry goes first.",
                f"Scan {earlier}, or take it back from the station if it can't be used.",
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
    names = list(dict.fromkeys(step.name for step, _ in missing))
    return Verdict(
        "STEPS_MISSING",
        f"{len(missing)} {'entry' if len(missing) == 1 else 'entries'} left: {', '.join(names)}.",
        do=f"Record {names[0]} next.",
        tone="caution",
        evidence={"steps": [f"{step.code}.{sample}" for step, sample in missing]},
    )


def _where(hold: Hold) -> str:
    return "on the unit" if hold.unit_id else "on the whole order"
