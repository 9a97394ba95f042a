"""Questions about machines: who is connected, what they did, what they show now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from equipment.machine_times import Spell, Times
from equipment.models import (
    Connection,
    EquipmentState,
    LatestValue,
    MachineCommand,
    MachineEvent,
    Observation,
    Series,
    StateCondition,
    Station,
    Tag,
)
from equipment.queries import in_plant_order
from equipment.readouts import is_fresh


def machines_of(sites: Collection[UUID]) -> list[Station]:
    """The active stations of the sites that have tags, in the plant's order."""
    tagged = Tag.objects.filter(site__in=sites, is_active=True, station__isnull=False).values("station")
    found = Station.objects.filter(pk__in=tagged, is_active=True).select_related("site", "work_center")
    return list(found.order_by(*in_plant_order()))


def machine_at(sites: Collection[UUID], site: str, code: str) -> Station | None:
    """The station of this code, if it has tags."""
    found = Station.objects.filter(site__in=sites, site__code=site, code=code, is_active=True)
    tagged = Tag.objects.filter(station__in=found, is_active=True).values("station")
    return found.filter(pk__in=tagged).select_related("site", "work_center").first()


def connections_of(sites: Collection[UUID]) -> QuerySet[Connection]:
    """The connections of the sites with how they stand."""
    return Connection.objects.filter(site__in=sites).select_related("site", "lease", "security").order_by("code")


def connections_behind(stations: Collection[UUID]) -> dict[UUID, list[Connection]]:
    """The connections that each station's tags are read from, by code."""
    pairs = Tag.objects.filter(station__in=stations, is_active=True).values_list("station", "connection").distinct()
    by_station: dict[UUID, list[UUID]] = defaultdict(list)
    for station, connection in pairs.order_by("connection__code"):
        assert station is not None
        if connection not in by_station[station]:
            by_station[station].append(connection)
    wanted = {key for keys in by_station.values() for key in keys}
    known = Connection.objects.select_related("site", "lease").in_bulk(wanted)
    return {station: [known[key] for key in keys] for station, keys in by_station.items()}


def connection_of_state(stations: Collection[UUID]) -> dict[UUID, UUID]:
    """Which connection tells each station's state; one that none tells is missing."""
    return dict(StateCondition.objects.filter(station__in=stations).values_list("station", "connection").distinct())


def states_between(stations: Collection[UUID], begin: datetime, end: datetime) -> dict[UUID, list[Spell]]:
    """The states of each station that were told of this time, in order; one that lasts ends at `end`."""
    found = EquipmentState.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=begin))
    found = found.filter(station__in=stations, began_at__lt=end).order_by("began_at")
    told: dict[UUID, list[Spell]] = defaultdict(list)
    for station, *state in found.values_list("station", "state", "detail", "began_at", Coalesce("ended_at", end)):
        told[station].append(Spell(*state))
    return told


def watched_between(connections: Collection[UUID], begin: datetime, end: datetime) -> dict[UUID, list[Times]]:
    """When each connection was watched; what is watched now is so until `end`."""
    found = Observation.objects.filter(connection__in=connections, seen_until__gt=begin, began_at__lt=end)
    seen: dict[UUID, list[Times]] = defaultdict(list)
    columns = ("connection", "began_at", "seen_until", "ended_at", "connection__period_ms")
    for connection, since, until, ended, period_ms in found.values_list(*columns):
        is_now = ended is None and is_fresh(until, period_ms, end)
        seen[connection].append((since, end if is_now else until))
    return seen


def latest_of(tags: Iterable[Tag]) -> Mapping[UUID, LatestValue]:
    """The last value of each tag that has one, of its present series."""
    newest = Series.objects.filter(tag__in=tags).values("tag").annotate(last=Max("pk")).values("last")
    found = LatestValue.objects.filter(series__in=newest).annotate(tag=F("series__tag"))
    return {one.tag: one for one in found}  # type: ignore[attr-defined]


def events_of(station: Station) -> QuerySet[MachineEvent]:
    """What the machine did, newest first."""
    return station.machine_events.select_related("tag", "due")


def commands_for(station: Station) -> QuerySet[MachineCommand]:
    """What was to be written to the machine, newest first."""
    return station.machine_commands.select_related("connection", "asked_by")


def withdrawn_for(hold: UUID) -> list[MachineCommand]:
    """The permissions that a hold, by its key, withdrew, by station."""
    return list(MachineCommand.objects.filter(cause=hold).select_related("station").order_by("station__code"))
