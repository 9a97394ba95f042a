"""Holds: the list, the page of one, placing and releasing them."""

from datetime import datetime, time
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from equipment.machine_queries import withdrawn_for
from equipment.models import PhysicalAsset, Site, Station
from equipment.queries import sites_of
from equipment.topics import machine_state
from genealogy.models import Unit
from mes.boards.addresses import page_of
from mes.boards.forms import HoldSubjectForm, ReleaseHoldForm
from mes.boards.queries import hold_for, things_named
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of, text_of
from mes.kernel.personnel.actions.secrets import confirm_password
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, NotFound
from orders.models import ProductRevision, WorkOrder
from wip.actions import holds
from wip.impact import impact_of
from wip.policies import check_may_release
from wip.queries import find_holds, holds_in_full
from wip.status import HoldStatus
from wip.topics import holds as holds_at

PER_PAGE = 50
SHOWN = 200  # of what inherited a hold, or would
_FILTERS = [*HoldStatus.choices, ("all", lazy("All"))]
_SUBJECTS = {
    WorkOrder: "order",
    Unit: "unit",
    Station: "station",
    PhysicalAsset: "asset",
    ProductRevision: "product_revision",
}


class SeveralOfThatName(InvalidInput):
    """What is to be held has the same name as something else; neither is chosen."""


@require_safe
@office(Permission.VIEW_UNITS)
def hold_list(request: HttpRequest) -> HttpResponse:
    """Holds without their heirs, what is due first ahead; the list alone to who asks for the live part."""
    status = request.GET.get("status", HoldStatus.OPEN)
    status = status if status in dict(_FILTERS) else HoldStatus.OPEN
    sites = sites_of(request.user)
    found = find_holds(list(sites), status="" if status == "all" else status)
    if status == HoldStatus.OPEN:
        found = found.order_by(F("due_at").asc(nulls_last=True), "-placed_at")
    else:
        found = found.order_by("-placed_at")
    now = timezone.now()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(hold, hold.is_overdue(now)) for hold in page.object_list],
        "filters": _FILTERS,
        "status": status,
        "now": now,
        "topics": " ".join(holds_at(site) for site in sites),
        "why_not_hold": refusal_of(check_permission, request.user, Permission.PLACE_HOLDS),
        "why_not_release_hold": refusal_of(check_permission, request.user, Permission.RELEASE_HOLDS),
    }
    if request.GET.get("part") == "list":
        return render(request, "wip/hold_table.html", context | {"beside": True})
    return render(request, "wip/hold_list.html", context)


@require_safe
@office(Permission.VIEW_UNITS)
def hold_page(request: HttpRequest, number: str) -> HttpResponse:
    """One hold: what it stops, what inherited it, and its release, for all of it or for chosen units."""
    hold, now = hold_for(request.user, number), timezone.now()
    withdrawn = withdrawn_for(hold.origin_id or hold.pk)
    if request.GET.get("part") == "machines":
        return render(request, "wip/hold_machines.html", {"hold": hold, "withdrawn": withdrawn})
    heirs = holds_in_full().filter(origin=hold).order_by("status", "unit__serial")
    context = {
        "hold": hold,
        "itself": [hold],
        "heirs": heirs[:SHOWN],
        "withdrawn": withdrawn,
        "machine_topics": " ".join(machine_state(one.site_id, one.station_id) for one in withdrawn),
        "units": hold.work_order.units.order_by("serial")[:SHOWN] if hold.work_order and hold.is_open else (),
        "shown": SHOWN,
        "now": now,
        "is_overdue": hold.is_overdue(now),
        "why_not_release_hold": refusal_of(check_may_release, request.user, hold),
    }
    return render(request, "wip/hold.html", context)


