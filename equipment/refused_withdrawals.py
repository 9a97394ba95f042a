"""Machines that refuse to have their permission taken away: how often they were asked in vain, and when next.

Each is asked again for ever, ever more seldom: what does not follow five times in a minute needs a person, not a sixth.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

FIRST_WAIT = timedelta(seconds=20)  # the sweep's own rhythm
LONGEST_WAIT = timedelta(minutes=5)

# Since the machine last followed anything. What could not be sent was not refused.
_REFUSED = """
SELECT station.id, count(*), min(command.answered_at), max(command.answered_at)
FROM equipment_station station
LEFT JOIN LATERAL (
    SELECT sequence FROM equipment_machinecommand WHERE station_id = station.id AND purpose <> 'HAND'
        AND status = 'VERIFIED'
    ORDER BY sequence DESC LIMIT 1) followed ON true
JOIN equipment_machinecommand command ON command.station_id = station.id
    AND command.sequence > coalesce(followed.sequence, 0) AND command.purpose = 'WITHDRAW'
    AND command.status IN ('REFUSED', 'MISMATCHED')
WHERE {} GROUP BY station.id"""


@dataclass(frozen=True)
class Refusing:
    """A machine that refused its withdrawals, so many in a row. since, last_at: when it answered the first and last."""

    times: int
    since: datetime
    last_at: datetime

    @property
    def next_at(self) -> datetime:
        """When it is asked again: after 20 s, 40 s, 80 s, …"""
        doubled = min(self.times - 1, 10)
        return self.last_at + min(FIRST_WAIT * 2**doubled, LONGEST_WAIT)


def refusing_at(site: UUID) -> dict[UUID, Refusing]:
    """The stations of a site with an interlock whose machines refused the last withdrawal."""
    return _refusing("station.site_id = %s AND station.interlock <> ''", site)


def refusing_among(stations: Collection[UUID]) -> dict[UUID, Refusing]:
    """Of these stations those whose machines refused the last withdrawal."""
    return _refusing("station.id = ANY(%s)", list(stations))


def _refusing(where: str, asked: Any) -> dict[UUID, Refusing]:
    with connection.cursor() as cursor:
        cursor.execute(_REFUSED.format(where), [asked])
        return {station: Refusing(*said) for station, *said in cursor.fetchall()}
