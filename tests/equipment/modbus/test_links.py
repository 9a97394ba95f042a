"""A link on either event loop, to our simulator and to a server that somebody else wrote."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import uvloop
from pyModbusTCP.server import DataBank, ModbusServer

from equipment.drivers import driver
from equipment.drivers.base import (
    Endpoint,
    InvalidAddress,
    LinkLost,
    Point,
    Quality,
    ValueType,
    WordOrder,
    WriteRefused,
    WriteUnclear,
)
from equipment.drivers.modbus.driver import ModbusLink, check_endpoint, connect
from equipment.drivers.places import host_and_port
from equipment.drivers.simulator.modbus_server import ModbusMachine
from tests.equipment.modbus.devices import by_position, endpoint_of, polls, run

WRITABLE = [
    (Point("coil:5", ValueType.BOOL), 1, 0),
    (Point("holding:10.3", ValueType.BOOL), 1, 0),
    (Point("holding:11.3", ValueType.BOOL, WordOrder.BADC), 0, 1),
    (Point("holding:12", ValueType.INT16), -7, 300),
    (Point("holding:13", ValueType.UINT16, WordOrder.DCBA), 7, 65_000),
    (Point("holding:14", ValueType.INT32, WordOrder.CDAB), -70_000, 1),
    (Point("holding:16", ValueType.UINT32, WordOrder.BADC), 70_000, 4_000_000_000),
    (Point("holding:18", ValueType.FLOAT32, WordOrder.CDAB), 1.5, -0.25),
    (Point("holding:20", ValueType.INT64), -(2**40), 2**62),
    (Point("holding:24", ValueType.UINT64, WordOrder.DCBA), 2**40, 2**63),
    (Point("holding:28", ValueType.FLOAT64, WordOrder.BADC), 0.1, 1e300),
    (Point("holding:32", ValueType.TEXT, WordOrder.BADC, 7), "U000123", "Größe"),
]
POINTS = [point for point, _, _ in WRITABLE]
# Written by a mask that the other server does not know.
BITS = [point for point in POINTS if "." in point.address]


@pytest.mark.parametrize("runner", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_every_type_is_read_written_and_watched_on_either_loop(runner):
    async def test() -> None:
        async with ModbusMachine() as machine:
            for point, before, _ in WRITABLE:
                machine.memory.put(point, before)
            async with connect(endpoint_of(machine)) as link:
                found = by_position((await polls(link, POINTS, 1))[0])
                assert found == {n: (before, Quality.GOOD) for n, (_, before, _) in enumerate(WRITABLE)}
                for point, _, after in WRITABLE:
                    await link.write(point, after)
                    assert machine.memory.get(point) == after
                found = by_position(await link.read(POINTS))
                assert found == {n: (after, Quality.GOOD) for n, (_, _, after) in enumerate(WRITABLE)}
                assert await link.browse() == []

    run(test, runner)


def test_a_write_asks_for_the_function_that_fits():
    async def test() -> None:
        async with ModbusMachine() as machine:
            for point, before, _ in WRITABLE:
                machine.memory.put(point, before)
            async with connect(endpoint_of(machine)) as link:
                for point, _, after in WRITABLE:
                    await link.write(point, after)
            functions = [function for function, _, _ in machine.traffic.requests]
            assert functions == [5, 22, 22, 6, 6, 16, 16, 16, 16, 16, 16, 16]

    run(test)


def test_a_bit_is_written_without_touching_the_others():
    async def test() -> None:
        async with ModbusMachine() as machine:
            registers = machine.memory.tables["holding"]
            registers[10] = 0b1010_0000_0000_0001
            async with connect(endpoint_of(machine)) as link:
                await link.write(Point("holding:10.3", ValueType.BOOL), 1)
                await link.write(Point("holding:10.0", ValueType.BOOL), 0)
                await link.write(Point("holding:10.0", ValueType.BOOL, WordOrder.BADC), 1)
            assert registers[10] == 0b1010_0001_0000_1000

    run(test)


@pytest.mark.parametrize(
    ("point", "value", "said"),
    [
        (Point("input:1", ValueType.UINT16), 1, "can only be read"),
        (Point("discrete:1", ValueType.BOOL), 1, "can only be read"),
        (Point("holding:1", ValueType.UINT16), 70_000, "no UINT16"),
        (Point("holding:1.1", ValueType.BOOL), 2, "neither 0 nor 1"),
        (Point("somewhere", ValueType.UINT16), 1, "no Modbus address"),
    ],
)
def test_what_can_not_be_written_is_refused_before_anything_is_sent(point, value, said):
    async def test() -> None:
        async with ModbusMachine() as machine, connect(endpoint_of(machine)) as link:
            with pytest.raises(WriteRefused, match=said):
                await link.write(point, value)
            assert not machine.traffic.requests

    run(test)


def test_a_write_asks_for_leave_when_its_turn_has_come_and_sends_nothing_without():
    async def test() -> None:
        leave = True

        def guard() -> None:
            if not leave:
                raise RuntimeError("no leave")

        async with ModbusMachine() as machine:
            point = Point("holding:12", ValueType.INT16)
            machine.memory.put(point, 7)
            async with connect(endpoint_of(machine), guard) as link:
                machine.faults.slow_s = 0.2
                reading = asyncio.create_task(link.read([point]))
                await asyncio.sleep(0)
                writing = asyncio.create_task(link.write(point, 8))
                await asyncio.sleep(0.05)
                leave = False
                assert by_position(await reading) == {0: (7, Quality.GOOD)}
                with pytest.raises(RuntimeError, match="no leave"):
                    await writing
                leave = True
                await link.write(point, 9)
            assert machine.memory.get(point) == 9
            assert len(machine.traffic.requests) == 2

    run(test)


def test_the_system_gives_up_what_a_machine_does_not_take_in_time():
    async def test() -> None:
        async with ModbusMachine() as machine, connect(endpoint_of(machine, timeout_s=1.5)) as link:
            line = link._wire._transport.get_extra_info("socket")
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 3_000

    run(test)


@pytest.fixture
def other_server() -> Iterator[tuple[str, DataBank]]:
    """pyModbusTCP's server: its address, and its memory."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ModbusServer("127.0.0.1", port, no_block=True)
    server.start()
    yield f"127.0.0.1:{port}", server.data_bank
    server.stop()


