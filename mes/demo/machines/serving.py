"""Programs behind sockets: each machine with its server, ticked together in one event loop."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from equipment.drivers.base import Point, Value, ValueType
from equipment.drivers.simulator.modbus_server import ModbusMachine
from equipment.drivers.simulator.opcua_server import OpcUaServer, Variable
from mes.demo.machines import faults
from mes.demo.machines.faults import OFF, Fault
from mes.demo.machines.plan import MachinePlan
from mes.demo.machines.program import LOOK_S, Load, Program
from mes.demo.machines.truth import PART

FAULTS_EVERY_S, LOADS_EVERY_S = 0.5, 0.5
SLOW_S = 0.8
DEVICE_FAILURE = 4  # of Modbus
CLOCK_OFF_S = 5_400.0
Loads = Callable[[Path], Mapping[str, Sequence[Load]]]


class Seat(Protocol):
    """A machine at its socket."""

    plan: MachinePlan
    program: Program

    @property
    def address(self) -> str: ...

    async def plug_in(self) -> None:
        """Raises OSError, RuntimeError where the port is taken."""

    async def turn(self, at: float) -> None:
        """Let it work, and show what is new."""

    async def suffer(self, fault: Fault | None) -> None:
        """This is wrong with it from now on, and nothing else."""

    async def close(self) -> None: ...


class ModbusSeat:
    """A program in registers. What belongs to a part is there before its number."""

    def __init__(self, plan: MachinePlan, program: Program, port: int = 0) -> None:
        self.plan, self.program = plan, program
        self.machine = ModbusMachine(port)
        self._shown: dict[str, Value] = {}
        self._fault: Fault | None = None
        for code, point in plan.heard.items():
            nothing = "" if point.value_type == ValueType.TEXT else 0
            self.machine.memory.put(point, program.heard.get(code, nothing))
        self._hear()
        self._show()

    @property
    def address(self) -> str:
        return self.machine.address

    async def plug_in(self) -> None:
        await self.machine.plug_in()

    async def turn(self, at: float) -> None:
        if self._fault == Fault.RESTART:
            return
        self._hear()
        self.program.tick(at)
        if self._show():
            self.program.is_seen(at, time.time())

    def _hear(self) -> None:
        for code in self.plan.heeds:
            self.program.heard[code] = self.machine.memory.get(self.plan.heard[code]) or 0

    def _show(self) -> bool:
        """Whether there was something new."""
        shows = self.program.shows
        news = [code for code in sorted(shows, key=lambda code: code == PART) if self._shown.get(code) != shows[code]]
        for code in news:
            self.machine.memory.put(self.plan.points[code], shows[code])
            self._shown[code] = shows[code]
        return bool(news)

    async def suffer(self, fault: Fault | None) -> None:
        before, self._fault = self._fault, fault
        if fault == before:
            return
        now = self.machine.faults
        now.mute, now.drop = fault == Fault.MUTE, fault == Fault.DROP
        now.slow_s = SLOW_S if fault == Fault.SLOW else 0.0
        now.exception = DEVICE_FAILURE if fault == Fault.FAIL else 0
        if (fault in OFF) != (before in OFF):
            await (self.machine.unplug() if fault in OFF else self.machine.plug_in())
        strike(self.program, before, fault)

    async def close(self) -> None:
        await self.machine.unplug()


class OpcUaSeat:
    """A program in nodes. While it is mute it works on, and shows nothing new."""

    def __init__(self, plan: MachinePlan, program: Program, port: int = 0) -> None:
        self.plan, self.program = plan, program
        self._shown = dict(program.shows)
        variables = [Variable(_path(at), program.shows[code], at.value_type) for code, at in plan.points.items()]
        self.server = OpcUaServer(variables, port=port)
        self._fault: Fault | None = None
        self._hidden_at: float | None = None  # since when it shows nothing new

    @property
    def address(self) -> str:
        return self.server.address

    async def plug_in(self) -> None:
        await asyncio.to_thread(self.server.__enter__)

    async def turn(self, at: float) -> None:
        if self._fault == Fault.RESTART:
            return
        self.program.tick(at)
        if self._fault == Fault.MUTE:
            self._hidden_at = self._hidden_at or at
            return
        news = {code: value for code, value in self.program.shows.items() if self._shown.get(code) != value}
        if news:
            self._shown |= news
            changes = [(_path(self.plan.points[code]), value) for code, value in news.items()]
            await asyncio.to_thread(self.server.set_all, changes)
        if news or self._hidden_at:
            self.program.is_seen(self._hidden_at or at, time.time())
            self._hidden_at = None

    async def suffer(self, fault: Fault | None) -> None:
        if fault == self._fault:
            return
        before, self._fault = self._fault, fault
        if before == Fault.MUTE:
            self.server.thaw()
        if before in OFF and fault not in OFF:
            await asyncio.to_thread(self.server.plug_in)
        if fault == Fault.MUTE:
            self.server.freeze()
        elif fault in OFF and before not in OFF:
            await asyncio.to_thread(self.server.unplug)
        self.server.set_clock(CLOCK_OFF_S if fault == Fault.CLOCK else 0.0)
        strike(self.program, before, fault)

    async def close(self) -> None:
        await asyncio.to_thread(self.server.__exit__, None, None, None)


def strike(program: Program, before: Fault | None, now: Fault | None) -> None:
    """What a fault does to the machine itself, and not to the way to it."""
    if now == Fault.RESET:
        program.reset_counters()
    if before == Fault.RESTART:
        program.restart()


def _path(point: Point) -> str:
    return point.address.partition(";s=")[2]


SEATS: dict[str, Callable[[MachinePlan, Program, int], Seat]] = {"MODBUS": ModbusSeat, "OPCUA": OpcUaSeat}


class MachineHall:
    """All seats, for as long as its block lasts. folder: where faults are ordered, and what people carry is noted.

    loads: what waits at each machine to be put in; it may ask the database, in a thread of its own.
    """

    def __init__(self, seats: Sequence[Seat], folder: Path, loads: Loads | None = None) -> None:
        self.seats, self._folder, self._loads = seats, folder, loads
        self._faults: dict[str, Fault] = {}
        self._plugged: list[Seat] = []

    async def __aenter__(self) -> Self:
        for seat in self.seats:
            seat.program.appears(time.time())
            await seat.plug_in()
            self._plugged.append(seat)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for seat in self._plugged:
            await seat.close()
            seat.program.disappears(time.time())

    async def work(self, goes_on: Callable[[], bool]) -> None:
        """Until `goes_on` says no more."""
        loading = asyncio.create_task(self._load())
        try:
            await self._turn(goes_on)
        finally:
            loading.cancel()
            await asyncio.wait({loading})

    async def _load(self) -> None:
        """Again and again: who works at the machines puts in what is to be done."""
        while self._loads is not None:
            waiting = await asyncio.to_thread(self._loads, self._folder)
            for seat in self.seats:
                seat.program.put_in(waiting.get(seat.plan.code, ()))
            await asyncio.sleep(LOADS_EVERY_S)

    async def _turn(self, goes_on: Callable[[], bool]) -> None:
        looked = 0.0
        while goes_on():
            at = time.time()
            if at - looked > FAULTS_EVERY_S:
                looked = at
                await self._suffer(at)
            for seat in self.seats:
                await seat.turn(time.time())  # a fault may have taken seconds
            await asyncio.sleep(LOOK_S)

    async def _suffer(self, at: float) -> None:
        wrong = faults.present(self._folder, at)
        for seat in self.seats:
            await seat.suffer(wrong.get(seat.plan.code))
