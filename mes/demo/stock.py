"""What lies beside the demo plant's stations to be built in: suppliers, deliveries, quarantine, staged lots."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from genealogy.actions import lots, units
from genealogy.lots import release_content
from genealogy.models import Supplier, Unit
from genealogy.policies import Delivered
from mes.demo.ground import Ground
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from orders.models import Product


@dataclass(frozen=True)
class DemoLot:
    """expires: in days from loading, None: it keeps. station: where it is staged, by number."""

    product: str
    number: str
    quantity: int
    supplier: str
    supplier_lot: str
    station: str = ""
    expires: int | None = None


SUSPECT_LOT = "LOT-88097"
LOTS = (
    DemoLot("BAT-36", "LOT-87954", 400, "voltara", "VC-2609-114", "10", 190),
    DemoLot("GSK-14", "LOT-88010", 500, "brixen-elasto", "BE 77120", "20", 11),
    DemoLot("M3X8-T10", SUSPECT_LOT, 1000, "halden", "H-551902", "30"),
    DemoLot("M3X8-T10", "LOT-88121", 2000, "halden", "H-552310", "30"),
    DemoLot("UDI-LBL", "LOT-88064", 1000, "medprint", "R-2208", "50", 420),
    DemoLot("IFU-EN", "LOT-87720", 600, "medprint", "IFU2-R7-0311", "60"),
    DemoLot("TUBE-PVC", "LOT-88102", 3000, "laguna-tube", "LT40992"),
    DemoLot("LUER-M", "LOT-88077", 5000, "laguna-tube", "LT41003"),
    DemoLot("BAR-12", "LOT-88033", 120, "styria-steel", "HEAT 40-7719", "110"),
)
# Came yesterday: batteries and bars wait for quality.
LATE = (
    DemoLot("BAT-36", "LOT-88140", 400, "voltara", "VC-2610-031", expires=320),
    DemoLot("BAR-12", "LOT-88143", 180, "styria-steel", "HEAT 41-0086"),
    DemoLot("GSK-14", "LOT-88151", 500, "brixen-elasto", "BE 78002", expires=205),
)
SERIALS = {"PCB-7": "PCB-24", "DRV-2": "DRV-19"}
PIECES = 90  # boards and drives with serial numbers; some are left to scan


@dataclass
class Stock:
    """What is taken next: by product a lot's number, or the serial numbers that are left."""

    serials: dict[str, Iterator[str]] = field(default_factory=dict)
    lots: dict[str, str] = field(default_factory=dict)

    @classmethod
    def receive(cls, ground: Ground, people: dict[str, Person], *, now: datetime, at: datetime) -> "Stock":
        """Receive the month's components, let quality release what waits for it, and bring them to their stations."""
        stock, received = cls(), []
        suppliers = {supplier.code: supplier for supplier in Supplier.objects.all()}
        products, by = {product.code: product for product in Product.objects.all()}, people["supervisor"]
        with open_door(person=by, at=at, reason="Delivery"):
            for code, prefix in SERIALS.items():
                serials = [f"{prefix}{number:04}" for number in range(1101, 1101 + PIECES)]
                for serial in serials:
                    units.receive(
                        site=ground.site, product=products[code], serial=serial, quantity=Decimal(1), by=by, at=at
                    )
                stock.serials[code] = iter(serials)
            for lot in LOTS:
                received.append(receive_lot(lot, ground, products[lot.product], suppliers, now=now, by=by, at=at))
                stock.lots.setdefault(lot.product, lot.number)
        release_lots(received, people["quality"], at)
        with open_door(person=by, at=at, reason="Brought to the line"):
            for lot, unit in zip(LOTS, received, strict=True):
                if lot.station:
                    lots.stage(unit=unit, station=ground.stations[lot.station], by=by, at=at)
        yesterday = now - timedelta(hours=20)
        with open_door(person=by, at=yesterday, reason="Delivery"):
            for lot in LATE:
                receive_lot(lot, ground, products[lot.product], suppliers, now=now, by=by, at=yesterday)
        return stock

    def take(self, code: str, unit: Unit, station_code: str) -> str:
        """The serial or lot number that is built in next."""
        return next(self.serials[code]) if code in self.serials else self.lots[code]


def receive_lot(
    lot: DemoLot,
    ground: Ground,
    product: Product,
    suppliers: dict[str, Supplier],
    *,
    now: datetime,
    by: Person,
    at: datetime,
) -> Unit:
    """Receive a supplier's lot, with the number of its certificate. Within an open door."""
    delivered = Delivered(
        supplier=suppliers[lot.supplier],
        supplier_lot=lot.supplier_lot,
        certificate_number=f"3.1-{lot.number[-5:]}",
        label=lot.supplier_lot,
    )
    return units.receive(
        site=ground.site,
        product=product,
        serial=lot.number,
        quantity=Decimal(lot.quantity),
        expires_date=None if lot.expires is None else (now + timedelta(days=lot.expires)).date(),
        delivered=delivered,
        by=by,
        at=at,
    )


def release_lots(received: list[Unit], by: Person, at: datetime) -> None:
    """Quality releases what is in quarantine, each with a signature."""
    with open_door(person=by, at=at, reason="Incoming inspection"):
        for unit in received:
            if unit.product.is_quarantined:
                signing = Signing(by, Meaning.RELEASED, digest(release_content(unit)))
                lots.release(unit=unit, reason="Certificate 3.1 agrees with the order", signing=signing, by=by, at=at)
