"""Preparing a machine for work, and withdrawing its permission when the work ends or is stopped."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.actions import help_calls, interlocks
from equipment.models import MachineCommand, Station
from equipment.permissions import shown_at, unrecorded
from equipment.preparations import Told, in_force, told_at, told_to
from equipment.refused_withdrawals import refusing_at
from genealogy.models import Unit
from genealogy.queries import plan_for
from mes.kernel.gates import Gate, Hook, Verdict, configured, judge
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import InvalidInput
from orders.models import WorkOrder
from orders.plans import OperationPlan
from wip.actions import assets
from wip.facts import executions_on
from wip.gates import no_open_hold, operation_not_begun, predecessors_done, station_fits, unit_in_process
from wip.jobs import Job
from wip.machine_gates import machine_prepared
from wip.models import Hold, OperationExecution
from wip.policies import MachineInUse, check_gates_together
from wip.queries import job_for, runs_at

UNUSED_S = 15 * 60  # a permission that nobody has begun to work by
REFUSED_BEFORE_A_CALL = 2  # withdrawals in a row: one may have met a machine that was just busy

# What a machine may run by stays while these say nothing: before the start, and from then on.
_STILL_TO_START = (unit_in_process, no_open_hold, predecessors_done, operation_not_begun, station_fits)
STILL_TO_RUN = (unit_in_process, no_open_hold)


def prepare(
    *, units: Sequence[Unit], operation: OperationPlan, station: Station, by: Person, at: datetime
) -> MachineCommand:
    """Ask for the machine of a station to be prepared for an operation on these units, which go into one run.

    Each unit comes with its order. Also for work that runs there, and whose permission was withdrawn. Raises
    BlockedByGates with what is in the way of the start, MachineInUse, NoInterlock, CantBeTold, InvalidInput.
    """
    keys = sorted(unit.pk for unit in units)
    if not keys or len(set(keys)) < len(keys):
        raise InvalidInput(_("A machine is prepared for units that are not the same one."), do=_("Name each once."))
    placed = {unit.work_order_id: unit.work_order for unit in units}
    rows = Unit.objects.select_for_update(of=("self",), no_key=True).select_related("product").order_by("pk")
    locked = list(rows.filter(pk__in=keys))
    # Alone, so that whoever prepares or holds it next sees this one, and who starts here waits for it.
    station = Station.objects.select_for_update(of=("self",), no_key=True).select_related("site").get(pk=station.pk)
    jobs = [_job(unit, placed[unit.work_order_id], operation, station, by) for unit in locked]
    _check_one_recipe(jobs)
    _check_nothing_else_runs(jobs, station)
    waiting, running = [j for j in jobs if j.execution is None], [j for j in jobs if j.execution is not None]
    for job in jobs if len(jobs) > 1 else ():
        job.together = jobs
    if waiting:
        assets.lock_here(waiting[0])
        check_gates_together(waiting, Hook.START, gates=[one for one in configured() if one is not machine_prepared])
    if running:
        check_gates_together(running, Hook.RECORD, gates=STILL_TO_RUN)
    serials = ", ".join(unit.serial for unit in locked)
    return interlocks.prepare(
        station=station,
        setpoints=jobs[0].operation.setpoints,
        units=keys,
        operation_code=operation.code,
        subject=f"{serials}, {operation.code}",
        by=by,
        at=at,
    )


def _job(unit: Unit, order: WorkOrder | None, operation: OperationPlan, station: Station, by: Person | None) -> Job:
    """A job with its execution where it runs at the station already."""
    unit.work_order = order
    known = list(executions_on({unit.pk}))
    here = (one for one in known if one.is_running and one.station_id == station.pk)
    execution = next((one for one in here if one.operation_code == operation.code), None)
    planned = plan_for(unit).operation(operation.code) or operation
    return job_for(unit, planned, station=station, person=by, execution=execution, executions=known)


def _check_one_recipe(jobs: Sequence[Job]) -> None:
    """Raise InvalidInput for units that don't go into one run: their plans ask for different values."""
    other = next((job for job in jobs if job.operation.setpoints != jobs[0].operation.setpoints), None)
    if other is not None:
        raise InvalidInput(
            _("{unit} and {other} ask for different recipes.").format(unit=jobs[0].unit, other=other.unit),
            do=_("Prepare the machine for one of them."),
        )


def _check_nothing_else_runs(jobs: Sequence[Job], station: Station) -> None:
    """Raise MachineInUse while something else runs at the station: its permission, or its recipe, is that one's."""
    mine = {job.execution_key for job in jobs}
    other = next((one for one in runs_at(station.pk) if one.pk not in mine), None)
    if other is not None:
        raise MachineInUse(
            _("{person} works on {unit} at {station}.").format(
                person=other.worked_by, unit=other.unit, station=station.code
            ),
            why=_("The machine is prepared for one piece of work at a time."),
            do=_("Let it be completed first."),
            evidence={"unit": other.unit.serial, "person": str(other.worked_by)},
        )


def withdraw_after(*, execution: OperationExecution, reason: str, by: Person, at: datetime) -> None:
    """Withdraw what the machine runs by for a locked execution that ends; nothing where its station has no interlock.

    The execution comes with its station.
    """
    station = execution.station
    if not station.interlock:
        return
    told = told_to([station.pk]).get(station.pk, ())
    its = [one for one in in_force(told) if one.is_for([execution.unit_id], execution.operation_code)]
    if its:
        interlocks.withdraw(prepared=its[0].key, reason=reason, by=by, at=at)


