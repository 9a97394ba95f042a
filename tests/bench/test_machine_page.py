"""From a change in the machine to the page that somebody looks at: device, collector, database, events, browser.

All real and over sockets: our Modbus device, a collector with the rhythm of production as a program of its own,
gunicorn, the events program, headless Chromium. The wall clock is noted as the device takes the new value; an observer
of mutations in the page notes the same computer's wall clock (performance.timeOrigin + performance.now()) as the value
stands in the document. Changes come at random moments, so that neither poll nor flush is met at a good one.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from mes.embedded.broker import free_port
from tests.bench.report import note
from tests.bench.test_collector import FLUSH_S, LEASE_S, collector
from tests.browser.conftest import page, running_chromium  # noqa: F401 - the former a fixture
from tests.browser.test_machine_journey import floor, log_in  # noqa: F401 - the former a fixture
from tests.equipment.collection.floor import Floor, connection_to, put, samples_of, tag_of, until
from tests.events.listening import events_server_on
from tests.machines import tells_state
from tests.plant_server import plant_server_on

pytestmark = pytest.mark.bench

CHANGES, PERIOD_MS = 60, 50
AIM_MS = 300  # p95 of a state, and of a value of a machine that changes now and then
BUSY_S = 0.1  # a busy machine's values change so often
STATES = {1: "Running", 2: "Down"}

OBSERVER = """
window.seen = {};
const note = () => {
  const now = performance.timeOrigin + performance.now();
  const state = document.querySelector("#machine-state h1")?.textContent ?? "";
  const values = document.querySelector("#machine-values")?.textContent ?? "";
  for (const word of window.awaited ?? []) if ((state + values).includes(word)) window.seen[word] ??= now;
};
new MutationObserver(note).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Gone before the benches that follow, which run loops of their own."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def looked_at(page: Page, floor: Floor, committed_plant, committed_database, monkeypatch) -> Iterator[Any]:  # noqa: F811
    """(page, machine, tags): the machine's page, open and listening."""
    machine, station, port = floor.machine(), committed_plant.stations["20"], free_port()
    press = connection_to(machine, station, code="PRESS", period_ms=PERIOD_MS)
    given = {"station": station, "report": "CHANGE"}
    tags = {
        "STATE": tag_of(press, "STATE", "holding:0", **given),
        "SPEED": tag_of(press, "SPEED", "holding:2", value_type="FLOAT32", **given),
        "NOISE": tag_of(press, "NOISE", "holding:4", **given),
    }
    tells_state(tags["STATE"], "IDLE", "RUNNING", "DOWN")
    for tag, value in zip(tags.values(), (1, 1000.0, 0), strict=True):
        put(machine, tag, value)
    monkeypatch.setenv("MES_EVENTS_URL", f"http://127.0.0.1:{port}/events/")
    process = collector(floor.url, floor.spool)
    try:
        until(lambda: samples_of(tags["STATE"]), "it is watched")
        with events_server_on(committed_database, port=port), plant_server_on(committed_database) as web:
            page.set_default_timeout(30_000)
            log_in(page, web.url, "ines", "/machines/NF/ST-20/?tag=SPEED&period=10m")
            expect(page.locator("html[data-live=stream]")).to_be_attached()
            page.evaluate(OBSERVER)
            yield page, machine, tags
    finally:
        process.terminate()
        process.wait(30)


def delay_ms(page: Page, word: str, change: Callable[[], None]) -> float:  # noqa: F811
    """From the change in the device until the word stands in the document."""
    page.evaluate("word => { window.seen = {}; window.awaited = [word]; }", word)
    changed_at = time.time()
    change()
    page.wait_for_function("word => window.seen[word]", arg=word, polling=20)
    return page.evaluate("word => window.seen[word]", word) - 1000 * changed_at


def told(delays: list[float]) -> str:
    return f"p50 {median(delays):.0f}, p95 {quantiles(delays, n=20)[-1]:.0f} ms"


def test_a_change_in_the_machine_stands_in_the_browser(looked_at):
    page, machine, tags = looked_at  # noqa: F811
    states, values, busy = [], [], []
    for number in range(CHANGES):
        value = 1 + number % 2
        page.wait_for_timeout(1200 + random.random() * 400)
        states.append(delay_ms(page, STATES[3 - value], lambda value=value: put(machine, tags["STATE"], 3 - value)))
        page.wait_for_timeout(1200 + random.random() * 400)
        speed = f"{2000 + number}.5"
        values.append(delay_ms(page, speed, lambda speed=speed: put(machine, tags["SPEED"], float(speed))))
    noise = _noise(machine.address)
    try:
        for number in range(CHANGES):
            value = 1 + number % 2
            page.wait_for_timeout(600 + random.random() * 400)
            busy.append(delay_ms(page, STATES[3 - value], lambda value=value: put(machine, tags["STATE"], 3 - value)))
    finally:
        noise.kill()
        noise.wait(10)
    load = os.getloadavg()[0]
    note(
        f"from the device to the document of a browser (polled every {PERIOD_MS} ms, flushed every {1000 * FLUSH_S:.0f}"
        f" ms, lease {LEASE_S:g} s, load {load:.1f}): a state {told(states)}; a value {told(values)}; a state while"
        f" another value changes every {1000 * BUSY_S:.0f} ms {told(busy)}"
    )
    for delays in (states, values, busy):
        assert quantiles(delays, n=20)[-1] <= AIM_MS


def _noise(address: str) -> subprocess.Popen[bytes]:
    """A program that writes another number into the device all the time."""
    return subprocess.Popen([sys.executable, "-c", _WRITER, *address.split(":")], cwd=Path(__file__).parents[2])


_WRITER = f"""
import socket, struct, sys, time
link = socket.create_connection((sys.argv[1], int(sys.argv[2])))
for number in range(1 << 30):
    link.sendall(struct.pack(">HHHBBHH", number & 0xFFFF, 0, 6, 1, 6, 4, number & 0xFFFF))
    link.recv(64)
    time.sleep({BUSY_S})
"""
