"""Whether and how a unit may be sent back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.policies import check_site_access
from equipment.queries import sites_of
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound, Refusal
from orders.models import RoutingRevision
from orders.plans import Plan
from orders.queries import current_plan, plan_of
from orders.status import RevisionStatus
from wip.models import OperationExecution, Rework
from wip.policies import WorkedOnElsewhere
from wip.ways import Way


class CantGoBack(Refusal):
    """The unit can't be sent back so: one of the two operations is not on its way, or it is in rework already."""


class LoopsUsedUp(Refusal):
    """The operation was done on the unit as often as its routing allows."""


class ReworkRoutingUnfit(Refusal):
    """The routing is no rework that this unit could go through."""


def known_rework(person: Person, number: str) -> Rework:
    """The rework of this number at one of the person's sites, with the people it names. Raises NotFound."""
    found = Rework.objects.select_related("unit", "routing_revision__routing", "decided_by", "ended_by")
    rework = found.filter(number=number, site__in=sites_of(person)).first()
    if rework is None:
        raise NotFound(
            _("There is no rework {number} at your sites.").format(number=number[:20]), do=_("Check its number.")
        )
    return rework


def check_may_send_back(by: Person, unit: Unit, *, is_local: bool) -> None:
    """Doing an operation again is for who works at it; any other way back is for who decides on rework."""
    check_permission(by, Permission.REPEAT if is_local else Permission.REWORK)
    check_site_access(by, unit.site_id)


def check_may_decide_rework(by: Person, site_id: UUID) -> None:
    check_permission(by, Permission.REWORK)
    check_site_access(by, site_id)


def check_can_go_back(unit: Unit, way: Way, *, found_in: str, return_to: str) -> None:
    """Raise unless the unit of this way may be sent back from one operation of its plan to the other.

    Raises CantGoBack, LoopsUsedUp.
    """
    if unit.status != UnitStatus.IN_PROCESS:
        raise CantGoBack(
            _("{unit} is {status} already.").format(unit=unit, status=unit.get_status_display().lower()),
            do=_("Only what is in process can be sent back."),
        )
    if unit.rework_plan_id:
        raise CantGoBack(
            _("{unit} is in a rework routing.").format(unit=unit),
            do=_("Let it be finished, or cancel the rework first."),
        )
    operation = way.plan.operation(return_to)
    for code in (found_in, return_to):
        if way.plan.operation(code) is None:
            raise CantGoBack(
                _("The routing of {unit} has no operation {code}.").format(unit=unit, code=code[:12]),
                do=_("Choose one of its operations."),
            )
    assert operation is not None
    if found_in not in way.after(return_to):
        raise CantGoBack(
            _("{back} does not come before {found}.").format(back=return_to, found=found_in),
            do=_("Choose an operation that leads to it."),
        )
    if return_to not in way.current:
        raise CantGoBack(
            _("{operation} {name} is not begun on {unit}.").format(
                operation=operation.code, name=operation.name, unit=unit
            ),
            do=_("Choose an operation that it has passed."),
        )
    done = way.attempts.get(return_to, 0)
    if 0 < operation.max_attempts <= done:
        raise LoopsUsedUp(
            _("{operation} {name} was done {count} times on {unit}: more is not allowed.").format(
                operation=operation.code, name=operation.name, count=done, unit=unit
            ),
            do=_("Send it back to an earlier operation, or scrap it."),
            evidence={"operation": operation.code, "attempts": done},
        )


def check_nothing_runs_but(
    code: str | None, *, executions: Sequence[OperationExecution], by: Person
) -> OperationExecution | None:
    """The running job at this operation, which is the person's or theirs to decide on; None: nothing runs.

    Raises WorkedOnElsewhere; CantGoBack while it runs in a batch, which ends as a whole.
    """
    running = [one for one in executions if one.is_running]
    for one in running:
        if one.batch_id is not None and one.operation_code == code:
            raise CantGoBack(
                _("Operation {operation} runs on it in a batch.").format(operation=one.operation_code),
                do=_("Complete the batch first, then send it back."),
            )
        if one.operation_code != code or (one.worked_by_id != by.pk and not by.may(Permission.REWORK)):
            raise WorkedOnElsewhere(
                _("{person} works on it at {station}.").format(person=one.worked_by, station=one.station.code),
                do=_("Let that operation end first."),
                evidence={"station": one.station.code, "person": str(one.worked_by)},
            )
    return running[0] if running else None


def check_not_begun_since(rework: Rework, begun: Sequence[OperationExecution]) -> None:
    """Raise CantGoBack when something that the rework asks for is begun already."""
    if begun:
        raise CantGoBack(
            _("Operation {operation} has begun by {rework}.").format(
                operation=begun[0].operation_code, rework=rework.number
            ),
            do=_("Let the unit go on."),
        )


def rework_plan_for(unit: Unit, revision: RoutingRevision, at: datetime) -> Plan:
    """The plan of a rework routing for a unit that comes with its order. Raises ReworkRoutingUnfit."""
    assert unit.work_order is not None
    day, routing = unit.site.local(at).date(), revision.routing
    if not routing.is_rework or (routing.product_id, routing.site_id) != (unit.product_id, unit.site_id):
        raise ReworkRoutingUnfit(
            _("{routing} is no rework of {product} here.").format(routing=routing, product=unit.product.code),
            do=_("Choose a rework routing of the product."),
        )
    if revision.status != RevisionStatus.RELEASED or not revision.is_effective_on(day):
        raise ReworkRoutingUnfit(
            _("{revision} is not in force.").format(revision=revision), do=_("Choose one that is.")
        )
    plan = current_plan(revision.pk, unit.work_order.product_revision_id, on=day)
    both = [one.code for one in plan.operations if plan_of(unit.work_order).operation(one.code) is not None]
    if both:
        raise ReworkRoutingUnfit(
            _("{revision} and the routing of {order} both have {codes}.").format(
                revision=revision, order=unit.work_order, codes=", ".join(both)
            ),
            do=_("Give the rework's operations codes of their own, in a new revision."),
            evidence={"operations": both},
        )
    return plan
