"""The rows of the pages of dispatch: flat lines, so that a page only has to print them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.text import capfirst

from equipment.models import Station
from equipment.queries import in_plant_order
from equipment.status import DispatchRule
from mes.boards.templatetags.plant import moment
from mes.kernel.pieces import Flat
from mes.kernel.prepared import any_of, at_once, prepared
from wip.models import DispatchPin
from wip.queues import Candidate


@dataclass(frozen=True)
class StationRow(Flat):
    """A station with its rule. has_own: it is not its work center's; pinned: what stands at the front, by its names."""

    site: str
    code: str
    name: str
    center: str
    rule: str
    has_own: bool
    pinned: str


def stations_with_pins(sites: Collection[UUID]) -> list[StationRow]:
    """The active stations of the sites in the plant's order, with what is pinned there. Two statements in one go."""
    stations, pins = at_once(_stations.of(sites), _pins.of(sites))
    pinned: dict[UUID, list[str]] = {}
    for station, serial, reference in pins:
        pinned.setdefault(station, []).append(serial or reference)
    return [
        StationRow(
            site, code, name, center, str(DispatchRule(own or rule).label), bool(own), ", ".join(pinned.get(key, ()))
        )
        for key, site, code, name, center, own, rule in stations
    ]


@prepared
def _stations(sites: Collection[UUID]) -> QuerySet[Station, Any]:
    found = Station.objects.filter(site=any_of(sites), is_active=True).order_by("site__name", *in_plant_order())
    of_center = ("work_center__name", "dispatch_rule", "work_center__dispatch_rule")
    return found.values_list("pk", "site__code", "code", "name", *of_center)


@prepared
def _pins(sites: Collection[UUID]) -> QuerySet[DispatchPin, Any]:
    placed = DispatchPin.objects.filter(station__site=any_of(sites), station__is_active=True, position__isnull=False)
    return placed.order_by("position").values_list("station", "unit__serial", "work_order__erp_reference")


@dataclass(frozen=True)
class QueueRow(Flat):
    """What waits at a station. rank: its place, 0 where it is blocked; why: the terms of that; planned: when and where.

    in_the_way: what stops it, a sentence each.
    """

    rank: int
    unit: str
    operation: str
    order: str
    is_pinned: bool
    pinned: str
    why: str
    planned: str
    in_the_way: tuple[str, ...]


def row_of(one: Candidate, rank: int, station: Station) -> QueueRow:
    """The row of a candidate, in the station's time."""
    pin, slot = one.pin, one.slot
    return QueueRow(
        rank=rank,
        unit=one.job.unit.serial,
        operation=f"{one.job.operation.code} {one.job.operation.name}",
        order=one.job.order.erp_reference,
        is_pinned=pin is not None,
        pinned=f"{pin.by}: {pin.reason}. " if pin else "",
        why=capfirst(one.why),
        planned=f"{moment(slot.starts_at, station.site)}, {slot.station}" if slot else "",
        in_the_way=tuple(f"{verdict.what} {verdict.why}" for verdict in one.blockers),
    )
