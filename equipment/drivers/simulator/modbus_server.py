"""A Modbus TCP device that is a program: its registers are set and read from Python, its faults are a few attributes.

On pymodbus' server, so that driver and simulator share no code that takes messages apart. Listens on loopback alone.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import Self, cast

from pymodbus.constants import ExcCodes
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.server.requesthandler import ServerRequestHandler
from pymodbus.simulator import DataType, SimData, SimDevice
from pymodbus.simulator.simcore import SimCore

from equipment.drivers.base import Point, Value, ValueType
from equipment.drivers.modbus.addresses import Table, locate
from equipment.drivers.modbus.decoder import SWAPPED_TEXTS, decoder_of
from equipment.drivers.modbus.encoder import encode, encode_bit
from equipment.drivers.modbus.messages import NO_TARGET
from equipment.drivers.modbus.planner import Block, Item

HOST = "127.0.0.1"
_TABLES = {1: Table.COIL, 5: Table.COIL, 15: Table.COIL, 2: Table.DISCRETE, 4: Table.INPUT}  # all others: HOLDING
WRITES = (5, 6, 15, 16, 22)  # the functions
_COIL, _MASK = 5, 22
_ON = 0xFF00  # of one coil
_KEPT_REQUESTS = 1_000


@dataclass(slots=True)
class Faults:
    """What is wrong with the device for now."""

    mute: bool = False  # takes requests, answers none
    mute_to_writes: bool = False  # takes writes, neither does nor answers them
    refuse: bool = False  # closes every new connection at once
    drop: bool = False  # closes the connection at the next request
    short: bool = False  # answers with one register, or one byte of bits, too few
    slow_s: float = 0.0  # waits so long before each answer
    exception: int = 0  # answers every request with this exception
    exception_to_writes: int = 0  # answers writes with this exception, and does none
    deaf_to_writes: bool = False  # answers writes as if it did them, and does none
    echoes_value: bool = False  # answers writes with another value (of several: another number of them) than was asked
    echoes_address: bool = False  # answers writes with the address after the one that was asked
    mute_devices: set[int] = field(default_factory=set)  # behind it, that give no answer
    missing_devices: set[int] = field(default_factory=set)  # behind it, of which it says that they give none
    longest: int = 125  # registers that it gives in one answer; more is an illegal value


@dataclass(slots=True)
class Traffic:
    """What came in."""

    connections: int = 0
    requests: deque[tuple[int, int, int]] = field(default_factory=lambda: deque(maxlen=_KEPT_REQUESTS))
    under_way: int = 0
    most_under_way: int = 0


class Memory(SimCore):
    """The four tables. What was never set does not exist: its address is illegal.

    behind: the memories of other devices, by number, of which it is the gateway.
    """

    def __init__(self) -> None:
        self.tables: dict[Table, dict[int, int]] = {table: {} for table in Table}
        self.behind: dict[int, Memory] = {}

    def put(self, point: Point, value: Value) -> None:
        """Raises InvalidAddress, ValueError."""
        address, _ = locate(point)
        cells = self.tables[address.table]
        if address.table.is_bits:
            cells[address.number] = encode_bit(value)
        elif point.value_type == ValueType.BOOL:
            mask = 1 << ((address.bit or 0) ^ (8 if point.order in SWAPPED_TEXTS else 0))
            held = cells.get(address.number, 0)
            cells[address.number] = held | mask if encode_bit(value) else held & ~mask
        else:
            data = encode(point, value)
            for place in range(0, len(data), 2):
                cells[address.number + place // 2] = int.from_bytes(data[place : place + 2], "big")

    def get(self, point: Point) -> Value | None:
        """None for what is no number. Raises InvalidAddress, KeyError for what was never set."""
        address, words = locate(point)
        cells = self.tables[address.table]
        if address.table.is_bits:
            return cells[address.number]
        data = b"".join(cells[address.number + n].to_bytes(2, "big") for n in range(words))
        block = Block((Item(address.table, address.number, address.number + words, (0,)),))
        return decoder_of(block, [point])(data, 0)[0][2]

    async def async_getValues(
        self, device_id: int, func_code: int, address: int, count: int = 1
    ) -> list[int] | list[bool] | ExcCodes:
        """pymodbus' way to read."""
        cells = self.behind.get(device_id, self).tables[_TABLES.get(func_code, Table.HOLDING)]
        try:
            return [cells[number] for number in range(address, address + count)]
        except KeyError:
            return ExcCodes.ILLEGAL_ADDRESS

    async def async_setValues(
        self, device_id: int, func_code: int, address: int, values: list[int] | list[bool]
    ) -> ExcCodes | None:
        """pymodbus' way to write."""
        cells = self.behind.get(device_id, self).tables[_TABLES.get(func_code, Table.HOLDING)]
        numbers = range(address, address + len(values))
        if any(number not in cells for number in numbers):
            return ExcCodes.ILLEGAL_ADDRESS
        cells.update(zip(numbers, map(int, values), strict=True))
        return None


