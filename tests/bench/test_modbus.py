"""The Modbus driver beside a bare socket that sends the same requests and looks at nothing: same run, same server.

The server is a program of its own that answers by copying, as fast as a PLC could ever be. Processor time of the client
alone is measured, since the clock of a busy computer says little.
"""

import asyncio
import multiprocessing
import struct
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
import uvloop

from equipment.drivers.base import Endpoint, Point, ValueType
from equipment.drivers.modbus.driver import connect
from equipment.drivers.modbus.planner import Limits
from equipment.drivers.modbus.polling import Poller
from equipment.drivers.modbus.wire import connect as connect_wire
from tests.bench.report import note

pytestmark = pytest.mark.bench

REGISTERS = 125
CONNECTIONS = 10
REQUESTS = 5_000
TIMES = 3
MOST_TIMES_BARE = {"wire": 2.5, "floats": 4.0, "integers": 5.0}


class Copier(asyncio.Protocol):
    """Answers any read of holding registers with as many of one number."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        count = int.from_bytes(data[10:12], "big")
        header = data[:4] + struct.pack(">HBBB", 3 + 2 * count, data[6], 3, 2 * count)
        self.transport.write(header + b"\x41\x20" * count)


def serve(port: multiprocessing.Queue) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(Copier, "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(forever())


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    found = context.Queue()
    process = context.Process(target=serve, args=(found,), daemon=True)
    process.start()
    yield found.get(timeout=60)
    process.kill()
    process.join()
    found.close()
    found.join_thread()


class Bare(asyncio.Protocol):
    """Sends, and waits until as many bytes are back as an answer has."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.ended = self.loop.create_future()
        self.missing = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.missing -= len(data)
        if self.missing <= 0:
            self.answer.set_result(None)

    def ask(self, request: bytes) -> asyncio.Future:
        self.missing = 9 + 2 * REGISTERS
        self.answer = self.loop.create_future()
        self.transport.write(request)
        return self.answer


async def cost_us(asks: list[Callable[[], Awaitable]]) -> float:
    """Processor time of one request, over all connections at once."""

    async def repeat(ask: Callable[[], Awaitable]) -> None:
        for _ in range(REQUESTS // len(asks)):
            await ask()

    await asks[0]()
    begun = time.process_time()
    await asyncio.gather(*map(repeat, asks))
    return (time.process_time() - begun) / REQUESTS * 1e6


async def bare(port: int) -> float:
    connected = [
        await asyncio.get_running_loop().create_connection(Bare, "127.0.0.1", port) for _ in range(CONNECTIONS)
    ]
    request = struct.pack(">HHHBBHH", 1, 0, 6, 1, 3, 0, REGISTERS)
    spent = await cost_us([lambda one=one: one.ask(request) for _, one in connected])
    for transport, one in connected:
        transport.close()
        await one.ended
    return spent


async def polled(port: int, points: list[Point]) -> float:
    wires = [await connect_wire(Endpoint(f"127.0.0.1:{port}", timeout_s=60)) for _ in range(CONNECTIONS)]
    if points:
        pollers = [Poller(wire, points, Limits(), 60, set()) for wire in wires]
        spent = await cost_us([lambda poller=poller: poller.poll(0, []) for poller in pollers])
    else:
        request = struct.pack(">BHH", 3, 0, REGISTERS)
        spent = await cost_us([lambda wire=wire: wire.ask(request) for wire in wires])
    for wire in wires:
        wire.close()
    await asyncio.sleep(0.01)  # until they are closed
    return spent


@pytest.mark.parametrize("loop", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize(
    ("what", "points"),
    [
        ("wire", []),
        ("floats", [Point(f"holding:{n}", ValueType.FLOAT32) for n in range(0, REGISTERS - 1, 2)]),
        ("integers", [Point(f"holding:{n}", ValueType.UINT16) for n in range(REGISTERS)]),
    ],
    ids=["wire", "floats", "integers"],
)
def test_a_read_of_125_registers_costs_a_few_times_a_bare_one(port, loop, what, points):
    both = [(loop(bare(port)), loop(polled(port, points))) for _ in range(TIMES)]
    floor, spent = min(floor for floor, _ in both), min(spent for _, spent in both)
    note(
        f"| Modbus, 125 registers, {what}, {loop.__module__} | {floor:.0f} µs | {spent:.0f} µs | {spent / floor:.1f} | "
        f"{1e6 / spent:,.0f} requests/s | {len(points) * 1e6 / spent:,.0f} values/s |"
    )
    assert spent / floor <= MOST_TIMES_BARE[what]


def test_a_link_that_watches_costs_no_more_than_its_polls(port):
    """Through the driver's door: a hundred polls a second of 125 registers take a small part of a core."""

    async def watch() -> float:
        points = [Point(f"holding:{n}", ValueType.UINT16) for n in range(REGISTERS)]
        async with connect(Endpoint(f"127.0.0.1:{port}", period_s=0.01, timeout_s=60)) as link:
            begun, count = time.process_time(), 0
            async for samples in link.watch(points):
                assert len(samples) == REGISTERS
                count += 1
                if count == 100:
                    return (time.process_time() - begun) / count * 1e6
        raise AssertionError("a watch has no end")

    spent = uvloop.run(watch())
    note(f"| Modbus, 125 registers, 100 Hz watched | | {spent:.0f} µs | | | {REGISTERS * 1e6 / spent:,.0f} values/s |")
    assert spent < 10_000 / 5  # a fifth of the period
