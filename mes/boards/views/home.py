"""The start page: what waits for this person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from equipment.queries import sites_of
from mes.boards.start import panels_for
from mes.boards.start.panel import Asked
from mes.kernel.desk import office
from mes.kernel.personnel.roles import Permission


@require_safe
@office(Permission.VIEW_ORDERS)
def home(request: HttpRequest) -> HttpResponse:
    panels = panels_for(Asked(request.user, sites_of(request.user), timezone.now()))
    is_calm = not any(line.tone for panel in panels for line in panel.lines)
    return render(request, "boards/home.html", {"panels": panels, "is_calm": is_calm})
