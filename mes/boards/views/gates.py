"""The plant's gates, and what each of them refused."""

from contextlib import suppress
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from equipment.queries import sites_of
from mes.boards.gate_overview import gate_of, overview
from mes.kernel.audit.queries import find_refusals
from mes.kernel.desk import office, text_of
from mes.kernel.personnel.roles import Permission

PER_PAGE = 50
LATEST = 12


@require_safe
@office(Permission.VIEW_MASTER_DATA)
def gate_list(request: HttpRequest) -> HttpResponse:
    sites = sites_of(request.user)
    context = {
        "lines": overview(sites, at=timezone.now()),
        "refusals": _with_sites(find_refusals(sites)[:LATEST], sites),
    }
    return render(request, "boards/gates.html", context)


@require_safe
@office(Permission.VIEW_MASTER_DATA)
def gate_page(request: HttpRequest, path: str) -> HttpResponse:
    sites, gate = sites_of(request.user), gate_of(path)
    if gate is None:
        raise Http404
    found = find_refusals(sites, gate=path)
    with suppress(ValueError):  # without a key, or with nonsense, from the latest on
        found = found.filter(pk__lt=UUID(text_of(request, "before")))
    rows = list(found[: PER_PAGE + 1])
    (line,) = overview(sites, at=timezone.now(), only=[gate])
    older = rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else None
    context = {"line": line, "refusals": _with_sites(rows[:PER_PAGE], sites), "older": older}
    return render(request, "boards/gate.html", context)


def _with_sites(refusals, sites):
    """Each refusal with the site whose time it is told in."""
    return [(refusal, sites[refusal.site_id]) for refusal in refusals]
