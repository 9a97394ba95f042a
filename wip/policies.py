"""Enforcing what the gates say."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from equipment.models import ClearanceItem, Station
from genealogy.models import Unit
from mes.kernel.gates import Gate, Hook, Override, Verdict, judge
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import Attempt, NotPermitted, Refusal
from orders.models import WorkOrder
from wip.clearances import lot_of
from wip.jobs import Job
from wip.models import Hold, HoldReason, OperationExecution
from wip.overrides import GivenOverride, passing
from wip.status import ExecutionStatus


class WorkedOnElsewhere(Refusal):
    """Somebody else is at another operation on the unit."""


class NotOnFloor(Refusal):
    """The unit is not made here, or its order is at another site."""


class NoChecklist(Refusal):
    """The station has no checklist that could be signed."""


class StationOccupied(Refusal):
    """Something else is at the station, so it can't be clear."""


class MachineInUse(Refusal):
    """Something else runs at the station, by whose recipe and permission its machine works."""


class OrderCantShrink(Refusal):
    """More of the order has begun than would be left of it."""


class BlockedByGates(Refusal):
    """At least one gate says no; `blockers` carries every verdict, the code is the first one's."""

    @property
    def is_overridable(self) -> bool:
        """Whether every gate that says no may be passed by somebody."""
        return all(blocker.override != Override.NEVER for blocker in self.blockers)


class NotYoursToRelease(NotPermitted):
    """The hold is cleared up by its owner, or by quality."""


def check_gates(job: Job, hook: Hook, overrides: Sequence[GivenOverride] = ()) -> None:
    """Raise BlockedByGates when any gate of the hook stops the job and is not overridden.

    What was overridden stands in job.passed; the verb puts it on record (wip.actions.overrides). Raises
    OverrideRefused for an override that doesn't fit its gate, and what the permit is refused for.
    """
    (verdicts,) = judge([job], hook)
    if not verdicts:
        return
    passed = passing([job], hook, [verdicts], overrides)[0] if overrides else []
    left = [verdict for verdict in verdicts if all(verdict is not one.verdict for one in passed)]
    if left:
        raise _blocked(left, job, hook)
    job.passed = passed
    job.is_passed = job.is_passed and not any(one.verdict.fails for one in passed)


def check_may_release(person: Person, hold: Hold) -> None:
    """Raise RoleMissing or NotYoursToRelease: who releases a doubt about quality is of quality, or owns the hold."""
    check_permission(person, Permission.RELEASE_HOLDS)
    if hold.owner_id == person.pk or person.may(Permission.RELEASE_QUALITY_HOLDS):
        return
    if hold.owner_id is not None:
        raise NotYoursToRelease(
            _("{owner} clears {hold} up.").format(owner=hold.owner, hold=hold), do=_("Ask them, or quality.")
        )
    if hold.reason_code == HoldReason.QUALITY:
        raise NotYoursToRelease(
            _("{hold} is a doubt about quality: quality releases it.").format(hold=hold), do=_("Ask quality.")
        )


def check_gates_together(
    jobs: Sequence[Job], hook: Hook, overrides: Sequence[GivenOverride] = (), gates: Sequence[Gate] | None = None
) -> None:
    """The same for jobs that go together: all or none. Each verdict says of which unit it is. gates: only these."""
    answers = judge(jobs, hook, gates)
    found: dict[tuple[str, str], Verdict] = {}
    passed = passing(jobs, hook, answers, overrides) if overrides and any(answers) else [[] for _ in jobs]
    for job, verdicts, of_job in zip(jobs, answers, passed, strict=True):
        job.passed = of_job
        job.is_passed = job.is_passed and not any(one.verdict.fails for one in job.passed)
        for one in verdicts:
            if any(one is passed.verdict for passed in job.passed):
                continue
            said = one.what  # once, where it is true of all
            if job.unit.serial not in said and not all(one in others for others in answers):
                said = f"{job.unit}: {said}"
            found[one.code, said] = replace(one, what=said, evidence={**one.evidence, "unit": job.unit.serial})
    if found:
        raise _blocked(list(found.values()), jobs[0], hook)


