"""What stands against taking an act back. Each rule raises its refusal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext as _

from genealogy.models import Activity, ActivityUnit, Direction
from genealogy.queries import plan_for
from genealogy.status import ActivityKind, UnitStatus
from mes.kernel.audit.models import Signature
from mes.kernel.door import moment
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal
from orders.models import WorkOrder
from orders.status import OrderStatus
from wip.acts import Act, last_of
from wip.facts import executions_on, open_holds
from wip.jobs import Job
from wip.models import OperationExecution, Rework
from wip.status import ExecutionEventKind, ExecutionStatus, ReworkStatus
from wip.ways import Way

_ENDS_ELSEWHERE = [
    ActivityKind.SPLIT,
    ActivityKind.MERGE,
    ActivityKind.SCRAP,
    ActivityKind.REJECT,
    ActivityKind.RETURN,
    ActivityKind.CANCEL,
]
# What divided a lot or put it together stays.
_OF_LOTS = (ExecutionEventKind.SPLIT, ExecutionEventKind.MERGED)


class NothingToUndo(Refusal):
    """Nothing was done on the operation that counts."""


class ActIsAnother(Refusal):
    """Something else was done since the act that is to be taken back was shown."""


class CorrectionNeeded(Refusal):
    """The act is somebody else's, too long ago, or signed: who may correct takes it back, with a reason."""

    status = 403


class SomethingFollowed(Refusal):
    """What came after the act builds on it."""


class OnHold(Refusal):
    """The unit or its order is on hold."""


def needs_correction(act: Act, *, is_signed: bool, by: Person, at: datetime) -> str:
    """Why the act is not taken back by who did it, as their own mistake, in words; empty when it is."""
    time = timedelta(seconds=settings.MES_UNDO_SECONDS)
    if act.by.pk != by.pk:
        return _("{person} did it.").format(person=act.by)
    if is_signed:
        return _("It is signed.")
    if at - act.at > time:
        minutes, seconds = divmod(settings.MES_UNDO_SECONDS, 60)
        words = _("It is more than {minutes} min ago.") if minutes else _("It is more than {seconds} s ago.")
        return words.format(minutes=minutes, seconds=seconds)
    return "" if by.may(Permission.WORK) else _("You may not work at stations.")


def offered(acts: Sequence[Act], by: Person) -> Act | None:
    """The last act that counts, if the person may take it back now, or correct it."""
    last = last_of(acts)
    if last is not None and last.kind in _OF_LOTS:
        return None
    is_own = last is not None and not needs_correction(last, is_signed=False, by=by, at=moment())
    return last if is_own or by.may(Permission.CORRECT) else None


def is_last(execution: OperationExecution, way: Way) -> bool:
    """Whether the execution counts and nothing after it is begun."""
    code = execution.operation_code
    return execution.is_current and way.current.keys().isdisjoint(way.after(code) - {code})


def are_last(executions: Sequence[OperationExecution]) -> bool:
    """Whether that is so of each execution of a batch; they come with unit and order. One statement."""
    known: dict[UUID, list[OperationExecution]] = {one.unit_id: [] for one in executions}
    for other in executions_on(known.keys()):
        known[other.unit_id].append(other)
    for one in executions:
        one.unit.work_order = one.work_order
    return all(is_last(one, Way.of(plan_for(one.unit), known[one.unit_id])) for one in executions)


def void_signatures(acts: Mapping[UUID, Sequence[Act]]) -> set[tuple[UUID, datetime]]:
    """Signatures whose act was taken back, as (execution, time); acts: by execution (21 CFR 11.70)."""
    return {(execution, act.at) for execution, its in acts.items() for act in its if act.is_undone}


def check_may_undo(act: Act, *, is_signed: bool, reason: str, by: Person, at: datetime) -> bool:
    """Whether it is a correction. Raises CorrectionNeeded; InvalidInput for one without a reason."""
    why = needs_correction(act, is_signed=is_signed, by=by, at=at)
    if why and not by.may(Permission.CORRECT):
        raise CorrectionNeeded(
            _("You can't take this back: {act}.").format(act=act.words),
            why=why,
            do=_("Ask the supervisor to take it back, with a reason."),
        )
    if why and not reason:
        raise InvalidInput(_("A correction needs a reason."), do=_("Say in a few words why it is taken back."))
    return bool(why)


def check_nothing_followed(acts: Sequence[tuple[Job, Act]], later: Sequence[Signature]) -> None:
    """Raise SomethingFollowed, OnHold for what has to be taken back or released first; acts: of a batch on all units.

    Orders, units and executions are locked. later: signatures on the execution, or batch, given after the act. Three
    statements for any number of units.
    """
    since = _Since.of(acts)
    for job, act in acts:
        _check_order(job.order)
        followed = _of_the_execution(job, act, later) or _of_the_way(job) or _beside_it(job, act)
        if followed := followed or _of_the_unit(job, act, since):
            raise SomethingFollowed(
                _("{act} on {unit} can't be taken back any more.").format(act=act.words.capitalize(), unit=job.unit),
                why=followed,
                do=_("Take back first what followed, or place a hold and let quality decide."),
            )
    held = [hold for holds in open_holds([job for job, _act in acts]) for hold in holds.here]
    if held:
        raise OnHold(
            _("On hold: {number}, {reason}.").format(number=held[0].number, reason=held[0].reason),
            do=_("Leave it as it is; quality or the supervisor releases the hold."),
        )


