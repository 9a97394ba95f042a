"""Who listens to what, in this process. All of it belongs to one event loop, so nothing here is locked."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

# A page that comes tells how old it is, and hears what changed since: so far back, and no further.
MEMORY_S = 60.0


class Full(Exception):
    """So many streams are open that this process takes no further one."""


class Stream:
    """One open page: the topics of which it has not been told yet, each once, however often it changed."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self.is_over = False
        self._changed: dict[str, None] = {}
        self._wake = asyncio.Event()

    def tell(self, topic: str) -> None:
        self._changed[topic] = None
        self._wake.set()

    def end(self) -> None:
        self.is_over = True
        self._wake.set()

    async def changed(self, patience_s: float) -> list[str]:
        """What changed since the last call, as soon as something did; nothing when the patience or the stream ends."""
        try:
            async with asyncio.timeout(patience_s):
                await self._wake.wait()
        except TimeoutError:
            return []
        self._wake.clear()
        changed, self._changed = list(self._changed), {}
        return changed


class Hub:
    """Streams by topic. most: streams at the same time. While nothing can be heard it is closed, and takes none."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.open_since: float | None = None
        self.streams: set[Stream] = set()
        self._by_topic: dict[str, set[Stream]] = {}
        self._told: dict[str, float] = {}  # topic -> when last

    def open(self) -> None:
        self.open_since = time.monotonic()

    def close(self) -> None:
        """End all streams: the pages ask by themselves until one is open again."""
        self.open_since = None
        self._told.clear()
        for stream in self.streams:
            stream.end()

    def tell(self, topic: str) -> None:
        """Tell every stream of the topic. The oldest of what is remembered goes when its time is over."""
        now = time.monotonic()
        self._told.pop(topic, None)
        self._told[topic] = now
        while now - self._told[oldest := next(iter(self._told))] > MEMORY_S:
            del self._told[oldest]
        for stream in self._by_topic.get(topic, ()):
            stream.tell(topic)

    @contextmanager
    def stream(self, topics: frozenset[str], age_s: float = 0) -> Iterator[Stream]:
        """A stream of these topics that hears first what changed within the last age_s. Raises Full."""
        if self.open_since is None or len(self.streams) >= self.most:
            raise Full
        stream = Stream(topics)
        for topic in self._missed(topics, time.monotonic() - age_s):
            stream.tell(topic)
        self.streams.add(stream)
        for topic in topics:
            self._by_topic.setdefault(topic, set()).add(stream)
        try:
            yield stream
        finally:
            self.streams.discard(stream)
            for topic in topics:
                self._by_topic[topic].discard(stream)
                if not self._by_topic[topic]:
                    del self._by_topic[topic]

    def _missed(self, topics: Iterable[str], since: float) -> list[str]:
        """What of these may have changed since a time (monotonic); all of it where nobody here knows."""
        known_since = max(self.open_since or 0, time.monotonic() - MEMORY_S)
        return [topic for topic in topics if since < known_since or self._told.get(topic, 0) >= since]
