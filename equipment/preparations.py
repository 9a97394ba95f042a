"""How far the machine of a station is prepared, as its last commands and its connection say."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import connection

from equipment.interlocks import Setpoint, is_recipe, setpoints_at
from equipment.models import Station, Tag
from equipment.readouts import is_fresh
from equipment.status import CommandStatus, Purpose
from mes.kernel import door

# What an interlock said to each station's machine: the last of it, and every preparation that the machine may run by.
# Those are the ones that may have been written, since a later command was verified (a preparation takes away first what
# was there before), or a withdrawal is on its way. With each how its connection was watched since, and what was written
# by hand after it.
_TOLD = """
SELECT station.id, command.connection_id, command.lines, command.answer, command.id, command.purpose, command.status,
    command.units, command.operation_code, command.subject, command.reason, command.detail, command.deadline_at,
    command.answered_at, seen.began_at, seen.seen_until, watched.period_ms, ARRAY(
        SELECT DISTINCT line ->> 'tag' FROM equipment_machinecommand hand, jsonb_array_elements(hand.lines) line
        WHERE hand.station_id = station.id AND hand.sequence > command.sequence AND hand.purpose = 'HAND'
            AND hand.status NOT IN ('CANCELLED', 'EXPIRED'))
FROM equipment_station station
JOIN LATERAL (
    SELECT sequence FROM equipment_machinecommand WHERE station_id = station.id AND purpose <> 'HAND'
        AND status <> 'CANCELLED'
    ORDER BY sequence DESC LIMIT 1) newest ON true
LEFT JOIN LATERAL (
    SELECT sequence FROM equipment_machinecommand WHERE station_id = station.id AND (
        purpose <> 'HAND' AND status = 'VERIFIED' OR purpose = 'WITHDRAW' AND status IN ('QUEUED', 'WRITING'))
    ORDER BY sequence DESC LIMIT 1) clear ON true
JOIN equipment_machinecommand command ON command.station_id = station.id AND (
    command.sequence = newest.sequence
    OR command.sequence >= coalesce(clear.sequence, 0) AND command.purpose = 'PREPARE'
        AND command.status NOT IN ('CANCELLED', 'EXPIRED', 'REFUSED'))
JOIN equipment_connection watched ON watched.id = command.connection_id
LEFT JOIN LATERAL (
    SELECT began_at, seen_until FROM equipment_observation WHERE connection_id = watched.id AND ended_at IS NULL
    ORDER BY began_at DESC LIMIT 1) seen ON true
WHERE {} ORDER BY command.sequence DESC"""

_OPEN = (CommandStatus.QUEUED, CommandStatus.WRITING)
_NEVER_WRITTEN = (CommandStatus.CANCELLED, CommandStatus.EXPIRED, CommandStatus.REFUSED)


class AtStation(Protocol):
    station: Station | None


@dataclass(frozen=True)
class Told:
    """A command of an interlock to a station. by_hand: what it wrote that somebody wrote by hand since."""

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
        """Whether the machine may run by it as far as the record goes, or might yet."""
        return not self.is_withdrawal and (self.is_verified or self.status in _OPEN)

    @property
    def may_be_in_force(self) -> bool:
        """Whether the machine could run by it: also one that went wrong on the way, which is never taken for off."""
        return not self.is_withdrawal and self.status not in _NEVER_WRITTEN

    @property
    def is_known_to_be_off(self) -> bool:
        """Whether the permission that it was to give was read back as not given."""
        read = {line["tag"]: line["after"] for line in self.answer or ()}
        return all(read.get(line["tag"]) == 0 for line in self.lines if line.get("enables"))

    def is_on_its_way(self, now: datetime) -> bool:
        """Whether the machine is still to answer. What nobody could send in time is never sent."""
        waits = self.status == CommandStatus.QUEUED and self.deadline_at >= now
        return waits or self.status == CommandStatus.WRITING

    def is_for(self, units: Collection[UUID], operation_code: str) -> bool:
        return set(units) <= set(self.units) and self.operation_code == operation_code

    def is_watched_since(self, now: datetime) -> bool:
        """Whether its connection was watched without a break since the machine answered."""
        if self.seen_from is None or self.seen_until is None or self.answered_at is None:
            return False
        return self.seen_from <= self.answered_at and is_fresh(self.seen_until, self.period_ms, now)


@dataclass(frozen=True)
class Preparation:
    """A station with an interlock, and what that said to its machine, as told_to finds it."""

    station: Station
    told: Sequence[Told]
    now: datetime

    @property
    def last(self) -> Told | None:
        return self.told[0] if self.told else None

    def may_run_for(self, units: Collection[UUID], operation_code: str) -> bool:
        """Whether the machine may run for this work as far as the record goes, or might yet."""
        return any(one.is_standing and one.is_for(units, operation_code) for one in self.told)

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
    told, now = told_to(asking) if asking else {}, door.moment()
    return [
        Preparation(s.station, told.get(s.station.pk, ()), now)
        if s.station is not None and s.station.interlock
        else None
        for s in subjects
    ]


def told_to(stations: Collection[UUID]) -> dict[UUID, list[Told]]:
    """By station what an interlock said to its machine: the last, and before it what the machine may run by."""
    return _told("station.id = ANY(%s)", list(stations))


def told_at(site: UUID) -> dict[UUID, list[Told]]:
    """The same of the stations of a site that have an interlock."""
    return _told("station.site_id = %s AND station.interlock <> ''", site)


def in_force(told: Sequence[Told]) -> list[Told]:
    """What the machine could run by: to be withdrawn when what it was for ends."""
    return [one for one in told if one.may_be_in_force]


def telling(told: Sequence[Told]) -> Told | None:
    """What says best how a machine is: a withdrawal it has not confirmed, else what it may run by, else the last."""
    if not told or (told[0].is_withdrawal and not told[0].is_verified):
        return told[0] if told else None
    return next((one for one in told if one.is_standing), told[0])


def _told(where: str, asked: Any) -> dict[UUID, list[Told]]:
    with connection.cursor() as cursor:
        cursor.execute(_TOLD.format(where), [asked])
        rows = cursor.fetchall()
    found: dict[UUID, list[Told]] = {}
    for station, connection_id, lines, answer, *rest, by_hand in rows:
        said = json.loads(lines)
        touched = _touched(connection_id, [line["tag"] for line in said], by_hand) if by_hand else []
        told = Told(said, json.loads(answer) if answer else None, *rest, touched)
        found.setdefault(station, []).append(told)
    return found


def _touched(connection_id: UUID, written: Sequence[str], by_hand: Sequence[str]) -> list[str]:
    """Which of the tags that were written lie, under whichever code, where something was written by hand."""
    tags = Tag.objects.filter(connection=connection_id, code__in={*written, *by_hand}).select_related("connection")
    known = {tag.code: tag for tag in tags}
    hands = [known[code] for code in by_hand if code in known]
    return [code for code in written if code in known and any(hand.overlaps(known[code]) for hand in hands)]