def _blocked(verdicts: Sequence[Verdict], job: Job, hook: Hook) -> BlockedByGates:
    """The refusal of what the gates stop, with what was tried: the door keeps both on record."""
    first = verdicts[0]
    refusal = BlockedByGates(
        first.what, why=first.why, do=first.do, code=first.code, blockers=verdicts, evidence=dict(first.evidence)
    )
    subject = f"{job.unit.serial}, {job.operation.code} {job.operation.name}"
    refusal.tried = Attempt(job.site_id, job.station_code, str(hook), subject)
    return refusal


def check_can_be_reduced(order: WorkOrder, quantity: Decimal, least: Decimal) -> None:
    """Raise OrderCantShrink when more of an order on the floor has begun than the quantity that is asked."""
    if quantity < least:
        raise OrderCantShrink(
            _("{least} {unit} of {order} have begun, so it can't be reduced to {quantity}.").format(
                least=plain(least), unit=order.quantity_unit, order=order, quantity=plain(quantity)
            ),
            do=_("Ask for {least} or more, or scrap what is not wanted.").format(least=plain(least)),
            evidence={"order": order.erp_reference, "least_quantity": plain(least)},
        )


def running_beside(job: Job) -> list[OperationExecution]:
    """The other operations that run on the unit of a locked job."""
    assert job.executions is not None
    return [one for one in job.executions if one.is_running and one.pk != job.running.pk]


def check_nothing_else_runs(job: Job) -> None:
    """Raise WorkedOnElsewhere when another operation would go on making what the job scraps whole.

    Not one that has come to its end with it: all that it booked was scrap, and no more is to come.
    """
    for other in running_beside(job):
        booked = other.quantity - other.quantity_open
        if booked > 0 and other.quantity_good == 0 and other.quantity_open <= job.scrap:
            continue
        raise WorkedOnElsewhere(
            _("{person} works on {unit} at {station}, so it can't be scrapped whole now.").format(
                person=other.worked_by, unit=job.unit, station=other.station.code
            ),
            do=_("Let that operation end first, then scrap."),
            evidence={"station": other.station.code, "person": str(other.worked_by)},
        )


def check_nothing_runs(units: Sequence[Unit], known: Iterable[OperationExecution]) -> None:
    """Raise WorkedOnElsewhere when anything runs on one of the units. known: all executions on them."""
    names = {unit.pk: unit.serial for unit in units}
    for one in known:
        if one.is_running:
            raise WorkedOnElsewhere(
                _("{person} works on {unit} at {station}.").format(
                    person=one.worked_by, unit=names[one.unit_id], station=one.station.code
                ),
                do=_("Let operation {operation} end first.").format(operation=one.operation_code),
                evidence={"station": one.station.code, "person": str(one.worked_by)},
            )


def check_can_be_cleared_for(station: Station, unit: Unit, items: Sequence[ClearanceItem]) -> None:
    """Raise unless the station has a checklist, and the unit belongs to an order at its site."""
    if unit.work_order is None or unit.site_id != station.site_id:
        raise NotOnFloor(
            _("{unit} is not made at this site.").format(unit=unit), do=_("Scan a unit of the order that comes next.")
        )
    if not items:
        raise NoChecklist(
            _("{station} has no checklist.").format(station=station.code), do=_("Let an engineer enter its lines.")
        )


def check_nothing_else_at(station: Station, unit: Unit) -> None:
    """Raise StationOccupied while another order, or another lot than the unit, runs at the station."""
    running = OperationExecution.objects.filter(station=station, status=ExecutionStatus.RUNNING)
    same = {"unit": unit} if lot_of(unit) else {"work_order": unit.work_order}
    other = running.exclude(**same).select_related("unit", "worked_by").first()
    if other is not None:
        raise StationOccupied(
            _("{unit} is at {station}, {person} works on it.").format(
                unit=other.unit, station=station.code, person=other.worked_by
            ),
            do=_("Let it be completed first, then clear the station."),
            evidence={"unit": other.unit.serial, "person": str(other.worked_by)},
        )
