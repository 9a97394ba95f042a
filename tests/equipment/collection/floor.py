"""A floor for the collector: machines of the simulator and collectors, in an event loop of their own thread."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection as database
from django.utils import timezone

from equipment.collection.program import Collector, Rhythm
from equipment.drivers.base import Point, ValueType, WordOrder
from equipment.drivers.simulator.modbus_server import ModbusMachine
from equipment.models import Connection, ConnectionLease, MachineEvent, Station, Tag
from equipment.sample_audit import SlotAccount, audit
from mes.kernel.door import open_door
from tests import databases
from tests.equipment.collection.collector_program import QUICK
from tests.equipment.collection.cut import Cut

T = TypeVar("T")
PATIENCE_S = 60.0
COUNTER = {"role": "COUNTER", "books": "PART_DONE", "rollover": 65536, "report": "CHANGE"}


class Floor:
    """Machines and collectors that run while the test looks."""

    def __init__(self, database_name: str, spool: Path) -> None:
        self.url, self.spool = databases.url_of(database_name), spool
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="floor", daemon=True)
        self._thread.start()
        self._collectors: list[tuple[Collector, Any]] = []
        self._machines: list[ModbusMachine] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        self._cuts: list[Cut] = []

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def machine(self) -> ModbusMachine:
        machine = ModbusMachine()
        self.do(machine.plug_in())
        self._machines.append(machine)
        return machine

    def collector(self, rhythm: Rhythm = QUICK, url: str = "", name: str = "") -> Collector:
        async def make() -> Collector:
            return Collector(url or self.url, self.spool, rhythm, name)

        collector = self.do(make())
        self._collectors.append((collector, asyncio.run_coroutine_threadsafe(collector.run(), self._loop)))
        return collector

    def process(self, url: str = "") -> subprocess.Popen[bytes]:
        """A collector of its own process, to be killed or frozen."""
        command = [sys.executable, "-m", "tests.equipment.collection.collector_program", url or self.url]
        process = subprocess.Popen([*command, str(self.spool)])
        self._processes.append(process)
        return process

    def cut(self) -> Cut:
        """A way to the database that can be cut."""
        cut = Cut(self.url, self.spool.parent / f"way-{len(self._cuts)}")
        self.do(cut.mend())
        self._cuts.append(cut)
        return cut

    def stop(self, collector: Collector) -> None:
        running = next(running for one, running in self._collectors if one is collector)
        self._loop.call_soon_threadsafe(collector.stop)
        running.result(PATIENCE_S)

    def stop_all(self) -> None:
        """Every collector; those in processes of their own by kill."""
        for process in self._processes:
            process.kill()
            process.wait(PATIENCE_S)
        for collector, running in self._collectors:
            self._loop.call_soon_threadsafe(collector.stop)
            running.result(PATIENCE_S)

    def close(self) -> None:
        self.stop_all()
        for machine in self._machines:
            self.do(machine.unplug())
        for cut in self._cuts:
            self.do(cut.cut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()


@contextmanager
def floor_on(database_name: str, spool: Path) -> Iterator[Floor]:
    floor = Floor(database_name, spool)
    try:
        yield floor
    finally:
        floor.close()


def until(holds: Callable[[], Any], what: str = "", patience_s: float = PATIENCE_S) -> Any:
    """What `holds` gives as soon as that is true."""
    end = time.monotonic() + patience_s
    while not (found := holds()):
        assert time.monotonic() < end, f"never came: {what or holds}"
        time.sleep(0.02)
    return found


def connection_to(machine: ModbusMachine, station: Station, *, code: str = "PLC-1", **more: Any) -> Connection:
    given = {"kind": "MODBUS", "period_ms": 50, "timeout_ms": 800, "name": code} | more
    with open_door(person=None):
        return Connection.objects.create(site=station.site, code=code, address=machine.address, **given)


def tag_of(connection: Connection, code: str, address: str, *, station: Station | None = None, **more: Any) -> Tag:
    given = {"value_type": "UINT16", "report": "ALWAYS"} | more
    with open_door(person=None):
        tag = Tag(site=connection.site, connection=connection, station=station, code=code, address=address, **given)
        tag.full_clean()
        tag.save()
    return tag


def point(tag: Tag) -> Point:
    return Point(tag.address, ValueType(tag.value_type), WordOrder(tag.byte_order or "ABCD"), tag.length)


def put(machine: ModbusMachine, tag: Tag, value: Any) -> None:
    machine.memory.put(point(tag), value)


def ask(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def samples_of(tag: Tag) -> list[tuple[Any, ...]]:
    """(at, value, text, quality) in order of time, of the present series."""
    return ask(
        "SELECT at, value, text, quality FROM equipment_sample WHERE series_id ="
        " (SELECT max(id) FROM equipment_series WHERE tag_id = %s) ORDER BY at",
        tag.pk,
    )


def lease(connection: Connection) -> ConnectionLease:
    return ConnectionLease.objects.get(connection=connection)


def made(tag: Tag) -> int:
    """Parts that are on record."""
    return sum(MachineEvent.objects.filter(tag=tag).values_list("quantity", flat=True))


def ledger(connection: Connection) -> dict[str, SlotAccount]:
    """The ledger's question, as `manage.py check_samples` asks it: no slot doubled, none missing while good, no
    change doubled, and every event there. Returns the accounts by tag.
    """
    now = timezone.now()
    (account,) = audit([connection], now - timedelta(hours=1), now)
    assert account.is_whole, account
    assert not account.is_empty, "it accounts for nothing"
    return {slot.tag: slot for slot in account.slots}
