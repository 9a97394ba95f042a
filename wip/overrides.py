"""Passing a gate that says no: by a supervisor, or under a deviation permit. Which of them, the gate says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from equipment.policies import check_site_access, reason_in_words
from equipment.status import ReasonKind
from mes.kernel.door import moment
from mes.kernel.gates import Hook, Override, Verdict
from mes.kernel.numbers import plain
from mes.kernel.personnel.policies import check_permission, check_reason
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound, Refusal
from wip.jobs import Job, Passed
from wip.models import Permit, ProcessException
from wip.status import PermitStatus


class OverrideRefused(Refusal):
    """The gate can't be passed in this way."""


class PermitUnknown(NotFound):
    """There is no permit of this number at the site."""


class PermitDoesNotCover(Refusal):
    """The permit is for another gate or another thing, ended, or used up."""


@dataclass(frozen=True)
class GivenOverride:
    """A gate's no that shall be passed. gate: its path, or the code of its verdict.

    reason: why, in words; where the station's area has override reasons, the remark to the one of this code.
    approved_by: the supervisor, whose secret was confirmed before the door. permit: its number.
    """

    gate: str
    reason: str
    approved_by: Any = None
    permit: str = ""
    code: str = ""


def passing(
    jobs: Sequence[Job], hook: Hook, answers: Sequence[Sequence[Verdict]], overrides: Sequence[GivenOverride]
) -> list[list[Passed]]:
    """Those of each job's verdicts that are overridden. What jobs that go together use of a permit adds up.

    The permits that are named are locked: the last in the lock order.
    """
    given = {one.gate: one for one in overrides}
    asked = [
        [(verdict, one) for verdict in verdicts if (one := given.get(verdict.gate) or given.get(verdict.code))]
        for verdicts in answers
    ]
    permits = _lock_permits(jobs[0], {one.permit for of_job in asked for _, one in of_job if one.permit})
    promised: dict[str, Decimal] = {}
    why: dict[GivenOverride, str] = {}
    found: list[list[Passed]] = []
    for job, of_job in zip(jobs, asked, strict=True):
        found.append([])
        for verdict, one in of_job:
            _check_may_be_passed(verdict)
            if one not in why:
                why[one] = _in_words(job, one)
            passed = _passed(job, hook, verdict, one, why[one], permits, promised)
            found[-1].append(passed)
            if passed.permit is not None:
                number = passed.permit.number
                promised[number] = promised.get(number, Decimal(0)) + passed.quantity
    return found


def _check_may_be_passed(verdict: Verdict) -> None:
    if verdict.override == Override.NEVER:
        raise OverrideRefused(_("Nobody may pass this: {what}").format(what=verdict.what), do=verdict.do)


def _passed(
    job: Job,
    hook: Hook,
    verdict: Verdict,
    given: GivenOverride,
    reason: str,
    permits: Mapping[str, Permit],
    promised: Mapping[str, Decimal],
) -> Passed:
    if verdict.override == Override.SUPERVISOR:
        if given.approved_by is None:
            raise OverrideRefused(
                _("A supervisor has to pass this: {what}").format(what=verdict.what),
                do=_("Let them enter badge and PIN."),
            )
        check_permission(given.approved_by, Permission.OVERRIDE_GATES)
        check_site_access(given.approved_by, job.site_id)
        return Passed(verdict, reason, approved_by=given.approved_by)
    if not given.permit:
        raise OverrideRefused(
            _("This is passed under a deviation permit only: {what}").format(what=verdict.what),
            do=_("Enter the permit's number, or ask quality for one."),
        )
    permit = permits.get(given.permit.upper())
    if permit is None:
        raise PermitUnknown(
            _("There is no permit {number} here.").format(number=given.permit), do=_("Check its number.")
        )
    quantity = _quantity(job, hook, permit)
    check_covers(permit, job, verdict, quantity, promised.get(permit.number, Decimal(0)))
    return Passed(verdict, reason, permit=permit, quantity=quantity)


def _in_words(job: Job, given: GivenOverride) -> str:
    """Why, as it is recorded: one of the override reasons in force at the station with its remark, else the text."""
    assert job.station is not None, "gates are passed at a station"
    words = reason_in_words(station=job.station, kind=ReasonKind.OVERRIDE, code=given.code.strip(), remark=given.reason)
    if given.code and not words.startswith(given.code):  # the area has no such reasons: the code says something still
        words = f"{given.code} {words}".strip()
    check_reason(words)
    return words


def check_covers(permit: Permit, job: Job, verdict: Verdict, quantity: Decimal, promised: Decimal) -> None:
    """Raise PermitDoesNotCover unless the permit is for this gate and job, is in force, and has this much left.

    promised: what the same act uses of it already.
    """
    left = None if permit.quantity_left is None else permit.quantity_left - promised
    limits = [
        (permit.gate == verdict.gate, _("It is for another gate.")),
        (permit.product_id in (None, job.unit.product_id), _("It is for another product.")),
        (permit.work_order_id in (None, job.order.pk), _("It is for another order.")),
        (permit.unit_id in (None, job.unit.pk), _("It is for another unit.")),
        (permit.operation_code in ("", job.operation.code), _("It is for another operation.")),
        (permit.status == PermitStatus.OPEN, _("It is closed.")),
        (permit.valid_to is None or job.date_of(moment()) <= permit.valid_to, _("Its last day is over.")),
        (left is None or quantity <= left, _left(permit, left or Decimal(0), quantity)),
    ]
    why = next((words for holds, words in limits if not holds), "")
    if why:
        raise PermitDoesNotCover(
            _("Permit {number} does not cover this.").format(number=permit), why=why, do=_("Ask quality for another.")
        )


def _left(permit: Permit, left: Decimal, quantity: Decimal) -> str:
    return _("{left} of {limit} are left, and this takes {quantity}.").format(
        left=plain(left),
        limit=plain(permit.quantity_limit or Decimal(0)),
        quantity=plain(quantity),
    )


def _quantity(job: Job, hook: Hook, permit: Permit) -> Decimal:
    """How much of the permit this act uses; what an execution used once at a step it does not use again."""
    if hook in (Hook.START, Hook.SKIP):
        return job.unit.quantity_left
    if hook == Hook.COMPLETE:
        return job.good
    used = ProcessException.objects.filter(permit=permit, execution=job.execution_key).exists()
    return Decimal(0) if used else job.running.quantity


def _lock_permits(job: Job, numbers: set[str]) -> dict[str, Permit]:
    if not numbers:
        return {}
    named = Permit.objects.select_for_update(of=("self",), no_key=True)
    found = named.filter(number__in=[number.upper() for number in numbers], site=job.site_id).order_by("pk")
    return {permit.number: permit for permit in found}
