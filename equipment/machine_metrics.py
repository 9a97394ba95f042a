"""How connections to machines go, in numbers: one statement for all of them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

# Counts begin anew with each collector that takes a connection over.
_CONNECTIONS = """
SELECT site.code, watched.code, watched.kind, lease.owner,
    lease.state = 'GOOD' AND lease.expires_at > clock_timestamp(), watched.is_paused, lease.epoch,
    lease.connects, lease.requests, lease.errors, lease.missed_slots, lease.samples, lease.dropped,
    lease.slowest_answer_ms / 1000.0,
    extract(epoch FROM clock_timestamp() - (SELECT seen_until FROM equipment_observation
        WHERE connection_id = watched.id ORDER BY began_at DESC LIMIT 1)),
    (SELECT count(*) FROM (SELECT FROM equipment_quarantinedrow WHERE connection_id = watched.id LIMIT 1000) AS looked),
    (SELECT count(*) FROM equipment_refusedevent waits JOIN equipment_machineevent event ON event.id = waits.event_id
        JOIN equipment_tag tag ON tag.id = event.tag_id WHERE tag.connection_id = watched.id)
FROM equipment_connection watched JOIN equipment_site site ON site.id = watched.site_id
JOIN equipment_connectionlease lease ON lease.connection_id = watched.id
WHERE watched.site_id = ANY(%s) ORDER BY site.code, watched.code"""

_DUE = """
SELECT site.code, count(due.event_id), coalesce(extract(epoch FROM clock_timestamp() - min(event.at)), 0)
FROM equipment_site site LEFT JOIN (equipment_eventdue due JOIN equipment_machineevent event ON event.id = due.event_id)
    ON event.site_id = site.id
WHERE site.id = ANY(%s) GROUP BY site.code ORDER BY site.code"""


@dataclass(frozen=True, slots=True)
class ConnectionFigures:
    """lag_s: since what is stored of it was read; None where it never was. slowest_answer_s: since its owner began.
    quarantined: of more than 1,000 so many, since nobody needs to know them exactly to look. refused: events that wait
    for somebody to book them again or settle them.
    """

    site: str
    connection: str
    kind: str
    owner: str
    up: bool
    paused: bool
    epoch: int
    connects: int
    requests: int
    errors: int
    missed: int
    samples: int
    dropped: int
    slowest_answer_s: float
    lag_s: float | None
    quarantined: int
    refused: int


def connection_figures(sites: Collection[UUID]) -> list[ConnectionFigures]:
    """Of each connection of the sites."""
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTIONS, [list(sites)])
        return [ConnectionFigures(*row) for row in cursor.fetchall()]


def events_due(sites: Collection[UUID]) -> list[tuple[str, int, float]]:
    """(site, events that wait to be booked, seconds since the oldest happened)."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [list(sites)])
        return [(site, count, float(age)) for site, count, age in cursor.fetchall()]
