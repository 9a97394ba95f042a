"""Receiving: what a supplier brought, its label, its certificate."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from equipment.queries import sites_of
from genealogy.actions import units
from genealogy.forms import LabelForm, ReceiveForm
from genealogy.labels import SupplierLabel, read_label
from genealogy.lots import lots_of, shelved
from genealogy.policies import Delivered, known_unit
from genealogy.status import UnitStatus
from mes.kernel.attachments import attachment_response
from mes.kernel.code128 import svg
from mes.kernel.desk import answer, cleaned, desk_door, office, text_of
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput
from orders.models import Product, ProductRevision
from wip.queries import held_of

LATEST = 10  # of what was received last, shown below the form


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.RECEIVE_UNITS)
def receive(request: HttpRequest) -> HttpResponse:
    """The form, filled in from the supplier's label; and taking in what it says."""
    sites = sites_of(request.user)
    if request.method == "POST":
        return _receive(request, ReceiveForm(request.POST, request.FILES, sites=sites))
    label = _label_of(request)
    form = ReceiveForm(initial=_entered(request) | _said_by(label), sites=sites, label_suffix="")
    context: dict[str, Any] = {"label": label, "form": form}
    if request.GET.get("part") == "label":
        return render(request, "genealogy/receive_label.html", context)
    context |= {"label_form": LabelForm(auto_id="scan_%s", label_suffix=""), "latest": _latest(request)}
    return render(request, "genealogy/receive.html", context)


def _receive(request: HttpRequest, form: ReceiveForm) -> HttpResponse:
    given = cleaned(form)
    product = given["product"]
    revision = _revision(product, given["revision"])
    delivered = Delivered(
        given["supplier"],
        given["supplier_lot"],
        given["certificate_number"],
        given["certificate"] or "",
        given["label"],
    )
    with desk_door(request) as passage:
        if not passage.replayed:
            unit = units.receive(
                site=given["site"],
                product=product,
                serial=given["serial"],
                quantity=given["quantity"],
                revision=revision,
                expires_date=given["expires_date"],
                delivered=delivered if any(vars(delivered).values()) else None,
                by=passage.person,
                at=passage.at,
            )
            waits = unit.status == UnitStatus.QUARANTINED
            said = _("%(unit)s is received into quarantine.") if waits else _("%(unit)s is received.")
            passage.remember(said=said % {"unit": unit}, to=reverse("lot_label", args=[unit.serial]))
    return answer(request, passage)


@require_safe
@office(Permission.VIEW_UNITS)
def label(request: HttpRequest, serial: str) -> HttpResponse:
    """A label with a barcode, to print and stick on."""
    unit = known_unit(request.user, serial)
    return render(request, "genealogy/label.html", {"unit": unit, "barcode": barcode_of(unit.serial)})


@require_safe
@office(Permission.VIEW_UNITS)
def certificate(request: HttpRequest, serial: str) -> HttpResponse:
    """The certificate that came with a lot, for download."""
    unit = known_unit(request.user, serial)
    delivery = getattr(unit, "delivery", None)
    if delivery is None or not delivery.certificate:
        raise Http404
    return attachment_response(delivery.certificate, f"{unit.serial}-certificate")


def _label_of(request: HttpRequest) -> SupplierLabel | None:
    scanned = request.GET.get("code", "").replace("\0", "")[:200]
    return read_label(scanned) if scanned.strip() else None


def _entered(request: HttpRequest) -> dict[str, Any]:
    """What stood in the form when a label was scanned."""
    return {name: text_of(request, name)[:200] for name in ReceiveForm.base_fields if request.GET.get(name)}


def _said_by(label: SupplierLabel | None) -> dict[str, Any]:
    if label is None:
        return {}
    known = {"supplier_lot": label.lot, "serial": label.serial, "expires_date": label.expires, "label": label.raw}
    return known | ({"quantity": "1"} if label.serial else {})


def _revision(product: Product, code: str) -> ProductRevision | None:
    if not code:
        return None
    revision = ProductRevision.objects.filter(product=product, code=code).first()
    if revision is None:
        sentence = _("%(product)s has no revision %(code)s.") % {"product": product.code, "code": code}
        raise InvalidInput(sentence, do=_("Correct it."), errors=[FieldError("revision", sentence)])
    return revision


def _latest(request: HttpRequest) -> list[Any]:
    found = list(lots_of(sites_of(request.user)).order_by("-created_at")[:LATEST])
    now, held = timezone.now(), held_of(found)
    return [one for unit in found for one in shelved([unit], unit.site.local(now).date(), held)]


def barcode_of(serial: str) -> str:
    try:
        return svg(serial)
    except ValueError:  # letters that Code 128 does not have: the label says it in words alone
        return ""
