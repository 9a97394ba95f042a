"""The start page: what waits for this person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from equipment.queries import sites_of
from equipment.topics import help_calls, refused_events
from mes.boards.start import panels_for
from mes.boards.start.panel import Asked
from mes.kernel.desk import office
from mes.kernel.personnel.roles import Permission
from orders.topics import orders
from wip.topics import floor, holds


@require_safe
@office(Permission.VIEW_ORDERS)
def home(request: HttpRequest) -> HttpResponse:
    """The cards of the person's roles; the cards alone to who asks for the live part."""
    sites = sites_of(request.user)
    panels = panels_for(Asked(request.user, sites, timezone.now()))
    context = {"panels": panels, "is_calm": not any(line.tone for panel in panels for line in panel.lines)}
    if request.GET.get("part") == "panels":
        return render(request, "boards/home_panels.html", context | {"beside": True})
    topics = [name(site) for site in sites for name in (help_calls, refused_events, holds, orders, floor)]
    return render(request, "boards/home.html", context | {"topics": " ".join(topics)})
