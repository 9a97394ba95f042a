"""Which machines there are: their programs, and where they show their values, as the demo's plant files have it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from equipment.drivers.base import Point, ValueType, WordOrder
from equipment.models import Connection, Tag
from mes.demo.machines.furnace import Furnace
from mes.demo.machines.lathe import Lathe
from mes.demo.machines.program import Program
from mes.demo.machines.testers import LeakTester, Nutrunner
from mes.demo.machines.truth import ACKNOWLEDGED, PART
from mes.demo.master_data import FOLDER
from mes.plantfiles.folders import MARK, Files
from mes.plantfiles.reading import rows_of

PROGRAMS: dict[str, type[Program]] = {
    "LATHE-110": Lathe,
    "LEAK-40": LeakTester,
    "TORQUE-30": Nutrunner,
    "FURNACE-140": Furnace,
}
# What a program hears where its tag is acknowledged.
_HEARD = {PART: ACKNOWLEDGED}


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """points: where it shows its values, by the code of the tag; heard: where others write, by what it is."""

    code: str
    station: str
    kind: str
    program: type[Program]
    points: Mapping[str, Point]
    heard: Mapping[str, Point]


def file_of(code: str) -> Files:
    """The plant file of a machine's connection."""
    name = f"connections/NORTHFIELD/{code}.yaml"
    return {path: (FOLDER / path).read_bytes() for path in (MARK, name)}


def _plans() -> Iterator[MachinePlan]:
    for code, program in PROGRAMS.items():
        rows = rows_of(file_of(code)).rows
        (connection,) = (row.values for row in rows if row.kind.model is Connection)
        tags = [row.values for row in rows if row.kind.model is Tag]
        points = {tag["code"]: _point(tag, tag["address"]) for tag in tags}
        heard = {_HEARD[tag["code"]]: _point(tag, tag["acknowledge_address"]) for tag in tags if tag["code"] in _HEARD}
        yield MachinePlan(code, tags[0]["station"], connection["kind"], program, points, heard)


def _point(tag: Mapping[str, Any], address: str) -> Point:
    return Point(address, ValueType(tag["value_type"]), WordOrder(tag["byte_order"] or "ABCD"), tag["length"])


MACHINES = tuple(_plans())
