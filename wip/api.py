"""Holds, deviation permits and exceptions over REST."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.models import Site
from equipment.policies import known_station
from equipment.queries import asset_by_code, sites_of
from genealogy.models import Unit
from genealogy.queries import unit_by_serial
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.personnel.actions.secrets import confirm_password
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from orders.models import Product, ProductRevision, WorkOrder
from orders.queries import order_by_reference
from wip.actions import holds, permits
from wip.actions.permits import Deviation
from wip.exceptions import exceptions_of, permits_of
from wip.impact import impact_of
from wip.models import Hold, Permit
from wip.queries import holds_in_full
from wip.serializers import (
    ExceptionAnswer,
    ExceptionsQuery,
    HoldAnswer,
    HoldInput,
    HoldReleaseInput,
    HoldsQuery,
    ImpactAnswer,
    ImpactQuery,
    PermitAnswer,
    PermitCloseInput,
    PermitInput,
    PermitsQuery,
)

HoldsPage = page_of(HoldAnswer, "HoldsPage")
PermitsPage = page_of(PermitAnswer, "PermitsPage")
ExceptionsPage = page_of(ExceptionAnswer, "ExceptionsPage")


class Holds(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS, "POST": Permission.PLACE_HOLDS}

    @reads(HoldsPage, name="list_holds", summary="List holds, newest first", query=HoldsQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(HoldsQuery)
        found = holds_in_full().filter(site__in=sites_of(request.user))
        if asked["status"] != "ALL":
            found = found.filter(status=asked["status"])
        if "origin" in asked:
            found = found.filter(origin__number=asked["origin"])
        return Response(shown(HoldsPage, paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))))

    @acts(HoldAnswer, name="place_hold", summary="Place a hold", request=HoldInput, status=201)
    def post(self, request: Request) -> Response:
        asked = self.read(HoldInput)
        on = _subject(request.user, asked)
        owner = _your_owner(request.user, asked["owner"]) if "owner" in asked else None
        with self.door() as passage:
            if passage.replayed:
                number = passage.answer["hold"]
            else:
                number = holds.place(
                    **on,
                    operation_code=asked["operation"],
                    cascades=asked["cascades"],
                    with_siblings=asked["with_siblings"],
                    owner=owner,
                    due_at=asked.get("due_at"),
                    reason_code=asked["reason_code"],
                    reason=asked["reason"],
                    defect=asked["defect"],
                    by=passage.person,
                    at=passage.at,
                ).number
                passage.remember(hold=number)
        return Response(shown(HoldAnswer, _your_hold(request.user, number)), status=201)


class HoldImpact(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(ImpactAnswer, name="preview_hold", summary="See what a hold would stop besides", query=ImpactQuery)
    def get(self, request: Request) -> Response:
        asked = self.read_query(ImpactQuery)
        thing, *at = _subject(request.user, asked).values()
        site = at[0].pk if at else None
        return Response(shown(ImpactAnswer, impact_of(thing, site=site, with_siblings=asked["with_siblings"])))


class ReleaseHold(Endpoint):
    permissions = {"POST": Permission.RELEASE_HOLDS}

    @acts(HoldAnswer, name="release_hold", summary="Release a hold, or for some units", request=HoldReleaseInput)
    def post(self, request: Request, number: str) -> Response:
        asked = self.read(HoldReleaseInput)
        hold = _your_hold(request.user, number)
        units = [_your_unit(request.user, serial, "units") for serial in asked.get("units", ())]
        signature = asked.get("signature")
        signing = None
        if signature:
            person = confirm_password(person=request.user, password=signature["secret"], at=self.at)
            signing = Signing(person, signature["meaning"], signature["digest"])
        with self.door() as passage:
            if not passage.replayed:
                why = {"reason": asked["reason"], "signing": signing, "by": passage.person, "at": passage.at}
                if "units" in asked:
                    holds.release_for(hold=hold, units=units, **why)
                else:
                    holds.release(hold=hold, **why)
                passage.remember(hold=hold.pk)
        return Response(shown(HoldAnswer, _your_hold(request.user, number)))


class Permits(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS, "POST": Permission.GRANT_PERMITS}

    @reads(
        PermitsPage,
        name="list_permits",
        summary="List deviation permits, newest first",
        query=PermitsQuery,
        missing=False,
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(PermitsQuery)
        found = permits_of(sites_of(request.user), status="" if asked["status"] == "ALL" else asked["status"])
        return Response(shown(PermitsPage, paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))))

    @acts(
        PermitAnswer, name="grant_permit", summary="Grant a deviation permit, signed", request=PermitInput, status=201
    )
    def post(self, request: Request) -> Response:
        asked = self.read(PermitInput)
        deviation = _deviation(request.user, asked)
        signature = asked["signature"]
        person = confirm_password(person=request.user, password=signature["secret"], at=self.at)
        with self.door() as passage:
            if passage.replayed:
                number = passage.answer["permit"]
            else:
                signing = Signing(person, signature["meaning"])
                number = permits.grant(deviation=deviation, signing=signing, by=passage.person, at=passage.at).number
                passage.remember(permit=number)
        return Response(shown(PermitAnswer, _your_permit(request.user, number)), status=201)


class OnePermit(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(PermitAnswer, name="get_permit", summary="See a deviation permit")
    def get(self, request: Request, number: str) -> Response:
        return Response(shown(PermitAnswer, _your_permit(request.user, number)))


class ClosePermit(Endpoint):
    permissions = {"POST": Permission.GRANT_PERMITS}

    @acts(PermitAnswer, name="close_permit", summary="Close a deviation permit", request=PermitCloseInput)
    def post(self, request: Request, number: str) -> Response:
        asked, permit = self.read(PermitCloseInput), _your_permit(request.user, number)
        with self.door() as passage:
            if not passage.replayed:
                permits.close(permit=permit, reason=asked["reason"], by=passage.person, at=passage.at)
                passage.remember(permit=permit.pk)
        return Response(shown(PermitAnswer, _your_permit(request.user, number)))


class Exceptions(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(
        ExceptionsPage,
        name="list_exceptions",
        summary="List what went another way than planned, newest first",
        query=ExceptionsQuery,
        missing=False,
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(ExceptionsQuery)
        fields = {
            "kind": "kind",
            "order": "work_order__erp_reference",
            "unit": "unit__serial",
            "permit": "permit__number",
            "gate": "gate",
            "since": "at__gte",
            "until": "at__lt",
        }
        among = {lookup: asked[name] for name, lookup in fields.items() if name in asked}
        found = exceptions_of(site__in=sites_of(request.user), **among)
        return Response(shown(ExceptionsPage, paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))))


def _subject(person: Person, asked: dict[str, Any]) -> dict[str, Any]:
    """What is held, as the verb takes it."""
    if "unit" in asked:
        return {"unit": _your_unit(person, asked["unit"])}
    if "order" in asked:
        return {"order": _your_order(person, asked["order"])}
    site = _your_site(person, asked.get("site"))
    if "station" in asked:
        return {"station": known_station(site, asked["station"])}
    if "asset" in asked:
        asset = asset_by_code(asked["asset"], [site.pk])
        if asset is None:
            raise _unknown("asset", _("There is no tool {asset} at your sites.").format(asset=asked["asset"]))
        return {"asset": asset}
    revision = ProductRevision.objects.filter(product__code=asked["product"], code=asked["revision"]).first()
    if revision is None:
        raise _unknown("revision", _("There is no such revision of {product}.").format(product=asked["product"]))
    return {"product_revision": revision, "site": site}


def _deviation(person: Person, asked: dict[str, Any]) -> Deviation:
    product = None
    if "product" in asked:
        product = Product.objects.filter(code=asked["product"]).first()
        if product is None:
            raise _unknown("product", _("There is no product {product}.").format(product=asked["product"]))
    return Deviation(
        site=_your_site(person, asked["site"]),
        gate=asked["gate"],
        reason=asked["reason"],
        product=product,
        order=_your_order(person, asked["order"]) if "order" in asked else None,
        unit=_your_unit(person, asked["unit"]) if "unit" in asked else None,
        operation_code=asked["operation"],
        quantity_limit=asked.get("quantity_limit"),
        valid_to=asked.get("valid_to"),
    )


def _your_hold(person: Person, number: str) -> Hold:
    hold = holds_in_full().filter(number=number, site__in=sites_of(person)).first()
    if hold is None:
        raise NotFound(
            _("There is no hold {number} at your sites.").format(number=number[:20]), do=_("Check its number.")
        )
    return hold


def _your_permit(person: Person, number: str) -> Permit:
    permit = permits_of(sites_of(person)).filter(number=number).first()
    if permit is None:
        raise NotFound(
            _("There is no permit {number} at your sites.").format(number=number[:20]), do=_("Check its number.")
        )
    return permit


def _your_site(person: Person, code: str | None) -> Site:
    """The person's site of this code; without one, their only site."""
    sites = [site for site in sites_of(person).values() if code in (None, site.code)]
    if len(sites) != 1:
        raise _unknown("site", _("Name one of your sites by its code."))
    return sites[0]


def _your_owner(person: Person, username: str) -> Person:
    owner = Person.objects.filter(username=username, is_active=True).first()
    if owner is None or not set(sites_of(owner)) & set(sites_of(person)):
        raise _unknown("owner", _("There is nobody {person} at your sites.").format(person=username))
    return owner


def _your_unit(person: Person, serial: str, where: str = "unit") -> Unit:
    unit = unit_by_serial(serial, sites_of(person))
    if unit is None:
        raise _unknown(where, _("There is no unit {serial} at your sites.").format(serial=serial))
    return unit


def _your_order(person: Person, reference: str) -> WorkOrder:
    order = order_by_reference(reference, sites_of(person))
    if order is None:
        raise _unknown("order", _("There is no order {reference} at your sites.").format(reference=reference))
    return order


def _unknown(where: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, do=_("Check it, and send it again."), errors=[FieldError(where, sentence)])