def differs_in_a_batch(job: Job, act: Act, last: Act | None) -> SomethingFollowed:
    """What was done in a batch is taken back on all its units; to this one something else was done since."""
    why = _("It was done in {batch}, whose units stay together.").format(batch=job.batch)
    if last is not None:
        why += " " + _("{unit}: {what} since.").format(unit=job.unit, what=last.words)
    return SomethingFollowed(
        _("{act} in {batch} can't be taken back any more.").format(act=act.words.capitalize(), batch=job.batch),
        why=why,
        do=_("Take back first what followed, or place a hold and let quality decide."),
    )


def _check_order(order: WorkOrder) -> None:
    if order.status not in (OrderStatus.RELEASED, OrderStatus.RUNNING, OrderStatus.COMPLETED):
        raise SomethingFollowed(
            _("{order} is {status}.").format(order=order.erp_reference, status=order.get_status_display().lower()),
            do=_("Its record stays as it is."),
        )


def _of_the_execution(job: Job, act: Act, later: Sequence[Signature]) -> str:
    """What followed on the execution itself."""
    execution = job.running
    if not execution.is_current:
        return _("{operation} was set aside since, to be done again.").format(operation=execution.operation_code)
    if act.kind in _OF_LOTS:
        return _("The lot was divided or put together.")
    return _("{person} signed it since.").format(person=later[0].signed_by) if later else ""


def _of_the_way(job: Job) -> str:
    """What followed on the unit's way through its plan."""
    way, code = Way.of(job.plan, job.executions or ()), job.running.operation_code
    if job.plan.operation(code) is None:  # it has left the rework routing, or is in one
        return _("{unit} goes another way since.").format(unit=job.unit)
    begun = sorted((way.after(code) - {code}).intersection(way.current))
    if not begun:
        return ""
    operation = job.plan.operation(begun[0])
    assert operation is not None, "a way is made of its plan's operations"
    return _("{operation} {name} is begun.").format(operation=operation.code, name=operation.name)


def _beside_it(job: Job, act: Act) -> str:
    """What began beside it with fewer pieces than would be there again: they would go round it."""
    others = [one for one in job.executions or () if one.is_current and one.status != ExecutionStatus.SKIPPED]
    less = next((one for one in others if one.started_at > act.at and act.of(ActivityKind.SCRAP)), None)
    if less is None:
        return ""
    return _("{operation} was started with what was left.").format(operation=less.operation_code)


@dataclass(frozen=True)
class _Since:
    """What became of units since an act on each of them, by unit. reworked: a rework was decided or ended."""

    reworked: set[UUID]
    ended: Mapping[UUID, Activity]

    @classmethod
    def of(cls, acts: Sequence[tuple[Job, Act]]) -> "_Since":
        """Two statements."""
        by_unit = {job.unit.pk: act for job, act in acts}
        first_at, first_key = min(act.at for act in by_unit.values()), min(act.key for act in by_unit.values())
        decided = Q(decided_at__gte=first_at) | Q(ended_at__gt=first_at)
        reworks = Rework.objects.filter(decided, unit__in=by_unit).exclude(status=ReworkStatus.CANCELLED)
        reworked = {
            one.unit_id
            for one in reworks.only("unit", "decided_at", "ended_at")
            if one.decided_at >= (at := by_unit[one.unit_id].at) or (one.ended_at and one.ended_at > at)
        }
        found = Activity.objects.filter(units__unit__in=by_unit, kind__in=_ENDS_ELSEWHERE, pk__gt=first_key)
        found = found.filter(reversed_by_activity__isnull=True).annotate(of_unit=F("units__unit"))
        ended: dict[UUID, Activity] = {}
        for one in found.order_by("sequence"):
            if one.pk > by_unit[one.of_unit].key:
                ended.setdefault(one.of_unit, one)
        return cls(reworked, ended)


def _of_the_unit(job: Job, act: Act, since: _Since) -> str:
    """What became of the unit since."""
    unit = job.unit
    if unit.quantity_consumed:
        built_in = ActivityUnit.objects.filter(
            direction=Direction.OUTPUT,
            activity__kind=ActivityKind.CONSUME,
            activity__reversed_by_activity__isnull=True,
            activity__units__unit=unit,
            activity__units__direction=Direction.INPUT,
        )
        return _("{unit} is built into {host}.").format(unit=unit, host=built_in.select_related("unit")[0].unit)
    if unit.station_id is not None:
        return _("{unit} is staged at a station.").format(unit=unit)
    if unit.pk in since.reworked:
        return _("A rework was decided or ended since.")
    if (later := since.ended.get(unit.pk)) is not None:
        return _("{unit}: {what} since.").format(unit=unit, what=later.get_kind_display())
    own = act.of(ActivityKind.FINISH) or act.of(ActivityKind.SCRAP)
    if unit.status != UnitStatus.IN_PROCESS and not own:
        return _("{unit} is {status}.").format(unit=unit, status=unit.get_status_display().lower())
    return ""


def signatures_on(record: UUID) -> list[Signature]:
    """The signatures on an execution, or on the batch it runs in, the first one first; by the record's key."""
    tables = ["wip_operationexecution", "wip_batch"]
    found = Signature.objects.filter(record_table__in=tables, record=record)
    return list(found.select_related("signed_by").order_by("signed_at"))
