import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mes.demo import queries
from mes.demo.people import PASSWORD, PINS
from mes.kernel.personnel.roles import Role


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


def qr(code: str) -> SafeString:
    """The code as an SVG to put into the page, black on white in light and dark, error level M."""
    drawn = segno.make_qr(code, error="m", boost_error=False)
    return mark_safe(drawn.svg_inline(omitsize=True, border=2, light="white"))  # noqa: S308 - paths of squares only
