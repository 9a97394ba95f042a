"""The collector: which connections it watches, and the rhythm of leases, flushes and the spool.

One event loop: some times a second what was read is frozen, whatever database and disk do; beside it one task writes,
and one puts on disk what waits. `Collector.run` ends when `stop` is called, with all that was read written or on disk.
"""

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from equipment.collection import leases, recovery
from equipment.collection.backlog import Backlog
from equipment.collection.batches import Batch
from equipment.collection.commanding import Commander
from equipment.collection.configuration import load
from equipment.collection.database import AWAY, Database, close, connect, hang_up
from equipment.collection.flushing import Flusher
from equipment.collection.leases import Lease
from equipment.collection.tenure import Tenure
from equipment.collection.watching import Watcher
from equipment.drivers.base import now_us
from mes.kernel.refusals import Refusal

KEEP_EVERY_S = 0.25  # what waited so long is put on disk
LONGEST_PAUSE_S = 2.0  # between two tries to reach the database
WRITE_PATIENCE_S = 20.0  # after which the line is cut: longer than any statement may take
END_PATIENCE_S = 10.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """lease_s: after which a silent collector's connections are another's; renewed three times as often. flush_s: how
    long a value waits until it is stored and shown. most_bytes, most_on_disk: of what waits for the database.
    """

    lease_s: float = 3.0
    flush_s: float = 0.1
    most_connections: int = 200
    most_bytes: int = 256_000_000
    most_on_disk: int = 2_000_000_000


