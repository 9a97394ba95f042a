"""Areas, stations, assets, reasons and help calls over REST."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.actions import assets, calibrations, help_calls
from equipment.actions.calibrations import Calibration
from equipment.models import Area, CalibrationRecord, HelpCall, PhysicalAsset, Reason, Station
from equipment.policies import station_of_code
from equipment.queries import assets_of, in_state, sites_of
from equipment.serializers import (
    AreaAnswer,
    AreasQuery,
    AssetAnswer,
    AssetsQuery,
    CalibrationAnswer,
    CalibrationInput,
    FinishInput,
    HelpCallAnswer,
    HelpCallInput,
    HelpCallsQuery,
    PlaceInput,
    ReasonAnswer,
    ReasonsQuery,
    StationAnswer,
    StationsQuery,
    WhyInput,
)
from equipment.status import CalibrationState, CallStatus, TreeStatus
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from mes.kernel.rest.fields import NothingInput
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint

AreasPage = page_of(AreaAnswer, "AreasPage")
StationsPage = page_of(StationAnswer, "StationsPage")
AssetsPage = page_of(AssetAnswer, "AssetsPage")
ReasonsPage = page_of(ReasonAnswer, "ReasonsPage")
HelpCallsPage = page_of(HelpCallAnswer, "HelpCallsPage")


def _narrowed(found: QuerySet[Any], asked: dict[str, Any], **lookups: str) -> QuerySet[Any]:
    """Those records whose fields are what was asked for. lookups: name in the query -> field."""
    wanted = {field: asked[name] for name, field in lookups.items() if asked.get(name) is not None}
    return found.filter(**wanted)


class Areas(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(AreasPage, name="list_areas", summary="List areas", query=AreasQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(AreasQuery)
        found = Area.objects.filter(site__in=sites_of(request.user)).select_related("site")
        found = _narrowed(found, asked, site="site__code")
        return Response(AreasPage(paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))).data)


class Stations(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(StationsPage, name="list_stations", summary="List stations", query=StationsQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(StationsQuery)
        found = Station.objects.filter(site__in=sites_of(request.user))
        found = found.select_related("site", "work_center__area", "station_class")
        lookups = {"area": "work_center__area__code", "work_center": "work_center__code", "is_active": "is_active"}
        found = _narrowed(found, asked, site="site__code", **lookups)
        return Response(StationsPage(paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))).data)


class Assets(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(AssetsPage, name="list_assets", summary="List assets", query=AssetsQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked, sites = self.read_query(AssetsQuery), sites_of(request.user)
        lookups = {"code": "code", "asset_class": "asset_class__code", "station": "station__code"}
        found = _narrowed(assets_of(sites), asked, site="site__code", is_active="is_active", **lookups)
        if "calibration" in asked:
            found = found.filter(in_state([CalibrationState(asked["calibration"])], sites.values(), self.at))
        page = paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))
        return Response(AssetsPage(page | {"results": [self.judged(asset) for asset in page["results"]]}).data)

    def judged(self, asset: PhysicalAsset) -> PhysicalAsset:
        """The asset with what its calibration is worth at the time of the request."""
        asset.calibration = asset.calibration_on(asset.site.local(self.at).date())  # type: ignore[attr-defined]
        return asset


class OneAsset(Assets):  # and what the endpoints of its verbs have in common
    @reads(AssetAnswer, name="get_asset", summary="See an asset")
    def get(self, request: Request, asset: str) -> Response:
        return self.answer(asset)

    def answer(self, key: str) -> Response:
        return Response(AssetAnswer(self.judged(self.find(key))).data)

    def find(self, key: str) -> PhysicalAsset:
        found = assets_of(sites_of(self.request.user)).filter(pk=_key(key)).first()
        if found is None:
            raise NotFound(_("There is no such asset at your sites."), do=_("List them, and send an id of the list."))
        return found


class PlaceAsset(OneAsset):
    permissions = {"POST": Permission.MOVE_ASSETS}
    http_method_names = ["post", "options"]

    @acts(AssetAnswer, name="place_asset", summary="Bring an asset to a station or to the store", request=PlaceInput)
    def post(self, request: Request, asset: str) -> Response:
        found, code = self.find(asset), self.read(PlaceInput)["station"]
        station = None if code is None else station_of_code(request.user, code, found.site.code)
        with self.door(station=station.code if station else "") as passage:
            if not passage.replayed:
                assets.place(asset=found, station=station, by=passage.person, at=passage.at)
        return self.answer(asset)


class OverhaulAsset(OneAsset):
    permissions = {"POST": Permission.CALIBRATE_ASSETS}
    http_method_names = ["post", "options"]

    @acts(AssetAnswer, name="overhaul_asset", summary="Begin an asset's life anew", request=WhyInput)
    def post(self, request: Request, asset: str) -> Response:
        found, asked = self.find(asset), self.read(WhyInput)
        with self.door() as passage:
            if not passage.replayed:
                assets.overhaul(asset=found, reason=asked["reason"], by=passage.person, at=passage.at)
        return self.answer(asset)


class RetireAsset(OneAsset):
    permissions = {"POST": Permission.CALIBRATE_ASSETS}
    http_method_names = ["post", "options"]

    @acts(AssetAnswer, name="retire_asset", summary="Take an asset out of use", request=WhyInput)
    def post(self, request: Request, asset: str) -> Response:
        return self.change_use(asset, assets.retire)

    def change_use(self, key: str, verb: Callable[..., PhysicalAsset]) -> Response:
        found, asked = self.find(key), self.read(WhyInput)
        with self.door(reason=asked["reason"]) as passage:
            if not passage.replayed:
                verb(asset=found, by=passage.person, at=passage.at)
        return self.answer(key)


class RestoreAsset(RetireAsset):
    @acts(AssetAnswer, name="restore_asset", summary="Put an asset back into use, in the store", request=WhyInput)
    def post(self, request: Request, asset: str) -> Response:
        return self.change_use(asset, assets.restore)


class CalibrateAsset(OneAsset):
    permissions = {"POST": Permission.CALIBRATE_ASSETS}
    http_method_names = ["post", "options"]

    @acts(
        CalibrationAnswer, name="calibrate_asset", summary="Record a calibration", request=CalibrationInput, status=201
    )
    def post(self, request: Request, asset: str) -> Response:
        found, asked = self.find(asset), self.read(CalibrationInput)
        with self.door() as passage:
            if passage.replayed:
                record = CalibrationRecord.objects.get(pk=passage.answer["calibration"])
            else:
                given = Calibration(**asked)
                record = calibrations.calibrate(asset=found, found=given, by=passage.person, at=passage.at)
                passage.remember(calibration=record.pk)
        return Response(CalibrationAnswer(record).data, status=201)


class Reasons(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(ReasonsPage, name="list_reasons", summary="List released reasons", query=ReasonsQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(ReasonsQuery)
        found = Reason.objects.filter(tree__status=TreeStatus.RELEASED, tree__site__in=sites_of(request.user))
        below = Reason.objects.filter(parent=OuterRef("pk"))
        found = found.annotate(is_leaf=~Exists(below)).select_related("tree__site", "tree__area", "parent")
        found = _narrowed(found, asked, site="tree__site__code", area="tree__area__code", kind="tree__kind")
        return Response(ReasonsPage(paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))).data)


class HelpCalls(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS, "POST": Permission.CALL_HELP}

    @reads(HelpCallsPage, name="list_help_calls", summary="List help calls", query=HelpCallsQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(HelpCallsQuery)
        found = _calls().filter(site__in=sites_of(request.user))
        status = asked.get("status")
        if status is None:
            found = found.exclude(status=CallStatus.DONE)
        elif status != "ALL":
            found = found.filter(status=status)
        found = _narrowed(found, asked, site="site__code", kind="kind", station="station__code")
        return Response(HelpCallsPage(paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))).data)

    @acts(HelpCallAnswer, name="call_for_help", summary="Call for help", request=HelpCallInput, status=201)
    def post(self, request: Request) -> Response:
        asked = self.read(HelpCallInput)
        station = station_of_code(request.user, asked["station"], asked.get("site", ""))
        with self.door(station=station.code) as passage:
            if passage.replayed:
                call = _calls().get(pk=passage.answer["call"])
            else:
                what = {"kind": asked["kind"], "note": asked["note"]}
                call = help_calls.call(station=station, by=passage.person, at=passage.at, **what)
                passage.remember(call=call.pk)
        return Response(HelpCallAnswer(call).data, status=201)


class OneHelpCall(Endpoint):
    """What endpoints of one call have in common."""

    def find(self, key: str) -> HelpCall:
        call = _calls().filter(pk=_key(key), site__in=sites_of(self.request.user)).first()
        if call is None:
            raise NotFound(_("There is no such call at your sites."), do=_("List them, and send an id of the list."))
        return call


class TakeHelpCall(OneHelpCall):
    permissions = {"POST": Permission.ANSWER_HELP}

    @acts(HelpCallAnswer, name="take_help_call", summary="Take a call: say that you come", request=NothingInput)
    def post(self, request: Request, call: str) -> Response:
        found = self.find(call)
        self.read(NothingInput)
        with self.door() as passage:
            if not passage.replayed:
                help_calls.take(call=found, by=passage.person, at=passage.at)
        return Response(HelpCallAnswer(self.find(call)).data)


class FinishHelpCall(OneHelpCall):
    permissions = {"POST": Permission.VIEW_ORDERS}  # the verb knows whose call it is, and who else may answer

    @acts(HelpCallAnswer, name="finish_help_call", summary="End a call", request=FinishInput)
    def post(self, request: Request, call: str) -> Response:
        found, asked = self.find(call), self.read(FinishInput)
        with self.door() as passage:
            if not passage.replayed:
                help_calls.finish(call=found, answer=asked["answer"], by=passage.person, at=passage.at)
        return Response(HelpCallAnswer(self.find(call)).data)


def _calls() -> QuerySet[HelpCall]:
    return HelpCall.objects.select_related("site", "station", "called_by", "taken_by", "done_by")


def _key(text: str) -> UUID | None:
    """A key in an address; what is none finds nothing."""
    try:
        return UUID(text)
    except ValueError:
        return None
