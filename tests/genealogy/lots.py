"""Suppliers and received lots for tests, by the verbs."""

from datetime import date
from decimal import Decimal

from genealogy.actions import lots, units
from genealogy.lots import release_content
from genealogy.models import Supplier, Unit
from genealogy.policies import Delivered
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.canonical import digest
from orders.models import Product


def supplier(plant, code: str = "bossard", **more) -> Supplier:
    with plant.door("omar"):
        return Supplier.objects.create(code=code, name=code.title(), **more)


def quarantined(plant, product: Product, days: int | None = None) -> Product:
    """The product, from now on received into quarantine, with a shelf life in days."""
    with plant.door("hiroshi"):
        product.is_quarantined, product.shelf_life_days = True, days
        product.save()
    return product


def take_in(plant, product=None, *, serial="LOT-1", quantity="100", who="ines", expires: date | None = None, **more):
    """Receive a lot; by default 100 screws."""
    with plant.door(who) as passage:
        return units.receive(
            site=more.pop("site", plant.site),
            product=product or plant.screws,
            serial=serial,
            quantity=Decimal(quantity),
            expires_date=expires,
            delivered=Delivered(**more) if more else None,
            by=passage.person,
            at=passage.at,
        )


def signing(plant, unit: Unit, who: str = "mei", meaning: str = "RELEASED") -> Signing:
    """Who has read the lot's page signs it."""
    return Signing(plant.people[who], meaning, digest(release_content(Unit.objects.get(pk=unit.pk))))


def release(plant, unit: Unit, who: str = "mei", reason: str = "Certificate checked", signed=None) -> Unit:
    with plant.door(who) as passage:
        return lots.release(
            unit=unit, reason=reason, signing=signed or signing(plant, unit, who), by=passage.person, at=passage.at
        )


def reject(plant, unit: Unit, who: str = "mei", reason: str = "Wrong plating") -> Unit:
    with plant.door(who) as passage:
        return lots.reject(unit=unit, reason=reason, by=passage.person, at=passage.at)


def send_back(plant, unit: Unit, who: str = "mei", reason: str = "Wrong plating") -> Unit:
    with plant.door(who) as passage:
        return lots.return_to_supplier(unit=unit, reason=reason, by=passage.person, at=passage.at)


def stage(plant, unit: Unit, code: str = "30", who: str = "amina") -> Unit:
    with plant.door(who) as passage:
        return lots.stage(unit=unit, station=plant.stations[code], by=passage.person, at=passage.at)


def unstage(plant, unit: Unit, who: str = "amina") -> Unit:
    with plant.door(who) as passage:
        return lots.unstage(unit=unit, by=passage.person, at=passage.at)