class Collector:
    """One collector. spool: a folder of this machine that outlives the process."""

    def __init__(self, database_url: str, spool: Path, rhythm: Rhythm = Rhythm(), name: str = "") -> None:
        self.owner = name or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.rhythm = rhythm
        self._url = database_url
        self._folder = spool
        self._watchers: dict[UUID, Watcher] = {}
        self._database: Database | None = None
        self._flusher: Flusher | None = None
        self._is_recovered = False
        self._held: list[Lease] | None = None  # what the last renewal found, until somebody has looked at it
        self._writing: asyncio.Task[None] | None = None
        self._renewed_at = self._again_at = self._claims_at = -rhythm.lease_s
        self._pause_s = 0.0
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """From the loop's own thread; from another by `loop.call_soon_threadsafe`."""
        self._stopping.set()

    async def run(self) -> None:
        self._backlog = Backlog(
            self._folder, self.owner.replace(":", "-"), self.rhythm.most_bytes, self.rhythm.most_on_disk
        )
        commands = asyncio.create_task(Commander(self._url, self.owner, self._watchers).run())
        keeping = asyncio.create_task(self._keep())
        try:
            while not self._stopping.is_set():
                for task in (commands, keeping):
                    if task.done() and not self._stopping.is_set():
                        task.result()  # neither ends by itself: what it failed of ends the collector
                began = time.monotonic()
                self._beat()
                await _wait(self._stopping, max(self.rhythm.flush_s - (time.monotonic() - began), 0.001))
        finally:
            commands.cancel()
            self._stopping.set()
            await asyncio.wait([commands, keeping])
            await self._end()

    async def _keep(self) -> None:
        while not self._stopping.is_set():
            await self._backlog.keep()
            await _wait(self._stopping, KEEP_EVERY_S)

    def _beat(self) -> None:
        """Freeze what was read, and see to it that somebody writes: reading waits for nobody."""
        self._backlog.add(_frozen(self._watchers.values()))
        now = time.monotonic()
        if self._writing is not None and not self._writing.done():
            if self._flusher is not None and now > self._flusher.progressed_at + WRITE_PATIENCE_S:
                hang_up(self._database)
        elif now >= self._again_at:
            if self._writing is not None:
                self._writing.result()  # what is no matter of the database ends the collector
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """A part of what waits into the database; at times renew and claim."""
        try:
            database = await self._connected()
            await self._renew(database)
            await self._flush(database)
            if self._held is not None:
                held, self._held = self._held, None
                await self._follow_and_claim(database, held)
            self._pause_s = 0.0
        except AWAY as away:
            await self._database_is_away(away)

    async def _connected(self) -> Database:
        if self._database is None:
            self._database = database = await connect(self._url, self.owner)
            self._flusher = Flusher(database, between=lambda: self._renew(database))
            self._is_recovered = False
        return self._database

    async def _flush(self, database: Database) -> None:
        """One transaction: what a long outage left is written bit by bit, and leases are renewed in between.

        What was read in an epoch that is over counts nothing; its samples are stored where the next owner has none.
        """
        assert self._flusher is not None, "it comes with the connection"
        batches = await self._backlog.next()
        lost = await self._flusher.flush(batches)
        for batch in batches:
            if batch.connection in lost:
                await self._flusher.store_late(batch)
        self._backlog.done(len(batches))
        for connection in lost:
            await self._lose(UUID(connection))
        for batch in batches:
            if (watcher := self._watchers.get(UUID(batch.connection))) and watcher.epoch == batch.epoch:
                watcher.committed(batch)

    async def _flush_all(self, database: Database) -> None:
        while len(self._backlog):
            await self._go_on_with_ours(database)

    async def _go_on_with_ours(self, database: Database) -> None:
        """Amid what takes long: no lease runs out, and what is read here is stored."""
        await self._renew(database)
        await self._flush(database)

    async def _renew(self, database: Database) -> None:
        """The leases of what is watched here, where it is time to."""
        lease_s, watched = self.rhythm.lease_s, self._watchers.keys()
        if time.monotonic() < self._renewed_at + lease_s / 3:
            return
        self._held = await leases.renew(database, owner=self.owner, lease_s=lease_s, connections=watched)
        self._renewed_at = time.monotonic()
        for lease in self._held:
            if watcher := self._watchers.get(lease.connection):
                watcher.tenure.until = lease.until
        for connection in watched - {lease.connection for lease in self._held}:
            await self._lose(connection)

    async def _follow_and_claim(self, database: Database, held: list[Lease]) -> None:
        for lease in held:
            watcher = self._watchers.get(lease.connection)  # a flush may have lost it
            if watcher is not None and watcher.configuration.version < lease.wanted_version:
                await self._follow(database, lease)
        if not self._is_recovered and self._flusher is not None:
            await recovery.recover(self._flusher, self._folder, lambda: self._go_on_with_ours(database))
            self._is_recovered = True
        most = self.rhythm.most_connections - len(self._watchers)
        if most > 0 and time.monotonic() >= self._claims_at:
            lease_s, mine = self.rhythm.lease_s, self._watchers.keys()
            claimed = await leases.claim(database, owner=self.owner, lease_s=lease_s, most=most, besides=mine)
            for lease in claimed:
                await self._watch(database, lease)

    async def _watch(self, database: Database, lease: Lease, *, before: Watcher | None = None) -> None:
        """Begin to watch a connection, or go on after another configuration. One that is paused, or whose configuration
        can't be read, is given back.
        """
        try:
            configuration = await load(database, lease.connection)
        except (Refusal, ValueError, LookupError) as wrong:
            connections = [lease.connection]
            await leases.release(
                database, owner=self.owner, connections=connections, state="REFUSED", detail=str(wrong)
            )
            return
        if configuration.is_paused:
            await leases.release(database, owner=self.owner, connections=[lease.connection], state="PAUSED")
            return
        if before is None:
            lease_s, flight_s = self.rhythm.lease_s, configuration.endpoint.flight_s
            tenure, number = Tenure(until=lease.until, lease_s=lease_s, flight_s=flight_s), 0
        else:
            tenure, number = before.tenure, before.number
        watcher = Watcher(configuration, lease.epoch, tenure, number=number, now_us=now_us())
        self._watchers[lease.connection] = watcher
        watcher.start()

    async def _follow(self, database: Database, lease: Lease) -> None:
        """The configuration changed: write what was read by the old one, then connect anew by the new one."""
        watcher = self._watchers[lease.connection]
        await watcher.stop("The configuration was changed.", now_us())
        self._backlog.add(_frozen([watcher]))
        await self._flush_all(database)
        if self._watchers.get(lease.connection) is not watcher:
            return  # lost meanwhile
        del self._watchers[lease.connection]
        await leases.follow(database, connection=lease.connection, epoch=lease.epoch, version=lease.wanted_version)
        await self._watch(database, lease, before=watcher)

    async def _lose(self, connection: UUID) -> None:
        """Another collector has it. What this one has read is flushed all the same, and found to be late."""
        watcher = self._watchers.pop(connection, None)
        if watcher is not None:
            logger.warning("%s is watched by another collector now", watcher.configuration.code)
            await watcher.stop("", now_us())
            self._backlog.add(_frozen([watcher]))

    async def _database_is_away(self, away: Exception) -> None:
        self._pause_s = min(max(2 * self._pause_s, self.rhythm.flush_s), LONGEST_PAUSE_S)
        self._again_at = time.monotonic() + self._pause_s
        # Who watched before the outage goes on: let them renew before anything is claimed.
        self._claims_at = self._again_at + self.rhythm.lease_s
        self._renewed_at = -self.rhythm.lease_s
        logger.warning("the database is away, %s batches wait: %s", len(self._backlog), away)
        await close(self._database)
        self._database = None

    async def _end(self) -> None:
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=END_PATIENCE_S)
            hang_up(self._database if not self._writing.done() else None)
            await asyncio.wait([self._writing])
        for watcher in self._watchers.values():
            await watcher.stop("The collector was stopped.", now_us())
        self._backlog.add(_frozen(self._watchers.values()))
        await self._backlog.keep(everything=True)
        try:
            database = await self._connected()
            await self._flush_all(database)
            await leases.release(database, owner=self.owner, connections=self._watchers.keys())
            await close(database)
        except AWAY as away:
            logger.warning("the database is away; what it lacks stays in %s: %s", self._folder, away)
        await self._backlog.close()


def _frozen(watchers: Iterable[Watcher]) -> list[Batch]:
    return [batch for watcher in watchers if (batch := watcher.freeze()) is not None]


async def _wait(stopping: asyncio.Event, patience_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            await stopping.wait()