def test_a_server_that_it_has_never_met_is_read_and_written(other_server):
    address, memory = other_server

    async def test() -> None:
        async with driver("MODBUS").connect(Endpoint(address, timeout_s=5.0, period_s=0.02)) as link:
            points = [point for point in POINTS if point not in BITS]
            values = [after for point, _, after in WRITABLE if point not in BITS]
            for point, value in zip(points, values, strict=True):
                await link.write(point, value)
            good = {n: (value, Quality.GOOD) for n, value in enumerate(values)}
            for samples in await polls(link, points, 2):
                assert by_position(samples) == good
            memory.set_input_registers(0, [0xBFC0, 0])
            memory.set_discrete_inputs(3, [True, False, True])
            inputs = [Point("input:0", ValueType.FLOAT32), Point("discrete:5", ValueType.BOOL)]
            assert by_position(await link.read(inputs)) == {0: (-1.5, Quality.GOOD), 1: (1, Quality.GOOD)}
            with pytest.raises(WriteRefused, match="does not know this function"):
                await link.write(BITS[0], 1)

    run(test)


class Says(asyncio.Protocol):
    """Answers a request with pieces that a test has made of it."""

    def __init__(self, pieces: Callable[[bytes], list[bytes]]) -> None:
        self.pieces = pieces
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        for piece in self.pieces(data):
            self.transport.write(piece)

    def connection_lost(self, error: Exception | None) -> None:
        self.ended.set_result(None)


