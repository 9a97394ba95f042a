"""The plant's gates and what they refused, over REST."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.queries import sites_of
from mes.boards.gate_overview import overview
from mes.boards.serializers import GatesAnswer, RefusalAnswer, RefusalsQuery
from mes.kernel.audit.models import RefusedAttempt
from mes.kernel.audit.queries import find_refusals
from mes.kernel.personnel.roles import Permission
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import reads
from mes.kernel.rest.views import Endpoint

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


def _asked_for(found: QuerySet[RefusedAttempt], asked: dict[str, Any]) -> QuerySet[RefusedAttempt]:
    fields = {"code": "code", "person": "by__username", "station": "station", "since": "at__gte", "until": "at__lt"}
    return found.filter(**{lookup: asked[name] for name, lookup in fields.items() if name in asked})
