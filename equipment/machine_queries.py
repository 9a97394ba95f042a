"""Questions about machines: who is connected, what they did, what they show now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Func, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from equipment.booking_accounts import with_account
from equipment.machine_times import Spell, Times
from equipment.models import (
    Connection,
    EquipmentState,
    LatestValue,
    MachineCommand,
    MachineEvent,
    Observation,
    QuarantinedRow,
    Series,
    StateCondition,
    Station,
    Tag,
)
from equipment.queries import in_plant_order
from equipment.readouts import is_fresh
from equipment.refused_events import count_refused, last_refusal, with_refused
from mes.kernel.prepared import any_of, prepared


def machines_of(sites: Collection[UUID]) -> list[Station]:
    """The active stations of the sites that have tags, in the plant's order, as `with_refused` has them."""
    tagged = Tag.objects.filter(site__in=sites, is_active=True, station__isnull=False).values("station")
    found = Station.objects.filter(pk__in=tagged, is_active=True).select_related("site", "work_center")
    return list(with_refused(found).order_by(*in_plant_order()))


def machine_at(sites: Collection[UUID], site: str, code: str) -> Station | None:
    """The station of this code, if it has tags, as `with_refused` has it."""
    return next(iter(_machine_at(sites, site, code)), None)


@prepared
def _machine_at(sites: Collection[UUID], site: str, code: str) -> QuerySet[Station]:
    tagged = Exists(Tag.objects.filter(station=OuterRef("pk"), is_active=True))
    found = Station.objects.filter(tagged, site=any_of(sites), site__code=site, code=code, is_active=True)
    return with_refused(found.select_related("site", "work_center"))


def tags_at(station: UUID) -> list[Tag]:
    """The station's active tags, by code."""
    return _tags_at(station)


def tags_beside(connection: Connection) -> list[Tag]:
    """The connection's active tags that belong to no station, by code."""
    return list(connection.tags.filter(station__isnull=True, is_active=True).order_by("code"))


@prepared
def _tags_at(station: UUID) -> QuerySet[Tag]:
    return Tag.objects.filter(station=station, is_active=True).order_by("code")


def connections_of(sites: Collection[UUID]) -> QuerySet[Connection]:
    """The connections of the sites with how they stand, and what came of what they told."""
    found = Connection.objects.filter(site__in=sites).select_related("site", "lease", "security")
    refused = {
        "refused": Coalesce(Subquery(count_refused("event__tag__connection", "pk")), 0),
        "refused_said": Subquery(last_refusal("event__tag__connection", "pk")),
    }
    return with_account(found).annotate(**refused).order_by("code")


def connections_counted(sites: Collection[UUID]) -> QuerySet[Connection]:
    """The connections of the sites in their order, each with how it stands and how many tags it has in use.

    quarantined: of more than 1,000 rows so many, since nobody needs to know them exactly to look.
    """
    return _connections_counted(sites)


@prepared
def _connections_counted(sites: Collection[UUID]) -> QuerySet[Connection]:
    refused = QuarantinedRow.objects.filter(connection=OuterRef("pk")).order_by()
    found = (
        Connection.objects.filter(site=any_of(sites))
        .select_related("site", "lease")
        .annotate(
            tag_count=Count("tags", filter=Q(tags__is_active=True)),
            quarantined=Func(
                ArraySubquery(refused.values("pk")[:1000]), function="cardinality", output_field=IntegerField()
            ),
        )
    )
    return with_account(found).order_by("site__code", "code")


def connections_behind(stations: Collection[UUID]) -> dict[UUID, list[Connection]]:
    """The connections that each station's tags are read from, by code."""
    by_station: dict[UUID, list[Connection]] = defaultdict(list)
    for connection in _connections_behind(stations):
        by_station[connection.station_behind].append(connection)  # type: ignore[attr-defined]
    return by_station


@prepared
def _connections_behind(stations: Collection[UUID]) -> QuerySet[Connection]:
    tagged = Connection.objects.filter(tags__station=any_of(stations), tags__is_active=True)
    found = with_account(tagged.annotate(station_behind=F("tags__station")).select_related("site", "lease"))
    return found.order_by("code", "pk", "station_behind").distinct("code", "pk", "station_behind")


