"""Who stands where: which station a browser is, by its cookie, and who is logged on there."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from equipment.models import Station
from mes.kernel.door import Passage, fingerprint, open_door
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import NotPermitted, NotSignedIn
from mes.station.models import StationDevice, StationLogon
from mes.station.queries import Pace, active_logon, device_of_token, pace_today

COOKIE = "station"
COOKIE_AGE_S = 400 * 24 * 3600  # browsers keep no cookie longer (RFC 6265bis, 5.5)
# A PIN is short: not even a digest of it may be kept with the key.
_NOT_COMPARED = {"csrfmiddlewaretoken", "idempotency_key", "pin"}

P = ParamSpec("P")


class NotAStation(NotPermitted):
    """The browser is not registered as a station."""


class NobodyLoggedOn(NotSignedIn):
    """The act needs a person, and nobody is active at the station."""


@dataclass(frozen=True)
class Presence:
    """The browser of a request and the station it is, who is active there (None: nobody), and when it came."""

    device: StationDevice
    logon: StationLogon | None
    now: datetime

    @property
    def station(self) -> Station:
        return self.device.station

    @property
    def person(self) -> Person | None:
        return self.logon.person if self.logon else None

    @property
    def who(self) -> Person:
        """The active person; raises NobodyLoggedOn."""
        if self.logon is None:
            raise NobodyLoggedOn("Nobody is logged on here.", do="Scan your badge and enter your PIN first.")
        return self.logon.person

    def context(self, **more: Any) -> dict[str, Any]:
        """What every station page shows. new_key: a fresh idempotency key for each form that asks."""
        return {
            "now": self.now,
            "station": self.station,
            "person": self.person,
            "logon": self.logon,
            "new_key": uuid4,
            **more,
        }

    def pace(self) -> Pace:
        return pace_today(self.station, self.now)


StationView = Callable[Concatenate[HttpRequest, Presence, P], HttpResponse]


def device_of(request: HttpRequest) -> StationDevice | None:
    """What this browser is registered as."""
    token = request.COOKIES.get(COOKIE, "")
    return device_of_token(token) if token else None


def at_station(view: StationView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view of a registered browser, in its site's zone; another browser is told how to become one."""

    @never_cache
    @wraps(view)
    def shown(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        device = device_of(request)
        if device is None:
            if request.method == "GET" and not _is_fragment(request):
                return render(request, "station/unregistered.html", status=403)
            raise NotAStation(
                "This browser is not a station.", do="Let a supervisor open Stations and choose which one it is."
            )
        with timezone.override(device.station.site.zone):
            return view(request, Presence(device, active_logon(device), timezone.now()), *args, **kwargs)

    return shown


def logged_on(view: StationView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view that needs the active person; without one the way leads to log-on."""

    @wraps(view)
    def shown(request: HttpRequest, presence: Presence, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if presence.person is None and request.method == "GET" and not _is_fragment(request):
            return redirect("station:log_on")
        presence.who  # noqa: B018 - raises where a page can't be led on
        return view(request, presence, *args, **kwargs)

    return at_station(shown)


def enter(
    request: HttpRequest, presence: Presence, given: Mapping[str, Any], *, person: Person | None = None
) -> AbstractContextManager[Passage]:
    """Open the door for what a station's form posts, as its active person or as `person`."""
    content = sorted((name, values) for name, values in request.POST.lists() if name not in _NOT_COMPARED)
    return open_door(
        person=person or presence.person,
        at=presence.now,
        station=presence.station.code,
        request_id=request.request_id,  # type: ignore[attr-defined]
        key=str(given["idempotency_key"]),
        asked=fingerprint(request.path, content),
    )


def _is_fragment(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
