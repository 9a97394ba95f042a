"""Sending a unit back from its record, and taking that decision back."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from equipment.policies import reason_at
from equipment.queries import reasons_for
from equipment.status import ReasonKind
from genealogy.models import Unit
from genealogy.policies import known_unit
from genealogy.status import UnitStatus
from mes.boards.forms import CancelReworkForm, SendBackForm
from mes.kernel.desk import answer, cleaned, desk_door, office
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from orders.plans import OperationPlan
from orders.queries import plan_of, rework_routings
from wip.actions import reworks
from wip.defects import area_where
from wip.models import Hold
from wip.rework_policies import known_rework


def send_back_form(
    unit: Unit, person: Person, *, begun: Sequence[OperationPlan], proposed: Sequence[Hold] = (), data: Any = None
) -> SendBackForm | None:
    """What a person who decides on rework fills in for a unit in process. Two statements; None and none for others.

    begun: the operations that it can go back to, that where it was found most likely first. proposed: what holds it;
    the defect that a proposal names is offered.
    """
    if unit.status != UnitStatus.IN_PROCESS or not begun or not person.may(Permission.REWORK):
        return None
    assert unit.work_order is not None
    routings = rework_routings(unit.product_id, unit.site_id, on=unit.site.local(timezone.now()).date())
    posted = data.get("found_in") if data else None
    found_in = next((one.code for one in begun if one.code == posted), begun[0].code)
    area = area_where(unit, found_in)
    found = reasons_for(unit.site_id, area, ReasonKind.REWORK, ReasonKind.DEFECT)
    return SendBackForm(
        data,
        auto_id="back_%s",
        initial={
            "found_in": begun[0].code,
            "return_to": begun[0].code,
            "defect": next((one.defect_code for one in proposed if one.defect_code), ""),
        },
        operations=[(o.code, f"{o.code} {o.name}") for o in plan_of(unit.work_order).operations],
        begun=[(o.code, f"{o.code} {o.name}") for o in begun],
        routings=[(str(one.pk), one.routing.name) for one in routings],
        reasons=[(leaf.code, leaf.name) for branch in found[ReasonKind.REWORK] for leaf in branch.leaves],
        defects=[(leaf.code, str(leaf)) for branch in found[ReasonKind.DEFECT] for leaf in branch.leaves],
    )


@require_POST
@office(Permission.REWORK)
def send_back(request: HttpRequest, serial: str) -> HttpResponse:
    unit = known_unit(request.user, serial)
    operations = plan_of(unit.work_order).operations if unit.work_order and unit.work_order.plan_id else ()
    form = send_back_form(unit, request.user, begun=operations, data=request.POST)
    given = cleaned(form) if form is not None else {}
    with desk_door(request) as passage:
        if not passage.replayed:
            rework = reworks.send_back(
                unit=unit,
                found_in=given.get("found_in", ""),
                return_to=given.get("return_to", ""),
                routing_revision=_routing(unit, given.get("routing")),
                reason_code=given.get("reason_code", ""),
                reason=_reason(unit, given),
                defect=given.get("defect", ""),
                by=passage.person,
                at=passage.at,
            )
            said = _("%(unit)s goes back, %(rework)s.") % {"unit": unit, "rework": rework}
            passage.remember(said=said, to=reverse("unit", args=[unit.serial]))
    return answer(request, passage)


@require_POST
@office(Permission.REWORK)
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    rework, given = known_rework(request.user, number), cleaned(CancelReworkForm(request.POST))
    with desk_door(request) as passage:
        if not passage.replayed:
            reworks.cancel(rework=rework, reason=given["reason"], by=passage.person, at=passage.at)
            said = _("Rework %(rework)s of %(unit)s is cancelled.") % {"rework": rework, "unit": rework.unit}
            passage.remember(said=said, to=reverse("unit", args=[rework.unit.serial]))
    return answer(request, passage)


def _routing(unit: Unit, key: str | None) -> Any:
    known = rework_routings(unit.product_id, unit.site_id, on=unit.site.local(timezone.now()).date()) if key else []
    return next((one for one in known if str(one.pk) == key), None)


def _reason(unit: Unit, given: dict[str, Any]) -> str:
    """What was found, behind the chosen reason in its words of today."""
    code, remark = given.get("reason_code"), given.get("reason", "")
    if not code:
        return remark
    area = area_where(unit, given["found_in"])
    return reason_at(unit.site_id, area, kind=ReasonKind.REWORK, code=code, remark=remark)
