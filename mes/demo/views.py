import time

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from equipment.topics import connections, machine
from mes.demo import queries
from mes.demo.machines import faults
from mes.demo.machines.plan import MACHINES
from mes.demo.people import PASSWORD, PINS
from mes.kernel.desk import office
from mes.kernel.personnel.roles import Permission, Role

FAULT_S = 20


def badges(request: HttpRequest) -> HttpResponse:
    """The printable sheet of the demo's badges, PINs and labels. Known secrets: it exists in the demo alone."""
    if not settings.MES_DEMO:
        raise Http404
    people = [
        {
            "person": one,
            "roles": [Role(role).label for role in one.roles],
            "pin": PINS[one.username],
            "code": qr(one.badge) if one.badge else "",
            "can": can,
        }
        for one, can in queries.people_on_the_sheet(timezone.now().date())
    ]
    groups = [
        (_("Units"), _("Scan one on the queue of its station."), queries.units_to_scan()),
        (_("Components"), _("Scan one where a step asks for it."), queries.components_to_scan()),
        (_("To be refused"), _("Scan one, and see what the station says."), queries.components_to_be_refused()),
    ]
    labels = [
        (title, note, [{"label": label, "code": qr(label.code)} for label in found]) for title, note, found in groups
    ]
    return render(request, "demo/badges.html", {"people": people, "labels": labels, "password": PASSWORD})


@never_cache
@require_safe
@office(Permission.VIEW_ORDERS)
def machines(request: HttpRequest) -> HttpResponse:
    """What the simulated machines truly did of late, beside what is on record, and buttons to make them fail."""
    if not settings.MES_DEMO:
        raise Http404
    now = timezone.now()
    rows = queries.machines_beside_the_truth(settings.MES_MACHINES, now)
    topics = {topic for row in rows for topic in (machine(*row.place), connections(row.place[0]))}
    context = {
        "rows": rows,
        "total": queries.total_of(rows),
        "now": now,
        "topics": " ".join(sorted(topics)),
        "seconds": FAULT_S,
        "are_running": settings.MES_DEMO_MACHINES,
    }
    part = request.GET.get("part") == "machines"
    return render(request, "demo/machines_live.html" if part else "demo/machines.html", context)


@require_POST
@office(Permission.VIEW_ORDERS)
def machine_fault(request: HttpRequest, code: str, fault: str) -> HttpResponse:
    """Let something be wrong with a simulated machine for a while."""
    plan = next((one for one in MACHINES if one.code == code), None)
    if not settings.MES_DEMO or plan is None or fault not in faults.possible(plan):
        raise Http404
    faults.order(settings.MES_MACHINES, code, faults.Fault(fault), until=time.time() + FAULT_S)
    said = _("{machine}: {fault}, for {seconds} s.")
    messages.success(request, said.format(machine=code, fault=queries.FAULTS[fault], seconds=FAULT_S))
    return redirect("demo_machines")


def qr(code: str) -> SafeString:
    """The code as an SVG to put into the page, black on white in light and dark, error level M."""
    drawn = segno.make_qr(code, error="m", boost_error=False)
    return mark_safe(drawn.svg_inline(omitsize=True, border=2, light="white"))  # noqa: S308 - paths of squares only
