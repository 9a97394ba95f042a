"""The record of one unit or lot: everything that is known about it, on one page that can be printed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from genealogy.lots import expiry_of
from genealogy.policies import known_unit
from mes.boards.forms import HoldForm, UndoForm
from mes.boards.unit_record import read
from mes.boards.views.reworks import send_back_form
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from wip.actions import holds
from wip.actions import undo as taking_back
from wip.queries import execution_by_key


@require_safe
@office(Permission.VIEW_UNITS)
def unit_page(request: HttpRequest, serial: str) -> HttpResponse:
    unit, now = known_unit(request.user, serial), timezone.now()
    record = read(unit, request.user)
    context = {
        "unit": unit,
        "now": now,
        "expiry": expiry_of(unit, unit.site.local(now).date()),
        "record": record,
        "hold_form": HoldForm(auto_id="hold_%s"),
        "send_back_form": send_back_form(unit, request.user, begun=record.begun, proposed=record.open_holds),
        "may_rework": request.user.may(Permission.REWORK),
        "why_not_hold": refusal_of(check_permission, request.user, Permission.PLACE_HOLDS),
        "why_not_release_hold": refusal_of(check_permission, request.user, Permission.RELEASE_HOLDS),
    }
    return render(request, "boards/unit.html", context)


@require_POST
@office(Permission.PLACE_HOLDS)
def hold(request: HttpRequest, serial: str) -> HttpResponse:
    unit, given = known_unit(request.user, serial), cleaned(HoldForm(request.POST))
    with desk_door(request) as passage:
        if not passage.replayed:
            placed = holds.place(unit=unit, by=passage.person, at=passage.at, **given)
            said = _("%(unit)s is on hold, %(hold)s.") % {"unit": unit, "hold": placed}
            passage.remember(said=said, to=reverse("unit", args=[unit.serial]))
    return answer(request, passage)


@require_POST
@office(Permission.VIEW_UNITS)
def undo(request: HttpRequest, serial: str) -> HttpResponse:
    """Take back the last act on one of the unit's executions."""
    unit, given = known_unit(request.user, serial), cleaned(UndoForm(request.POST))
    execution = execution_by_key(given["execution"], [unit.site_id])
    if execution is None or execution.unit_id != unit.pk:
        raise NotFound(_("There is no such job on {unit}.").format(unit=unit), do=_("Load the page again."))
    with desk_door(request, reason=given["reason"]) as passage:
        if not passage.replayed:
            act = taking_back.undo(
                execution=execution, done_at=given["done_at"], reason=given["reason"], by=passage.person, at=passage.at
            )
            said = _("Taken back on %(unit)s: %(act)s.") % {"unit": unit, "act": act.words}
            passage.remember(said=said, to=reverse("unit", args=[unit.serial]))
    return answer(request, passage)
