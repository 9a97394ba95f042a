"""Holds over REST."""

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.queries import sites_of
from genealogy.models import Unit
from genealogy.queries import unit_by_serial
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from orders.models import WorkOrder
from orders.queries import order_by_reference
from wip.actions import holds
from wip.models import Hold
from wip.queries import find_holds
from wip.serializers import HoldAnswer, HoldInput, HoldReleaseInput, HoldsQuery

HoldsPage = page_of(HoldAnswer, "HoldsPage")


class Holds(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS, "POST": Permission.PLACE_HOLDS}

    @reads(HoldsPage, name="list_holds", summary="List holds, newest first", query=HoldsQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(HoldsQuery)
        found = find_holds(sites_of(request.user), status="" if asked["status"] == "ALL" else asked["status"])
        return Response(shown(HoldsPage, paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))))

    @acts(HoldAnswer, name="place_hold", summary="Place a hold on a unit or an order", request=HoldInput, status=201)
    def post(self, request: Request) -> Response:
        asked = self.read(HoldInput)
        unit = _your_unit(request.user, asked["unit"]) if "unit" in asked else None
        order = _your_order(request.user, asked["order"]) if "order" in asked else None
        with self.door() as passage:
            if passage.replayed:
                hold = _with_people().get(pk=passage.answer["hold"])
            else:
                hold = holds.place(
                    unit=unit,
                    order=order,
                    reason_code=asked["reason_code"],
                    reason=asked["reason"],
                    by=passage.person,
                    at=passage.at,
                )
                passage.remember(hold=hold.pk)
        return Response(shown(HoldAnswer, hold), status=201)


class ReleaseHold(Endpoint):
    permissions = {"POST": Permission.RELEASE_HOLDS}

    @acts(HoldAnswer, name="release_hold", summary="Release a hold", request=HoldReleaseInput)
    def post(self, request: Request, number: str) -> Response:
        asked = self.read(HoldReleaseInput)
        hold = _with_people().filter(number=number, site__in=sites_of(request.user)).first()
        if hold is None:
            raise NotFound(
                _("There is no hold {number} at your sites.").format(number=number[:20]), do=_("Check its number.")
            )
        with self.door() as passage:
            if not passage.replayed:
                hold = holds.release(hold=hold, reason=asked["reason"], by=passage.person, at=passage.at)
                passage.remember(hold=hold.pk)
        return Response(shown(HoldAnswer, hold))


def _with_people():
    return Hold.objects.select_related("unit", "work_order", "placed_by", "released_by")


def _your_unit(person: Person, serial: str) -> Unit:
    unit = unit_by_serial(serial, sites_of(person))
    if unit is None:
        raise _unknown("unit", _("There is no unit {serial} at your sites.").format(serial=serial))
    return unit


def _your_order(person: Person, reference: str) -> WorkOrder:
    order = order_by_reference(reference, sites_of(person))
    if order is None:
        raise _unknown("order", _("There is no order {reference} at your sites.").format(reference=reference))
    return order


def _unknown(where: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, do=_("Check it, and send it again."), errors=[FieldError(where, sentence)])
