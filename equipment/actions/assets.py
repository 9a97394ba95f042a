"""Verbs on tools, gauges and fixtures: where they are, what they are used for, whether they are in use at all."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal
from uuid import UUID

from django.db.models import F, Max, Q
from django.utils.translation import gettext as _

from equipment.models import AssetUse, PhysicalAsset, Station
from equipment.policies import check_site_access
from equipment.queries import lock_assets_taken_by
from equipment.topics import at_station
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal
from mes.kernel.writes import insert, update


class AssetOutOfUse(Refusal):
    """The asset was taken out of use."""


class AssetInUse(Refusal):
    """The asset is in use already."""


class AssetAlreadyThere(Refusal):
    """The asset is where it is to be placed."""


class StationNotForAsset(Refusal):
    """The station is out of use, or at another site than the asset."""


class NothingToOverhaul(Refusal):
    """The asset has not been used since its last overhaul."""


def place(*, asset: PhysicalAsset, station: Station | None, by: Person, at: datetime) -> PhysicalAsset:
    """Bring an asset to a station, or, with None, to the store.

    Raises AssetOutOfUse, AssetAlreadyThere, StationNotForAsset.
    """
    check_permission(by, Permission.MOVE_ASSETS)
    locked = lock(asset=asset, by=by)
    if station is not None:
        if not locked.is_active:
            raise AssetOutOfUse(
                _("{asset} is out of use.").format(asset=locked),
                do=_("Take another one, or let quality put it back into use."),
            )
        if station.site_id != locked.site_id or not station.is_active:
            raise StationNotForAsset(
                _("{asset} can't be placed at {station}.").format(asset=locked, station=station),
                do=_("Choose a station of its site."),
            )
    if locked.station_id == (station.pk if station else None):
        if station:
            sentence = _("{asset} is at {station} already.").format(asset=locked, station=station)
        else:
            sentence = _("{asset} is in the store already.").format(asset=locked)
        raise AssetAlreadyThere(sentence, do=_("Nothing is left to do."))
    announce(*(at_station(locked.site_id, key) for key in (locked.station_id, station and station.pk) if key))
    locked.station = station
    locked.save(update_fields=["station"])
    return locked


def take(*, assets: Sequence[PhysicalAsset], execution: UUID, by: Person, at: datetime) -> None:
    """Note that an operation has taken these assets: from here on they are on its record."""
    insert([AssetUse(site_id=asset.site_id, asset=asset, execution=execution, at=at, by=by) for asset in assets])


def use(*, execution: UUID, cycles: Mapping[str, Decimal], lasted: timedelta, by: Person, at: datetime) -> None:
    """Add to the life of the assets that an operation has taken what it used of it.

    cycles: by code of the asset's class, a broken one counts whole. lasted: hours of it count for the classes with a
    limit in hours. Three statements, whatever the number of assets.
    """
    rows = []
    for asset in lock_assets_taken_by(execution):
        hours = _hours(lasted) if asset.asset_class.life_hours is not None else Decimal(0)
        added = int(cycles.get(asset.asset_class.code, Decimal(0)).to_integral_value(ROUND_UP))
        if not added and not hours:
            continue
        rows.append(AssetUse(site_id=asset.site_id, asset=asset, execution=execution, at=at, by=by))
        rows[-1].cycles, rows[-1].hours = added, hours
        asset.cycles, asset.hours = asset.cycles + added, asset.hours + hours
    if rows:
        # Balances beside their rows: as a saved record each would leave a state in its history without saying more.
        update([row.asset for row in rows], "cycles", "hours")
        insert(rows)


def give_back_use(*, execution: UUID, used_at: datetime, reason: str, by: Person, at: datetime) -> None:
    """Take off the life of assets what the end of an operation at `used_at` added, that end being taken back.

    An overhaul since then has taken it off already.
    """
    used = list(AssetUse.objects.filter(execution=execution, at=used_at).filter(Q(cycles__gt=0) | Q(hours__gt=0)))
    if not used:
        return
    locked = {asset.pk: asset for asset in lock_assets_taken_by(execution)}
    overhauls = AssetUse.objects.filter(asset__in=locked, execution__isnull=True)
    overhauled = dict(overhauls.values_list("asset").annotate(Max("sequence")))
    given_back = []
    for one in used:
        if overhauled.get(one.asset_id, 0) > one.sequence:
            continue
        asset = locked[one.asset_id]
        asset.cycles, asset.hours = asset.cycles - one.cycles, asset.hours - one.hours
        given_back.append(
            AssetUse(
                site_id=asset.site_id,
                asset=asset,
                execution=execution,
                at=at,
                by=by,
                cycles=-one.cycles,
                hours=-one.hours,
                reason=reason,
            )
        )
    update([row.asset for row in given_back], "cycles", "hours")
    insert(given_back)


def overhaul(*, asset: PhysicalAsset, reason: str, by: Person, at: datetime) -> PhysicalAsset:
    """Begin an asset's life anew, after it was ground, rebuilt or exchanged; the reason says which.

    Raises InvalidInput without a reason, NothingToOverhaul when nothing was used.
    """
    check_permission(by, Permission.CALIBRATE_ASSETS)
    if not reason.strip():
        raise InvalidInput(_("An overhaul needs a reason."), do=_("Say in a few words what was done to it."))
    locked = lock(asset=asset, by=by)
    if not locked.cycles and not locked.hours:
        raise NothingToOverhaul(
            _("{asset} has not been used since its last overhaul.").format(asset=locked),
            do=_("Nothing is left to do."),
        )
    AssetUse.objects.create(
        site_id=locked.site_id,
        asset=locked,
        at=at,
        by=by,
        cycles=-locked.cycles,
        hours=-locked.hours,
        reason=reason.strip(),
    )
    PhysicalAsset.objects.filter(pk=locked.pk).update(cycles=F("cycles") - locked.cycles, hours=0)
    locked.cycles, locked.hours = 0, Decimal(0)
    return locked


def retire(*, asset: PhysicalAsset, by: Person, at: datetime) -> PhysicalAsset:
    """Take an asset out of use, and from its station. The passage's reason says why. Raises AssetOutOfUse."""
    check_permission(by, Permission.CALIBRATE_ASSETS)
    locked = lock(asset=asset, by=by)
    if not locked.is_active:
        raise AssetOutOfUse(_("{asset} is out of use already.").format(asset=locked), do=_("Nothing is left to do."))
    locked.is_active, locked.station = False, None
    locked.save(update_fields=["is_active", "station"])
    return locked


def restore(*, asset: PhysicalAsset, by: Person, at: datetime) -> PhysicalAsset:
    """Put an asset back into use, in the store. Raises AssetInUse."""
    check_permission(by, Permission.CALIBRATE_ASSETS)
    locked = lock(asset=asset, by=by)
    if locked.is_active:
        raise AssetInUse(_("{asset} is in use already.").format(asset=locked), do=_("Nothing is left to do."))
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    return locked


def lock(*, asset: PhysicalAsset, by: Person) -> PhysicalAsset:
    """The asset's row, locked. Raises SiteNotYours. Without joins: see the lock order in docs/architecture.md."""
    check_site_access(by, asset.site_id)
    return PhysicalAsset.objects.select_for_update(no_key=True).get(pk=asset.pk)


def _hours(lasted: timedelta) -> Decimal:
    seconds = Decimal(max(0, round(lasted.total_seconds())))
    return (seconds / 3600).quantize(Decimal("0.0001"))
