"""One connection under watch: connect, take samples, make of them what the next batch says.

A link that is lost is tried again, after a pause that grows. Everything here belongs to one event loop; nothing waits
for the database.
"""

import asyncio
import logging
import random
from dataclasses import replace

from equipment.collection.batches import Batch
from equipment.collection.configuration import Configuration
from equipment.collection.signals import Signals
from equipment.drivers import driver
from equipment.drivers.base import (
    Health,
    InvalidAddress,
    Link,
    LinkLost,
    NotTrusted,
    Quality,
    Sample,
    WriteRefused,
    now_us,
)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 15.0

logger = logging.getLogger(__name__)


class Watcher:
    """A connection in one epoch. number: of the last batch of this epoch that was frozen.

    link: open while the machine answers.
    """

    def __init__(self, configuration: Configuration, epoch: int, *, number: int = 0, now_us: int) -> None:
        self.configuration = configuration
        self.epoch = epoch
        self.number = number
        self.link: Link | None = None
        self._batch = self._new_batch()
        self._signals = Signals(configuration)
        self._signals.begin(self._batch, now_us)
        self._observed_from: int | None = None
        self._seen = Health()
        self._task: asyncio.Task[None] | None = None
        self._acknowledging: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._watch(), name=f"watch {self.configuration.code}")

    async def stop(self, reason: str, now_us: int) -> None:
        """End it. What was read is in the next batch, with the reason."""
        tasks = {task for task in (self._task, *self._acknowledging) if task is not None}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._lose(reason, now_us, Quality.BAD_OUT_OF_SERVICE)

    def freeze(self) -> Batch | None:
        """What was read since the last time, closed and numbered; None where there is nothing to say."""
        self._add_health()
        batch = self._batch
        if not batch.has_news:
            return None
        self.number += 1
        self._batch = self._new_batch()
        return replace(batch, number=self.number)

    def committed(self, batch: Batch) -> None:
        """A batch is in the database: the machine may forget the events of it."""
        for tag in self._signals.committed(batch.events):
            self._acknowledge_soon(tag)

    def _new_batch(self) -> Batch:
        return Batch(self.configuration.connection, self.epoch)

    async def _watch(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            reached = False
            try:
                async with driver(self.configuration.kind).connect(self.configuration.endpoint) as link:
                    reached = await self._follow(link)
            except NotTrusted as lost:
                self._break("REFUSED", str(lost))
            except (LinkLost, InvalidAddress) as lost:
                self._break("LOST", str(lost))
            except Exception as failed:
                logger.exception("%s: the driver failed", self.configuration.code)
                self._break("LOST", f"The driver failed: {failed!r}")
            pause_s = FIRST_PAUSE_S if reached else min(2 * pause_s, LONGEST_PAUSE_S)
            # Not all at once after a network's failure.
            await asyncio.sleep(pause_s * random.uniform(0.75, 1.25))  # noqa: S311 - no secret

    async def _follow(self, link: Link) -> bool:
        """Take what comes until the link is lost. Whether anything came."""
        self.link, self._seen, reached = link, Health(), False
        self._count("connects", 1)
        self._tell("CONNECTING", "Connected; no value came yet." if self._signals.points else "It has no tags.")
        try:
            async for samples in link.watch(self._signals.points):
                if not reached:
                    reached = True
                    self._tell("GOOD", "")
                self._take(samples)
        except LinkLost as lost:
            self._break("LOST", str(lost))
        finally:
            self._add_health()
            self.link = None
        return reached

    def _break(self, state: str, why: str) -> None:
        self._lose(why, now_us(), Quality.BAD_NOT_CONNECTED)
        self._tell(state, why)

    def _take(self, samples: list[Sample]) -> None:
        if not samples:
            return
        self._signals.take(samples, self._batch)
        self._observe(samples[-1][1])
        for tag in self._signals.waiting_for_acknowledgement():
            self._acknowledge_soon(tag)

    def _observe(self, until_us: int) -> None:
        """It was watched up to here."""
        batch = self._batch
        if self._observed_from is None:
            self._observed_from, batch.begins = until_us, True
        if batch.observed is None:
            batch.observed = (self._observed_from, until_us)
        else:
            batch.observed = (batch.observed[0], max(until_us, batch.observed[1]))

    def _lose(self, reason: str, now_us: int, quality: Quality) -> None:
        """Nobody watches from here on: one bad value a tag, no state, the end of the observation."""
        if self._observed_from is None:
            return
        self._signals.lose(now_us, quality, self._batch)
        self._batch.ended = reason
        self._observed_from = None

    def _tell(self, state: str, detail: str) -> None:
        self._batch.link = (state, detail)
        self._batch.topics.add(self._signals.topic)

    def _acknowledge_soon(self, tag: str) -> None:
        task = asyncio.create_task(self._acknowledge(tag))
        self._acknowledging.add(task)
        task.add_done_callback(self._acknowledging.discard)

    async def _acknowledge(self, tag: str) -> None:
        """Tell the machine that its event is stored. What fails is tried again when the number is read next."""
        handshake, is_told = self._signals.handshake(tag), False
        number = handshake.begin_telling()
        try:
            if self.link is not None:
                await self.link.write(handshake.acknowledge, number)
                is_told = True
        except (LinkLost, WriteRefused) as failed:
            self._tell("GOOD", f"An event could not be acknowledged: {failed}")
        finally:
            handshake.end_telling(number, is_told=is_told)

    def _add_health(self) -> None:
        """What the link counted since the last time."""
        if self.link is None:
            return
        now, before = self.link.health, self._seen
        self._count("requests", now.requests - before.requests)
        self._count("missed", now.missed_slots - before.missed_slots)
        self._count("errors", now.errors - before.errors)
        slowest_ms = int(now.slowest_answer_s * 1000)
        self._batch.health["slowest"] = max(slowest_ms, self._batch.health.get("slowest", 0))
        self._seen = replace(now)
        if self._observed_from is not None and now.alive_us:
            self._observe(now.alive_us)

    def _count(self, name: str, more: int) -> None:
        self._batch.health[name] = self._batch.health.get(name, 0) + more
