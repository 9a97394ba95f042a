"""The queue of a station over REST, and what is pinned to its front."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from equipment.models import Station
from equipment.queries import sites_of
from genealogy.policies import known_unit
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from mes.station.queue_serializers import PinAnswer, PinInput, PinMoveInput, PinRemoveInput, QueueAnswer, QueueQuery
from orders.models import WorkOrder
from orders.queries import order_by_reference
from wip.actions import pins
from wip.models import DispatchPin
from wip.queues import Place, candidates_of, last_family, places_at

EVERYTHING = 100_000  # rows of a queue, for a page that is not the first


class StationQueue(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(QueueAnswer, name="list_queue", summary="List what waits at a station, by rank", query=QueueQuery)
    def get(self, request: Request, code: str) -> Response:
        """What may begin first, then what is held or on its way; each with its terms and what blocks it."""
        asked = self.read_query(QueueQuery)
        station, cursor, limit = your_station(request, code, asked.get("site")), asked.get("cursor"), asked["limit"]
        family = last_family(station)
        seen = limit + 1 if cursor is None else EVERYTHING
        places = places_at(station, family, ready=seen, coming=seen)
        since = 0 if cursor is None else _after(places, cursor)
        page = places[since : since + limit]
        rows = candidates_of(page, station, request.user, family)
        for number, row in enumerate(rows, since + 1):
            row.rank = number  # type: ignore[attr-defined]
            row.critical_ratio = round(row.terms.critical_ratio(self.at), 4)  # type: ignore[attr-defined]
            row.same_setup = row.terms.is_same_setup(family)  # type: ignore[attr-defined]
        more = len(places) > since + limit
        address = request.build_absolute_uri()
        following = replace_query_param(address, "cursor", page[-1].key) if more else None
        about = {"station": station, "rule": station.rule, "last_setup_family": family}
        return Response(shown(QueueAnswer, about | {"next": following, "results": rows}))


class Pins(Endpoint):
    permissions = {"POST": Permission.PIN_JOBS}

    @acts(PinAnswer, name="pin", summary="Pin a unit or an order to the front of a queue", request=PinInput, status=201)
    def post(self, request: Request, code: str) -> Response:
        asked = self.read(PinInput)
        station = your_station(request, code, asked.get("site"))
        unit = known_unit(request.user, asked["unit"]) if "unit" in asked else None
        order = _your_order(request, asked["order"]) if "order" in asked else None
        with self.door(reason=asked["reason"]) as passage:
            if not passage.replayed:
                made = pins.pin(
                    station=station,
                    unit=unit,
                    order=order,
                    position=asked["position"],
                    reason=asked["reason"],
                    by=passage.person,
                    at=passage.at,
                )
                passage.remember(pin=made.pk)
        return Response(shown(PinAnswer, _pins(request).get(pk=passage.answer["pin"])), status=201)


class PinVerb(Endpoint):
    """What the verbs on a pin have in common."""

    permissions = {"POST": Permission.PIN_JOBS}

    def act(self, request: Request, key: UUID, verb: Any, asked: dict[str, Any]) -> Response:
        known = _pins(request).filter(pk=key).first()
        if known is None:
            raise NotFound(
                _("There is no such pin at your sites."), do=_("Send the id that the answer to the pin had.")
            )
        with self.door(reason=asked["reason"]) as passage:
            if not passage.replayed:
                verb(pin=known, by=passage.person, at=passage.at, **asked)
                passage.remember(pin=known.pk)
        return Response(shown(PinAnswer, _pins(request).get(pk=key)))


class MovePin(PinVerb):
    @acts(PinAnswer, name="move_pin", summary="Move a pin among those of its station", request=PinMoveInput)
    def post(self, request: Request, pin: UUID) -> Response:
        return self.act(request, pin, pins.move, dict(self.read(PinMoveInput)))


class RemovePin(PinVerb):
    @acts(PinAnswer, name="remove_pin", summary="Take a pin off", request=PinRemoveInput)
    def post(self, request: Request, pin: UUID) -> Response:
        return self.act(request, pin, pins.unpin, dict(self.read(PinRemoveInput)))


def your_station(request: Request, code: str, site: str | None) -> Station:
    """The active station of this code; site: its site's code, needed where several sites have such a station."""
    found = Station.objects.select_related("site", "work_center", "station_class")
    found = found.filter(site__in=sites_of(request.user), code__iexact=code, is_active=True)
    stations = list(found.filter(site__code=site) if site else found)
    if not stations:
        raise NotFound(_("There is no station {code} at your sites.").format(code=code), do=_("Check its code."))
    if len(stations) > 1:
        sentence = _("Several of your sites have a station {code}.").format(code=code)
        raise InvalidInput(sentence, do=_("Name its site."), errors=[FieldError("site", sentence)])
    return stations[0]


def _after(places: list[Place], cursor: UUID) -> int:
    """How many places there are up to the one of the cursor."""
    for number, place in enumerate(places, 1):
        if place.key == cursor:
            return number
    sentence = _("What the cursor names waits here no more.")
    raise InvalidInput(sentence, do=_("Read the queue from its beginning."), errors=[FieldError("cursor", sentence)])


def _your_order(request: Request, reference: str) -> WorkOrder:
    order = order_by_reference(reference, sites_of(request.user))
    if order is None:
        sentence = _("There is no order {reference} at your sites.").format(reference=reference)
        raise InvalidInput(sentence, do=_("Check it, and send it again."), errors=[FieldError("order", sentence)])
    return order


def _pins(request: Request):
    found = DispatchPin.objects.filter(site__in=sites_of(request.user))
    return found.select_related("station", "unit", "work_order", "pinned_by", "removed_by")
