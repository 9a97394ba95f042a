"""Working hours for the plant of tests/plant.py, and its line as the board sees it."""

from datetime import datetime, time, timedelta

from equipment.models import Calendar, Shift, ShiftBreak, Station, WorkCenter
from tests.plant import Plant
from wip.actions import schedules
from wip.models import PlannedJob
from wip.planning.boards import stations_of

# 6:00 to 14:00 in Vienna, a break from 10:00 to 10:30; NOW of tests/plant.py is 9:00 there.
EARLY = datetime.fromisoformat("2026-11-23T06:00+01:00")


def at(clock: str, *, day: int = 23) -> datetime:
    """A time of that Monday, or another day, as the site's clock shows it."""
    return datetime.fromisoformat(f"2026-11-{day}T{clock}+01:00")


def with_a_shift(plant: Plant) -> WorkCenter:
    """The line works from 6 to 14, Monday to Friday, with a break."""
    with plant.door("omar"):
        calendar = Calendar.objects.create(site=plant.site, code="ONE", name="One shift")
        shift = Shift.objects.create(
            calendar=calendar, code="E", name="Early", weekdays=[0, 1, 2, 3, 4], begins=time(6), ends=time(14)
        )
        ShiftBreak.objects.create(shift=shift, begins=time(10), ends=time(10, 30))
        WorkCenter.objects.filter(code="LINE-1").update(calendar=calendar)
    return WorkCenter.objects.select_related("site", "calendar").get(code="LINE-1")


def line(center: WorkCenter) -> dict[str, Station]:
    """The stations of the center by the operation that is done there."""
    return {station.code.removeprefix("ST-"): station for station in stations_of(center)}


def planned(plant: Plant, order, code: str, starts_at: datetime, *, station: Station, who: str = "ines") -> PlannedJob:
    with plant.door(who) as passage:
        return schedules.plan(
            order=order, operation_code=code, station=station, starts_at=starts_at, by=passage.person, at=passage.at
        )


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
