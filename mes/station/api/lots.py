"""Splitting and merging lots in process over REST."""

from rest_framework.request import Request
from rest_framework.response import Response

from genealogy.policies import known_unit
from mes.kernel.personnel.roles import Permission
from mes.kernel.rest.schema import acts
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from mes.station.serializers import MergeInput, SplitInput, UnitLine
from wip.actions import lots


class SplitLot(Endpoint):
    permissions = {"POST": Permission.SPLIT_LOTS}

    @acts(UnitLine, name="split_lot", summary="Split a part off a lot; answers the part", request=SplitInput)
    def post(self, request: Request, serial: str) -> Response:
        asked = self.read(SplitInput)
        lot = known_unit(request.user, serial)
        with self.door() as passage:
            if not passage.replayed:
                part = lots.split(
                    unit=lot,
                    quantity=asked["quantity"],
                    reason=asked["reason"],
                    by=passage.person,
                    at=passage.at,
                )
                passage.remember(unit=part.serial)
        return Response(shown(UnitLine, known_unit(request.user, passage.answer["unit"])))


class MergeLots(Endpoint):
    permissions = {"POST": Permission.SPLIT_LOTS}

    @acts(UnitLine, name="merge_lots", summary="Merge other lots into this one", request=MergeInput)
    def post(self, request: Request, serial: str) -> Response:
        asked = self.read(MergeInput)
        lot = known_unit(request.user, serial)
        others = [known_unit(request.user, other) for other in asked["others"]]
        with self.door() as passage:
            if not passage.replayed:
                lots.merge(into=lot, others=others, reason=asked["reason"], by=passage.person, at=passage.at)
                passage.remember(unit=lot.serial)
        return Response(shown(UnitLine, known_unit(request.user, lot.serial)))
