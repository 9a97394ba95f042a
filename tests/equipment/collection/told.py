"""A press that is told what it may run by, over a real socket: what it was told, in order."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from equipment.drivers.simulator.modbus_server import ModbusMachine
from equipment.models import Connection, MachineCommand
from mes.kernel.door import open_door
from tests.equipment.collection.floor import ask, put, tag_of, until
from tests.plant import Plant

ENABLE, SPEED, PROGRAM = "coil:5", "holding:50", "holding:60"
R_7 = int.from_bytes(b"R-", "big")  # the first word of "R-7"


class Told:
    """What a machine was told, in order: (address, value), and what it does at that.

    hold_back: it takes such a write, and does it when it is let go; the event says that it came.
    """

    def __init__(self, machine: ModbusMachine) -> None:
        self.machine, self.writes = machine, []
        self.then: dict[tuple[int, int], Callable[[], Any]] = {}
        self._held_back: tuple[int, int] | None = None
        self._came, self._let_go = threading.Event(), asyncio.Event()
        self._write = machine.memory.async_setValues
        machine.memory.async_setValues = self.take  # type: ignore[method-assign]

    async def take(self, device_id: int, func_code: int, address: int, values: list[Any]) -> Any:
        if (address, int(values[0])) == self._held_back:
            self._came.set()
            self._late = self._write(device_id, func_code, address, values)
            await self._let_go.wait()  # by then who asked is gone
            return None
        done = await self._write(device_id, func_code, address, values)
        self.writes.append((address, int(values[0])))
        if react := self.then.get(self.writes[-1]):
            react()
        return done

    def hold_back(self, write: tuple[int, int]) -> threading.Event:
        self._held_back = write
        return self._came

    async def let_go(self) -> None:
        self._held_back = None
        await self._late
        self._let_go.set()

    @property
    def may_run(self) -> bool:
        return bool(self.machine.memory.tables["coil"][5])


def give_tags(plant: Plant, connection: Connection, machine: ModbusMachine, code: str = "20") -> None:
    station = plant.stations[code]
    for name, address, first, more in (
        ("ENABLE", ENABLE, 0, {"value_type": "BOOL"}),
        ("SPEED", SPEED, 10, {"write_high": 100}),
        ("PROGRAM", PROGRAM, "", {"value_type": "TEXT", "length": 10}),
    ):
        tag = tag_of(connection, name, address, station=station, is_writable=True, **more)
        put(machine, tag, first)
    with open_door(person=None):
        station.interlock, station.permission_tag = "RECIPE", "ENABLE"
        station.save()


def on_time(plant: Plant) -> Plant:
    """The plant's clock is the wall's, as the collector's is."""
    plant.clock = timezone.now() - timedelta(seconds=60)
    return plant


def watched(connection: Connection) -> None:
    until(lambda: ask("SELECT 1 FROM equipment_observation WHERE connection_id = %s", connection.pk), "it watches")


def answered(command: MachineCommand) -> MachineCommand:
    def over() -> MachineCommand | None:
        now = MachineCommand.objects.get(pk=command.pk)
        return now if now.answered_at else None

    return until(over, "an answer")
