"""Stock at the line: what is staged where, what waits in quarantine, what is in store."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from equipment.queries import sites_of
from genealogy.actions import lots
from genealogy.forms import ReasonForm, ReleaseLotForm, StageForm
from genealogy.lots import Shelved, in_quarantine, in_store, release_content, shelved, staged_by_station
from genealogy.models import Unit
from genealogy.policies import known_unit
from genealogy.status import UnitStatus
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of
from mes.kernel.personnel.actions.secrets import confirm_password
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from wip.queries import held_of

PER_PAGE = 50
LINE, QUARANTINE, STORE = "line", "quarantine", "store"
_VIEWS = [
    (LINE, gettext_lazy("At the line")),
    (QUARANTINE, gettext_lazy("Quarantine")),
    (STORE, gettext_lazy("In store")),
]


@require_safe
@office(Permission.VIEW_UNITS)
def stock(request: HttpRequest) -> HttpResponse:
    """One of the three views, by ?show=."""
    shown = request.GET.get("show", LINE)
    shown = shown if shown in dict(_VIEWS) else LINE
    sites = sites_of(request.user)
    context: dict[str, Any] = {
        "views": _VIEWS,
        "shown": shown,
        "counts": {QUARANTINE: in_quarantine(sites).count()},
        "stage_form": StageForm(sites=sites, auto_id="stage_%s"),
        "why_not_receive": refusal_of(check_permission, request.user, Permission.RECEIVE_UNITS),
        "why_not_stage": refusal_of(check_permission, request.user, Permission.STAGE_LOTS),
        "why_not_release": refusal_of(check_permission, request.user, Permission.RELEASE_LOTS),
    }
    if shown == LINE:
        staged = staged_by_station(sites)
        held = held_of([unit for units in staged.values() for unit in units])
        context["stations"] = [(station, _shelved(units, held)) for station, units in staged.items()]
    else:
        found = in_quarantine(sites) if shown == QUARANTINE else in_store(sites)
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        units = list(page.object_list)
        context |= {"page": page, "rows": [(one, _digest(one.unit)) for one in _shelved(units, held_of(units))]}
    return render(request, "genealogy/stock.html", context)


@require_POST
@office(Permission.STAGE_LOTS)
def stage(request: HttpRequest) -> HttpResponse:
    given = cleaned(StageForm(request.POST, sites=sites_of(request.user)))
    unit, station = known_unit(request.user, given["serial"]), given["station"]
    with desk_door(request) as passage:
        if not passage.replayed:
            lots.stage(unit=unit, station=station, by=passage.person, at=passage.at)
            said = _("%(unit)s is staged at %(station)s.") % {"unit": unit, "station": station.code}
            passage.remember(said=said, to=reverse("stock"))
    return answer(request, passage)


@require_POST
@office(Permission.STAGE_LOTS)
def unstage(request: HttpRequest, serial: str) -> HttpResponse:
    unit = known_unit(request.user, serial)
    with desk_door(request) as passage:
        if not passage.replayed:
            lots.unstage(unit=unit, by=passage.person, at=passage.at)
            passage.remember(said=_("%(unit)s is taken back.") % {"unit": unit}, to=reverse("stock"))
    return answer(request, passage)


@sensitive_post_parameters("password")
@require_POST
@office(Permission.RELEASE_LOTS)
def release(request: HttpRequest, serial: str) -> HttpResponse:
    unit, given = known_unit(request.user, serial), cleaned(ReleaseLotForm(request.POST))
    person = confirm_password(person=request.user, password=given["password"], at=timezone.now())
    signing = Signing(person, Meaning.RELEASED, given["digest"])
    with desk_door(request) as passage:
        if not passage.replayed:
            lots.release(unit=unit, reason=given["reason"], signing=signing, by=passage.person, at=passage.at)
            passage.remember(said=_("%(unit)s is released.") % {"unit": unit}, to=_list(QUARANTINE))
    return answer(request, passage)


@require_POST
@office(Permission.RELEASE_LOTS)
def reject(request: HttpRequest, serial: str) -> HttpResponse:
    return _end(request, serial, lots.reject, _("%(unit)s is rejected."))


@require_POST
@office(Permission.RELEASE_LOTS)
def return_to_supplier(request: HttpRequest, serial: str) -> HttpResponse:
    return _end(request, serial, lots.return_to_supplier, _("%(unit)s is sent back."))


def _end(request: HttpRequest, serial: str, verb: Callable[..., Unit], said: str) -> HttpResponse:
    unit, given = known_unit(request.user, serial), cleaned(ReasonForm(request.POST))
    shown = QUARANTINE if unit.status == UnitStatus.QUARANTINED else STORE
    with desk_door(request) as passage:
        if not passage.replayed:
            verb(unit=unit, reason=given["reason"], by=passage.person, at=passage.at)
            passage.remember(said=said % {"unit": unit}, to=_list(shown))
    return answer(request, passage)


def _list(shown: str) -> str:
    return reverse("stock", query={"show": shown})


def _shelved(units: Sequence[Unit], held: Mapping[UUID, str]) -> list[Shelved]:
    now = timezone.now()
    return [one for unit in units for one in shelved([unit], unit.site.local(now).date(), held)]


def _digest(unit: Unit) -> str:
    """Of what a person signs who releases it from this page."""
    return digest(release_content(unit))
