"""Containers: what is in them, where they stand, and their labels."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from equipment.queries import sites_of
from genealogy.actions import containers
from genealogy.containers import containers_of
from genealogy.forms import LoadForm, MoveForm
from genealogy.models import Container, Unit
from genealogy.policies import known_container, known_unit
from mes.boards.views.receiving import barcode_of
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission

PER_PAGE = 50


@require_safe
@office(Permission.VIEW_UNITS)
def container_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(containers_of(sites_of(request.user)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "genealogy/containers.html", {"page": page})


@require_safe
@office(Permission.VIEW_UNITS)
def container_page(request: HttpRequest, code: str) -> HttpResponse:
    """One container with what is in it, and its label: on paper that stands alone."""
    known = known_container(request.user, code)
    context = {
        "container": containers_of([known.site_id]).get(pk=known.pk),
        "barcode": barcode_of(known.code),
        "load_form": LoadForm(auto_id="load_%s"),
        "move_form": MoveForm(site=known.site, initial={"station": known.station}, auto_id="move_%s"),
        "why_not_move": refusal_of(check_permission, request.user, Permission.MOVE_CONTAINERS),
    }
    return render(request, "genealogy/container.html", context)


@require_POST
@office(Permission.MOVE_CONTAINERS)
def load(request: HttpRequest, code: str) -> HttpResponse:
    units = [known_unit(request.user, cleaned(LoadForm(request.POST))["serial"])]
    return _change(request, code, containers.load, units, _("%(unit)s is in %(container)s."))


@require_POST
@office(Permission.MOVE_CONTAINERS)
def unload(request: HttpRequest, code: str) -> HttpResponse:
    units = [known_unit(request.user, cleaned(LoadForm(request.POST))["serial"])]
    return _change(request, code, containers.unload, units, _("%(unit)s was taken out of %(container)s."))


@require_POST
@office(Permission.MOVE_CONTAINERS)
def move(request: HttpRequest, code: str) -> HttpResponse:
    container = known_container(request.user, code)
    station = cleaned(MoveForm(request.POST, site=container.site))["station"]
    with desk_door(request) as passage:
        if not passage.replayed:
            containers.move(container=container, station=station, by=passage.person, at=passage.at)
            there = _("%(container)s is at %(station)s.") if station else _("%(container)s is at no station.")
            said = there % {"container": container, "station": station.code if station else ""}
            passage.remember(said=said, to=reverse("container", args=[container.code]))
    return answer(request, passage)


def _change(
    request: HttpRequest, code: str, verb: Callable[..., Container], units: Sequence[Unit], words: str
) -> HttpResponse:
    container = known_container(request.user, code)
    with desk_door(request) as passage:
        if not passage.replayed:
            verb(container=container, units=units, by=passage.person, at=passage.at)
            named: dict[str, Any] = {"unit": units[0], "container": container}
            passage.remember(said=words % named, to=reverse("container", args=[container.code]))
    return answer(request, passage)
