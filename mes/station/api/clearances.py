"""Line clearance over REST: what was signed, and clearing a station."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.queries import sites_of
from genealogy.policies import known_unit
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.personnel.actions.secrets import confirm_password
from mes.kernel.personnel.roles import Permission
from mes.kernel.rest.fields import Input, Text
from mes.kernel.rest.paging import PageQuery, page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint
from mes.station.api.lookups import your_station
from mes.station.serializers import SignatureInput
from wip.actions import clearances
from wip.models import LineClearance


class ClearanceInput(Input):
    """Clear a station for a unit's order, or for the unit if it is a lot.

    ticked: positions of the lines of the station's checklist; all have to be there. signature: means VERIFIED.
    """

    station = Text(max_length=20)
    unit = Text(max_length=60)
    ticked = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=32767), max_length=100)
    signature = SignatureInput()


class ClearancesQuery(PageQuery):
    """Narrow the list: by station, by order."""

    station = Text(max_length=20, required=False)
    order = Text(max_length=40, required=False)


class ClearanceAnswer(serializers.Serializer):
    """A station was cleared for an order; unit: the lot, where the product is counted by lot."""

    station = serializers.CharField(source="station.code")
    order = serializers.CharField(source="work_order.erp_reference")
    unit = serializers.CharField(source="unit.serial", allow_null=True, default=None)
    product = serializers.CharField(source="product_code")
    items = serializers.ListField(child=serializers.CharField())
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username")


ClearancesPage = page_of(ClearanceAnswer, "ClearancesPage")


class LineClearances(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS, "POST": Permission.CLEAR_LINE}

    @reads(ClearancesPage, name="list_clearances", summary="List line clearances", query=ClearancesQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(ClearancesQuery)
        found = _with_names().filter(site__in=sites_of(request.user))
        names = {"station": "station__code", "order": "work_order__erp_reference"}
        found = found.filter(**{field: asked[name] for name, field in names.items() if name in asked})
        return Response(ClearancesPage(paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))).data)

    @acts(ClearanceAnswer, name="clear_line", summary="Clear a station, signed", request=ClearanceInput, status=201)
    def post(self, request: Request) -> Response:
        asked = self.read(ClearanceInput)
        unit = known_unit(request.user, asked["unit"])
        station = your_station(request.user, unit.site_id, asked["station"])
        signature = asked["signature"]
        person = confirm_password(person=request.user, password=signature["secret"], at=self.at)
        with self.door(station=station.code) as passage:
            if not passage.replayed:
                cleared = clearances.clear(
                    station=station,
                    unit=unit,
                    ticked=asked["ticked"],
                    signing=Signing(person, signature["meaning"], signature["digest"]),
                    by=passage.person,
                    at=passage.at,
                )
                passage.remember(clearance=cleared.pk)
        return Response(ClearanceAnswer(_with_names().get(pk=passage.answer["clearance"])).data, status=201)


def _with_names():
    return LineClearance.objects.select_related("station", "work_order", "unit", "by")
