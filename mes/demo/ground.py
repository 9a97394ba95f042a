"""Where the demo plant works: areas, lines, stations, calendars, and what people choose reasons from."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from equipment.actions import reasons
from equipment.models import (
    Area,
    Calendar,
    CalendarException,
    ClearanceItem,
    Enterprise,
    Shift,
    ShiftBreak,
    Site,
    Station,
    StationClass,
    WorkCenter,
)
from equipment.status import CalendarChange
from mes.demo.reasons import TREES
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person

ASSEMBLY, MACHINING = "ASSEMBLY", "MACHINING"

# Number of the station: area, station class, its name, the station's name. ST-10 is the first of the pump line.
STATIONS = {
    "10": (ASSEMBLY, "esd-bench", "ESD bench", "Board"),
    "20": (ASSEMBLY, "assembly-bench", "Assembly bench", "Drive"),
    "30": (ASSEMBLY, "torque-bench", "Torque bench", "Torque"),
    "40": (ASSEMBLY, "leak-tester", "Leak tester", "Leak test"),
    "50": (ASSEMBLY, "label-bench", "Label bench", "Label"),
    "60": (ASSEMBLY, "packing-bench", "Packing bench", "Pack"),
    "110": (MACHINING, "lathe", "Lathe", "Lathe"),
    "120": (MACHINING, "hobbing-machine", "Hobbing machine", "Hobbing"),
    "130": (MACHINING, "washer", "Washer", "Washer"),
    "140": (MACHINING, "furnace", "Furnace", "Furnace"),
    "150": (MACHINING, "grinder", "Cylindrical grinder", "Grinder"),
    "160": (MACHINING, "measuring-room", "Measuring room", "Inspection"),
}
LINES = {ASSEMBLY: ("LINE-1", "Line 1"), MACHINING: ("CELL-GS", "Gear shaft cell")}

# What is looked at before another order or lot is begun at a station.
CHECKLISTS = {
    "50": (
        "No label of the order before is left on bench, roll or floor",
        "Printer shows this order",
        "Waste bin of labels is empty",
    ),
    "60": (
        "No pump, carton or leaflet of the order before is left here",
        "Leaflets are of the language that the order asks for",
        "Scale shows 0.00 kg",
    ),
}

_WEEK = [0, 1, 2, 3, 4]
# Calendar: its name and its shifts: code, name, begin, end, breaks as (name, begin, end).
CALENDARS = {
    ASSEMBLY: (
        "Two shifts",
        (
            ("E", "Early", time(6), time(14), (("Breakfast", time(9), time(9, 15)), ("Lunch", time(11, 45), time(12)))),
            ("L", "Late", time(14), time(22), (("Tea", time(16), time(16, 15)), ("Supper", time(18, 30), time(19)))),
        ),
    ),
    MACHINING: (
        "Three shifts",
        (
            ("E", "Early", time(6), time(14), (("Break", time(9, 30), time(10)),)),
            ("L", "Late", time(14), time(22), (("Break", time(18), time(18, 30)),)),
            ("N", "Night", time(22), time(6), (("Break", time(1, 30), time(2)),)),
        ),
    ),
}


@dataclass
class Ground:
    """The plant's equipment. stations: by their number; lines, calendars: by area."""

    site: Site
    areas: dict[str, Area] = field(default_factory=dict)
    lines: dict[str, WorkCenter] = field(default_factory=dict)
    classes: dict[str, StationClass] = field(default_factory=dict)
    stations: dict[str, Station] = field(default_factory=dict)

    def stations_of(self, area: str) -> dict[str, Station]:
        return {number: station for number, station in self.stations.items() if STATIONS[number][0] == area}


def build_ground(at: datetime) -> Ground:
    """The hierarchy with its calendars as they are around `at`. Within an open door."""
    enterprise = Enterprise.objects.create(code="NORTHFIELD-MED", name="Northfield Medical")
    site = Site.objects.create(enterprise=enterprise, code="NORTHFIELD", name="Northfield", time_zone="Europe/Vienna")
    ground = Ground(site)
    for code, name in ((ASSEMBLY, "Assembly"), (MACHINING, "Machining")):
        ground.areas[code] = Area.objects.create(site=site, code=code, name=name)
        ground.lines[code] = WorkCenter.objects.create(
            site=site,
            area=ground.areas[code],
            code=LINES[code][0],
            name=LINES[code][1],
            calendar=_build_calendar(site, code, site.local(at).date()),
        )
    for number, (area, class_code, class_name, name) in STATIONS.items():
        ground.classes[class_code] = StationClass.objects.create(code=class_code, name=class_name)
        ground.stations[number] = Station.objects.create(
            site=site,
            work_center=ground.lines[area],
            station_class=ground.classes[class_code],
            code=f"ST-{number}",
            name=name,
        )
    for number, lines in CHECKLISTS.items():
        for position, text in enumerate(lines, 1):
            ClearanceItem.objects.create(station=ground.stations[number], position=position, text=text)
    return ground


def _build_calendar(site: Site, area: str, today: date) -> Calendar:
    name, shifts = CALENDARS[area]
    calendar = Calendar.objects.create(site=site, code=name.lower().replace(" ", "-"), name=name)
    for code, shift_name, begins, ends, breaks in shifts:
        shift = Shift.objects.create(
            calendar=calendar, code=code, name=shift_name, weekdays=_WEEK, begins=begins, ends=ends
        )
        for break_name, first, last in breaks:
            ShiftBreak.objects.create(shift=shift, name=break_name, begins=first, ends=last)
    for day in (holiday_before(today), holiday_after(today)):
        CalendarException.objects.create(
            calendar=calendar, date=day, kind=CalendarChange.CLOSED, name="Company holiday"
        )
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 or 7)
    CalendarException.objects.create(
        calendar=calendar,
        date=saturday,
        kind=CalendarChange.OVERTIME,
        name="Overtime for late orders",
        begins=time(6),
        ends=time(12),
    )
    return calendar


def holiday_before(today: date) -> date:
    """The holiday of the month behind: the Wednesday at least two weeks ago."""
    day = today - timedelta(days=14)
    return day - timedelta(days=(day.weekday() - 2) % 7)


def holiday_after(today: date) -> date:
    """The next holiday: a Thursday, at least ten days ahead."""
    day = today + timedelta(days=10)
    return day + timedelta(days=(3 - day.weekday()) % 7)


def build_reasons(ground: Ground, *, author: Person, releaser: Person, at: datetime) -> None:
    """The trees of reasons: drafted and written by one person, released by another."""
    drafts = []
    with open_door(person=author, at=at, reason="Reasons of the plant"):
        for area, kind, text in TREES:
            where = ground.areas[area] if area else None
            tree = reasons.draft(site=ground.site, area=where, kind=kind, by=author, at=at)
            drafts.append(reasons.write(tree=tree, text=text, by=author, at=at))
    with open_door(person=releaser, at=at, reason="Agreed with the shift leaders"):
        for tree in drafts:
            reasons.release(tree=tree, by=releaser, at=at)