def withdraw_held(*, hold: Hold, at: datetime) -> None:
    """Withdraw what a machine at the site runs by for something that this hold stops, or one that inherited it.

    One statement where no machine at the site has a permission.
    """
    reason = _("On hold: {number}").format(number=hold.number)
    origin = hold.origin_id or hold.pk
    for told, _verdict in _no_longer(hold.site_id, at, "ON_HOLD"):
        interlocks.withdraw(prepared=told.key, reason=reason, by=hold.placed_by, at=at, cause=origin)


def withdraw_ended(*, site: UUID, by: Person | None, at: datetime) -> int:
    """Withdraw what machines of a site run by for what has ended, is stopped, or was not begun in time; how often.

    A machine that refused is asked again ever more seldom where no person acts (by: None), and at once where one does.
    """
    ended = _no_longer(site, at, left_out=_not_asked_yet(site, at) if by is None else ())
    for told, why in ended:
        interlocks.withdraw(prepared=told.key, reason=why.what, by=by, at=at)
    return len(ended)


def withdraw_unrecorded(*, site: UUID, at: datetime) -> int:
    """Withdraw what machines of a site show as their permission though none is on record; how often.

    Not where work runs that nothing stops: a supervisor let it start without, and answers for the machine.
    """
    if not (shown := shown_at(site)) or not (shown := shown - _not_asked_yet(site, at)):
        return 0
    # Who prepares one of them has it alone, and is right.
    rows = Station.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("pk")
    stations = {station.pk: station for station in rows.filter(pk__in=shown).select_related("site")}
    count = 0
    for permission, last in unrecorded(site, stations):
        assert permission.station_id is not None, "it is a station's"
        if not _runs_unstopped(stations[permission.station_id]):
            interlocks.withdraw_unrecorded(permission=permission, last=last.key if last else None, at=at)
            count += 1
    return count


def call_where_refused(*, site: UUID, at: datetime) -> int:
    """Call maintenance to the machines of a site that refused to have their permission taken away twice or more, and
    again while they go on after the call is done; how many calls.
    """
    refusing = {station: one for station, one in refusing_at(site).items() if one.times >= REFUSED_BEFORE_A_CALL}
    called = 0
    for station in Station.objects.filter(pk__in=refusing).select_related("site") if refusing else ():
        one = refusing[station.pk]
        note = _("The machine refuses to have its permission taken away: {times} times since {since}. It may run.")
        note = note.format(times=one.times, since=f"{station.site.local(one.since):%H:%M:%S}")
        called += help_calls.call_for_machine(station=station, note=note, at=at) is not None
    return called


def _not_asked_yet(site: UUID, at: datetime) -> set[UUID]:
    """The stations of a site whose machines refused of late, and are left for now."""
    return {station for station, one in refusing_at(site).items() if at < one.next_at}


def _runs_unstopped(station: Station) -> bool:
    """Whether anything runs at the station that may go on."""
    units = Unit.objects.select_related("product", "work_order")
    for execution in runs_at(station.pk):
        unit = units.get(pk=execution.unit_id)
        planned = plan_for(unit).operation(execution.operation_code)
        if planned is not None:
            job = _job(unit, unit.work_order, planned, station, None)
            if not judge([job], Hook.START, STILL_TO_RUN)[0]:
                return True
    return False


def _no_longer(site: UUID, at: datetime, code: str = "", left_out: Collection[UUID] = ()) -> list[tuple[Told, Verdict]]:
    """What machines of a site could run by, at each station the newest that is for nothing any more, and why; of all
    reasons, or of the one with this code.
    """
    told_by_station = {station: told for station, told in told_at(site).items() if station not in left_out}
    by_station = {station: could for station, told in told_by_station.items() if (could := in_force(told))}
    stations = Station.objects.filter(pk__in=by_station).select_related("site") if by_station else ()
    found: list[tuple[Told, Verdict]] = []
    for station in stations:
        reasons = (
            (told, verdict)
            for told in by_station[station.pk]
            for verdict in _why_no_longer(told, station, at)
            if not code or verdict.code == code
        )
        found += islice(reasons, 1)
    return found


def _why_no_longer(told: Told, station: Station, at: datetime) -> list[Verdict]:
    units = list(Unit.objects.filter(pk__in=told.units).select_related("product", "work_order").order_by("pk"))
    jobs = []
    for unit in units:
        planned = plan_for(unit).operation(told.operation_code)
        if planned is None:
            return [Verdict("ANOTHER_WAY", _("{unit} goes another way now.").format(unit=unit))]
        jobs.append(_job(unit, unit.work_order, planned, station, None))
    verdicts: list[Verdict] = []
    for job in jobs:
        gates: Sequence[Gate] = _STILL_TO_START if job.execution is None else STILL_TO_RUN
        verdicts += judge([job], Hook.START, gates)[0]
    is_unused = all(job.execution is None for job in jobs)
    if not verdicts and is_unused and told.answered_at and (at - told.answered_at).total_seconds() > UNUSED_S:
        verdicts.append(
            Verdict("NOT_BEGUN", _("Nobody has begun within {minutes} min.").format(minutes=UNUSED_S // 60))
        )
    return verdicts
