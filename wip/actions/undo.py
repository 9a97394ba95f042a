"""Taking back the last act on an operation: own mistakes within some minutes, later as a correction with its reason.

Nothing is deleted: further rows take the act back, and balances, statuses and queues are as they were before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from equipment.actions import assets
from equipment.models import Station
from equipment.policies import check_site_access
from equipment.queries import lock_assets_taken_by
from genealogy.actions import corrections
from genealogy.actions.corrections import lock_components_of
from genealogy.activities import At
from genealogy.status import ActivityKind, UnitStatus
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_one_of
from mes.kernel.personnel.roles import Permission
from mes.kernel.writes import insert, update
from orders.status import OrderStatus
from wip import undoing
from wip.actions import batches, exceptions, executions, openings, orders, passing, preparations, replacements
from wip.actions.overrides import give_back, lock_permits_of
from wip.acts import Act, acts_on_each, last_of
from wip.clock import clock_off, clock_on
from wip.events import happened
from wip.jobs import Job
from wip.models import Batch, ExecutionEvent, LaborEnd, LaborSpan, OperationExecution, Reading
from wip.status import BATCH, EXECUTION, ExceptionKind, ExecutionEventKind
from wip.topics import after_work


@dataclass(frozen=True)
class _Undo:
    """An act that is being taken back, on a locked job."""

    job: Job
    act: Act
    reason: str
    by: Person
    at: datetime


def undo(
    *,
    execution: OperationExecution,
    by: Person,
    at: datetime,
    reason: str = "",
    done_at: datetime | None = None,
    station: Station | None = None,
) -> Act:
    """Take back the last act on an execution: its start, quantities, components and values, or its completion.

    Of a batch it is taken back on all its units, or on none.
    done_at: when the one was done that is meant, where the person was shown it; station: where it is taken back. Raises
    NothingToUndo, ActIsAnother, CorrectionNeeded, InvalidInput, SomethingFollowed, OnHold, ComponentGone,
    ReplacementBegun.
    """
    check_site_access(by, execution.site_id)
    check_one_of(by, Permission.WORK, Permission.CORRECT)
    jobs = _lock(execution, station or execution.station, by)
    job = jobs[0]
    acts = acts_on_each([one.running for one in jobs])
    known = acts[job.running.pk]
    last = last_of(known)
    if last is None:
        raise undoing.NothingToUndo(
            _("Nothing is left to take back on {unit}, {operation}.").format(
                unit=job.unit, operation=job.running.operation_code
            ),
            do=_("Look the unit up."),
        )
    if done_at is not None and last.at != done_at:
        raise undoing.ActIsAnother(
            _("Something else was done since: {act}.").format(act=last.words), do=_("Look again, then take it back.")
        )
    signatures = undoing.signatures_on(job.batch.pk if job.batch is not None else job.running.pk)
    is_signed = any(one.signed_at == last.at for one in signatures)
    is_correction = undoing.check_may_undo(last, is_signed=is_signed, reason=reason.strip(), by=by, at=at)
    undone = {one.at for one in known if one.is_undone}
    later = [one for one in signatures if one.signed_at > last.at and one.signed_at not in undone]
    taken_back = [_Undo(job, last, reason.strip(), by, at), *_of_the_others(jobs, acts, last, reason.strip(), by, at)]
    undoing.check_nothing_followed([(one.job, one.act) for one in taken_back], later)
    if len(taken_back) > 1:
        _lock_what_comes_back(taken_back)
    for one in taken_back:
        _take_back(one)
    insert([void for one in taken_back for void in _voids(one)])
    for one in taken_back:
        if is_correction:
            _note_correction(one)
        announce(*after_work(one.job))
    if job.batch is not None:
        _turn_back(job.batch, last)
    moved = [one.job.unit for one in taken_back if one.act.event is not None]
    if moved:  # values and components alone change nothing of where a unit stands
        openings.rebuild(units=moved)
    return last


def _lock(execution: OperationExecution, station: Station, by: Person) -> list[Job]:
    """The execution's job, locked, and after it those of the other units of its batch."""
    if execution.batch is None:
        return [executions.lock(execution=execution, station=station, by=by, ends=True)]
    orders_of = set(execution.batch.executions.values_list("work_order", flat=True))
    jobs = batches.lock(batch=execution.batch, station=station, by=by, ends=orders_of)
    return sorted(jobs, key=lambda job: job.running.pk != execution.pk)


def _turn_back(batch: Batch, act: Act) -> None:
    """The batch is where it was before the act on all of it."""
    verbs: dict[str, str] = {ExecutionEventKind.STARTED: "take_back", ExecutionEventKind.COMPLETED: "reopen"}
    verb = verbs.get(act.kind)
    if verb is not None:
        batch.status = BATCH.after(batch.status, verb, name=batch.number)
        batch.completed_at = batch.completed_by = None
        update([batch], "status", "completed_at", "completed_by")


