"""Times of pages that are of no single site in the plant's zone."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from equipment.queries import sites_of
from mes.content_policy import ADMINISTRATION

OF_NO_SITE = (ADMINISTRATION, "/master-data/")


class PlantTimesMiddleware:
    """Shows and reads times in the zone of the person's sites, in the administration and among the master data.

    In UTC where these have several zones. All other pages know the site of what they show.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not (request.path.startswith(OF_NO_SITE) and request.user.is_authenticated):
            return self.get_response(request)
        zones = {site.zone for site in sites_of(request.user).values()}
        with timezone.override(zones.pop() if len(zones) == 1 else None):
            return self.get_response(request)
