"""What the gate of the interlock answers: gate, facts, the code of the verdict or None."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace as Thing
from typing import Any
from uuid import UUID

from equipment.preparations import Preparation, Told, preparations
from orders.plans import OperationPlan, SetpointPlan
from wip.facts import jobs
from wip.machine_gates import machine_prepared

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
UNIT = UUID(int=7)
RECIPE = (SetpointPlan("SPEED", "40", Decimal("0.5")), SetpointPlan("CLAMPED", "yes"), SetpointPlan("PROGRAM", "R-7"))
TURN = OperationPlan("20", "Turn", UUID(int=1), "Turn", 60, "", (), (), (), setpoints=RECIPE)


class Lot(Thing):
    def __str__(self) -> str:
        return self.serial


STATION = Thing(code="ST-20", interlock="RECIPE", permission_tag="ENABLE")
JOB = Thing(unit=Lot(pk=UNIT, serial="U1"), operation=TURN, together=())
LAST = Told(
    lines=[
        {"tag": "SPEED", "value": 40.0, "tolerance": 0.5},
        {"tag": "CLAMPED", "value": True},
        {"tag": "PROGRAM", "value": "R-7"},
        {"tag": "ENABLE", "value": 1, "enables": True},
    ],
    answer=None,
    key=UUID(int=9),
    purpose="PREPARE",
    status="VERIFIED",
    units=[UNIT],
    operation_code="20",
    subject="U1, 20",
    reason="",
    detail="",
    deadline_at=NOW - timedelta(seconds=45),
    answered_at=NOW - timedelta(seconds=58),
    seen_from=NOW - timedelta(hours=1),
    seen_until=NOW - timedelta(seconds=1),
    period_ms=1000,
    by_hand=[],
)


def known(last: Told | None = LAST, station: Any = STATION, job: Any = JOB, **said: Any) -> dict[Any, Any]:
    return {jobs: job, preparations: Preparation(station, [replace(last, **said)] if last else [], NOW)}


def _no(**more: Any) -> tuple[Any, dict[Any, Any], str]:
    return machine_prepared, known(**more), "MACHINE_NOT_PREPARED"


INTERLOCK_CASES = [
    (machine_prepared, {jobs: JOB, preparations: None}, None),
    (machine_prepared, known(), None),
    (machine_prepared, known(units=[UNIT, UUID(int=8)]), None),
    (machine_prepared, known(station=Thing(**vars(STATION) | {"interlock": "PERMISSION"}), lines=LAST.lines[3:]), None),
    _no(last=None),
    _no(purpose="WITHDRAW"),
    _no(purpose="WITHDRAW", units=[]),
    _no(units=[UUID(int=8)]),
    _no(operation_code="30"),
    _no(job=Thing(**vars(JOB) | {"together": [JOB, Thing(unit=Lot(pk=UUID(int=8)))]})),
    _no(status="QUEUED", answered_at=None),
    _no(status="QUEUED", answered_at=None, deadline_at=NOW),
    _no(status="WRITING", answered_at=None),
    *(_no(status=status) for status in ("EXPIRED", "MISMATCHED", "REFUSED")),
    _no(lines=LAST.lines[1:]),
    _no(lines=[{"tag": "SPEED", "value": 41, "tolerance": 0.5}, *LAST.lines[1:]]),
    _no(lines=[{"tag": "SPEED", "value": 40}, *LAST.lines[1:]]),
    _no(lines=LAST.lines[:3]),
    _no(station=Thing(**vars(STATION) | {"permission_tag": "RELEASE"})),
    _no(by_hand=["SPEED"]),
    _no(seen_from=None, seen_until=None),
    _no(seen_from=NOW - timedelta(seconds=5)),
    _no(seen_until=NOW - timedelta(seconds=30)),
]
