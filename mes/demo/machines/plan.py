"""Which machines there are: their programs, and where they show their values, as the demo's plant files have it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from equipment.drivers.base import Point, ValueType, WordOrder
from equipment.models import Connection, Tag
from equipment.status import Books, TagRole
from mes.demo.machines.furnace import Furnace
from mes.demo.machines.lathe import Lathe
from mes.demo.machines.program import ENABLE, Program
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


@dataclass(frozen=True, slots=True)
class Handling:
    """What people know of a machine.

    after: steps that they record before it is started. answers: steps that it answers beside those that its tags name.
    supply: what lies in its magazine, by step. completes: its event ends the operation. takes_batches: it takes
    whatever lies in it as one.
    """

    after: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    supply: Mapping[str, str] = field(default_factory=dict)
    completes: bool = False
    takes_batches: bool = False


HANDLING = {
    "LATHE-110": Handling(after=frozenset({"BAR"})),
    "LEAK-40": Handling(answers=frozenset({"FIXTURE"})),
    "TORQUE-30": Handling(after=frozenset({"HOUSING", "SEAM"}), supply={"SCREWS": "M3X8-T10"}, completes=True),
    "FURNACE-140": Handling(after=frozenset({"PROGRAMME", "LOADED"}), answers=frozenset({"SOAK"}), takes_batches=True),
}
STEP = "step:"
# What a program hears where its tag is acknowledged.
_HEARD = {PART: ACKNOWLEDGED}


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """points: where it shows its values, by the code of the tag; heard: where others write, by what it is.

    fields: of the tags that belong to an event, what they are. counters: those that count, and whether they book.
    waits: for the permission, where that is one of what it hears.
    """

    code: str
    station: str
    kind: str
    program: type[Program]
    points: Mapping[str, Point]
    heard: Mapping[str, Point]
    fields: Mapping[str, str]
    counters: Mapping[str, bool]
    handling: Handling
    waits: bool = True

    @property
    def heeds(self) -> frozenset[str]:
        """Of what it hears that by which it acts."""
        return frozenset(self.heard) - (frozenset() if self.waits else {ENABLE})

    @property
    def brings(self) -> frozenset[str]:
        """Codes of the steps that it answers."""
        steps = (name.removeprefix(STEP) for name in self.fields.values() if name.startswith(STEP))
        return self.handling.answers | {step.partition(".")[0] for step in steps}

    @property
    def counts(self) -> bool:
        """It counts parts, and names no serial: one job at a time."""
        return any(self.counters.values())


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
        heard |= {tag["code"]: points[tag["code"]] for tag in tags if tag["is_writable"]}
        yield MachinePlan(
            code=code,
            station=tags[0]["station"],
            kind=connection["kind"],
            program=program,
            points=points,
            heard=heard,
            fields={tag["code"]: tag["field"] for tag in tags if tag["field"]},
            counters={tag["code"]: tag["books"] != Books.NOTHING for tag in tags if tag["role"] == TagRole.COUNTER},
            handling=HANDLING[code],
        )


def _point(tag: Mapping[str, Any], address: str) -> Point:
    return Point(address, ValueType(tag["value_type"]), WordOrder(tag["byte_order"] or "ABCD"), tag["length"])


MACHINES = tuple(_plans())
