"""Two hundred pages on one program: how long it takes until all of them know."""

import asyncio
import re
import time
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote

import psycopg
import pytest

from mes.events import passes
from mes.kernel.topics import CHANNEL
from tests import databases
from tests.bench.report import note
from tests.events.listening import EventsServer

pytestmark = pytest.mark.slow
STREAMS, TIMES, PAUSE_S = 200, 30, 0.2
P95_MS = 500  # half of what a person takes for at once, with the test's own 200 readers on the same machine


async def latencies_ms(port: int, database: str) -> list[float]:
    """From just before the NOTIFY to its arrival at each stream."""
    query = f"/events/?pass={quote(passes.give(['many']))}"
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(STREAMS)]
    for reader, writer in streams:
        writer.write(f"GET {query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert b" 200 " in await reader.readline()
    found: list[float] = []
    async with await psycopg.AsyncConnection.connect(databases.url_of(database), autocommit=True) as connection:
        for _ in range(TIMES):
            began = time.perf_counter()
            heard = [asyncio.create_task(_heard(reader)) for reader, _ in streams]
            await connection.execute("SELECT pg_notify(%s, 'many')", [CHANNEL])
            found += [1000 * (at - began) for at in await asyncio.gather(*heard)]
            await asyncio.sleep(PAUSE_S)
    for _, writer in streams:
        writer.close()
    return found


async def _heard(reader: asyncio.StreamReader) -> float:
    await reader.readuntil(b"data: many\n")
    return time.perf_counter()


def memory_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0


def test_two_hundred_pages_know_within_a_moment(committed_database, events_server: EventsServer):
    empty = memory_mb(events_server.process.pid)
    took = asyncio.run(latencies_ms(events_server.port, committed_database))
    assert len(took) == STREAMS * TIMES
    cuts = quantiles(took, n=100)
    full = memory_mb(events_server.process.pid)
    note(f"{STREAMS} streams: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms; {full:.0f} MB, empty {empty:.0f} MB")
    assert cuts[94] < P95_MS
