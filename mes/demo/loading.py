"""Loading the demo plant: all of it in one transaction, or nothing."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from equipment.models import Site, Station, StationClass, WorkCenter
from genealogy.models import SerialCounter
from mes.demo import people as demo_people
from mes.demo import routing as demo_routing
from mes.demo.history import History
from mes.erp.actions.orders import import_orders
from mes.erp.imports import table_of_file
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person, Qualification
from mes.kernel.refusals import Refusal
from orders.actions import revisions
from orders.content import digest_of
from orders.models import ProductRevision, RoutingRevision, Tracking

ORDERS = Path(__file__).parent / "orders.csv"
REASON = "Demo plant"

# operation code: station class, its name, the station's name
STATIONS = {
    "10": ("esd-bench", "ESD bench", "Board"),
    "20": ("assembly-bench", "Assembly bench", "Drive"),
    "30": ("torque-bench", "Torque bench", "Torque"),
    "40": ("leak-tester", "Leak tester", "Leak test"),
    "50": ("label-bench", "Label bench", "Label"),
    "60": ("packing-bench", "Packing bench", "Pack"),
}


class NotADemo(Refusal):
    """These settings are not a demo's: known passwords must not come into a real plant."""


class PlantNotEmpty(Refusal):
    """The database has a plant already."""


def is_empty() -> bool:
    """Whether the database has neither a site nor a person."""
    return not Site.objects.exists() and not Person.objects.exists()


def load(*, at: datetime, tell: Callable[[str], object] = print) -> None:
    """Load the demo plant as it is at `at`. Raises NotADemo and PlantNotEmpty."""
    if not settings.MES_DEMO:
        raise NotADemo(
            "The demo plant is loaded into a demo only.",
            why="Its people have passwords that everybody knows, and these settings have MES_DEMO = False.",
            do="Run it with DJANGO_SETTINGS_MODULE=mes.settings.demo.",
        )
    with transaction.atomic():
        with connection.cursor() as cursor:  # two loaders at once: the second waits, then finds a plant
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('load_demo'))")
        if not is_empty():
            raise PlantNotEmpty("The database has a plant already.", do="Use an empty database, or --if-empty.")
        _load(at, tell)


def _load(at: datetime, tell: Callable[[str], object]) -> None:
    drawn = at - timedelta(days=21)
    with open_door(person=None, at=drawn, reason=REASON):
        people = demo_people.build_people()
    with open_door(person=people["administrator"], at=drawn, reason=REASON):
        site, classes, stations = _build_site()
        demo_people.build_access(people, site)
        qualifications = demo_people.build_qualifications(people, at)
    tell(f"{site}: {len(people)} people, {len(stations)} stations")
    _build_products(people, site, classes, qualifications, drawn)
    history = History(site, people, stations, now=at)
    imported = history.first - timedelta(hours=1)
    with open_door(person=people["integration"], at=imported, reason="orders.csv") as passage:
        found = import_orders(table=table_of_file(orders_csv(at)), by=passage.person, at=imported)
    tell(f"{len(found.lines)} orders from {ORDERS.name}")
    history.play()
    tell(f"{history.count} steps of history made")


def _build_site() -> tuple[Site, dict[str, StationClass], dict[str, Station]]:
    site = Site.objects.create(code="NORTHFIELD", name="Northfield", time_zone="Europe/Vienna")
    line = WorkCenter.objects.create(site=site, code="LINE-1", name="Line 1")
    classes, stations = {}, {}
    for operation, (code, class_name, name) in STATIONS.items():
        classes[code] = StationClass.objects.create(code=code, name=class_name)
        stations[operation] = Station.objects.create(
            site=site, work_center=line, station_class=classes[code], code=f"ST-{operation}", name=name
        )
    return site, classes, stations


def _build_products(
    people: dict[str, Person],
    site: Site,
    classes: dict[str, StationClass],
    qualifications: dict[str, Qualification],
    at: datetime,
) -> None:
    """Drafted by the engineer, released by quality."""
    drafts: list[tuple[ProductRevision, RoutingRevision]] = []
    with open_door(person=people["engineer"], at=at, reason=REASON):
        for product, operations, number in (
            (_draft_pump(), demo_routing.PUMP, 7),
            (_draft_tubing(), demo_routing.TUBING, 2),
        ):
            drafts.append(
                (
                    product,
                    demo_routing.build_routing(
                        product.product,
                        site,
                        operations,
                        number=number,
                        classes=classes,
                        qualifications=qualifications,
                    ),
                )
            )
    for verb, who, meaning, reason in (
        (revisions.approve, people["engineer"], Meaning.APPROVED, REASON),
        (revisions.release, people["quality"], Meaning.RELEASED, "CAPA-0041 closed"),
    ):
        with open_door(person=who, at=at, reason=reason):
            for revision in (one for pair in drafts for one in pair):
                verb(revision=revision, signing=Signing(who, meaning, digest_of(revision)), by=who, at=at)
    with open_door(person=people["engineer"], at=at, reason="IEC 60601-1: electrical safety test"):
        demo_routing.draft_next(drafts[0][1], by=people["engineer"], at=at)


def _draft_pump() -> ProductRevision:
    draft = demo_routing.build_product(
        "IP2", "Infusion pump", revision="C", parts=demo_routing.PUMP_PARTS, serial_pattern="IP2-{number:06}"
    )
    SerialCounter.objects.create(product=draft.product, last=4140)  # the plant has made some before
    return draft


def _draft_tubing() -> ProductRevision:
    return demo_routing.build_product(
        "TS-150",
        "Tubing set 150 cm",
        revision="B",
        parts=demo_routing.TUBING_PARTS,
        serial_pattern="TS-{number:05}",
        tracking=Tracking.LOT,
    )


def orders_csv(at: datetime) -> bytes:
    """The order file with real dates: in the template `due_at` is in days from the loading day, such as +3."""
    rows = list(csv.DictReader(ORDERS.read_text().splitlines()))
    for row in rows:
        row["due_at"] = (at.date() + timedelta(days=int(row["due_at"]))).isoformat()
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
