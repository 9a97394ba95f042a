"""The living page: every component in its states, drawn by the running product."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mes.boards.start.panel import Line, Panel

PANEL = Panel(
    "Panel",
    [
        Line("WO-10482", "#panel", "20 × IP2 Infusion pump", "due Wed 25 Nov, 14:00"),
        Line("WO-10477", "#panel", "12 × IP2 Infusion pump", "due Mon 23 Nov, 14:00", "caution", "L"),
    ],
    41,
    "None: every released order is within its due date.",
    "#panel",
)


@require_safe
@login_required
def components(request: HttpRequest) -> HttpResponse:
    return render(request, "components/index.html", {"panel": PANEL})
