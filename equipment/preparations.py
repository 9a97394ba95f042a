"""How far the machine of a station is prepared, as its last commands and its connection say."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import connection

from equipment.interlocks import Setpoint, is_recipe, setpoints_at
from equipment.models import Station
from equipment.readouts import is_fresh
from equipment.status import CommandStatus, Purpose
from mes.kernel import door

# The last thing that an interlock said to each station's machine, how its connection was watched since, and what was
# written by hand after it.
_LAST = """
SELECT station.id, command.lines, command.answer, command.id, command.purpose, command.status, command.units,
    command.operation_code, command.subject, command.reason, command.detail, command.deadline_at, command.answered_at,
    seen.began_at, seen.seen_until, watched.period_ms, ARRAY(
        SELECT DISTINCT line ->> 'tag' FROM equipment_machinecommand hand, jsonb_array_elements(hand.lines) line
        WHERE hand.station_id = station.id AND hand.sequence > command.sequence AND hand.purpose = 'HAND'
            AND hand.status NOT IN ('CANCELLED', 'EXPIRED'))
FROM equipment_station station
JOIN LATERAL (
    SELECT * FROM equipment_machinecommand WHERE station_id = station.id AND purpose <> 'HAND' AND status <> 'CANCELLED'
    ORDER BY sequence DESC LIMIT 1) command ON true
JOIN equipment_connection watched ON watched.id = command.connection_id
LEFT JOIN LATERAL (
    SELECT began_at, seen_until FROM equipment_observation WHERE connection_id = watched.id AND ended_at IS NULL
    ORDER BY began_at DESC LIMIT 1) seen ON true
WHERE """

_OPEN = (CommandStatus.QUEUED, CommandStatus.WRITING)


class AtStation(Protocol):
    station: Station | None


@dataclass(frozen=True)
class LastCommand:
    """The last command of an interlock to a station. by_hand: the tags that were written by hand since."""

    lines: Sequence[Mapping[str, Any]]
    answer: Sequence[Mapping[str, Any]] | None
    key: UUID
    purpose: str
    status: str
    units: Sequence[UUID]
    operation_code: str
    subject: str
    reason: str
    detail: str
    deadline_at: datetime
    answered_at: datetime | None
    seen_from: datetime | None
    seen_until: datetime | None
    period_ms: int
    by_hand: Sequence[str]

    @property
    def is_withdrawal(self) -> bool:
        return self.purpose == Purpose.WITHDRAW

    @property
    def is_verified(self) -> bool:
        return self.status == CommandStatus.VERIFIED

    @property
    def is_standing(self) -> bool:
        """Whether the machine may run by it, or might yet."""
        return not self.is_withdrawal and (self.is_verified or self.status in _OPEN)

    def is_on_its_way(self, now: datetime) -> bool:
        """Whether the machine is still to answer. What nobody could send in time is never sent."""
        waits = self.status == CommandStatus.QUEUED and self.deadline_at >= now
        return waits or self.status == CommandStatus.WRITING

    def is_standing_for(self, unit: UUID, operation_code: str) -> bool:
        """Whether the machine may run by it for this work, or might yet."""
        return self.is_standing and self.is_for([unit], operation_code)

    def is_for(self, units: Collection[UUID], operation_code: str) -> bool:
        return set(units) <= set(self.units) and self.operation_code == operation_code

    def is_watched_since(self, now: datetime) -> bool:
        """Whether its connection was watched without a break since the machine answered."""
        if self.seen_from is None or self.seen_until is None or self.answered_at is None:
            return False
        return self.seen_from <= self.answered_at and is_fresh(self.seen_until, self.period_ms, now)

    def touched_by_hand(self) -> list[str]:
        """What it wrote that somebody wrote by hand since."""
        return sorted({line["tag"] for line in self.lines} & set(self.by_hand))


@dataclass(frozen=True)
class Preparation:
    """A station with an interlock, and the last command of it; None where there was none."""

    station: Station
    last: LastCommand | None
    now: datetime

    def has_recipe(self, setpoints: Sequence[Setpoint]) -> bool:
        """Whether the last command wrote this recipe, and the permission of the station."""
        if self.last is None:
            return False
        enabling = [line["tag"] for line in self.last.lines if line.get("enables")]
        recipe = setpoints_at(self.station, setpoints)
        return enabling == [self.station.permission_tag] and is_recipe(self.last.lines, recipe)


def preparations(subjects: Sequence[AtStation]) -> list[Preparation | None]:
    """How the machine of each subject's station is prepared; None, and no query, where the station has no interlock."""
    asking = {s.station.pk for s in subjects if s.station is not None and s.station.interlock}
    last, now = last_to(asking) if asking else {}, door.moment()
    return [
        Preparation(s.station, last.get(s.station.pk), now) if s.station is not None and s.station.interlock else None
        for s in subjects
    ]


def last_to(stations: Collection[UUID]) -> dict[UUID, LastCommand]:
    """The last command of an interlock to each of these stations."""
    return _last("station.id = ANY(%s)", list(stations))


def standing_at(site: UUID) -> dict[UUID, LastCommand]:
    """By station of a site with an interlock: what its machine may run by, or might yet."""
    found = _last("station.site_id = %s AND station.interlock <> ''", site)
    return {station: last for station, last in found.items() if last.is_standing}


def _last(where: str, asked: Any) -> dict[UUID, LastCommand]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST + where, [asked])
        rows = cursor.fetchall()
    return {row[0]: LastCommand(json.loads(row[1]), json.loads(row[2]) if row[2] else None, *row[3:]) for row in rows}
