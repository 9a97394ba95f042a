"""The collector under the benchmark's load while the database is away for longer than what may wait has room for.

What is read comes from the test, by each connection's own watcher: 50 machines would ask for more than a test may take.
"""

import asyncio
import time
from pathlib import Path

import pytest
from django.db.models import Sum

from equipment.collection.program import Collector, Rhythm
from equipment.drivers.base import Health, now_us
from equipment.models import Connection, ConnectionLease, MachineEvent, Observation, QuarantinedRow, Tag
from mes.kernel.door import open_door
from tests.equipment.collection.floor import COUNTER, ask, until

CONNECTIONS, VALUES, PERIOD_S = 50, 125, 0.1
MOST_BYTES = 48_000_000
AWAY_S = 40.0
LONGEST_PAUSE_S = 3.0  # of the beat, where other programs leave a tenth of what this needs


class Feed:
    """Ten times a second all values of all connections; the first is a counter. How late the loop and its beats are."""

    def __init__(self, collector: Collector) -> None:
        self.collector, self.looks, self.is_on = collector, 0, True
        self.beats: list[float] = []
        beat = collector._beat

        def counted() -> None:
            self.beats.append(time.monotonic())
            beat()

        collector._beat = counted  # type: ignore[method-assign]

    async def run(self) -> None:
        due = time.monotonic()
        while self.is_on:
            self.looks += 1
            at_us = now_us()
            samples = [(position, at_us, self.looks, 192) for position in range(VALUES)]
            for watcher in list(self.collector._watchers.values()):
                watcher._take(samples, Health())
            due += PERIOD_S
            await asyncio.sleep(max(due - time.monotonic(), 0))

    def worst_pause_s(self) -> float:
        return max(after - before for before, after in zip(self.beats, self.beats[1:], strict=False))


def resident() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return 0


def configured(machine, station) -> None:
    with open_door(person=None):
        for number in range(CONNECTIONS):
            connection = Connection.objects.create(
                site=station.site,
                code=f"PLC-{number}",
                name="PLC",
                kind="MODBUS",
                address=machine.address,
                period_ms=100,
                timeout_ms=30_000,  # it takes requests, and leaves them without an answer
            )
            given = {"site": station.site, "connection": connection, "value_type": "UINT16"}
            Tag.objects.create(code=f"a-{number}", station=station, address="holding:0", **given, **COUNTER)
            Tag.objects.bulk_create(
                Tag(code=f"v{place:03}", address=f"holding:{place}", report="ALWAYS", **given)
                for place in range(1, VALUES)
            )


@pytest.mark.slow
def test_while_the_database_is_away_for_long_the_beat_is_a_beat_and_what_waits_keeps_its_bounds(
    floor, machine, committed_plant, caplog
):
    machine.faults.mute = True
    configured(machine, committed_plant.stations["20"])
    way = floor.cut()
    collector = floor.collector(Rhythm(most_bytes=MOST_BYTES, most_on_disk=MOST_BYTES), url=way.url)
    until(lambda: len(collector._watchers) == CONNECTIONS, "all are watched")
    feed = Feed(collector)
    running = asyncio.run_coroutine_threadsafe(feed.run(), floor._loop)
    until(lambda: ask("SELECT count(*) FROM equipment_sample")[0][0] > 20_000, "they are stored")
    before = resident()
    floor.do(way.cut())
    away_at, sizes = time.monotonic(), []
    while time.monotonic() < away_at + AWAY_S:
        time.sleep(0.2)
        accounted = collector._backlog.size, collector._backlog.size_on_disk
        sizes.append((*accounted, on_disk(floor.spool), resident() - before))
    tries = caplog.text.count("the database is away,")
    floor.do(way.mend())
    time.sleep(3.0)
    feed.is_on = False
    running.result(10)
    until(lambda: not len(collector._backlog), "all is written", patience_s=300)
    written_s = time.monotonic() - away_at - AWAY_S
    floor.stop_all()
    leases = ConnectionLease.objects.aggregate(dropped=Sum("dropped"))
    ((good,),) = ask("SELECT count(*) FROM equipment_sample WHERE quality = 192")
    memory, accounted_on_disk, disk, more = map(max, zip(*sizes, strict=True))
    said = (
        f"{feed.looks} looks at {CONNECTIONS} x {VALUES} values, {AWAY_S:.0f} s without the database, {tries} tries: "
        f"at most {memory / 1e6:.1f} MB in memory, {disk / 1e6:.1f} MB on disk of {MOST_BYTES / 1e6:.0f}, "
        f"{more / 1e6:.0f} MB more resident; worst pause of the beat {feed.worst_pause_s():.2f} s; "
        f"{good} values stored, {leases['dropped']} given up; written {written_s:.0f} s after it came back"
    )
    print(said)
    assert memory < MOST_BYTES, said
    assert max(disk, accounted_on_disk) < MOST_BYTES, said
    assert disk > MOST_BYTES / 2, said
    assert more < 3 * MOST_BYTES, said
    assert feed.worst_pause_s() < LONGEST_PAUSE_S, said
    assert tries > AWAY_S / 5, said
    assert leases["dropped"] > 0, said
    each = CONNECTIONS * VALUES  # so many bad ones were given up as well, where the mute machine was lost meanwhile
    assert good + leases["dropped"] - feed.looks * each in (0, each), said
    made = MachineEvent.objects.values("tag").annotate(made=Sum("quantity"))
    assert [one["made"] for one in made] == [feed.looks - 1] * CONNECTIONS, said
    for code in ("v001", "v124"):  # of what is newest nothing is missing
        values = [value for (value,) in ask(_VALUES, code)]
        newest = int(MOST_BYTES / 2 / (CONNECTIONS * VALUES * 50))
        assert values[-newest:] == [float(look) for look in range(feed.looks - newest + 1, feed.looks + 1)]
    assert set(ConnectionLease.objects.values_list("epoch", flat=True)) == {1}, said
    assert Observation.objects.values("connection").distinct().count() == CONNECTIONS
    assert not QuarantinedRow.objects.exists()
    assert not list(floor.spool.iterdir())


_VALUES = """SELECT value FROM equipment_sample WHERE quality = 192 AND series_id = (
    SELECT min(series.id) FROM equipment_series series JOIN equipment_tag tag ON tag.id = tag_id WHERE tag.code = %s)
    ORDER BY at"""


def on_disk(folder: Path) -> int:
    sizes = []
    for path in folder.glob("*"):
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:  # removed meanwhile
            continue
    return sum(sizes)
