"""One TCP connection to a Modbus device: a question, its answer.

Ours instead of pymodbus' client: that takes an answer apart register by register, which costs four times as much as
all of this, and calls a mute peer connected for half a minute. tests/bench/test_modbus.py compares it with a bare
socket.
"""

import asyncio
import os
from typing import cast

from equipment.drivers.base import Endpoint, Health, InvalidAddress, LinkLost
from equipment.drivers.places import host_and_port
from equipment.drivers.sockets import deliver_within

PORT = 502
_HEADER = 6  # bytes: transaction, protocol, length of what follows
_LONGEST = 260
_LAST_STRAW = 2  # so many time-outs in a row, and the connection is given up


class NoAnswer(Exception):
    """Not within the time-out. The connection still stands."""


class Wire(asyncio.Protocol):
    """One request at a time: who uses it sees to that. An answer to an earlier one, which came too late, is dropped."""

    def __init__(self, device_id: int, timeout_s: float, pause_s: float = 0.0) -> None:
        self.health = Health()
        self.devices = 1  # that are asked over it, each of which may be the one that is off
        self._loop = asyncio.get_running_loop()
        self._device_id = device_id
        self._timeout_s = timeout_s
        self._pause_s = pause_s  # from an answer to the next request
        self._free_at = 0.0
        self._transport: asyncio.Transport | None = None
        self._lost = ""
        self._transaction = 0
        self._expected = b""
        self._answer: asyncio.Future[bytes] | None = None
        self._held = b""
        self._unanswered = 0  # in a row

    async def ask(self, request: bytes, device: int | None = None) -> bytes:
        """request: function and data; the answer likewise, one byte at least. device: None for that of the connection.

        Raises NoAnswer, and LinkLost at the second in a row of each device.
        """
        if self._pause_s:
            await asyncio.sleep(self._free_at - self._loop.time())
        if self._lost or self._transport is None:
            raise LinkLost(self._lost or "Not connected.")
        asked_at = self._loop.time()
        self.health.requests += 1
        self._transaction = self._transaction % 0xFFFF + 1  # 0 is left out: some devices answer so whatever was asked
        self._expected = self._transaction.to_bytes(2, "big")
        self._answer = self._loop.create_future()
        timer = self._loop.call_later(self._timeout_s, self._too_late, self._answer)
        length = len(request) + 1
        to = bytes([self._device_id if device is None else device])
        self._transport.write(self._expected + b"\0\0" + length.to_bytes(2, "big") + to + request)
        try:
            answer = await self._answer
        except NoAnswer as error:
            self._unanswered += 1
            if self._unanswered < _LAST_STRAW * self.devices:
                raise
            self.close(f"The machine gives {error}, {self._unanswered} times in a row.")
            raise LinkLost(self._lost) from None
        finally:
            timer.cancel()
            self._free_at = self._loop.time() + self._pause_s
        self._unanswered = 0
        self.health.slowest_answer_s = max(self.health.slowest_answer_s, self._loop.time() - asked_at)
        return answer

    def close(self, why: str = "Closed by us.") -> None:
        """At once; what is under way ends with LinkLost."""
        self._lose(why)
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose(f"The connection broke: {exc}." if exc else "The machine closed the connection.")

    def data_received(self, data: bytes) -> None:
        data = self._held + data if self._held else data
        while len(data) >= _HEADER:
            length = int.from_bytes(data[4:6], "big")
            end = _HEADER + length
            if data[2:4] != b"\0\0" or not 2 <= length <= _LONGEST - _HEADER:
                self.close("What answers there does not speak Modbus TCP.")
                return
            if len(data) < end:
                break
            if data[:2] == self._expected and self._answer is not None and not self._answer.done():
                self._answer.set_result(data[_HEADER + 1 : end])
            data = data[end:]
        self._held = data

    def _too_late(self, answer: asyncio.Future[bytes]) -> None:
        if not answer.done():
            answer.set_exception(NoAnswer(f"no answer within {self._timeout_s:g} s"))

    def _lose(self, why: str) -> None:
        self._lost = self._lost or why
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(LinkLost(self._lost))


async def connect(endpoint: Endpoint) -> Wire:
    """Raises LinkLost."""
    try:
        host, port = host_and_port(endpoint.address, PORT)
    except InvalidAddress as error:
        raise LinkLost(str(error)) from None
    try:
        async with asyncio.timeout(endpoint.timeout_s):
            transport, wire = await asyncio.get_running_loop().create_connection(
                lambda: Wire(endpoint.device_id, endpoint.timeout_s, endpoint.pause_s), host, port
            )
    except TimeoutError:
        raise LinkLost(f"{endpoint.address} does not answer within {endpoint.timeout_s:g} s.") from None
    except (OSError, ValueError) as error:  # a name with a label too long is a ValueError
        raise LinkLost(f"{endpoint.address} can't be reached: {_in_words(error)}.") from error
    deliver_within(transport, endpoint.flight_s)
    return wire


def _in_words(error: OSError | ValueError) -> str:
    """asyncio's text of a refused connection tells the address alone."""
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)
    return str(getattr(error, "strerror", "") or error)
