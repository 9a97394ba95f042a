"""Deviation permits: the list, one with what was made under it, granting and closing them."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from equipment.queries import sites_of
from genealogy.policies import known_unit
from mes.boards.floor_rows import exception_row, permit_row
from mes.boards.forms import PermitForm, ReasonForm
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of
from mes.kernel.personnel.actions.secrets import confirm_password
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput
from orders.models import Product
from orders.policies import known_order
from wip.actions import permits
from wip.actions.permits import Deviation, permitted_gates
from wip.exceptions import exceptions_of, permits_of
from wip.models import Permit
from wip.status import PermitStatus

PER_PAGE = 50
SHOWN = 200  # of what was made under a permit
_FILTERS = [*PermitStatus.choices, ("all", lazy("All"))]


@require_safe
@office(Permission.VIEW_UNITS)
def permit_list(request: HttpRequest) -> HttpResponse:
    status = request.GET.get("status", PermitStatus.OPEN)
    status = status if status in dict(_FILTERS) else PermitStatus.OPEN
    found = permits_of(sites_of(request.user), status="" if status == "all" else status)
    gates = dict(_gates())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [permit_row(permit, gates.get(permit.gate, permit.gate)) for permit in page.object_list],
        "filters": _FILTERS,
        "status": status,
        "form": _form(request, auto_id="permit_%s"),
        "why_not_grant": refusal_of(check_permission, request.user, Permission.GRANT_PERMITS),
    }
    return render(request, "wip/permit_list.html", context)


@require_safe
@office(Permission.VIEW_UNITS)
def permit_page(request: HttpRequest, number: str) -> HttpResponse:
    permit = _permit(request, number)
    context = {
        "permit": permit,
        "gate": dict(_gates()).get(permit.gate, permit.gate),
        "exceptions": [exception_row(one) for one in exceptions_of(permit=permit)[:SHOWN]],
        "why_not_grant": refusal_of(check_permission, request.user, Permission.GRANT_PERMITS),
    }
    return render(request, "wip/permit.html", context)


@sensitive_post_parameters("password")
@require_POST
@office(Permission.GRANT_PERMITS)
def grant(request: HttpRequest) -> HttpResponse:
    given = cleaned(_form(request, request.POST))
    password = given.pop("password")
    deviation = _deviation(request, given)
    person = confirm_password(person=request.user, password=password, at=timezone.now())
    with desk_door(request) as passage:
        if not passage.replayed:
            signing = Signing(person, Meaning.APPROVED)
            made = permits.grant(deviation=deviation, signing=signing, by=passage.person, at=passage.at)
            said = _("Permit %(permit)s is granted.") % {"permit": made}
            passage.remember(said=said, to=reverse("permit", args=[made.number]))
    return answer(request, passage)


@require_POST
@office(Permission.GRANT_PERMITS)
def close(request: HttpRequest, number: str) -> HttpResponse:
    permit, given = _permit(request, number), cleaned(ReasonForm(request.POST))
    with desk_door(request) as passage:
        if not passage.replayed:
            permits.close(permit=permit, by=passage.person, at=passage.at, **given)
            said = _("Permit %(permit)s is closed.") % {"permit": permit}
            passage.remember(said=said, to=reverse("permit", args=[permit.number]))
    return answer(request, passage)


def _deviation(request: HttpRequest, given: dict[str, Any]) -> Deviation:
    product, code = None, given.pop("product")
    if code:
        product = Product.objects.filter(code__iexact=code).first()
        if product is None:
            sentence = _("There is no product {code}.").format(code=code)
            raise InvalidInput(sentence, do=_("Check its code."), errors=[FieldError("product", sentence)])
    order, unit = given.pop("order"), given.pop("unit")
    return Deviation(
        product=product,
        order=known_order(request.user, order) if order else None,
        unit=known_unit(request.user, unit) if unit else None,
        **given,
    )


def _form(request: HttpRequest, *args: Any, **kwargs: Any) -> PermitForm:
    return PermitForm(*args, gates=_gates(), sites=list(sites_of(request.user)), **kwargs)


def _gates() -> list[tuple[str, str]]:
    """The gates that a permit passes, by path, in words."""
    return [(gate.path, gate.words) for gate in permitted_gates()]


def _permit(request: HttpRequest, number: str) -> Permit:
    permit = permits_of(sites_of(request.user)).filter(number=number).first()
    if permit is None:
        raise Http404
    return permit
