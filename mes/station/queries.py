from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from equipment.models import Station
from equipment.queries import in_plant_order, sites_of
from equipment.refused_events import count_refused, last_refusal
from genealogy.models import Unit
from mes.kernel.keys import token_hash
from mes.kernel.prepared import any_of, prepared
from mes.station.models import StationDevice, StationLogon
from wip.models import OperationExecution, Reading
from wip.status import ExecutionStatus


def device_of_token(token: str) -> StationDevice | None:
    """The browser that holds this token, with the active station that it is.

    refused, refused_said: how many events of the station's machine wait for somebody, and why the last was refused.
    """
    return next(iter(_devices(token_hash(token))), None)


@prepared
def _devices(hashed: str) -> QuerySet[StationDevice]:
    found = StationDevice.objects.select_related("station__site", "station__work_center")
    found = found.annotate(
        refused=Coalesce(Subquery(count_refused("station", "station")), 0),
        refused_said=Subquery(last_refusal("station", "station")),
    )
    return found.filter(token_hash=hashed, revoked_at__isnull=True, station__is_active=True)


def _logons() -> QuerySet[StationLogon]:
    """Who is on; a disabled person is not. In the order of their faces."""
    on = StationLogon.objects.filter(logged_off_at__isnull=True, person__is_active=True)
    return on.select_related("person", "last_act").order_by("logged_on_at")


def logons_at(device: StationDevice) -> list[StationLogon]:
    """Everybody who is on at the browser."""
    found = _logons_at(device.pk)
    for logon in found:
        logon.device = device
    return found


@prepared
def _logons_at(device: UUID) -> QuerySet[StationLogon]:
    return _logons().filter(device=device)


def last_log_offs(people: Collection[Any]) -> dict[Any, datetime]:
    """When these people, by key, logged off last; without those who are on anywhere, or never were."""
    return {person: last for person, last, on in _log_offs(list(people)) if last is not None and not on}


@prepared
def _log_offs(people: Collection[UUID]) -> QuerySet[StationLogon, tuple[UUID, datetime | None, int]]:
    grouped = StationLogon.objects.filter(person=any_of(people)).order_by().values("person")
    counted = grouped.annotate(last=Max("logged_off_at"), on=Count("pk", filter=Q(logged_off_at__isnull=True)))
    return counted.values_list("person", "last", "on")


def device_for(person: Any, key: Any) -> StationDevice | None:
    """The browser of this key at one of the person's sites, also one that is revoked."""
    found = StationDevice.objects.select_related("site", "station", "registered_by", "revoked_by")
    return found.filter(pk=key, site__in=sites_of(person)).first()


def registered_at(sites: Collection[Any]) -> QuerySet[StationDevice]:
    """The browsers that are stations of these sites."""
    found = StationDevice.objects.filter(site__in=sites, revoked_at__isnull=True)
    return found.select_related("site", "station", "registered_by")


def devices_by_station(stations: Collection[Station]) -> dict[Any, list[StationDevice]]:
    """The browsers that are each of the stations, by the station's key; `on`: the log-ons there, in a list."""
    devices = _devices_at([station.pk for station in stations])
    on: dict[Any, list[StationLogon]] = {}
    for logon in _logons_on([device.pk for device in devices]) if devices else ():
        on.setdefault(logon.device_id, []).append(logon)
    found: dict[Any, list[StationDevice]] = {}
    for device in devices:
        device.on = on.get(device.pk, [])  # type: ignore[attr-defined]
        found.setdefault(device.station_id, []).append(device)
    return found


@prepared
def _devices_at(stations: Collection[UUID]) -> QuerySet[StationDevice]:
    found = StationDevice.objects.filter(station=any_of(stations), revoked_at__isnull=True)
    return found.select_related("registered_by").order_by("registered_at")


@prepared
def _logons_on(devices: Collection[UUID]) -> QuerySet[StationLogon]:
    return _logons().filter(device=any_of(devices))


def stations_for(person: Any) -> QuerySet[Station]:
    """The active stations of the person's sites, by site and work center."""
    found = Station.objects.filter(site__in=sites_of(person), is_active=True)
    return found.select_related("site", "work_center").order_by("site__name", *in_plant_order())


def running_by_station(stations: Collection[Station]) -> dict[Any, list[OperationExecution]]:
    """What runs at each of the stations, longest first, by the station's key."""
    found: dict[Any, list[OperationExecution]] = {}
    for execution in _running_at([station.pk for station in stations]):
        found.setdefault(execution.station_id, []).append(execution)
    return found


@prepared
def _running_at(stations: Collection[UUID]) -> QuerySet[OperationExecution]:
    rows = OperationExecution.objects.filter(station=any_of(stations), status=ExecutionStatus.RUNNING)
    return rows.select_related("unit", "worked_by").order_by("started_at")


@dataclass(frozen=True)
class Pace:
    """What a station did since midnight at its site. made: good pieces; mean_s: mean cycle, None before the first."""

    made: Decimal
    mean_s: int | None


def pace_today(station: Station, now: datetime) -> Pace:
    """The station's pace today."""
    midnight = datetime.combine(station.site.local(now).date(), time(), station.site.zone)
    for made, mean in _made_since(station.pk, midnight):
        return Pace(made, round(mean.total_seconds()) if mean else None)
    return Pace(Decimal(0), None)


@prepared
def _made_since(station: UUID, midnight: datetime) -> QuerySet[OperationExecution, tuple[Decimal, timedelta | None]]:
    """What was completed at the station since then: good pieces and mean cycle; no row where nothing was."""
    cycle = ExpressionWrapper(F("completed_at") - F("started_at"), output_field=DurationField())
    done = OperationExecution.objects.filter(station=station, completed_at__gte=midnight).order_by().values("station")
    return done.annotate(made=Sum("quantity_good"), mean=Avg(cycle)).values_list("made", "mean")


def place_in_order(unit: Unit) -> tuple[int, int]:
    """The unit is the n-th of the m units of its order, by serial."""
    row = Unit.objects.filter(work_order=unit.work_order_id).aggregate(
        place=Count("pk", filter=Q(serial__lte=unit.serial)), total=Count("pk")
    )
    return row["place"], row["total"]


def running_here(unit: Unit, station: Station) -> OperationExecution | None:
    """What runs on the unit at the station."""
    return OperationExecution.objects.filter(unit=unit, station=station, status=ExecutionStatus.RUNNING).first()


def all_readings(execution: OperationExecution) -> list[Reading]:
    """Every reading of the execution, the corrected ones too, in order of recording."""
    found = Reading.objects.filter(execution=execution).select_related("by", "witnessed_by", "signature")
    return list(found.order_by("id"))
