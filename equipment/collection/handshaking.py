"""What a collector says to a machine about its events, beside the watching: each is read whole, and acknowledged.

A machine that is polled shows number and fields in one request, again and again. One that tells of changes alone says
a number once, and of the fields only those that changed: there an event is read when its number came, and asked for
again until it is whole.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any

from equipment.collection.batches import Batch
from equipment.collection.handshakes import Handshake
from equipment.collection.signals import Signals
from equipment.collection.tenure import NotOurs
from equipment.drivers.base import Link, LinkLost, WriteRefused, WriteUnclear, is_usable, now_us

AGAIN_S = 1.0  # between two tries over the same link

logger = logging.getLogger(__name__)


class Handshaker:
    """One connection's, in the event loop of its watcher. now: the batch that is filled; tell: (state, detail)."""

    def __init__(self, signals: Signals, now: Callable[[], Batch], tell: Callable[[str, str], None]) -> None:
        self._signals, self._now, self._tell = signals, now, tell
        self.link: Link | None = None
        self._reading: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def look(self) -> None:
        """After samples came: what was raised is read, what is stored and still shown is acknowledged."""
        for tag in self._signals.raised(besides=self._reading):
            self._reading.add(tag)
            self._begin(self._read(tag))
        for tag in self._signals.wanting_a_look(besides=self._reading):
            self._reading.add(tag)
            self._begin(self._see(tag))
        self._acknowledge_soon(self._signals.waiting_for_acknowledgement())

    def committed(self, batch: Batch) -> None:
        self._acknowledge_soon(self._signals.committed(batch.events))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failed := task.exception()) is not None:
            logger.error("an event can't be handled", exc_info=failed)

    def _acknowledge_soon(self, tags: Iterable[str]) -> None:
        for tag in tags:
            handshake = self._signals.handshake(tag)
            self._begin(self._acknowledge(handshake, handshake.begin_telling()))

    async def _read(self, tag: str) -> None:
        """An event whose number was told, with all that belongs to it."""
        link, is_taken = self.link, False
        points, handshake = self._signals.points_of(tag), self._signals.handshake(tag)
        try:
            while not is_taken and link is not None and self.link is link:
                with suppress(LinkLost):  # if it is, whoever watches says so, and the number comes with the next link
                    samples = await link.read(points)
                    is_taken = self._signals.take_event(tag, samples, self._now(), at_us=now_us())
                    if handshake.wants_look:
                        await self._look_at(link, handshake)
                        continue
                if not is_taken:
                    await asyncio.sleep(AGAIN_S)
        finally:
            self._reading.discard(tag)
        self.look()

    async def _see(self, tag: str) -> None:
        """What stands at the acknowledge address; the next reading of number and fields is judged by it."""
        try:
            if self.link is not None:
                with suppress(LinkLost):  # then there is a new link to be looked over
                    await self._look_at(self.link, self._signals.handshake(tag))
        finally:
            self._reading.discard(tag)

    async def _look_at(self, link: Link, handshake: Handshake) -> None:
        ((_, _, found, quality),) = await link.read([handshake.acknowledge])
        if self.link is link:
            handshake.seen(found if is_usable(quality) else None)

    async def _acknowledge(self, handshake: Handshake, number: int) -> None:
        """Tell the machine that its event is stored, as long as it shows it and this link lasts."""
        link, is_told, is_refused = self.link, False, False
        try:
            while not is_told and link is not None and self.link is link and handshake.is_telling(number):
                try:
                    is_told = await self._write(link, handshake, number)
                except (LinkLost, NotOurs):
                    break
                except (WriteRefused, WriteUnclear) as refused:
                    is_refused = True
                    self._tell("GOOD", f"An event could not be acknowledged: {refused}")
                    await asyncio.sleep(AGAIN_S)
            if is_refused and self.link is link and (is_told or not handshake.is_telling(number)):
                self._tell("GOOD", "")
        finally:
            handshake.end_telling(number, is_told=is_told)

    async def _write(self, link: Link, handshake: Handshake, number: int) -> bool:
        """True: the machine has it. Raises LinkLost, NotOurs, WriteRefused, and WriteUnclear where it has not."""
        try:
            await link.write(handshake.acknowledge, number)
        except WriteUnclear:
            (found,) = await link.read([handshake.acknowledge])
            if found[2] != number:
                raise
        return True
