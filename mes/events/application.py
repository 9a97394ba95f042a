"""The ASGI application: GET /events/?pass=… is a stream of topics, each as the data of an event, as they change."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from mes import heartbeats
from mes.events import passes
from mes.events.hub import Full, Hub, Stream
from mes.events.listener import listen

PATH = "/events/"
# A stream on which nothing happens says so, that no proxy takes it for dead.
COMMENT_EVERY_S = 15.0
HEARTBEAT_EVERY_S = 5.0
RETRY_MS = 5000
CLOSING_PATIENCE_S = 2.0

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

logger = logging.getLogger(__name__)


class Application:
    """database_url: a direct connection, no pooler's. any_origin: pages of another origin may read the streams."""

    def __init__(self, *, database_url: str, most_streams: int, any_origin: bool = False) -> None:
        self.database_url = database_url
        self.hub = Hub(most_streams)
        self.any_origin = any_origin

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] != PATH:
            await self._say(send, 404, "There is nothing here.")
        elif scope["method"] != "GET":
            await self._say(send, 405, "A stream is only read.")
        else:
            await self._listen(parse_qs(scope["query_string"].decode("latin-1")), receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """From the start of the server to its end: hear the database, and give signs of life."""
        assert (await receive())["type"] == "lifespan.startup"
        tasks = [asyncio.create_task(listen(self.database_url, self.hub)), asyncio.create_task(self._beat())]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await send({"type": "lifespan.shutdown.complete"})

    async def _beat(self) -> None:
        """Signs of life while the database is heard; the broker is asked beside the loop, which must not wait."""
        while True:
            if self.hub.open_since is not None:
                await asyncio.to_thread(heartbeats.beat_of, "events", socket.gethostname())
                await asyncio.sleep(HEARTBEAT_EVERY_S)
            await asyncio.sleep(0.1)

    async def _listen(self, asked: dict[str, list[str]], receive: Receive, send: Send) -> None:
        try:
            shown = passes.read(asked.get("pass", [""])[0])
            age_s = float(asked.get("age", ["0"])[0])
        except (passes.NoPass, ValueError) as refused:
            await self._say(send, 401, str(refused))
            return
        try:
            with self.hub.stream(shown.topics, age_s) as stream:
                await self._stream(stream, shown, receive, send)
        except Full:
            await self._say(send, 503, "No stream is free; ask again later.", (b"retry-after", b"30"))

    async def _stream(self, stream: Stream, shown: passes.Pass, receive: Receive, send: Send) -> None:
        """Until the pass ends, the reader goes or the process stops. A reader that takes nothing ends with its pass."""
        gone = asyncio.create_task(_end_when_gone(receive, stream))
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(shown.left_s):
                    await send(self._start(200, b"text/event-stream", (b"x-accel-buffering", b"no")))
                    await send(_part(f"retry: {RETRY_MS}\n\n"))
                    while not stream.is_over:
                        changed = await stream.changed(COMMENT_EVERY_S)
                        await send(_part("".join(f"data: {topic}\n\n" for topic in changed) or ": still here\n\n"))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSING_PATIENCE_S):
                    await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()

    async def _say(self, send: Send, status: int, sentence: str, *headers: tuple[bytes, bytes]) -> None:
        await send(self._start(status, b"text/plain; charset=utf-8", *headers))
        await send({"type": "http.response.body", "body": sentence.encode()})

    def _start(self, status: int, kind: bytes, *headers: tuple[bytes, bytes]) -> Message:
        always = [(b"content-type", kind), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
        if self.any_origin:
            always.append((b"access-control-allow-origin", b"*"))
        return {"type": "http.response.start", "status": status, "headers": [*always, *headers]}


def _part(text: str) -> Message:
    return {"type": "http.response.body", "body": text.encode(), "more_body": True}


async def _end_when_gone(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()
