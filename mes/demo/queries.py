"""What of the demo plant is worth scanning now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.models import Station
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.demo.cell import AT_LOADING
from mes.demo.history import CREW
from mes.demo.people import PINS
from mes.demo.stock import SUSPECT_LOT
from mes.kernel.personnel.models import Person, PersonQualification
from mes.people.standing import Standing, standing
from orders.models import Product, Tracking
from wip.queues import queue_at

SERIALS_EACH = 4
UNITS_EACH = 2
_NOTES = {Standing.LAPSED: lazy("(lapsed)"), Standing.WITHDRAWN: lazy("(withdrawn)")}


@dataclass(frozen=True)
class Label:
    """A code to scan, what it is, and what happens."""

    code: str
    title: str
    note: str = ""


def people_on_the_sheet(today: date) -> Iterator[tuple[Person, list[str]]]:
    """Everybody whose PIN is printed, in the order of their badges, and what they are qualified for."""
    held = Prefetch("qualifications", PersonQualification.objects.select_related("qualification"))
    for person in Person.objects.filter(username__in=PINS).prefetch_related(held).order_by("badge"):
        granted = [(one, standing(one, today)) for one in person.qualifications.all()]
        yield person, [f"{one.qualification} {one.level} {_NOTES.get(worth, '')}".rstrip() for one, worth in granted]


def units_to_scan() -> list[Label]:
    """The next units that are ready at each station."""
    crew = CREW | AT_LOADING
    people = {person.username: person for person in Person.objects.filter(username__in=crew.values())}
    labels = []
    for station in Station.objects.filter(is_active=True).order_by("code"):
        person = people.get(crew.get(station.code.removeprefix("ST-"), ""))
        if person is None:
            continue
        ready = queue_at(station, person, ready=UNITS_EACH, coming=0).ready
        labels += [
            Label(
                one.job.unit.serial,
                f"{station.code} {station.name}",
                _("ready for {operation} {name}").format(operation=one.job.operation.code, name=one.job.operation.name),
            )
            for one in ready
        ]
    return labels


def components_to_scan() -> list[Label]:
    """Parts and lots that are free to be built in."""
    labels = []
    for product in Product.objects.filter(used_in__isnull=False).distinct():
        free = Unit.objects.filter(product=product, status=UnitStatus.FINISHED).exclude(serial=SUSPECT_LOT)
        kind = _("serial number") if product.tracking == Tracking.SERIAL else _("lot")
        labels += [Label(unit.serial, product.name, kind) for unit in free.order_by("serial")[:SERIALS_EACH]]
    return labels


def components_to_be_refused() -> list[Label]:
    """Codes that the station page has to refuse: held, built in already, unknown."""
    built_in = Unit.objects.filter(product__code="PCB-7", status=UnitStatus.CONSUMED).order_by("serial").first()
    labels = [Label(SUSPECT_LOT, "Screw M3 × 8, Torx T10", _("on hold"))]
    if built_in is not None:
        labels.append(Label(built_in.serial, "Main board", _("built in already")))
    return [*labels, Label("PCB-999999", "Main board", _("unknown here"))]
