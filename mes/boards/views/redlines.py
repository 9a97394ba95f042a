"""Changing one order while it runs: the draft of a redline, and its effect on the floor."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mes.boards.forms import RedlineForm
from mes.kernel.desk import answer, cleaned, desk_door, office
from mes.kernel.personnel.roles import Permission
from orders.actions import redlines as drafting
from orders.policies import known_order
from wip.actions import redlines
from wip.redlines import known_redline


@require_POST
@office(Permission.DRAFT_MASTER_DATA)
def draft(request: HttpRequest, erp_reference: str) -> HttpResponse:
    order, given = known_order(request.user, erp_reference), cleaned(RedlineForm(request.POST))
    with desk_door(request, reason=given["reason"]) as passage:
        if not passage.replayed:
            made = drafting.draft(order=order, reason=given["reason"], by=passage.person, at=passage.at)
            said = _("This is a draft for %(order)s alone: change it, then let two people sign it.") % {"order": order}
            passage.remember(said=said, to=reverse("revision", args=["routing", made.pk]))
    return answer(request, passage)


@require_POST
@office(Permission.RELEASE_MASTER_DATA)
def apply(request: HttpRequest, erp_reference: str, redline: int) -> HttpResponse:
    order = known_order(request.user, erp_reference)
    revision = known_redline(order, redline)
    with desk_door(request, reason=revision.redline_reason) as passage:
        if not passage.replayed:
            redlines.apply(order=order, revision=revision, by=passage.person, at=passage.at)
            said = _("Redline %(number)s is in effect: what starts from now on is done by it.") % {"number": redline}
            passage.remember(said=said, to=reverse("order", args=[order.erp_reference]))
    return answer(request, passage)
