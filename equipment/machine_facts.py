"""What the gate of the machine's state reads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import connection

from equipment.models import Station
from equipment.readouts import is_fresh
from equipment.status import NEEDED_STATES
from mes.kernel import door

# The state that lasts at each station, and until when the connection that tells it was seen.
_STATES = """
SELECT state.station_id, state.state, state.detail, seen.seen_until, watched.period_ms
FROM equipment_equipmentstate state
JOIN LATERAL (
    SELECT connection_id FROM equipment_statecondition WHERE station_id = state.station_id LIMIT 1) told ON true
JOIN equipment_connection watched ON watched.id = told.connection_id
JOIN LATERAL (
    SELECT seen_until FROM equipment_observation WHERE connection_id = watched.id AND ended_at IS NULL
    ORDER BY began_at DESC LIMIT 1) seen ON true
WHERE state.station_id = ANY(%s) AND state.ended_at IS NULL"""


class AtStation(Protocol):
    station: Station | None


@dataclass(frozen=True)
class MachineFacts:
    """state: empty where it is not known now."""

    station_code: str
    need: str
    state: str = ""
    detail: str = ""

    @property
    def is_ready(self) -> bool:
        return self.state in NEEDED_STATES[self.need]


def machines(subjects: Sequence[AtStation]) -> list[MachineFacts | None]:
    """How the machine of each subject's station is; None where the station asks nothing of it, and no query then."""
    asked = {s.station.pk for s in subjects if s.station is not None and s.station.machine_need}
    states = _states_at(asked, door.moment()) if asked else {}
    return [
        MachineFacts(s.station.code, s.station.machine_need, *states.get(s.station.pk, ()))
        if s.station is not None and s.station.machine_need
        else None
        for s in subjects
    ]


def _states_at(stations: Collection[UUID], now: datetime) -> dict[UUID, tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_STATES, [list(stations)])
        rows = cursor.fetchall()
    return {station: (state, detail) for station, state, detail, until, ms in rows if is_fresh(until, ms, now)}
