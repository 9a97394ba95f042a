"""Holds: the list, placing and releasing them."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST, require_safe

from equipment.queries import sites_of
from genealogy.models import Unit
from mes.boards.addresses import page_of
from mes.boards.forms import HoldSubjectForm, ReleaseHoldForm
from mes.boards.queries import hold_for, records_named
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, NotFound
from orders.models import WorkOrder
from wip.actions import holds
from wip.models import Hold
from wip.queries import find_holds
from wip.status import HoldStatus
from wip.topics import holds as holds_at

PER_PAGE = 50
_FILTERS = [*HoldStatus.choices, ("all", lazy("All"))]


class SeveralOfThatName(InvalidInput):
    """What is to be held has the same name as something else; neither is chosen."""


@require_safe
@office(Permission.VIEW_UNITS)
def hold_list(request: HttpRequest) -> HttpResponse:
    """Holds by status; the list alone to who asks for the live part."""
    status = request.GET.get("status", HoldStatus.OPEN)
    status = status if status in dict(_FILTERS) else HoldStatus.OPEN
    sites = sites_of(request.user)
    found = find_holds(list(sites), status="" if status == "all" else status).select_related(
        "unit", "work_order", "placed_by", "released_by", "site"
    )
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "filters": _FILTERS,
        "status": status,
        "now": timezone.now(),
        "topics": " ".join(holds_at(site) for site in sites),
        "hold_form": HoldSubjectForm(auto_id="hold_%s"),
        "release_hold_form": ReleaseHoldForm(auto_id=False),
        "why_not_hold": refusal_of(check_permission, request.user, Permission.PLACE_HOLDS),
        "why_not_release_hold": refusal_of(check_permission, request.user, Permission.RELEASE_HOLDS),
    }
    if request.GET.get("part") == "list":
        return render(request, "wip/hold_table.html", context | {"beside": True})
    return render(request, "wip/hold_list.html", context)


@require_POST
@office(Permission.PLACE_HOLDS)
def place(request: HttpRequest) -> HttpResponse:
    given = cleaned(HoldSubjectForm(request.POST))
    name = given.pop("subject")
    found = _unit_or_order(request.user, name)
    on = {"order": found} if isinstance(found, WorkOrder) else {"unit": found}
    with desk_door(request) as passage:
        if not passage.replayed:
            placed = holds.place(**on, by=passage.person, at=passage.at, **given)
            said = _("%(subject)s is on hold, %(hold)s.") % {"subject": found, "hold": placed}
            passage.remember(said=said, to=reverse("holds"))
    return answer(request, passage)


@require_POST
@office(Permission.RELEASE_HOLDS)
def release(request: HttpRequest, number: str) -> HttpResponse:
    hold, given = hold_for(request.user, number), cleaned(ReleaseHoldForm(request.POST))
    with desk_door(request) as passage:
        if not passage.replayed:
            holds.release(hold=hold, by=passage.person, at=passage.at, **given)
            said = _("Hold %(hold)s on %(subject)s is released.") % {"hold": hold, "subject": hold.subject}
            passage.remember(said=said, to=page_of(hold))
    return answer(request, passage)


def _unit_or_order(person: Person, name: str) -> WorkOrder | Unit:
    found = [record for record in records_named(person, name) if not isinstance(record, Hold)]
    if not found:
        raise NotFound(
            _("There is no unit, lot or order {name}.").format(name=name), do=_("Scan or type its number again.")
        )
    if len(found) > 1:
        names = _(" and ").join(f"{record._meta.verbose_name} {record}" for record in found)
        raise SeveralOfThatName(
            _("{name} is not the name of one thing alone.").format(name=name),
            why=_("There are {names}.").format(names=names),
            do=_("Open the page of the one you mean, and place the hold there."),
        )
    return found[0]
