"""Times of the administration in the plant's zone."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from equipment.queries import sites_of
from mes.content_policy import ADMINISTRATION


class AdminTimesMiddleware:
    """Shows and reads the administration's times in the zone of the person's sites; in UTC where these have several."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not (request.path.startswith(ADMINISTRATION) and request.user.is_authenticated):
            return self.get_response(request)
        zones = {site.zone for site in sites_of(request.user).values()}
        with timezone.override(zones.pop() if len(zones) == 1 else None):
            return self.get_response(request)
