"""Who stands where: which station a browser is, by its cookie, who is logged on there, and who of them is active.

After the station's idle time without an act the page is locked, on the server: pages ask for the active person's PIN
and posts are refused until it is given. What live regions fetch by themselves is no act: their views are `watched`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from equipment.models import Station
from equipment.queries import sites_of
from mes.kernel.door import Passage, fingerprint, open_door
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotPermitted, NotSignedIn, Refusal
from mes.station.actions.logons import note_act
from mes.station.models import StationDevice, StationLogon
from mes.station.presenters.calls import help_context
from mes.station.queries import Pace, device_of_token, logons_at, pace_today

COOKIE = "station"
COOKIE_AGE_S = 400 * 24 * 3600  # browsers keep no cookie longer (RFC 6265bis, 5.5)
# A PIN is short: not even a digest of it may be kept with the key.
_NOT_COMPARED = {"csrfmiddlewaretoken", "idempotency_key", "pin", "witness_pin", "override_pin"}

P = ParamSpec("P")


class NotAStation(NotPermitted):
    """The browser is not registered as a station."""


class NobodyLoggedOn(NotSignedIn):
    """The act needs a person, and nobody is active at the station."""


class StationLocked(Refusal):
    """The active person did nothing for the station's idle time: their PIN is asked for again."""

    status = 423


@dataclass(frozen=True)
class Presence:
    """The browser of a request and the station it is, who is on there, and when the request came."""

    device: StationDevice
    logons: Sequence[StationLogon]
    now: datetime

    @property
    def station(self) -> Station:
        return self.device.station

    @property
    def logon(self) -> StationLogon | None:
        """Who is active; None: nobody."""
        return next((logon for logon in self.logons if logon.is_active), None)

    @property
    def person(self) -> Person | None:
        """Who is active, also while the page is locked; None: nobody."""
        return self.logon.person if self.logon else None

    @property
    def is_locked(self) -> bool:
        """Whether the active person's PIN is asked for again."""
        idle = timedelta(seconds=self.station.idle_lock_s)
        return self.logon is not None and self.now - self.logon.last_at >= idle

    @property
    def who(self) -> Person:
        """The person who acts: the active one. Raises NobodyLoggedOn, StationLocked."""
        if self.logon is None:
            raise NobodyLoggedOn(_("Nobody is logged on here."), do=_("Scan your badge and enter your PIN first."))
        if self.is_locked:
            raise StationLocked(
                _("{person}, enter your PIN.").format(person=self.logon.person.full_name),
                why=_("Nothing was done here for {minutes} min. What you typed is kept.").format(
                    minutes=self.station.idle_lock_s // 60 or 1
                ),
                do=_("Enter your PIN, or scan another badge."),
            )
        return self.logon.person

    def here(self) -> "Presence":
        """The same browser, with who is on there now."""
        return replace(self, logons=logons_at(self.device))

    def context(self, **more: Any) -> dict[str, Any]:
        """What every station page shows. new_key: a fresh idempotency key for each form that asks.

        refused, refused_said: how many events of the machine wait for somebody, and why the last was refused.
        """
        return {
            "now": self.now,
            "station": self.station,
            "person": self.person,
            "logon": self.logon,
            "logons": self.logons,
            "passive": [logon for logon in self.logons if not logon.is_active],
            "new_key": uuid4,
            "refused": getattr(self.device, "refused", 0),
            "refused_said": getattr(self.device, "refused_said", ""),
            **help_context(self.station, self.now),
            **more,
        }

    def pace(self) -> Pace:
        return pace_today(self.station, self.now)


StationView = Callable[Concatenate[HttpRequest, Presence, P], HttpResponse]


def device_of(request: HttpRequest) -> StationDevice | None:
    """What this browser is registered as."""
    token = request.COOKIES.get(COOKIE, "")
    return device_of_token(token) if token else None


def sites_shown(request: HttpRequest) -> Collection[UUID]:
    """The sites whose units the browser may show: the person's, else that of the station somebody is on at."""
    user: Any = request.user
    if user.is_authenticated:
        return sites_of(user) if user.may(Permission.VIEW_UNITS) else ()
    device = device_of(request)
    return [device.station.site_id] if device is not None and logons_at(device) else ()


def at_station(view: StationView[P], *, acts: bool = True) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view of a registered browser, in its site's zone; another browser is told how to become one.

    acts: whether who asks for it does something by that; a page that is locked stays so.
    """

    @never_cache
    @wraps(view)
    def shown(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        device = device_of(request)
        if device is None:
            if request.method == "GET" and not _is_fragment(request):
                return render(request, "station/unregistered.html", status=403)
            raise NotAStation(
                _("This browser is not a station."), do=_("Let a supervisor open Stations and choose which one it is.")
            )
        presence = Presence(device, logons_at(device), timezone.now())
        if acts and presence.logon is not None and not presence.is_locked:
            note_act(logon=presence.logon, at=presence.now)
        with timezone.override(device.station.site.zone):
            return view(request, presence, *args, **kwargs)

    return shown


def logged_on(view: StationView[P], *, acts: bool = True) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view that needs the active person; without one, or when the page is locked, the way leads to log-on."""

    @wraps(view)
    def shown(request: HttpRequest, presence: Presence, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "GET" and not _is_fragment(request) and (presence.person is None or presence.is_locked):
            job = {"job": kwargs["pk"]} if "pk" in kwargs and presence.person else {}
            return redirect(reverse("station:log_on", query=job))
        presence.who  # noqa: B018 - raises where a page can't be led on
        return view(request, presence, *args, **kwargs)

    return at_station(shown, acts=acts)


def watched(view: StationView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view that a page fetches by itself, again and again: as logged_on, and it keeps no page awake."""
    return logged_on(view, acts=False)


def enter(
    request: HttpRequest, presence: Presence, given: Mapping[str, Any], *, person: Person | None = None
) -> AbstractContextManager[Passage]:
    """Open the door for what a station's form posts, as its active person (raises as `who`) or as `person`."""
    content = sorted((name, values) for name, values in request.POST.lists() if name not in _NOT_COMPARED)
    return open_door(
        person=person or presence.who,
        at=presence.now,
        station=presence.station.code,
        request_id=request.request_id,  # type: ignore[attr-defined]
        key=str(given["idempotency_key"]),
        asked=fingerprint(request.path, content),
    )


def _is_fragment(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
