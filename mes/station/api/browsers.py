"""The browsers that are stations, over REST: which there are, unlocking one, and taking from one that it is a station.

A browser becomes a station on the page alone: what makes it one is a cookie of its own.
"""

from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.queries import sites_of
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from mes.kernel.rest.fields import NothingInput
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint
from mes.station.actions import logons
from mes.station.models import StationDevice
from mes.station.queries import device_for, registered_at
from mes.station.serializers import BrowserAnswer, BrowsersQuery

BrowsersPage = page_of(BrowserAnswer, "BrowsersPage")


class StationBrowsers(Endpoint):
    permissions = {"GET": Permission.REGISTER_STATIONS}

    @reads(
        BrowsersPage,
        name="list_station_browsers",
        summary="List the browsers that are stations, newest first",
        query=BrowsersQuery,
        missing=False,
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(BrowsersQuery)
        found = registered_at(sites_of(request.user))
        if "station" in asked:
            found = found.filter(station__code__iexact=asked["station"])
        page = paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))
        return Response(BrowsersPage(page | {"results": [self.judged(one) for one in page["results"]]}).data)

    def judged(self, device: StationDevice) -> StationDevice:
        """The browser with whether its log-on is locked at the time of the request."""
        device.locked = device.is_locked(self.at)  # type: ignore[attr-defined]
        return device


class OneBrowser(StationBrowsers):
    """What endpoints of one browser have in common."""

    permissions = {"POST": Permission.REGISTER_STATIONS}
    http_method_names = ["post", "options"]

    def find(self, key: UUID) -> StationDevice:
        self.read(NothingInput)
        device = device_for(self.request.user, key)
        if device is None:
            raise NotFound(_("There is no such browser at your sites."), do=_("Load the list again."))
        return device

    def answer(self, key: UUID) -> Response:
        device = device_for(self.request.user, key)
        assert device is not None, "it was there, and its site stays"
        return Response(BrowserAnswer(self.judged(device)).data)


class UnlockBrowser(OneBrowser):
    @acts(
        BrowserAnswer,
        name="unlock_station_browser",
        summary="Let people log on again where too many wrong secrets were entered",
        request=NothingInput,
    )
    def post(self, request: Request, key: UUID) -> Response:
        device = self.find(key)
        with self.door(reason=f"Log-on at {device.station.code} unlocked") as passage:
            if not passage.replayed:
                logons.unlock_device(device=device, by=passage.person, at=passage.at)
        return self.answer(key)


class RemoveBrowser(OneBrowser):
    @acts(
        BrowserAnswer,
        name="remove_station_browser",
        summary="Take from a browser that it is a station; who is on there is logged off",
        request=NothingInput,
    )
    def post(self, request: Request, key: UUID) -> Response:
        device = self.find(key)
        with self.door(reason=f"Browser removed from {device.station.code}") as passage:
            if not passage.replayed:
                logons.revoke_device(device=device, by=passage.person, at=passage.at)
        return self.answer(key)
