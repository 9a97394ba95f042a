"""The whole chain from socket to partition, beside COPY alone of the same rows; and how long a takeover takes.

The collector is a process of its own, and its processor time is what counts: the machines answer from another one, by
copying. 50 connections of 125 registers, ten times a second each, every value stored.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import uvloop

from equipment.collection.rows import COLUMNS, SIGNATURE, TRAILER, row
from equipment.drivers.simulator.modbus_server import ModbusMachine
from equipment.models import Connection, MachineEvent, Tag
from mes.kernel.door import open_door
from tests import databases
from tests.bench.opcua_machine import variables
from tests.bench.report import note
from tests.bench.test_modbus import bare, port  # noqa: F401 - its copying machine
from tests.bench.test_opcua import A_ROUND, ITEMS, through_the_library
from tests.bench.test_opcua import machine as opcua_machine  # noqa: F401 - a program of its own
from tests.equipment.collection.floor import Floor, ask, connection_to, floor_on, put, samples_of, tag_of, until

pytestmark = pytest.mark.bench

CONNECTIONS, REGISTERS, PERIOD_MS, SECONDS = 50, 125, 100, 10
AIM_SAMPLES = 50_000  # stored a second and core
AIM_CHANGES = 15_000  # of OPC UA, the same
AIM_TAKEOVER_S = 6.0
LEASE_S, FLUSH_S = 3.0, 0.1


def collector(url: str, spool: Path) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-m", "tests.equipment.collection.collector_program"]
    return subprocess.Popen([*program, url, str(spool), str(LEASE_S), str(FLUSH_S)])


def processor_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def stored() -> int:
    return ask("SELECT count(*) FROM equipment_sample")[0][0]


@pytest.fixture
def plenty(port: int, committed_plant) -> None:  # noqa: F811
    """Fifty connections with all their tags."""
    site = committed_plant.site
    with open_door(person=None):
        for number in range(CONNECTIONS):
            connection = Connection.objects.create(
                site=site,
                code=f"PLC-{number}",
                name=f"PLC {number}",
                kind="MODBUS",
                address=f"127.0.0.1:{port}",
                period_ms=PERIOD_MS,
            )
            Tag.objects.bulk_create(
                Tag(
                    site=site,
                    connection=connection,
                    code=f"r{register}",
                    address=f"holding:{register}",
                    value_type="UINT16",
                    report="ALWAYS",
                )
                for register in range(REGISTERS)
            )


def test_samples_stored_by_one_core(plenty, port, committed_database, tmp_path):  # noqa: F811
    process = collector(databases.url_of(committed_database), tmp_path / "spool")
    try:
        until(lambda: stored() > 0, "the first samples", 60)
        time.sleep(2)
        rows, spent, began = stored(), processor_s(process.pid), time.monotonic()
        time.sleep(SECONDS)
        rows, spent = stored() - rows, processor_s(process.pid) - spent
        lasted = time.monotonic() - began
    finally:
        process.terminate()
        process.wait(30)
    copied = copied_a_second(committed_database)
    floor = REGISTERS * 1e6 / uvloop.run(bare(port))
    note(
        f"stored {rows / lasted:,.0f} samples/s at {100 * spent / lasted:.0f} % of a core: {rows / spent:,.0f} a second"
        f" and core; COPY alone {copied:,.0f} rows/s, {copied / (rows / spent):.1f} times as many; a bare socket that"
        f" looks at nothing {floor:,.0f} registers a second and core, {floor / (rows / spent):.0f} times as many"
    )
    assert rows / spent >= AIM_SAMPLES


def test_changes_of_an_opc_ua_server_stored_by_one_core(
    opcua_machine,  # noqa: F811
    committed_plant,
    committed_database,
    tmp_path,
):
    site = committed_plant.site
    with open_door(person=None):
        connection = Connection.objects.create(
            site=site,
            code="OPC-1",
            name="OPC",
            kind="OPCUA",
            address=opcua_machine.address,
            period_ms=PERIOD_MS,
            timeout_ms=60_000,
        )
        Tag.objects.bulk_create(
            Tag(
                site=site,
                connection=connection,
                code=f"item-{number}",
                address=variable.address,
                value_type=variable.value_type,
                report="CHANGE",
                max_silence_s=0,
            )
            for number, variable in enumerate(variables(ITEMS))
        )
    process = collector(databases.url_of(committed_database), tmp_path / "spool")
    best = 0.0
    try:
        until(lambda: stored() == ITEMS, "the first values", 60)
        for _ in range(3):
            rows, spent = stored(), processor_s(process.pid)
            opcua_machine.change()
            until(lambda rows=rows: stored() == rows + A_ROUND, "every change of a round", 120)
            best = max(best, A_ROUND / (processor_s(process.pid) - spent))
    finally:
        process.terminate()
        process.wait(30)
    copied = copied_a_second(committed_database)
    library = asyncio.run(through_the_library(opcua_machine))
    note(
        f"stored {best:,.0f} OPC UA changes a second and core; COPY alone {copied:,.0f} rows/s, {copied / best:.1f}"
        f" times as many; the library, which only counts them, {library:,.0f}, {library / best:.1f} times as many"
    )
    assert best >= AIM_CHANGES


def copied_a_second(database: str) -> float:
    """Rows that one COPY after the other stores, ten thousand each, as the flush does."""
    begins_us, total, spent = time.time_ns() // 1000 + 3_600_000_000, 0, 0.0
    with psycopg.connect(databases.url_of(database)) as direct, direct.cursor() as cursor:
        cursor.execute("SELECT equipment_make_partitions(current_date, current_date + 2)")
        direct.commit()
        for batch in range(20):
            body = b"".join(row(s, begins_us + batch, float(s), 192) for s in range(1_000_000, 1_010_000))
            began = time.monotonic()
            with cursor.copy(f"COPY equipment_sample ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(SIGNATURE + body + TRAILER)
            direct.commit()
            spent += time.monotonic() - began
            total += 10_000
    return total / spent


@pytest.fixture
def floor(committed_plant, committed_database: str, tmp_path: Path) -> Iterator[Floor]:
    with floor_on(committed_database, tmp_path / "spool") as floor:
        yield floor


def test_a_takeover_after_a_kill(floor, committed_plant, tmp_path):
    machine: ModbusMachine = floor.machine()
    counter = {"role": "COUNTER", "books": "PART_DONE", "report": "CHANGE"}
    connections = [connection_to(machine, committed_plant.stations["20"], code=f"PLC-{n}") for n in range(10)]
    tags = [
        tag_of(one, f"good-{n}", f"holding:{n}", station=committed_plant.stations["20"], **counter)
        for n, one in enumerate(connections)
    ]
    for tag in tags:
        put(machine, tag, 0)
    first = collector(floor.url, floor.spool)
    until(lambda: all(samples_of(tag) for tag in tags), "all are watched", 60)
    second = collector(floor.url, floor.spool)
    time.sleep(2)
    for tag in tags:
        put(machine, tag, 3)
    until(lambda: MachineEvent.objects.count() == 10, "three parts each")
    first.kill()
    began = time.monotonic()
    for tag in tags:
        put(machine, tag, 5)
    until(lambda: MachineEvent.objects.count() == 20, "all are taken over", 30)
    took = time.monotonic() - began
    second.terminate()
    first.wait(30)
    second.wait(30)
    quantities = ask("SELECT sum(quantity) FROM equipment_machineevent")[0][0]
    note(
        f"killed -9, lease {LEASE_S:g} s: ten connections taken over in {took:.1f} s, {quantities} of 50 parts counted"
    )
    assert quantities == 50
    assert took <= AIM_TAKEOVER_S


def test_a_change_is_told_to_pages(floor, committed_plant):
    """From the register to the notification that live pages are told by; the rest is theirs."""
    machine = floor.machine()
    station = committed_plant.stations["20"]
    connection = connection_to(machine, station, period_ms=50)
    tag = tag_of(connection, "speed", "holding:1", station=station, report="CHANGE")
    put(machine, tag, 0)
    floor.collector()
    until(lambda: samples_of(tag), "it is watched")
    delays = []
    with psycopg.connect(floor.url, autocommit=True) as listener:
        listener.execute("LISTEN plantwright_changed")
        for value in range(1, 101):
            put(machine, tag, value)
            began = time.monotonic()
            for told in listener.notifies(timeout=5):
                if "/machine/" in told.payload:
                    break
            delays.append(time.monotonic() - began)
            time.sleep(0.02)
    delays.sort()
    p50, p95 = delays[50] * 1000, delays[95] * 1000
    note(
        f"a change in the machine, polled every 50 ms, flushed every 30 ms, is told to pages after p50 {p50:.0f},"
        f" p95 {p95:.0f} ms"
    )
    assert p95 <= 300
