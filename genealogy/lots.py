"""Lots at the line: what is staged where, what waits in quarantine, and how long each may still be used."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from equipment.models import Station
from equipment.queries import in_plant_order
from genealogy.models import Delivery, Unit
from genealogy.status import UnitStatus
from mes.kernel.numbers import plain

SOON_DAYS = 14  # from here on a lot's expiry is shown as a caution


@dataclass(frozen=True)
class Expiry:
    """How long a unit may still be used, for a person: tone and words. days: left, less than 0 when it is expired."""

    date: date
    days: int

    @property
    def tone(self) -> str:
        """alarm: expired; caution: soon; "" otherwise."""
        if self.days < 0:
            return "alarm"
        return "caution" if self.days <= SOON_DAYS else ""

    @property
    def words(self) -> str:
        if self.days < 0:
            return _("Expired")
        return _("Expires today") if self.days == 0 else _("Expires in {days} d").format(days=self.days)


@dataclass(frozen=True)
class Shelved:
    """A unit or lot with what is to be said of its expiry (None: it keeps). hold: number of what holds it, if any."""

    unit: Unit
    expiry: Expiry | None
    hold: str = ""


def expiry_of(unit: Unit, today: date) -> Expiry | None:
    """How long the unit may still be used, seen from today at its site."""
    return Expiry(unit.expires_date, (unit.expires_date - today).days) if unit.expires_date else None


def shelved(units: Collection[Unit], today: date, held: Mapping[UUID, str]) -> list[Shelved]:
    """The units with their expiry. held: by unit, the number of a hold on it."""
    return [Shelved(unit, expiry_of(unit, today), held.get(unit.pk, "")) for unit in units]


def units_of(sites: Collection[UUID]) -> QuerySet[Unit]:
    """Units and lots of the sites, received or made there, with what a list of lots shows."""
    found = Unit.objects.filter(site__in=sites)
    return found.select_related("site", "product", "product_revision", "station", "delivery__supplier", "created_by")


def lots_of(sites: Collection[UUID]) -> QuerySet[Unit]:
    """Those of them that were received."""
    return units_of(sites).filter(work_order__isnull=True)


def staged_at(station: Station) -> QuerySet[Unit]:
    """What is staged at a station and not used up: of each product the first expiry first."""
    staged = Unit.objects.filter(station=station, status=UnitStatus.FINISHED).select_related("product")
    return staged.order_by("product__code", F("expires_date").asc(nulls_last=True), "created_at")


def staged_by_station(sites: Collection[UUID]) -> dict[Station, list[Unit]]:
    """The same for every station of the sites that has any, by work center and station."""
    staged = Unit.objects.filter(site__in=sites, station__isnull=False, status=UnitStatus.FINISHED)
    found: dict[Station, list[Unit]] = {}
    for unit in staged.select_related("site", "product", "station").order_by(
        *in_plant_order("station__"), "product__code", F("expires_date").asc(nulls_last=True), "created_at"
    ):
        assert unit.station is not None
        found.setdefault(unit.station, []).append(unit)
    return found


def in_quarantine(sites: Collection[UUID]) -> QuerySet[Unit]:
    """What waits for quality's word at the sites, longest first."""
    return lots_of(sites).filter(status=UnitStatus.QUARANTINED).order_by("created_at", "serial")


def in_store(sites: Collection[UUID]) -> QuerySet[Unit]:
    """What was received at the sites, may be used and is staged nowhere: of each product the first expiry first."""
    there = lots_of(sites).filter(status=UnitStatus.FINISHED, station__isnull=True)
    return there.order_by("product__code", F("expires_date").asc(nulls_last=True), "created_at")


def release_content(unit: Unit) -> dict[str, Any]:
    """What a person signs who releases a unit or lot, as it is shown to them."""
    delivery: Delivery | None = getattr(unit, "delivery", None)
    return {
        "lot": unit.serial,
        "product": unit.product.code,
        "quantity": plain(unit.quantity_left),
        "quantity_unit": unit.product.quantity_unit,
        "expires": unit.expires_date.isoformat() if unit.expires_date else "",
        "supplier": delivery.supplier.code if delivery and delivery.supplier else "",
        "supplier_lot": delivery.supplier_lot if delivery else "",
        "certificate": delivery.certificate_number if delivery else "",
    }
