"""Leaving operations out, and sending units back, over REST."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from genealogy.models import Unit
from genealogy.policies import known_unit
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from mes.station.actions import operations
from mes.station.api.lookups import your_station
from mes.station.api.operations import read_overrides
from mes.station.rework_serializers import (
    CancelReworkInput,
    ReworkAnswer,
    ReworksQuery,
    SendBackInput,
    SkipInput,
)
from mes.station.serializers import ExecutionAnswer
from orders.models import RoutingRevision
from orders.queries import rework_routings
from wip.actions import reworks
from wip.queries import execution_by_key
from wip.rework_policies import known_rework

ReworksPage = page_of(ReworkAnswer, "ReworksPage")


class SkipOperation(Endpoint):
    permissions = {"POST": Permission.WORK}

    @acts(
        ExecutionAnswer, name="skip_operation", summary="Leave an optional operation out on a unit", request=SkipInput
    )
    def post(self, request: Request, serial: str, code: str) -> Response:
        asked = self.read(SkipInput)
        unit = known_unit(request.user, serial)
        station = your_station(request.user, unit.site_id, asked["station"])
        overrides = read_overrides(asked, self.at)
        with self.door(station=station.code) as passage:
            if passage.replayed:
                execution = execution_by_key(passage.answer["execution"])
            else:
                execution = operations.skip(
                    unit=unit,
                    operation_code=code,
                    station=station,
                    reason=asked["reason"],
                    by=passage.person,
                    at=passage.at,
                    overrides=overrides,
                )
                passage.remember(execution=execution.pk)
        return Response(shown(ExecutionAnswer, execution))


class UnitReworks(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS, "POST": Permission.REPEAT}

    @reads(ReworksPage, name="list_reworks", summary="List the reworks of a unit, newest first", query=ReworksQuery)
    def get(self, request: Request, serial: str) -> Response:
        asked = self.read_query(ReworksQuery)
        unit = known_unit(request.user, serial)
        found = unit.reworks.select_related("unit", "routing_revision__routing", "decided_by", "ended_by")
        return Response(shown(ReworksPage, paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))))

    @acts(ReworkAnswer, name="send_unit_back", summary="Send a unit back for rework", request=SendBackInput, status=201)
    def post(self, request: Request, serial: str) -> Response:
        asked = self.read(SendBackInput)
        unit = known_unit(request.user, serial)
        routing = self._routing(unit, asked.get("routing"))
        with self.door() as passage:
            if passage.replayed:
                rework = known_rework(request.user, passage.answer["rework"])
            else:
                rework = reworks.send_back(
                    unit=unit,
                    found_in=asked["found_in"],
                    return_to=asked["return_to"],
                    routing_revision=routing,
                    reason_code=asked["reason_code"],
                    reason=asked["reason"],
                    defect=asked["defect"],
                    by=passage.person,
                    at=passage.at,
                )
                passage.remember(rework=rework.number)
        return Response(shown(ReworkAnswer, rework), status=201)

    def _routing(self, unit: Unit, name: Any) -> RoutingRevision | None:
        if name is None:
            return None
        known = rework_routings(unit.product_id, unit.site_id, on=unit.site.local(self.at).date())
        found = next((one for one in known if one.routing.name == name), None)
        if found is None:
            sentence = _("There is no rework routing {name} in force.").format(name=name)
            raise InvalidInput(sentence, do=_("Check its name."), errors=[FieldError("routing", sentence)])
        return found


class CancelRework(Endpoint):
    permissions = {"POST": Permission.REWORK}

    @acts(ReworkAnswer, name="cancel_rework", summary="Take a rework back before work began", request=CancelReworkInput)
    def post(self, request: Request, number: str) -> Response:
        asked = self.read(CancelReworkInput)
        rework = known_rework(request.user, number)
        with self.door() as passage:
            if not passage.replayed:
                reworks.cancel(rework=rework, reason=asked["reason"], by=passage.person, at=passage.at)
                passage.remember(rework=rework.number)
        return Response(shown(ReworkAnswer, known_rework(request.user, number)))