def _of_the_others(
    jobs: Sequence[Job], acts: Mapping[UUID, list[Act]], act: Act, reason: str, by: Person, at: datetime
) -> list[_Undo]:
    """The same act on the other units of a batch. Raises SomethingFollowed where something else was done to one."""
    found = []
    for job in jobs[1:]:
        last = last_of(acts[job.running.pk])
        if last is None or (last.at, last.by.pk) != (act.at, act.by.pk):
            raise undoing.differs_in_a_batch(job, act, last)
        found.append(_Undo(job, last, reason, by, at))
    return found


def _lock_what_comes_back(taken_back: Sequence[_Undo]) -> None:
    """Lock what several units give back before the first of them does, each kind by key: unit by unit two who take
    back batches that share components, tools and permits would wait for each other.
    """
    executions_of = [one.job.running.pk for one in taken_back]
    consumed = [activity.pk for one in taken_back for activity in one.act.of(ActivityKind.CONSUME)]
    if consumed:
        lock_components_of(consumed)
    ended = taken_back[0].act.kind == ExecutionEventKind.COMPLETED
    if ended and taken_back[0].job.required_assets:
        list(lock_assets_taken_by(*executions_of))
    if taken_back[0].act.event is not None:
        lock_permits_of(executions=executions_of, passed_at=taken_back[0].act.at)


def _take_back(undo: _Undo) -> None:
    """Reverse everything that the act wrote, the last first."""
    job, event = undo.job, undo.act.event
    for finished in undo.act.of(ActivityKind.FINISH):
        corrections.reopen(unit=job.unit, finished=finished, **_how(undo))
    for scrapped in undo.act.of(ActivityKind.SCRAP):
        replacements.take_back(unit=job.unit, by=undo.by, at=undo.at)
        corrections.restore(unit=job.unit, scrapped=scrapped, **_how(undo))
        _give_back_to_others(undo)
    if event is not None:
        _reverse(undo, event)
    for consumed in reversed(undo.act.of(ActivityKind.CONSUME)):
        corrections.take_out(unit=job.unit, consumed=consumed, **_how(undo))
    _give_back_permits(undo)
    if job.order.status == OrderStatus.COMPLETED and job.unit.status == UnitStatus.IN_PROCESS:
        orders.reopen(order=job.order)
    if event is not None and event.kind == ExecutionEventKind.COMPLETED:
        passing.reopen_rework(job=job, ended_by=event.by, ended_at=event.at)
        reason = undo.reason or _("Taken back")
        assets.give_back_use(execution=job.running.pk, used_at=event.at, reason=reason, by=undo.by, at=undo.at)


def _how(undo: _Undo) -> dict[str, Any]:
    where = At(undo.job.running.pk, undo.job.operation.code, undo.job.station_code)
    return {"where": where, "reason": undo.reason, "by": undo.by, "at": undo.at}


def _reverse(undo: _Undo, event: ExecutionEvent) -> None:
    """Turn the execution's balances back, with an event that says so."""
    execution = undo.job.running
    started, good, scrap = Decimal(0), event.good, event.scrap
    if event.kind in (ExecutionEventKind.STARTED, ExecutionEventKind.SKIPPED):
        execution.status = EXECUTION.after(execution.status, "take_back", name=execution.operation_code)
        execution.is_current, execution.completed_at, execution.completed_by = False, None, None
        started, good, scrap = execution.quantity, execution.quantity_good, execution.quantity_scrapped
    elif event.kind == ExecutionEventKind.COMPLETED:
        execution.status = EXECUTION.after(execution.status, "reopen", name=execution.operation_code)
        execution.completed_at = execution.completed_by = execution.is_passed = None
    elif event.kind == ExecutionEventKind.TAKEN_OVER:
        _give_job_back(undo, event)
    execution.quantity -= started
    execution.quantity_good -= good
    execution.quantity_scrapped -= scrap
    update([execution], *_BALANCES)
    same = {"defect_code": event.defect_code, "defect_name": event.defect_name}  # so that it is counted no more
    _happened(undo, execution, event, started=-started, good=-good, scrap=-scrap, **same)
    if not execution.is_current:
        for one in LaborSpan.objects.filter(execution=execution, ended_at__isnull=True).select_related("person"):
            clock_off(execution, one.person, end=LaborEnd.LEFT, at=undo.at)
        preparations.withdraw_after(execution=execution, reason=_("Taken back"), by=undo.by, at=undo.at)
        orders.unbegin_if_nothing_runs(order=undo.job.order)


_BALANCES = [
    *("status", "is_current", "quantity", "quantity_good", "quantity_scrapped"),
    *("completed_at", "completed_by", "is_passed", "worked_by"),
]


class _Quantities(TypedDict, total=False):
    started: Decimal
    good: Decimal
    scrap: Decimal
    defect_code: str
    defect_name: str


