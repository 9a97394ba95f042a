"""The plant's gates, what they refused and what they would refuse, over REST."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.models import Site
from equipment.policies import known_station
from equipment.queries import sites_of
from genealogy.policies import known_unit
from mes.boards import why_nots
from mes.boards.gate_overview import overview
from mes.boards.serializers import (
    GatesAnswer,
    OrderWhyNotAnswer,
    OrderWhyNotQuery,
    RefusalAnswer,
    RefusalsQuery,
    UnitWhyNotAnswer,
    UnitWhyNotQuery,
)
from mes.kernel.audit.models import RefusedAttempt
from mes.kernel.audit.queries import find_refusals
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import reads
from mes.kernel.rest.views import Endpoint
from orders.policies import known_order

RefusalsPage = page_of(RefusalAnswer, "RefusalsPage")


class Gates(Endpoint):
    permissions = {"GET": Permission.VIEW_MASTER_DATA}

    @reads(GatesAnswer, name="list_gates", summary="List the plant's gates in their order", missing=False)
    def get(self, request: Request) -> Response:
        return Response(GatesAnswer({"results": overview(sites_of(request.user), at=self.at)}).data)


class Refusals(Endpoint):
    permissions = {"GET": Permission.VIEW_MASTER_DATA}

    @reads(
        RefusalsPage,
        name="list_refusals",
        summary="List what gates refused, newest first",
        query=RefusalsQuery,
        missing=False,
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(RefusalsQuery)
        sites = sites_of(request.user)
        found = _asked_for(find_refusals(sites, gate=asked.get("gate", "")), asked)
        page = paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))
        for refusal in page["results"]:
            refusal.site = sites[refusal.site_id]
        return Response(RefusalsPage(page).data)


class UnitWhyNot(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(
        UnitWhyNotAnswer, name="why_not_unit", summary="See what stops a unit, and what lifts it", query=UnitWhyNotQuery
    )
    def get(self, request: Request, serial: str) -> Response:
        asked, unit = self.read_query(UnitWhyNotQuery), known_unit(request.user, serial)
        answers = why_nots.of_unit(unit, code=asked.get("operation", ""), **_for(request.user, unit.site, asked))
        if "operation" in asked and not answers:
            sentence = _("{unit} has no operation {code}.").format(unit=unit, code=asked["operation"])
            raise InvalidInput(sentence, errors=[FieldError("operation", sentence)])
        return Response(UnitWhyNotAnswer({"unit": unit.serial, "operations": answers}).data)


class OrderWhyNot(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(
        OrderWhyNotAnswer,
        name="why_not_order",
        summary="See what would unblock an order, by cause",
        query=OrderWhyNotQuery,
    )
    def get(self, request: Request, erp_reference: str) -> Response:
        asked, order = self.read_query(OrderWhyNotQuery), known_order(request.user, erp_reference)
        answer = why_nots.of_order(order, **_for(request.user, order.site, asked))
        return Response(OrderWhyNotAnswer(vars(answer) | {"order": order.erp_reference}).data)


def _for(asking: Person, site: Site, asked: dict[str, Any]) -> dict[str, Any]:
    """For whom and where it is asked. Raises InvalidInput for somebody or a station that is not at the site."""
    person = None
    if "person" in asked:
        person = Person.objects.filter(username=asked["person"], is_active=True, site_access__site=site).first()
        if person is None:
            sentence = _("There is nobody {person} at {site}.").format(person=asked["person"], site=site)
            raise InvalidInput(sentence, do=_("Send a user name."), errors=[FieldError("person", sentence)])
    return {"person": person, "station": known_station(site, asked["station"]) if "station" in asked else None}


def _asked_for(found: QuerySet[RefusedAttempt], asked: dict[str, Any]) -> QuerySet[RefusedAttempt]:
    fields = {"code": "code", "person": "by__username", "station": "station", "since": "at__gte", "until": "at__lt"}
    return found.filter(**{lookup: asked[name] for name, lookup in fields.items() if name in asked})
