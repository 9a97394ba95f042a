"""Leases: which collector watches which connection.

Rows with a fencing epoch, since an advisory lock has none, and dies behind a pooler.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from equipment.collection.database import Database, rows
from equipment.collection.tenure import surely_until


@dataclass(frozen=True, slots=True)
class Lease:
    """until: how long it is surely ours, by the clock of `tenure`."""

    connection: UUID
    epoch: int
    wanted_version: int
    until: float


UNCLAIMED = 0  # the epoch of a connection before its first collector
TRIED_AGAIN_S = 60.0  # what could not be watched as it is configured

# Those whose owner said nothing for the time of a lease. A paused one is claimed by nobody; one that was given back,
# since nobody can watch it as it is configured, when that changed, or after a while.
_CLAIM = """
UPDATE equipment_connectionlease lease SET owner = %(owner)s, epoch = epoch + 1, batch = 0, claimed_at = now(),
    expires_at = now() + make_interval(secs => %(lease_s)s), version = number, state = 'CONNECTING',
    state_since = now(), detail = '', connects = 0, requests = 0, missed_slots = 0, errors = 0, samples = 0,
    dropped = 0, slowest_answer_ms = 0
FROM equipment_configurationversion configured
WHERE configured.connection_id = lease.connection_id AND lease.connection_id IN (
    SELECT lease.connection_id FROM equipment_connectionlease lease
    JOIN equipment_connection connection ON connection.id = lease.connection_id AND NOT connection.is_paused
    JOIN equipment_configurationversion configured ON configured.connection_id = lease.connection_id
    WHERE (lease.expires_at IS NULL OR lease.expires_at < now()) AND lease.connection_id <> ALL(%(besides)s)
        AND (lease.owner <> '' OR lease.state <> 'REFUSED' OR lease.version <> configured.number
            OR lease.state_since < now() - make_interval(secs => %(again_s)s))
    ORDER BY lease.connection_id LIMIT %(most)s FOR UPDATE OF lease SKIP LOCKED)
RETURNING lease.connection_id, epoch, number"""

# In order of key, as everybody locks them; nothing is renewed that another has claimed meanwhile. What is configured
# is read without a lock: who edits it keeps nobody waiting.
_RENEW = """
WITH mine AS (
    SELECT connection_id FROM equipment_connectionlease
    WHERE owner = %(owner)s AND connection_id = ANY(%(connections)s) ORDER BY connection_id FOR UPDATE)
UPDATE equipment_connectionlease lease SET expires_at = now() + make_interval(secs => %(lease_s)s)
FROM mine JOIN equipment_configurationversion configured ON configured.connection_id = mine.connection_id
WHERE lease.connection_id = mine.connection_id
RETURNING lease.connection_id, lease.epoch, configured.number"""

_RELEASE = """
UPDATE equipment_connectionlease SET owner = '', expires_at = NULL, state = %(state)s, state_since = now(),
    detail = %(detail)s
WHERE owner = %(owner)s AND connection_id IN (
    SELECT connection_id FROM equipment_connectionlease
    WHERE connection_id = ANY(%(connections)s) ORDER BY connection_id FOR UPDATE)"""


async def claim(
    database: Database, *, owner: str, lease_s: float, most: int, besides: Collection[UUID] = ()
) -> list[Lease]:
    """Claim up to `most` connections that nobody watches. besides: our own, which we renew though they be late."""
    given = {"owner": owner, "lease_s": lease_s, "most": most, "besides": list(besides)}
    given["again_s"] = TRIED_AGAIN_S
    until = surely_until(lease_s)
    return [
        Lease(connection, epoch, version, until) for connection, epoch, version in await rows(database, _CLAIM, given)
    ]


async def renew(database: Database, *, owner: str, lease_s: float, connections: Collection[UUID]) -> list[Lease]:
    """Those that are still this collector's, for another time of a lease: also late, if nobody claimed them."""
    asked = {"owner": owner, "lease_s": lease_s, "connections": sorted(connections)}
    until = surely_until(lease_s)
    return [
        Lease(connection, epoch, version, until) for connection, epoch, version in await rows(database, _RENEW, asked)
    ]


async def release(
    database: Database, *, owner: str, connections: Collection[UUID], state: str = "WAITING", detail: str = ""
) -> None:
    """Give connections back: another collector may have them at once."""
    given = {"owner": owner, "connections": sorted(connections), "state": state, "detail": detail[:300]}
    await rows(database, _RELEASE, given)


_FOLLOW = "UPDATE equipment_connectionlease SET version = %s WHERE connection_id = %s AND epoch = %s"


async def follow(database: Database, *, connection: UUID, epoch: int, version: int) -> None:
    """Note the version of the configuration that is followed."""
    await rows(database, _FOLLOW, [version, connection, epoch])
