"""Commands: what is written to machines, once, by the collector that watches them.

A command is marked as being written before anything is sent. One that is found in that state later, after a kill or a
lost link, is never sent again: what is there is read, and decides, as soon as nothing of it can be on its way any more.
What is too late is never sent at all, and nothing is sent by who may have lost the connection to another collector.
"""

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from equipment.collection.command_lines import lines_of
from equipment.collection.database import AWAY, Database, as_json, close, connect, rows
from equipment.collection.outward import Machine, Outcome, settle, write_all
from equipment.collection.tenure import NotOurs
from equipment.collection.watching import Watcher
from equipment.drivers.base import LinkLost
from mes.kernel.topics import CHANNEL

LOOK_EVERY_S = 0.2
LONGEST_PAUSE_S = 2.0  # between two tries to reach the database

logger = logging.getLogger(__name__)


class Command(NamedTuple):
    """One that is due. asked: its lines, as they are stored. is_signed: or an interlock's, whose recipe was signed."""

    key: UUID
    status: str
    purpose: str
    is_signed: bool
    asked: list[dict[str, Any]]


_EXPIRE = """
UPDATE equipment_machinecommand SET status = 'EXPIRED', answered_at = now(), detail = 'Nobody could send it in time.'
WHERE status = 'QUEUED' AND deadline_at < now() AND connection_id = ANY(%s)"""

# One connection's commands in the order in which they were asked; one at a time.
_NEXT = """
SELECT DISTINCT ON (connection_id) connection_id, id, status, purpose, purpose <> 'HAND' OR signature_id IS NOT NULL,
    lines
FROM equipment_machinecommand
WHERE status IN ('QUEUED', 'WRITING') AND connection_id = ANY(%s)
ORDER BY connection_id, sequence"""

# Only the owner in this epoch, and only while it may still be sent.
_BEGIN = """
UPDATE equipment_machinecommand command SET status = 'WRITING' FROM equipment_connectionlease lease
WHERE command.id = %s AND command.status = 'QUEUED' AND command.deadline_at >= now()
    AND lease.connection_id = command.connection_id AND lease.owner = %s AND lease.epoch = %s
    AND lease.expires_at > now()
RETURNING command.id"""

_STILL_OURS = """
SELECT 1 FROM equipment_connectionlease
WHERE connection_id = %s AND owner = %s AND epoch = %s AND expires_at > now()"""

# Of the present epoch alone: who lost the connection knows nothing any more.
_ANSWER = """
WITH answered AS (
    UPDATE equipment_machinecommand command SET status = %s, answered_at = now(), answer = %s, detail = %s
    FROM equipment_connectionlease lease
    WHERE command.id = %s AND command.status IN ('QUEUED', 'WRITING')
        AND lease.connection_id = command.connection_id AND lease.epoch = %s
    RETURNING command.site_id, command.station_id)
SELECT pg_notify(%s, site_id || topic) FROM answered, unnest(
    CASE WHEN station_id IS NULL THEN ARRAY['/connections']
    ELSE ARRAY['/machine/' || station_id, '/state/' || station_id] END) topic"""


class Commander:
    """Carries out what is asked of the connections that are watched here, each connection's in their order.

    None waits for another connection's machine: a withdrawal has no time for that.
    """

    def __init__(self, url: str, owner: str, watchers: Mapping[UUID, Watcher]) -> None:
        self._url, self._owner, self._watchers = url, owner, watchers
        self._database: Database | None = None
        self._at_work: dict[UUID, asyncio.Task[None]] = {}
        self._pause_s = 0.0

    async def run(self) -> None:
        """Until it is cancelled."""
        try:
            while True:
                await asyncio.sleep(self._pause_s or LOOK_EVERY_S)
                try:
                    await self._look()
                except AWAY as away:
                    await self._database_is_away(away)
                else:
                    self._pause_s = 0.0
        finally:
            for task in self._at_work.values():
                task.cancel()
            await asyncio.gather(*self._at_work.values(), return_exceptions=True)
            await close(self._database)

    async def _database_is_away(self, away: Exception) -> None:
        if not self._pause_s:
            logger.warning("commands wait for the database: %s", away)
        self._pause_s = min(max(2 * self._pause_s, LOOK_EVERY_S), LONGEST_PAUSE_S)
        await close(self._database)
        self._database = None

    async def _look(self) -> None:
        """Begin what is due."""
        for connection in [key for key, task in self._at_work.items() if task.done()]:
            self._at_work.pop(connection).result()
        if self._database is None:
            self._database = await connect(self._url, self._owner)
        if not self._watchers:
            return
        keys = list(self._watchers)
        await rows(self._database, _EXPIRE, [keys])
        for connection, *command in await rows(self._database, _NEXT, [keys]):
            watcher = self._watchers.get(connection)
            if watcher is None or watcher.link is None or connection in self._at_work:
                continue  # it waits, as long as its deadline lets it
            work = self._one(self._database, watcher, Command(*command))
            self._at_work[connection] = asyncio.create_task(work, name=f"command {command[0]}")

    async def _one(self, database: Database, watcher: Watcher, command: Command) -> None:
        """One command. Without an outcome nobody knows what became of it, until it is looked at again."""
        try:
            outcome = await self._outcome(database, watcher, command)
            if outcome is not None:
                given = [outcome.status, as_json(outcome.answer), outcome.detail[:300]]
                await rows(database, _ANSWER, [*given, command.key, watcher.epoch, CHANNEL])
        except (LinkLost, NotOurs, *AWAY) as unknown:
            watcher.tenure.was_interrupted()
            logger.info("%s: what became of %s is not known: %s", watcher.configuration.code, command.key, unknown)

    async def _outcome(self, database: Database, watcher: Watcher, command: Command) -> Outcome | None:
        """None where it was not begun, or may not be looked at yet."""
        link, is_new, is_withdrawal = watcher.link, command.status == "QUEUED", command.purpose == "WITHDRAW"
        if link is None or (not is_new and not is_withdrawal and not watcher.tenure.is_alone):
            return None
        if is_new and command.purpose == "PREPARE" and not watcher.is_observed:
            return None  # it counts for as long as the connection is watched, and that has not begun yet
        try:
            connection = UUID(watcher.configuration.connection)
            lines = await lines_of(database, connection, command.asked, is_signed=command.is_signed)
        except ValueError as wrong:
            return Outcome("REFUSED" if is_new else "MISMATCHED", [], str(wrong))
        if is_new and not await rows(database, _BEGIN, [command.key, self._owner, watcher.epoch]):
            return None
        machine = Machine(link, partial(self._check_ours, database, watcher))
        if is_new or is_withdrawal:  # to write it twice does no harm, and not at all would
            return await write_all(machine, lines)
        return await settle(machine, lines, {})

    async def _check_ours(self, database: Database, watcher: Watcher) -> None:
        """Raises NotOurs, and what AWAY names. The link asks the clock once more, in the moment of sending."""
        connection = UUID(watcher.configuration.connection)
        if not await rows(database, _STILL_OURS, [connection, self._owner, watcher.epoch]):
            raise NotOurs("Another collector watches this machine, or may by now.")
