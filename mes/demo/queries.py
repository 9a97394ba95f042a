"""What of the demo plant is worth scanning now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.models import Station
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.demo.cell import AT_LOADING
from mes.demo.history import CREW
from mes.demo.machines import faults
from mes.demo.machines.faults import Fault
from mes.demo.machines.plan import MACHINES
from mes.demo.machines.scores import Comparison, Job, Score
from mes.demo.machines.scoring import facts_of, scores_of
from mes.demo.machines.strips import Strip, recorded_strip, true_strip
from mes.demo.people import PINS
from mes.demo.stock import SUSPECT_LOT
from mes.kernel.personnel.models import Person, PersonQualification
from mes.people.standing import Standing, standing
from orders.models import Product, Tracking
from wip.queues import queue_at

SERIALS_EACH = 4
UNITS_EACH = 2
_NOTES = {Standing.LAPSED: lazy("(lapsed)"), Standing.WITHDRAWN: lazy("(withdrawn)")}


# What can be made to be wrong with a machine, as its buttons say.
FAULTS = {
    Fault.UNPLUG: lazy("Pull its cable"),
    Fault.MUTE: lazy("Answer nothing"),
    Fault.DROP: lazy("Hang up on every question"),
    Fault.SLOW: lazy("Answer slowly"),
    Fault.FAIL: lazy("Report a failure of the device"),
    Fault.RESET: lazy("Set its counter to 0"),
    Fault.RESTART: lazy("Restart, its memory lost"),
    Fault.CLOCK: lazy("Put its clock wrong"),
}
SCORED = timedelta(hours=1)
JOBS_SHOWN = 5
COMPARED = {
    "counts": lazy("Counts"),
    "states": lazy("States"),
    "values": lazy("Cycle values"),
    "genealogy": lazy("Genealogy"),
    "samples": lazy("Samples"),
}


@dataclass(frozen=True)
class MachineRow:
    """A simulated machine beside the truth. place: keys of site and station; wrong: what is ordered to be, if any."""

    score: Score
    station: Station
    truth: Strip
    record: Strip
    wrong: str
    faults: list[tuple[str, str]]

    @property
    def place(self) -> tuple[UUID, UUID]:
        return self.station.site_id, self.station.pk

    @property
    def comparisons(self) -> list[tuple[str, Comparison]]:
        return [(str(COMPARED[name]), one) for name, one in self.score.comparisons.items()]

    @property
    def jobs(self) -> list[Job]:
        return self.score.jobs[:JOBS_SHOWN]


def machines_beside_the_truth(folder: Path, now: datetime) -> list[MachineRow]:
    """Those that have told anything in the last hour, in the order of their stations."""
    since, at = (now - SCORED).timestamp(), now.timestamp()
    facts = facts_of(folder, since)
    scores = {one.machine: one for one in scores_of(facts, at=at, since=since)}
    wrong = faults.ordered(folder, at)
    stations = {one.code: one for one in Station.objects.select_related("site")}
    found = []
    for plan in sorted(MACHINES, key=lambda plan: (len(plan.station), plan.station)):
        if plan.code not in scores or plan.station not in stations:
            continue
        station, one = stations[plan.station], scores[plan.code]
        said = ""
        if plan.code in wrong:
            fault, until = wrong[plan.code]
            said = _("{fault}, for {seconds} s more").format(fault=FAULTS[fault], seconds=round(until - at))
        possible = [(str(fault), str(words)) for fault, words in FAULTS.items() if fault in faults.possible(plan)]
        found.append(
            MachineRow(
                score=one,
                station=station,
                truth=true_strip(facts[plan.code], since, at),
                record=recorded_strip(station, since, at, facts[plan.code][0].at, min(at, one.seen_until)),
                wrong=said,
                faults=possible,
            )
        )
    return found


def total_of(rows: Sequence[MachineRow]) -> list[tuple[str, Comparison]]:
    """What is compared, of all machines together."""
    total = {name: Comparison("") for name in COMPARED}
    for row in rows:
        for name, one in row.score.comparisons.items():
            total[name].of = one.of
            total[name].compared += one.compared
            total[name].wrong += one.wrong
            total[name].under_way += one.under_way
    return [(str(COMPARED[name]), one) for name, one in total.items()]


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
