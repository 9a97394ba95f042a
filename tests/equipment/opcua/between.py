"""Somebody on the network between a client and a server: hears all, and may change the server behind it."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Between:
    """`async with Between(machine.address) as between:` at `between.address`; between.heard is what clients sent.

    before: what happens ahead of each connection that comes, in their order: a client asks for the endpoints over one
    of its own.
    """

    def __init__(self, address: str, before: Sequence[Callable[[], None]] = ()) -> None:
        self.heard = bytearray()
        self.address = ""
        self._port = urlsplit(address).port
        self._before = list(before)
        self._passing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.address = f"opc.tcp://127.0.0.1:{self._listening.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.close()
        await asyncio.wait(self._passing, timeout=5)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            self._passing.add(task)
        if self._before:
            await asyncio.to_thread(self._before.pop(0))
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(self._hear(reader, to_server), _hand_on(from_server, writer))

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _hand_on(reader, writer, self.heard)


async def _hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: bytearray | None = None) -> None:
    try:
        while data := await reader.read(1 << 16):
            if heard is not None:
                heard += data
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