def _happened(undo: _Undo, execution: OperationExecution, event: ExecutionEvent, **added: Unpack[_Quantities]) -> None:
    kind, station = ExecutionEventKind.REVERSED, undo.job.station
    happened(execution, kind, station, undo.by, undo.at, reason=undo.reason, reverses=event, **added)


def _give_job_back(undo: _Undo, taken: ExecutionEvent) -> None:
    """To who had it before the take-over. Both are on it if they were: also who had joined, and not who had paused."""
    execution, taker, before = undo.job.running, taken.by, _who_had_it(taken)
    spans = list(LaborSpan.objects.filter(execution=execution, person__in=[taker, before]))
    since = [one for one in spans if one.person_id == taker.pk and one.began_at < taken.at]
    if not any(one.ended_at is None or one.ended_at > taken.at for one in since):
        clock_off(execution, taker, end=LaborEnd.LEFT, at=undo.at)
    execution.worked_by = before
    if any(one.person_id == before.pk and (one.ended_at, one.end) == (taken.at, LaborEnd.LEFT) for one in spans):
        clock_on(execution, before, at=undo.at)


def _who_had_it(taken: ExecutionEvent) -> Person:
    """Who had the job before it was taken over."""
    kinds = (ExecutionEventKind.STARTED, ExecutionEventKind.TAKEN_OVER)
    before = ExecutionEvent.objects.filter(execution=taken.execution_id, kind__in=kinds, sequence__lt=taken.sequence)
    last = before.filter(reversed_by_event__isnull=True).select_related("by").order_by("-sequence")[0]
    return last.by


def _give_back_to_others(undo: _Undo) -> None:
    """What the act's scrap took off other operations that run on the lot, and those that ended by it."""
    kinds = (ExecutionEventKind.REDUCED, ExecutionEventKind.COMPLETED)
    written = ExecutionEvent.objects.filter(
        execution__unit=undo.job.unit, kind__in=kinds, at=undo.act.at, by=undo.act.by, reversed_by_event__isnull=True
    )
    others = {one.pk: one for one in undo.job.executions or () if one.pk != undo.job.running.pk}
    for event in written.filter(execution__in=others).order_by("-sequence"):
        other = others[event.execution_id]
        if event.kind == ExecutionEventKind.COMPLETED:
            other.status = EXECUTION.after(other.status, "reopen", name=other.operation_code)
            other.completed_at = other.completed_by = None
        elif not other.is_running:
            raise undoing.SomethingFollowed(
                _("{operation} was ended with what was left.").format(operation=other.operation_code),
                do=_("Take that back first."),
            )
        other.quantity -= event.started
        update([other], "quantity", "status", "completed_at", "completed_by")
        _happened(undo, other, event, started=-event.started)


def _give_back_permits(undo: _Undo) -> None:
    """What the act's start or end used of permits; a permit that a step used covers the execution's next one, too."""
    event = undo.act.event
    if event is None:
        return
    if event.kind == ExecutionEventKind.SKIPPED:  # nothing that makes the unit less is taken back in between
        give_back(execution=undo.job.running, passed_at=event.at, quantity=undo.job.unit.quantity_left)
    if event.kind in (ExecutionEventKind.STARTED, ExecutionEventKind.COMPLETED):
        used = event.started or event.good
        give_back(execution=undo.job.running, passed_at=event.at, quantity=used)


def _voids(undo: _Undo) -> list[Reading]:
    """What takes the act's values back: what was in force before counts again."""
    rows = []
    for reading in undo.act.readings:
        before = undo.act.restores.get(reading.pk)
        void = Reading(
            site_id=reading.site_id,
            execution=undo.job.running,
            step_code=reading.step_code,
            sample=reading.sample,
            kind=reading.kind,
            value="",
            quantity_unit=reading.quantity_unit,
            lower=reading.lower,
            upper=reading.upper,
            at=undo.at,
            by=undo.by,
            station_code=undo.job.station_code,
            corrects=undo.act.latest[reading.pk],
            reason=undo.reason or _("Taken back"),
            is_void=True,
        )
        for name in _OF_A_VALUE if before is not None else ():
            setattr(void, name, getattr(before, name))
        rows.append(void)
    return rows


_OF_A_MACHINE = ("machine_tag", "machine_at", "machine_quality")
_OF_A_VALUE = ("value", "name", "number", "scanned", "witnessed_by_id", "witnessed_at", "signature_id", *_OF_A_MACHINE)


def _note_correction(undo: _Undo) -> None:
    job, act = undo.job, undo.act
    exceptions.note(
        kind=ExceptionKind.CORRECTION,
        unit=job.unit,
        execution=job.running,
        operation_code=job.running.operation_code,
        station_code=job.station_code,
        what=_("Taken back: {act} of {time} by {person}.").format(
            act=act.words, time=date_format(job.unit.site.local(act.at), "j M H:i"), person=act.by
        ),
        reason=undo.reason,
        at=undo.at,
        by=undo.by,
        approved_by=undo.by,
    )
