"""Components as simulated operators find them: what is in stock, free, and staged where it is."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q

from equipment.models import Site
from genealogy.actions import units
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.demo.stock import SERIALS
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import NotFound
from orders.models import Product, Tracking
from wip.models import Hold
from wip.status import HoldStatus


class Shelf:
    """What may be built in, looked up as it is needed."""

    def take(self, code: str, unit: Unit, station_code: str) -> str:
        """The serial or lot number to scan: staged at the station or nowhere, first expiry first. Raises NotFound."""
        held = Hold.objects.filter(status=HoldStatus.OPEN, unit__isnull=False).values("unit")
        free = Unit.objects.filter(product__code=code, site=unit.site_id, status=UnitStatus.FINISHED)
        free = free.filter(Q(station__isnull=True) | Q(station__code=station_code)).exclude(pk__in=held)
        enough = free.annotate(
            left=F("quantity") - F("quantity_consumed") - F("quantity_scrapped") - F("quantity_split")
        )
        order = "station_id", F("expires_date").asc(nulls_last=True), "created_at", "serial"
        found = enough.filter(left__gte=min(unit.quantity, 6)).order_by(*order).first()
        if found is None:
            raise NotFound(f"There is no {code} left.", do="Receive some.")
        return found.serial

    @staticmethod
    def receive(code: str, count: int, *, by: Person, at: datetime) -> Iterator[Unit]:
        """Receive so many serial numbers, on from the highest one. Within an open door."""
        product, site = Product.objects.get(code=code, tracking=Tracking.SERIAL), Site.objects.get(code="NORTHFIELD")
        known = Unit.objects.filter(product=product, serial__startswith=SERIALS[code]).order_by("-serial").first()
        last = int(known.serial.removeprefix(SERIALS[code])) if known else 1100
        for number in range(last + 1, last + 1 + count):
            serial = f"{SERIALS[code]}{number:04}"
            yield units.receive(site=site, product=product, serial=serial, quantity=Decimal(1), by=by, at=at)