class ModbusMachine:
    """`async with ModbusMachine() as machine:` — it answers at machine.address until the end of the block."""

    def __init__(self, port: int = 0) -> None:
        self.memory = Memory()
        self.faults = Faults()
        self.traffic = Traffic()
        self._port = port
        self._server: _Server | None = None

    @property
    def address(self) -> str:
        """The same for as long as it lives, plugged in or not."""
        return f"{HOST}:{self._port}"

    async def plug_in(self) -> None:
        """Raises RuntimeError where the port is taken."""
        self._server = _Server(self, self._port)
        await self._server.serve_forever(background=True)
        listening = cast(asyncio.Server, self._server.transport)
        self._port = listening.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        """Ends every connection; new ones find nobody."""
        if self._server is not None:
            await self._server.shutdown()
            self._server = None

    async def restart(self, *forgets: Point, shows: Sequence[tuple[Point, Value]] = ()) -> None:
        """Off and on, and what it forgets is 0; it shows something again before anybody looks: of all that lies in
        between who watches it sees nothing.
        """
        await self.unplug()
        for point, value in (*((point, 0) for point in forgets), *shows):
            self.memory.put(point, value)
        await self.plug_in()

    async def __aenter__(self) -> Self:
        await self.plug_in()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.unplug()


class _Server(ModbusTcpServer):
    def __init__(self, machine: ModbusMachine, port: int) -> None:
        unused = SimDevice(0, simdata=SimData(0, datatype=DataType.REGISTERS))
        super().__init__(unused, address=(HOST, port))
        self.context = machine.memory
        self.machine = machine

    def callback_new_connection(self) -> "_Handler":
        return _Handler(self)


class _Handler(ServerRequestHandler):
    """One connection."""

    def __init__(self, server: _Server) -> None:
        super().__init__(server, None, None, None)
        self.machine = server.machine

    def callback_connected(self) -> None:
        super().callback_connected()
        self.machine.traffic.connections += 1
        if self.machine.faults.refuse:
            self.close()

    async def handle_request(self) -> None:
        asked, sender, traffic = self.last_pdu, self.last_addr, self.machine.traffic
        if asked is None:
            return
        traffic.requests.append((asked.function_code, asked.address, asked.count))
        traffic.under_way += 1
        traffic.most_under_way = max(traffic.most_under_way, traffic.under_way)
        try:
            answer = await self._answer(asked)
        finally:
            traffic.under_way -= 1
        if answer is not None:
            answer.transaction_id, answer.dev_id = asked.transaction_id, asked.dev_id
            self.server_send(answer, sender)

    async def _answer(self, asked: ModbusPDU) -> ModbusPDU | None:
        faults = self.machine.faults
        if faults.slow_s:
            await asyncio.sleep(faults.slow_s)
        if faults.drop:
            self.close()
        if asked.dev_id in faults.missing_devices:
            return ExceptionResponse(asked.function_code, NO_TARGET)
        if (
            faults.mute
            or faults.drop
            or asked.dev_id in faults.mute_devices
            or (faults.mute_to_writes and asked.function_code in WRITES)
        ):
            return None
        if exception := faults.exception or (asked.function_code in WRITES and faults.exception_to_writes):
            return ExceptionResponse(asked.function_code, exception)
        if asked.function_code in (3, 4) and asked.count > faults.longest:
            return ExceptionResponse(asked.function_code, ExcCodes.ILLEGAL_VALUE)
        odd = (faults.deaf_to_writes, faults.echoes_value, faults.echoes_address, faults.short)
        if asked.function_code in WRITES and any(odd):
            return await self._echo(asked)
        answer = await asked.datastore_update(self.server.context, asked.dev_id)
        if faults.short:
            answer.registers, answer.bits = answer.registers[:-1], answer.bits[:-8]
        return answer

    async def _echo(self, asked: ModbusPDU) -> ModbusPDU:
        """The answer to a write, which need not be true."""
        faults = self.machine.faults
        if not faults.deaf_to_writes:
            done = await asked.datastore_update(self.server.context, asked.dev_id)
            if isinstance(done, ExceptionResponse):
                return done
        echo = Struct(">HHH" if asked.function_code == _MASK else ">HH")
        address, *words = echo.unpack_from(asked.encode())
        if faults.echoes_value:
            words[-1] ^= _ON if asked.function_code == _COIL else 1
        data = echo.pack(address + faults.echoes_address, *words)
        return _Raw(asked.function_code, data[:-2] if faults.short else data)


class _Raw(ModbusPDU):
    """An answer of these bytes, whatever they say."""

    def __init__(self, function: int, data: bytes) -> None:
        super().__init__()
        self.function_code, self._data = function, data

    def encode(self) -> bytes:
        return self._data
