"""Accounts: who can't work, stations that nothing can be done at, and a program's own tokens."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from equipment.models import SiteAccess, Station
from mes.boards.start.panel import Asked, Line, Panel, panel
from mes.boards.templatetags.plant import moment
from mes.kernel.personnel.models import ApiToken, Person
from orders.models import Operation


def to_look_after(asked: Asked) -> Panel:
    """Active people who are locked out, have no role, or see no site."""
    seen = Exists(SiteAccess.objects.filter(person=OuterRef("pk")))
    found = Person.objects.filter(is_active=True).annotate(sees_a_site=seen)
    locked = Q(locked_until__gt=asked.now)
    return panel(
        _("People to look after"),
        found.filter(locked | Q(roles=[]) | Q(sees_a_site=False)).order_by("full_name"),
        lambda person: _person(asked, person),
        empty=_("Nobody: everybody has a role and a site, and nobody is locked out."),
        more=reverse("admin:personnel_person_changelist"),
    )


def _person(asked: Asked, person: Person) -> Line:
    to = reverse("admin:personnel_person_change", args=[person.pk])
    if person.locked_until and person.locked_until > asked.now:
        site = next(iter(asked.sites.values()), None)
        return Line(str(person), to, _("locked out"), moment(person.locked_until, site), "caution", "!")
    return Line(str(person), to, _("sees no site") if person.roles else _("has no role"))


def not_ready(asked: Asked) -> Panel:
    """Active stations of a class that no operation asks for: nothing will ever be shown there."""
    used = Exists(Operation.objects.filter(station_class=OuterRef("station_class")))
    found = Station.objects.filter(~used, site__in=asked.sites, is_active=True).select_related("station_class")
    return panel(
        _("Stations without work"),
        found.order_by("code"),
        lambda station: Line(
            str(station),
            reverse("admin:equipment_station_change", args=[station.pk]),
            _("no operation asks for %(kind)s") % {"kind": station.station_class},
        ),
        empty=_("None: an operation is planned for every station's class."),
        more=reverse("admin:equipment_station_changelist"),
    )


def tokens(asked: Asked) -> Panel:
    """The person's own tokens of the API that are valid."""
    site = next(iter(asked.sites.values()), None)
    found = ApiToken.objects.filter(person=asked.person, revoked_at__isnull=True)
    return panel(
        _("Your API tokens"),
        found.order_by("-created_at"),
        lambda token: Line(
            str(token),
            reverse("api_openapi"),
            _reach(asked, token),
            moment(token.created_at, site),
        ),
        empty=_("None. An administrator makes one: manage.py create_api_token."),
        more=reverse("api_openapi"),
    )


def _reach(asked: Asked, token: ApiToken) -> str:
    """What a token opens, and where if that is not everywhere."""
    what = ", ".join(token.scopes) or _("all that you may do")
    if not token.sites:
        return what
    sites = ", ".join(str(site) for key, site in asked.sites.items() if key in token.sites)
    return _("%(what)s, at %(sites)s") % {"what": what, "sites": sites or _("no site that you still see")}