@require_safe
@office(Permission.PLACE_HOLDS)
def new_hold(request: HttpRequest) -> HttpResponse:
    """The form that places a hold, with what a hold on the named unit, lot, order or revision would stop besides it."""
    name, with_siblings = text_of(request, "subject"), bool(request.GET.get("with_siblings"))
    found = things_named(request.user, name) if name else []
    thing = found[0] if len(found) == 1 and isinstance(found[0], Unit | WorkOrder | ProductRevision) else None
    sites = sites_of(request.user)
    site = next((key for key in sites if str(key) == request.GET.get("site")), next(iter(sites), None))
    if isinstance(thing, ProductRevision) and site is None:
        thing = None
    initial = {"subject": name, "cascades": True, "with_siblings": with_siblings}
    impact = impact_of(thing, site=site, with_siblings=with_siblings) if thing else None
    context = {
        "name": name,
        "is_unknown": bool(name) and not found,
        "thing": thing,
        "impact": impact,
        "units": impact.units[:SHOWN] if impact else (),
    }
    if request.GET.get("part") == "impact":
        return render(request, "wip/hold_impact.html", context)
    context["form"] = HoldSubjectForm(initial=initial, auto_id="hold_%s", sites=list(sites))
    return render(request, "wip/hold_new.html", context)


@require_POST
@office(Permission.PLACE_HOLDS)
def place(request: HttpRequest) -> HttpResponse:
    given = cleaned(HoldSubjectForm(request.POST, sites=list(sites_of(request.user))))
    found = _thing(request.user, given.pop("subject"))
    due, site = given.pop("due_date"), given.pop("site")
    if isinstance(found, ProductRevision):
        given["site"] = site = site or next(iter(sites_of(request.user).values()))
    else:
        site = sites_of(request.user)[found.site_id]
    if not isinstance(found, Unit):
        given |= {"with_siblings": False}
    if not isinstance(found, Unit | WorkOrder) and given["operation_code"]:
        raise InvalidInput(
            _("A hold on an operation names its unit or order."), do=_("Leave the operation out, or name its unit.")
        )
    with desk_door(request) as passage:
        if not passage.replayed:
            placed = holds.place(
                **{_SUBJECTS[type(found)]: found},
                **given,
                due_at=end_of(due, site),
                by=passage.person,
                at=passage.at,
            )
            count = placed.heirs.count()
            said = _("%(subject)s is on hold, %(hold)s.") % {"subject": found, "hold": placed}
            if count:
                more = ngettext("%(n)s unit inherits it.", "%(n)s units inherit it.", count) % {"n": count}
                said = f"{said} {more}"
            passage.remember(said=said, to=reverse("hold", args=[placed.number]) if count else reverse("holds"))
    return answer(request, passage)


@sensitive_post_parameters("password")
@require_POST
@office(Permission.RELEASE_HOLDS)
def release(request: HttpRequest, number: str) -> HttpResponse:
    """Release all of it; or, of the hold's page, for the ticked units alone."""
    hold, given = hold_for(request.user, number), cleaned(ReleaseHoldForm(request.POST))
    chosen = request.POST.getlist("units")
    units = list(Unit.objects.filter(serial__in=chosen, site=hold.site_id).order_by("serial"))
    signing = None
    if given["password"]:
        person = confirm_password(person=request.user, password=given["password"], at=timezone.now())
        signing = Signing(person, Meaning.RELEASED, given["digest"])
    with desk_door(request) as passage:
        if not passage.replayed:
            why: dict[str, Any] = {"reason": given["reason"], "by": passage.person, "at": passage.at}
            if "staged" in request.POST:
                holds.release_for(hold=hold, units=units, signing=signing, **why)
                said = _("Hold %(hold)s is released for %(units)s.") % {"hold": hold, "units": ", ".join(chosen)}
                passage.remember(said=said, to=reverse("hold", args=[hold.number]))
            else:
                holds.release(hold=hold, signing=signing, **why)
                said = _("Hold %(hold)s on %(subject)s is released.") % {"hold": hold, "subject": hold.subject}
                passage.remember(said=said, to=page_of(hold))
    return answer(request, passage)


def end_of(day: Any, site: Site) -> datetime | None:
    """The end of a day at a site."""
    return datetime.combine(day, time(23, 59), tzinfo=site.zone) if day else None


def _thing(person: Person, name: str) -> WorkOrder | Unit | Station | PhysicalAsset | ProductRevision:
    found = things_named(person, name)
    if not found:
        raise NotFound(
            _("There is no unit, lot, order, station, tool or revision {name}.").format(name=name),
            do=_("Scan or type its number again."),
        )
    if len(found) > 1:
        names = _(" and ").join(f"{record._meta.verbose_name} {record}" for record in found)
        raise SeveralOfThatName(
            _("{name} is not the name of one thing alone.").format(name=name),
            why=_("There are {names}.").format(names=names),
            do=_("Open the page of the one you mean, and place the hold there."),
        )
    return found[0]
