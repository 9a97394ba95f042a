"""Loading the demo plant: all of it in one transaction, or nothing."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from equipment.models import Site
from mes.demo import leading
from mes.demo.assets import calibrate_assets
from mes.demo.ground import Ground
from mes.demo.history import History
from mes.demo.machines import past
from mes.demo.master_data import FOLDER, take_over
from mes.erp.actions.orders import import_orders
from mes.erp.imports import table_of_file
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal

ORDERS = Path(__file__).parent / "orders.csv"


class NotADemo(Refusal):
    """These settings are not a demo's: known passwords must not come into a real plant."""


class PlantNotEmpty(Refusal):
    """The database has a plant already."""


def is_empty() -> bool:
    """Whether the database has neither a site nor a person."""
    return not Site.objects.exists() and not Person.objects.exists()


def load(*, at: datetime, tell: Callable[[str], object] = print) -> None:
    """Load the demo plant as it is at `at`, and then the past of its machines. Raises NotADemo and PlantNotEmpty."""
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
    tell(f"{past.write(at=at)} samples of the machines' last day")


def _load(at: datetime, tell: Callable[[str], object]) -> None:
    people = take_over(now=at)
    ground = Ground.read()
    tell(f"{ground.site}: {len(people)} people, {len(ground.stations)} stations from {FOLDER.name}/")
    calibrate_assets(now=at, by=people["samuel"])
    history = History(ground, people, now=at, folder=getattr(settings, "MES_MACHINES", None))
    imported = history.first - timedelta(hours=1)
    rows = orders_csv(at)
    with open_door(person=people["integration"], at=imported, reason="orders.csv") as passage:
        found = import_orders(table=table_of_file(rows), by=passage.person, at=imported)
    tell(f"{len(found.lines)} orders from {ORDERS.name}")
    leading.schedule_changes(history, rows)
    history.play()
    tell(f"{history.count} steps of history made")


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