@asynccontextmanager
async def said(pieces: Callable[[bytes], list[bytes]]) -> AsyncIterator[ModbusLink]:
    """A link to what answers so."""
    other = Says(pieces)
    server = await asyncio.get_running_loop().create_server(lambda: other, "127.0.0.1", 0)
    async with server:
        async with connect(Endpoint(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout_s=5.0)) as link:
            yield link
        await other.ended


def test_what_is_no_modbus_loses_the_link():
    async def test() -> None:
        async with said(lambda request: [b"SSH-2.0-OpenSSH_9.2\r\n"]) as link:
            with pytest.raises(LinkLost, match="does not speak Modbus"):
                await link.read(POINTS)

    run(test)


def test_an_answer_in_pieces_behind_a_stale_one_is_put_together():
    def crumbs(request: bytes) -> list[bytes]:
        stale = b"\x99\x99\0\0\0\5\1\3\2\0\1"
        return [bytes([byte]) for byte in stale + request[:4] + b"\0\5\1\3\2\x12\x34"]

    async def test() -> None:
        async with said(crumbs) as link:
            assert by_position(await link.read([Point("holding:0", ValueType.UINT16)])) == {0: (0x1234, 192)}

    run(test)


@pytest.mark.parametrize("answer", [b"\1\3", b"\1\4\2\0\1", b"\1\3\2\0\1\0\1", b"\1\3\4\0\1", b"\1\x83"])
def test_an_answer_of_another_form_is_never_good(answer):
    def other(request: bytes) -> list[bytes]:
        return [request[:4] + len(answer).to_bytes(2, "big") + answer]

    async def test() -> None:
        async with said(other) as link:
            read = by_position(await link.read([Point("holding:0", ValueType.UINT16)]))
            assert read == {0: (None, Quality.BAD_COMMUNICATION)}

    run(test)


@pytest.mark.parametrize("answer", [b"\1\6\0\1\0\6", b"\1\6\0\2\0\5", b"\1\3\2\0\5", b"\1\6\0", b"\1\x86"])
def test_an_answer_to_another_write_leaves_unknown_what_was_written(answer):
    def other(request: bytes) -> list[bytes]:
        return [request[:4] + len(answer).to_bytes(2, "big") + answer]

    async def test() -> None:
        async with said(other) as link:
            with pytest.raises(WriteUnclear, match="Whether holding:1 was written is not known: "):
                await link.write(Point("holding:1", ValueType.UINT16), 5)

    run(test)


def test_where_a_machine_answers_is_a_host_and_a_port():
    assert host_and_port("press-3.plant", 502) == ("press-3.plant", 502)
    assert host_and_port("10.0.0.7:1502", 502) == ("10.0.0.7", 1502)
    assert host_and_port("[::1]:1502", 502) == ("::1", 1502)
    assert host_and_port("[::1]", 502) == ("::1", 502)
    for address in ("", ":502", "press:http", "press:70000", "a b:502", "[::1:502", "[press]:502", "a..b:1"):
        with pytest.raises(InvalidAddress, match="is no address of a machine"):
            host_and_port(address, 502)


@pytest.mark.parametrize("address", ["nonsense", ":502", "press:502x", "http://169.254.169.254/", "10.0.0.1:99999"])
def test_an_address_where_no_machine_can_be_is_refused_and_said_how_it_is_written(address):
    with pytest.raises(InvalidAddress, match=r"address of a machine|names no port"):
        check_endpoint(address)


@pytest.mark.parametrize("address", ["plc-7:502", "10.1.2.3:502", "[fe80::1]:1502", "press_3.plant.:502"])
def test_an_address_of_a_machine_is_taken(address):
    check_endpoint(address)


def test_a_machine_whose_address_was_stored_before_it_was_judged_is_lost_with_the_reason():
    async def test() -> None:
        with pytest.raises(LinkLost, match="write host:port"):
            async with connect(Endpoint(address="http://169.254.169.254/")):
                pass

    run(test)
