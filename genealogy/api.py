"""Received units and lots over REST."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.policies import known_station
from equipment.queries import sites_of
from genealogy.actions import lots, units
from genealogy.labels import SupplierLabel, read_label
from genealogy.lots import lots_of, units_of
from genealogy.models import Supplier, Unit
from genealogy.policies import Delivered, known_unit
from genealogy.serializers import (
    LotAnswer,
    LotReasonInput,
    LotsQuery,
    ReceiveInput,
    ReleaseInput,
    StageInput,
    UnstageInput,
)
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.personnel.actions.secrets import confirm_password
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint
from orders.models import Product, ProductRevision

LotsPage = page_of(LotAnswer, "LotsPage")


class Lots(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS, "POST": Permission.RECEIVE_UNITS}

    @reads(LotsPage, name="list_lots", summary="List received units and lots", query=LotsQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(LotsQuery)
        found = lots_of(sites_of(request.user))
        names = {"product": "product__code", "station": "station__code", "status": "status"}
        found = found.filter(**{field: asked[name] for name, field in names.items() if name in asked})
        if "expires_before" in asked:
            found = found.filter(expires_date__lt=asked["expires_before"])
        return Response(LotsPage(paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))).data)

    @acts(LotAnswer, name="receive_lot", summary="Receive a unit or lot", request=ReceiveInput, status=201)
    def post(self, request: Request) -> Response:
        asked = self.read(ReceiveInput)
        received = _received(request.user, asked)
        with self.door() as passage:
            if passage.replayed:
                serial = passage.answer["lot"]
            else:
                serial = units.receive(**received, by=passage.person, at=passage.at).serial
                passage.remember(lot=serial)
        return Response(LotAnswer(your_lot(request.user, serial)).data, status=201)


class LotAct(Endpoint):
    """What is done to one lot, and the lot as it is then."""

    def answer(self, serial: str) -> Response:
        return Response(LotAnswer(your_lot(self.request.user, serial)).data)

    def answer_staged(self, unit: Unit) -> Response:
        """As answer; what is staged may have been made here as well."""
        return Response(LotAnswer(units_of([unit.site_id]).get(pk=unit.pk)).data)


class OneLot(LotAct):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(LotAnswer, name="get_lot", summary="See a received unit or lot")
    def get(self, request: Request, serial: str) -> Response:
        return self.answer(serial)


class ReleaseLot(LotAct):
    permissions = {"POST": Permission.RELEASE_LOTS}

    @acts(LotAnswer, name="release_lot", summary="Release a lot from quarantine, signed", request=ReleaseInput)
    def post(self, request: Request, serial: str) -> Response:
        asked, unit = self.read(ReleaseInput), your_lot(request.user, serial)
        signature = asked["signature"]
        person = confirm_password(person=request.user, password=signature["secret"], at=self.at)
        signing = Signing(person, signature["meaning"], signature["digest"])
        with self.door() as passage:
            if not passage.replayed:
                lots.release(unit=unit, reason=asked["reason"], signing=signing, by=passage.person, at=passage.at)
        return self.answer(serial)


class RejectLot(LotAct):
    permissions = {"POST": Permission.RELEASE_LOTS}

    @acts(LotAnswer, name="reject_lot", summary="Reject what is left of a lot", request=LotReasonInput)
    def post(self, request: Request, serial: str) -> Response:
        asked, unit = self.read(LotReasonInput), your_lot(request.user, serial)
        with self.door() as passage:
            if not passage.replayed:
                lots.reject(unit=unit, reason=asked["reason"], by=passage.person, at=passage.at)
        return self.answer(serial)


class ReturnLot(LotAct):
    permissions = {"POST": Permission.RELEASE_LOTS}

    @acts(LotAnswer, name="return_lot", summary="Return what is left of a lot to its supplier", request=LotReasonInput)
    def post(self, request: Request, serial: str) -> Response:
        asked, unit = self.read(LotReasonInput), your_lot(request.user, serial)
        with self.door() as passage:
            if not passage.replayed:
                lots.return_to_supplier(unit=unit, reason=asked["reason"], by=passage.person, at=passage.at)
        return self.answer(serial)


class StageLot(LotAct):
    permissions = {"POST": Permission.STAGE_LOTS}

    @acts(LotAnswer, name="stage_lot", summary="Stage a unit or lot at a station", request=StageInput)
    def post(self, request: Request, serial: str) -> Response:
        asked, unit = self.read(StageInput), known_unit(request.user, serial)
        station = known_station(unit.site, asked["station"])
        with self.door(station=station.code) as passage:
            if not passage.replayed:
                lots.stage(unit=unit, station=station, by=passage.person, at=passage.at)
        return self.answer_staged(unit)


class UnstageLot(LotAct):
    permissions = {"POST": Permission.STAGE_LOTS}

    @acts(LotAnswer, name="unstage_lot", summary="Take a unit or lot back from its station", request=UnstageInput)
    def post(self, request: Request, serial: str) -> Response:
        self.read(UnstageInput)
        unit = known_unit(request.user, serial)
        with self.door() as passage:
            if not passage.replayed:
                lots.unstage(unit=unit, by=passage.person, at=passage.at)
        return self.answer_staged(unit)


def your_lot(person: Person, serial: str) -> Unit:
    """The received unit or lot of this serial at one of the person's sites. Raises NotFound."""
    unit = lots_of(sites_of(person)).filter(serial=serial).first()
    if unit is None:
        raise NotFound(
            _("There is no received unit or lot {serial} at your sites.").format(serial=serial[:60]),
            do=_("Check its number."),
        )
    return unit


def _received(person: Person, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The request as the verb takes it. Raises InvalidInput with every name that is not known."""
    label = read_label(asked["label"]) if "label" in asked else SupplierLabel("")
    product = Product.objects.filter(code=asked["product"], is_active=True).first()
    found: dict[str, Any] = {
        "site": next((site for site in sites_of(person).values() if site.code == asked["site"]), None),
        "product": product,
        "supplier": Supplier.objects.filter(code=asked["supplier"]).first() if "supplier" in asked else None,
        "revision": _revision(product, asked["revision"]) if "revision" in asked else None,
    }
    unknown = [
        FieldError(name, _("{given} is not known.").format(given=asked[name]))
        for name in found
        if name in asked and not found[name]
    ]
    if unknown:
        raise InvalidInput(_("Nothing was received."), do=_("Correct what is named."), errors=unknown)
    supplier = found.pop("supplier")
    number = asked.get("supplier_lot", label.lot)
    delivered = Delivered(supplier, number, asked["certificate_number"], "", label.raw)
    return found | {
        "serial": asked.get("serial", label.serial),
        "quantity": asked["quantity"],
        "expires_date": asked.get("expires", label.expires),
        "delivered": delivered if any(vars(delivered).values()) else None,
    }


def _revision(product: Product | None, code: str) -> ProductRevision | None:
    return ProductRevision.objects.filter(product=product, code=code).first() if product else None