def connection_of_state(stations: Collection[UUID]) -> dict[UUID, UUID]:
    """Which connection tells each station's state; one that none tells is missing."""
    return dict(_connection_of_state(stations))


@prepared
def _connection_of_state(stations: Collection[UUID]) -> QuerySet[StateCondition, tuple[UUID, UUID]]:
    found = StateCondition.objects.filter(station=any_of(stations)).order_by("station")
    return found.values_list("station", "connection").distinct()


def states_between(stations: Collection[UUID], begin: datetime, end: datetime) -> dict[UUID, list[Spell]]:
    """The states of each station that were told of this time, in order; one that lasts ends at `end`."""
    told: dict[UUID, list[Spell]] = defaultdict(list)
    for station, state, detail, since, until in _states_between(stations, begin, end):
        told[station].append(Spell(state, detail, since, until or end))
    return told


@prepared
def _states_between(stations: Collection[UUID], begin: datetime, end: datetime) -> QuerySet[EquipmentState, Any]:
    found = EquipmentState.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=begin))
    found = found.filter(station=any_of(stations), began_at__lt=end).order_by("began_at")
    return found.values_list("station", "state", "detail", "began_at", "ended_at")


def watched_between(connections: Collection[UUID], begin: datetime, end: datetime) -> dict[UUID, list[Times]]:
    """When each connection was watched; what is watched now is so until `end`."""
    seen: dict[UUID, list[Times]] = defaultdict(list)
    for connection, since, until, ended, period_ms in _watched_between(connections, begin, end):
        is_now = ended is None and is_fresh(until, period_ms, end)
        seen[connection].append((since, end if is_now else until))
    return seen


@prepared
def _watched_between(connections: Collection[UUID], begin: datetime, end: datetime) -> QuerySet[Observation, Any]:
    found = Observation.objects.filter(connection=any_of(connections), seen_until__gt=begin, began_at__lt=end)
    return found.values_list("connection", "began_at", "seen_until", "ended_at", "connection__period_ms")


def latest_of(tags: Iterable[Tag]) -> Mapping[UUID, LatestValue]:
    """The last value of each tag that has one, of its present series."""
    return {one.tag: one for one in _latest_of([tag.pk for tag in tags])}  # type: ignore[attr-defined]


@prepared
def _latest_of(tags: Collection[UUID]) -> QuerySet[LatestValue]:
    newest = Series.objects.filter(tag=any_of(tags)).order_by().values("tag").annotate(last=Max("pk")).values("last")
    return LatestValue.objects.filter(series__in=newest).annotate(tag=F("series__tag"))


def series_of(tag: UUID) -> list[Series]:
    """What a tag was and is, the present series first."""
    return list(_series_of(tag))


def series_then(every: Sequence[Series], at: datetime | None) -> Series | None:
    """Of a tag's series, the present one first, that of a time; of what was before the first, the first."""
    then = (one for one in every if at is None or one.began_at <= at)
    return next(then, every[-1] if every else None)


@prepared
def _series_of(tag: UUID) -> QuerySet[Series]:
    return Series.objects.filter(tag=tag).order_by("-pk")


@prepared
def last_events(station: UUID) -> QuerySet[MachineEvent]:
    """What the machine did, the newest twelve first."""
    return MachineEvent.objects.filter(station=station).select_related("tag", "due").order_by("-sequence")[:12]


@prepared
def last_commands(station: UUID) -> QuerySet[MachineCommand]:
    """What was to be written to the machine, the newest ten first."""
    found = MachineCommand.objects.filter(station=station)
    found = found.select_related("connection", "asked_by", "signature__signed_by")
    return found.order_by("-sequence")[:10]


def last_commands_beside(connection: UUID) -> QuerySet[MachineCommand]:
    """What was to be written at a connection to no one station's machine, the newest ten first."""
    found = MachineCommand.objects.filter(connection=connection, station__isnull=True)
    return found.select_related("asked_by", "signature__signed_by").order_by("-sequence")[:10]


def withdrawn_for(hold: UUID) -> list[MachineCommand]:
    """The permissions that a hold, by its key, withdrew, by station."""
    return list(MachineCommand.objects.filter(cause=hold).select_related("station").order_by("station__code"))
