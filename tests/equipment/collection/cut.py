"""A way to the database that can be cut: a socket before the server's own, in the floor's event loop."""

import asyncio
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Cut:
    """`url` leads through it. cut(): the server is away; swallow(): everything is taken and nothing answered, as by a
    network that is gone; lose_reply(): the answer to the next COMMIT never comes.
    """

    def __init__(self, url: str, folder: Path) -> None:
        parts = conninfo_to_dict(url)
        self._server = Path(str(parts["host"])) / f".s.PGSQL.{parts.get('port', 5432)}"
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f".s.PGSQL.{parts.get('port', 5432)}"
        self.url = make_conninfo(url, host=str(folder))
        self._listening: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._loses_reply = False
        self._passes = asyncio.Event()
        self._passes.set()
        self.lost_replies = 0

    async def swallow(self) -> None:
        self._passes.clear()

    async def mend(self) -> None:
        self._passes.set()
        if self._listening is not None and self._listening.is_serving():
            return
        self._listening = await asyncio.start_unix_server(self._pass, self._path)

    async def cut(self) -> None:
        assert self._listening is not None
        self._listening.close()
        self._path.unlink(missing_ok=True)
        for writer in list(self._open):
            writer.transport.abort()

    async def lose_reply(self) -> None:
        self._loses_reply = True

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(self._server)
        self._open |= {writer, to_server}
        mute = asyncio.Event()

        async def forth() -> None:
            while data := await reader.read(65536):
                if self._loses_reply and b"COMMIT" in data:
                    self._loses_reply = False
                    mute.set()
                await self._passes.wait()
                to_server.write(data)
                await to_server.drain()

        async def back() -> None:
            while data := await from_server.read(65536):
                if mute.is_set():
                    self.lost_replies += 1
                    return
                await self._passes.wait()
                writer.write(data)
                await writer.drain()

        tasks = [asyncio.create_task(forth()), asyncio.create_task(back())]
        _, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for one in (writer, to_server):
            one.transport.abort()
            self._open.discard(one)
