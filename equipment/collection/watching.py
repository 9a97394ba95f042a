"""One connection under watch: connect, take samples, make of them what the next batch says.

A link that is lost is tried again, after a pause that grows. Everything here belongs to one event loop; nothing waits
for the database.
"""

import asyncio
import logging
import random
from dataclasses import replace

from equipment.collection.batches import Batch, Span
from equipment.collection.configuration import Configuration
from equipment.collection.handshaking import Handshaker
from equipment.collection.signals import Signals
from equipment.collection.tenure import Tenure
from equipment.drivers import driver
from equipment.drivers.base import (
    Health,
    InvalidAddress,
    Link,
    LinkLost,
    NotTrusted,
    Quality,
    Sample,
    is_usable,
    now_us,
)

FIRST_PAUSE_S = 0.25
# With the jitter 7.5 s at most: a machine that answers again is watched again within 10 s, a time-out of 1 s included.
LONGEST_PAUSE_S = 6.0
_JITTER = 0.25

logger = logging.getLogger(__name__)


def pause_after(before_s: float, *, reached: bool, chance: float) -> tuple[float, float]:
    """Between two tries, in seconds: the one that the next grows from, and how long to wait.

    before_s: the former; reached: whether anything came meanwhile, so that it begins anew. chance: 0 to 1, another one
    for each connection, so that after a network's failure not all come at once.
    """
    pause_s = FIRST_PAUSE_S if reached else min(2 * before_s, LONGEST_PAUSE_S)
    return pause_s, pause_s * (1 - _JITTER + 2 * _JITTER * chance)


class Watcher:
    """A connection in one epoch. number: of the last batch of this epoch that was frozen.

    link: open while the machine answers; nothing is written over it after the end of the tenure.
    """

    def __init__(
        self, configuration: Configuration, epoch: int, tenure: Tenure, *, number: int = 0, now_us: int
    ) -> None:
        self.configuration = configuration
        self.epoch = epoch
        self.tenure = tenure
        self.number = number
        self.link: Link | None = None
        self._driver = driver(configuration.kind)
        self._batch = self._new_batch()
        self._signals = Signals(configuration, is_polled=self._driver.is_polled)
        self._signals.begin(self._batch, now_us)
        self._is_observed = False
        self._seen_until_us = 0
        self._missed_before = 0
        self._seen = Health()
        self._task: asyncio.Task[None] | None = None
        self._events = Handshaker(self._signals, lambda: self._batch, self._tell)

    @property
    def is_observed(self) -> bool:
        """Whether values have come since it was connected."""
        return self._is_observed

    def start(self) -> None:
        self._task = asyncio.create_task(self._watch(), name=f"watch {self.configuration.code}")

    async def stop(self, reason: str, now_us: int) -> None:
        """End it. What was read is in the next batch, with the reason."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._events.stop()
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
        self._events.committed(batch)

    def _new_batch(self) -> Batch:
        period_ms = round(self.configuration.endpoint.period_s * 1000) if self._driver.is_polled else None
        return Batch(self.configuration.connection, self.epoch, period_ms=period_ms)

    async def _watch(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            reached = False
            try:
                async with self._driver.connect(self.configuration.endpoint, self.tenure.check) as link:
                    reached = await self._follow(link)
            except NotTrusted as lost:
                self._break("REFUSED", str(lost))
            except (LinkLost, InvalidAddress) as lost:
                self._break("LOST", str(lost))
            except Exception as failed:
                logger.exception("%s: the driver failed", self.configuration.code)
                self._break("LOST", f"The driver failed: {failed!r}")
            pause_s, wait_s = pause_after(pause_s, reached=reached, chance=random.random())  # noqa: S311 - no secret
            await asyncio.sleep(wait_s)

    async def _follow(self, link: Link) -> bool:
        """Take what comes until the link is lost. Whether anything came."""
        self.link = self._events.link = link
        self._seen, self._missed_before, reached = Health(), 0, False
        self._count("connects", 1)
        self._tell("CONNECTING", "Connected; no value came yet." if self._signals.points else "It has no tags.")
        try:
            async for samples in link.watch(self._signals.points):
                if not reached:
                    reached = True
                    self._tell("GOOD", "")
                self._take(samples, link.health)
        except LinkLost as lost:
            self._break("LOST", str(lost))
        finally:
            self._add_health()
            self.link = self._events.link = None
        return reached

    def _break(self, state: str, why: str) -> None:
        self._lose(why, now_us(), Quality.BAD_NOT_CONNECTED)
        self._tell(state, why)

    def _take(self, samples: list[Sample], health: Health) -> None:
        if not samples:
            return
        at_us = since_us = samples[-1][1] if self._driver.is_polled else health.alive_us
        if self._is_observed:
            since_us = min(self._seen_until_us, at_us)
            self._observe(at_us, health.missed_slots - self._missed_before)
        elif at_us and any(is_usable(quality) for *_, quality in samples):
            self._batch.spans.append(Span(at_us, at_us, begins=True))
            self._is_observed, self._seen_until_us = True, at_us
        self._missed_before = health.missed_slots
        self._signals.take(samples, self._batch, since_us=since_us, until_us=at_us)
        self._events.look()

    def _observe(self, until_us: int, missed: int = 0) -> None:
        """It was watched up to here, with so many slots left out since the last time."""
        self._seen_until_us = max(until_us, self._seen_until_us)
        span = self._span()
        span.until_us = self._seen_until_us
        span.missed += missed

    def _span(self) -> Span:
        """The one that goes on, in the batch of now."""
        spans = self._batch.spans
        if not spans or spans[-1].ended is not None:
            spans.append(Span(self._seen_until_us, self._seen_until_us))
        return spans[-1]

    def _lose(self, reason: str, now_us: int, quality: Quality) -> None:
        """Nobody watches from here on: one bad value a tag that had a better one, no state, the observation's end."""
        self._signals.lose(now_us, quality, self._batch)
        if self._is_observed:
            self._span().ended = reason
            self._is_observed = False

    def _tell(self, state: str, detail: str) -> None:
        self._batch.link = (state, detail)
        self._batch.topics.add(self._signals.topic)

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
        if self._is_observed and now.alive_us:  # who is polled says all in each reading
            if now.alive_us > self._seen_until_us:
                self._observe(now.alive_us)
            self._signals.repeat(now.alive_us, self._batch)

    def _count(self, name: str, more: int) -> None:
        self._batch.health[name] = self._batch.health.get(name, 0) + more
