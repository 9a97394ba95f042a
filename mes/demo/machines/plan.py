"""Which machines there are: their program, how they are read, and what their values mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from equipment.drivers.base import Point, ValueType, WordOrder
from equipment.drivers.simulator.opcua_server import NAMESPACE
from mes.demo.machines.furnace import Furnace
from mes.demo.machines.lathe import Lathe
from mes.demo.machines.program import REGISTER, Program
from mes.demo.machines.testers import LeakTester, Nutrunner
from mes.demo.machines.truth import ACKNOWLEDGED, GOOD, PART, SCRAP


@dataclass(frozen=True, slots=True)
class TagPlan:
    """meaning: further fields of the tag."""

    code: str
    address: str
    value_type: str = "UINT16"
    meaning: Mapping[str, Any] = field(default_factory=dict)

    @property
    def point(self) -> Point:
        return Point(self.address, ValueType(self.value_type), WordOrder.ABCD, self.meaning.get("length", 0))


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """states: (state, detail, terms) in order of rank, a term being (code of a tag, comparison, value)."""

    code: str
    name: str
    station: str
    kind: str
    program: type[Program]
    tags: tuple[TagPlan, ...]
    states: tuple[tuple[str, str, tuple[tuple[str, str, float], ...]], ...]
    period_ms: int = 1000


def _counter(code: str, address: str, books: str) -> TagPlan:
    return TagPlan(code, address, meaning={"role": "COUNTER", "books": books, "rollover": REGISTER})


def _handshake(books: str) -> TagPlan:
    return TagPlan(PART, "holding:100", meaning={"role": "EVENT", "books": books, "acknowledge_address": "holding:120"})


def _of_part(code: str, address: str, value_type: str = "UINT16", *, called: str = "", **meaning: Any) -> TagPlan:
    return TagPlan(code, address, value_type, {"event": PART, "field": called or code} | meaning)


def _node(code: str, path: str, value_type: str, **meaning: Any) -> TagPlan:
    return TagPlan(code, f"nsu={NAMESPACE};s={path}", value_type, meaning)


_RUNS_OR_RESTS = (
    ("DOWN", "Fault", (("fault", "NE", 0.0),)),
    ("RUNNING", "", (("running", "EQ", 1.0),)),
    ("IDLE", "", (("running", "EQ", 0.0),)),
)
_PACKML = (
    ("DOWN", "Aborted", (("word", "EQ", 9.0),)),
    ("SETUP", "Resetting", (("word", "EQ", 15.0),)),
    ("RUNNING", "Execute", (("word", "EQ", 6.0),)),
    ("IDLE", "Idle", (("word", "EQ", 4.0),)),
)
_MACHINERY = (
    ("STOPPED", "Out of service", (("state", "EQ", 1.0),)),
    ("IDLE", "Not executing", (("state", "EQ", 2.0),)),
    ("RUNNING", "Executing", (("state", "EQ", 3.0),)),
)

MACHINES = (
    MachinePlan(
        "LATHE-110",
        "Lathe",
        "ST-110",
        "MODBUS",
        Lathe,
        (
            TagPlan("word", "holding:0", meaning={"name": "State, PackML"}),
            TagPlan("load", "holding:1", meaning={"name": "Spindle load", "quantity_unit": "‰"}),
            TagPlan("fault", "holding:2", meaning={"name": "Fault code"}),
            _counter(GOOD, "holding:10", "PART_DONE"),
            _counter(SCRAP, "holding:11", "PART_SCRAPPED"),
        ),
        _PACKML,
    ),
    MachinePlan(
        "LEAK-40",
        "Leak tester",
        "ST-40",
        "MODBUS",
        LeakTester,
        (
            TagPlan("running", "coil:1", "BOOL"),
            TagPlan("fault", "holding:2"),
            _handshake("TEST_RESULT"),
            _of_part("serial", "holding:101", "TEXT", length=12),
            _of_part("result", "holding:107"),
            _of_part("decay", "holding:108", "FLOAT32", called="step:DECAY", quantity_unit="Pa"),
        ),
        _RUNS_OR_RESTS,
    ),
    MachinePlan(
        "TORQUE-30",
        "Nutrunner",
        "ST-30",
        "MODBUS",
        Nutrunner,
        (
            TagPlan("running", "coil:1", "BOOL"),
            TagPlan("fault", "holding:2"),
            TagPlan("torque", "holding:3", "FLOAT32", {"quantity_unit": "Nm"}),
            _handshake("PART_DONE"),
            _of_part("serial", "holding:101", "TEXT", length=12),
            _of_part("final", "holding:107", "FLOAT32", called="step:TORQUE", quantity_unit="Nm"),
            _of_part("angle", "holding:109", called="step:ANGLE", quantity_unit="°"),
        ),
        _RUNS_OR_RESTS,
    ),
    MachinePlan(
        "FURNACE-140",
        "Furnace",
        "ST-140",
        "OPCUA",
        Furnace,
        (
            _node("state", "Furnace/State", "INT32", name="MachineryItemState"),
            _node("temperature", "Furnace/Temperature", "FLOAT64", quantity_unit="°C"),
            _node("batch", "Furnace/Batch", "UINT32"),
        ),
        _MACHINERY,
    ),
)
ACKNOWLEDGE = Point("holding:120", ValueType.UINT16, WordOrder.ABCD)
HEARD = {ACKNOWLEDGED: ACKNOWLEDGE}
